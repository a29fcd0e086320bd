// SPDX-License-Identifier: Apache-2.0
// The `env` of state tests and of the transition tool: a block's environment before it has a header.
#pragma once

#include <map>

#include "evm/codec/json.hpp"

namespace warpevm::json {

struct GivenOmmer {
    uint64_t delta = 0;  ///< how many blocks before the current one
    Address address;
};

struct GivenEnvironment {
    Address coinbase;
    uint64_t number = 0;
    uint64_t gas_limit = 0;
    uint64_t timestamp = 0;
    std::optional<U256> difficulty;
    std::optional<Bytes32> random;
    std::optional<U256> base_fee;
    std::optional<uint64_t> excess_blob_gas;
    std::optional<Hash> previous_hash;
    std::optional<Hash> parent_beacon_block_root;
    std::map<uint64_t, Hash> block_hashes;
    std::vector<GivenOmmer> ommers;
    std::optional<std::vector<Withdrawal>> withdrawals;
    // What the parent had, for values that the environment leaves to be computed.
    std::optional<U256> parent_difficulty;
    std::optional<U256> parent_base_fee;
    std::optional<uint64_t> parent_timestamp;
    std::optional<uint64_t> parent_gas_used;
    std::optional<uint64_t> parent_gas_limit;
    std::optional<uint64_t> parent_excess_blob_gas;
    std::optional<uint64_t> parent_blob_gas_used;
    std::optional<Hash> parent_uncle_hash;
};

Result<GivenEnvironment> read_environment(const Value& value);
/// {"number": "0xhash"}, numbers in decimal or hexadecimal; or headers (an array, "headers" of an execution
/// witness, RPC answers, RLP in hexadecimal), each of which also says its parent's hash.
Result<std::map<uint64_t, Hash>> read_block_hashes(const Value& value);

}  // namespace warpevm::json
