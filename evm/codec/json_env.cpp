// SPDX-License-Identifier: Apache-2.0
// Reads environments and tables of block hashes.
#include "evm/codec/json_env.hpp"

#include "evm/base/hex.hpp"
#include "evm/codec/json_block.hpp"
#include "evm/codec/json_rpc.hpp"
#include "evm/codec/wire.hpp"

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

/// Enters what a header says: its own hash, by its fields where all are there, and its parent's.
static Result<void> add_header(const Value& value, std::map<uint64_t, Hash>& hashes) {
    const auto unwrapped = rpc_result(value);
    if (!unwrapped) return tl::unexpected(unwrapped.error());
    GivenHeader given;
    if (unwrapped->is_string()) {
        Bytes rlp;
        if (auto done = read(*unwrapped, rlp); !done) return done;
        const auto header = decode_header(rlp);
        if (!header) return unwrapped->wrong("not the RLP of a header: " + to_string(header.error()));
        given = given_header(*header);
        given.hash = header_hash(*header);
    } else if (auto done = read(*unwrapped, given); !done) {
        return done;
    }
    if (!given.number) return tl::unexpected(unwrapped->at("number").error());
    if (!given.hash) return tl::unexpected(unwrapped->at("hash").error());
    const auto enter = [&](uint64_t number, const Hash& hash) -> Result<void> {
        const auto [at, news] = hashes.emplace(number, hash);
        if (news || at->second == hash) return {};
        return unwrapped->wrong("the headers are not of one chain: block " + std::to_string(number) +
                                " has two hashes");
    };
    if (auto done = enter(*given.number, *given.hash); !done) return done;
    if (!given.parent_hash || *given.number == 0) return {};
    return enter(*given.number - 1, *given.parent_hash);
}

static Result<std::map<uint64_t, Hash>> read_ancestors(const std::vector<Value>& headers) {
    std::map<uint64_t, Hash> hashes;
    for (const Value& header : headers)
        if (auto done = add_header(header, hashes); !done) return tl::unexpected(done.error());
    return hashes;
}

Result<std::map<uint64_t, Hash>> read_block_hashes(const Value& answer) {
    const auto unwrapped = rpc_result(answer);
    if (!unwrapped) return tl::unexpected(unwrapped.error());
    const auto inner = unwrapped->find("headers");
    const Value value = inner ? *inner : *unwrapped;
    if (value.is_array()) {
        const auto headers = value.elements();
        return headers ? read_ancestors(*headers) : tl::unexpected(headers.error());
    }
    if (value.has("parentHash")) return read_ancestors({value});
    const auto members = value.members();
    if (!members) return tl::unexpected(members.error());
    std::map<uint64_t, Hash> hashes;
    for (const auto& [key, member] : *members) {
        const auto number = key.starts_with("0x") ? u256_from_hex(key) : from_decimal(key);
        if (!number || !number->fits_u64())
            return member.wrong("expected the member's name to be a block number");
        if (member.is_object()) {
            if (auto done = add_header(member, hashes); !done) return tl::unexpected(done.error());
            if (!hashes.contains(number->limb[0])) return member.wrong("the header has another number");
            continue;
        }
        Hash hash;
        if (auto done = read(member, hash); !done) return tl::unexpected(done.error());
        const auto [at, news] = hashes.emplace(number->limb[0], hash);
        if (!news && at->second != hash)
            return member.wrong("the block number is there twice, with another hash");
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
