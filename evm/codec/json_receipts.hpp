// SPDX-License-Identifier: Apache-2.0
// Receipts as eth_getBlockReceipts answers them, for comparison with an outcome.
#pragma once

#include "evm/codec/json.hpp"

namespace warpevm::json {

struct GivenLog {
    Address address;
    std::vector<Bytes32> topics;
    Bytes data;
};

/// The members that are there; what is absent is not compared.
struct GivenReceipt {
    std::optional<bool> status;
    std::optional<Hash> root;  ///< the state root before Byzantium
    std::optional<uint64_t> gas_used;
    std::optional<uint64_t> cumulative_gas_used;
    std::optional<U256> effective_gas_price;
    std::optional<Address> contract_address;
    std::optional<Bloom> logs_bloom;
    std::optional<std::vector<GivenLog>> logs;
};

/// Reads an array of receipts, or a JSON-RPC answer with the array under "result".
Result<std::vector<GivenReceipt>> read_receipts(const Value& value);

}  // namespace warpevm::json
