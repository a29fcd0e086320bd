// SPDX-License-Identifier: Apache-2.0
// Headers and blocks as JSON-RPC (eth_getBlockByNumber with full transactions) and the fixtures write them.
#pragma once

#include "evm/chain/fork.hpp"
#include "evm/codec/json.hpp"
#include "evm/codec/json_transaction.hpp"

namespace warpevm::json {

/// The members of a header that are there. A header in use may lack most of them.
struct GivenHeader {
    std::optional<Hash> hash;
    std::optional<Hash> parent_hash;
    std::optional<Hash> ommers_hash;
    std::optional<Address> beneficiary;
    std::optional<Hash> state_root;
    std::optional<Hash> transactions_root;
    std::optional<Hash> receipts_root;
    std::optional<Bloom> logs_bloom;
    std::optional<U256> difficulty;
    std::optional<uint64_t> number;
    std::optional<uint64_t> gas_limit;
    std::optional<uint64_t> gas_used;
    std::optional<uint64_t> timestamp;
    std::optional<Bytes> extra_data;
    std::optional<Hash> mix_hash;
    std::optional<std::array<uint8_t, 8>> nonce;
    std::optional<U256> base_fee_per_gas;
    std::optional<Hash> withdrawals_root;
    std::optional<uint64_t> blob_gas_used;
    std::optional<uint64_t> excess_blob_gas;
    std::optional<Hash> parent_beacon_block_root;
    std::optional<Hash> requests_hash;

    /// The header with zeros for what is not there.
    [[nodiscard]] Header with_defaults() const;
    /// The JSON-RPC names of the members that a header of `fork` has and this one lacks; empty: it is
    /// complete.
    [[nodiscard]] std::vector<std::string_view> missing(Fork fork) const;
};

/// Accepts JSON-RPC's names and the fixtures' ("miner" or "coinbase", "receiptsRoot" or "receiptTrie", …).
Result<void> read(const Value& value, GivenHeader& into);

struct GivenBlock {
    GivenHeader header;
    std::vector<GivenTransaction> transactions;
    /// JSON-RPC gives only the hashes of ommers.
    std::vector<Hash> ommer_hashes;
    std::optional<std::vector<Withdrawal>> withdrawals;
};

/// Reads a block, or the answer of a JSON-RPC call with the block under "result". Number, timestamp, miner,
/// gas limit and transactions must be there.
Result<GivenBlock> read_block(const Value& value);
/// An error that names the file and the first member without which `fork` can't execute a block.
Result<void> check_executable(const GivenBlock& block, Fork fork, std::string_view file);

}  // namespace warpevm::json
