// SPDX-License-Identifier: Apache-2.0
// Reads environments and tables of block hashes.
#include "evm/codec/json_env.hpp"

#include "evm/base/hex.hpp"

namespace warpevm::json {

/// Prague's and later fixtures write a random value as a number, so shorter than 32 bytes.
static Result<void> read_random(const Value& value, std::optional<Bytes32>& into) {
    const auto number = value.u256();
    if (!number) return tl::unexpected(number.error());
    into = to_bytes32(*number);
    return {};
}

static Result<void> read(const Value& value, GivenOmmer& into) {
    return Fields(value).required("delta", into.delta).required("address", into.address).result();
}

Result<std::map<uint64_t, Hash>> read_block_hashes(const Value& value) {
    const auto members = value.members();
    if (!members) return tl::unexpected(members.error());
    std::map<uint64_t, Hash> hashes;
    for (const auto& [key, member] : *members) {
        const auto number = key.starts_with("0x") ? u256_from_hex(key) : from_decimal(key);
        if (!number || !number->fits_u64())
            return member.wrong("expected the member's name to be a block number");
        Hash hash;
        if (auto done = read(member, hash); !done) return tl::unexpected(done.error());
        if (!hashes.emplace(number->limb[0], hash).second)
            return member.wrong("the block number is there twice");
    }
    return hashes;
}

Result<GivenEnvironment> read_environment(const Value& value) {
    GivenEnvironment env;
    Fields fields(value);
    fields.required("currentCoinbase", env.coinbase).required("currentGasLimit", env.gas_limit);
    fields.required("currentNumber", env.number).required("currentTimestamp", env.timestamp);
    fields.optional("currentDifficulty", env.difficulty).optional("currentBaseFee", env.base_fee);
    fields.optional("currentExcessBlobGas", env.excess_blob_gas).optional("previousHash", env.previous_hash);
    fields.optional("parentBeaconBlockRoot", env.parent_beacon_block_root);
    fields.optional("ommers", env.ommers).optional("withdrawals", env.withdrawals);
    fields.optional("parentDifficulty", env.parent_difficulty).optional("parentBaseFee", env.parent_base_fee);
    fields.optional("parentTimestamp", env.parent_timestamp).optional("parentGasUsed", env.parent_gas_used);
    fields.optional("parentGasLimit", env.parent_gas_limit);
    fields.optional("parentExcessBlobGas", env.parent_excess_blob_gas);
    fields.optional("parentBlobGasUsed", env.parent_blob_gas_used)
        .optional("parentUncleHash", env.parent_uncle_hash);
    if (const auto done = fields.result(); !done) return tl::unexpected(done.error());
    if (const auto random = value.find("currentRandom")) {
        if (auto done = read_random(*random, env.random); !done) return tl::unexpected(done.error());
    }
    if (const auto hashes = value.find("blockHashes")) {
        auto table = read_block_hashes(*hashes);
        if (!table) return tl::unexpected(table.error());
        env.block_hashes = std::move(*table);
    }
    return env;
}

}  // namespace warpevm::json
