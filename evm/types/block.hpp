// SPDX-License-Identifier: Apache-2.0
// Headers, withdrawals and whole blocks as they travel on the wire.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"
#include "evm/types/transaction.hpp"

namespace warpevm {

/// 2048 bits over addresses and topics of logs (Yellow Paper 4.3.1).
struct Bloom {
    std::array<uint8_t, 256> bytes{};
    bool operator==(const Bloom&) const = default;
    operator BytesView() const { return bytes; }  // NOLINT(google-explicit-constructor)
};

struct Withdrawal {
    uint64_t index = 0;
    uint64_t validator_index = 0;
    Address address;
    uint64_t amount_gwei = 0;
    bool operator==(const Withdrawal&) const = default;
};

/// The fields in the order of their RLP. Optional ones were appended by forks and are present from there on.
struct Header {
    Hash parent_hash;
    Hash ommers_hash;
    Address beneficiary;
    Hash state_root;
    Hash transactions_root;
    Hash receipts_root;
    Bloom logs_bloom;
    U256 difficulty;
    uint64_t number = 0;
    uint64_t gas_limit = 0;
    uint64_t gas_used = 0;
    uint64_t timestamp = 0;
    Bytes extra_data;
    Hash mix_hash;  ///< prevRandao from Paris on (EIP-4399)
    std::array<uint8_t, 8> nonce{};
    std::optional<U256> base_fee_per_gas;          ///< London (EIP-1559)
    std::optional<Hash> withdrawals_root;          ///< Shanghai (EIP-4895)
    std::optional<uint64_t> blob_gas_used;         ///< Cancun (EIP-4844)
    std::optional<uint64_t> excess_blob_gas;       ///< Cancun (EIP-4844)
    std::optional<Hash> parent_beacon_block_root;  ///< Cancun (EIP-4788)
    std::optional<Hash> requests_hash;             ///< Prague (EIP-7685)
    bool operator==(const Header&) const = default;
};

struct Block {
    Header header;
    std::vector<Transaction> transactions;
    std::vector<Header> ommers;
    std::optional<std::vector<Withdrawal>> withdrawals;
    /// Length of the block's RLP in bytes, 0 where it did not come as RLP (EIP-7934).
    uint64_t rlp_size = 0;
};

}  // namespace warpevm
