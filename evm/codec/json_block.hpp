// SPDX-License-Identifier: Apache-2.0
// Headers and blocks as JSON-RPC (eth_getBlockByNumber with full transactions) and the fixtures write them.
#pragma once

#include "evm/codec/json.hpp"
#include "evm/codec/json_transaction.hpp"
#include "evm/types/fork.hpp"

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
    std::optional<U256> total_difficulty;  ///< beside the header: of the chain up to this block
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
    /// It states no hash and no root that the whole block decides: it describes transactions to be executed.
    [[nodiscard]] bool is_bare() const { return !hash && !state_root && !withdrawals_root; }
};

/// Accepts JSON-RPC's names and the fixtures' ("miner" or "coinbase", "receiptsRoot" or "receiptTrie", …).
Result<void> read(const Value& value, GivenHeader& into);

struct GivenBlock {
    GivenHeader header;
    std::vector<GivenTransaction> transactions;
    /// JSON-RPC gives only the hashes of ommers; a raw block gives them whole.
    std::optional<std::vector<Hash>> ommer_hashes;
    std::optional<std::vector<Header>> ommers;
    std::optional<std::vector<Withdrawal>> withdrawals;

    /// There are ommers, or may be, and their rewards can't be formed.
    [[nodiscard]] bool has_unknown_ommers() const;
};

/// A header with all that it has.
GivenHeader given_header(const Header& header);

/// Reads a block, or the answer of a JSON-RPC call with the block under "result"; a string is a block's RLP
/// (debug_getRawBlock). Number, timestamp, miner, gas limit and transactions must be there.
Result<GivenBlock> read_block(const Value& value);
/// The same from a string with the block's RLP in hexadecimal.
Result<GivenBlock> read_raw_block(const Value& value);
/// An error that names the file and the first member without which `fork` can't execute a block. A bare block
/// may lack what only the system contracts and the state root would see.
Result<void> check_executable(const GivenBlock& block, Fork fork, std::string_view file);

}  // namespace warpevm::json
