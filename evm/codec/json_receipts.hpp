// SPDX-License-Identifier: Apache-2.0
// Receipts as eth_getBlockReceipts answers them, for comparison with an outcome.
#pragma once

#include "evm/codec/json.hpp"

namespace warpevm::json {

struct GivenLog {
    Address address;
    std::vector<Bytes32> topics;
    Bytes data;
    std::optional<uint64_t> log_index;  ///< in the block
    std::optional<uint64_t> transaction_index;
    std::optional<Hash> transaction_hash;
    std::optional<uint64_t> block_number;
    std::optional<Hash> block_hash;
};

/// An address, or null where it says that there is none.
struct AddressOrNull {
    std::optional<Address> address;
};

/// The members that are there; what is absent is not compared.
struct GivenReceipt {
    std::optional<bool> status;
    std::optional<Hash> root;  ///< the state root before Byzantium
    std::optional<uint64_t> type;
    std::optional<uint64_t> gas_used;
    std::optional<uint64_t> cumulative_gas_used;
    std::optional<U256> effective_gas_price;
    std::optional<uint64_t> blob_gas_used;
    std::optional<U256> blob_gas_price;
    std::optional<uint64_t> transaction_index;
    std::optional<Hash> transaction_hash;
    std::optional<uint64_t> block_number;
    std::optional<Hash> block_hash;
    std::optional<Address> from;
    std::optional<AddressOrNull> to;
    std::optional<AddressOrNull> contract_address;
    std::optional<Bloom> logs_bloom;
    std::optional<std::vector<GivenLog>> logs;
};

/// Reads an array of receipts, that array under "receipts", or a JSON-RPC answer with either; an element may
/// itself be an answer (eth_getTransactionReceipt). They are as they stand, in any order.
Result<std::vector<GivenReceipt>> read_receipts(const Value& value);

}  // namespace warpevm::json
