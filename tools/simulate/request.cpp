// SPDX-License-Identifier: Apache-2.0
// Lines to calls. Members of a call that geth ignores are ignored; elsewhere an unknown name is an error,
// since an override that is misspelled would be none.
#include "tools/simulate/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "evm/base/hex.hpp"
#include "evm/vm/precompiles.hpp"

namespace warpevm::tools {
namespace {

using json::Fields;
using json::Value;
using Names = std::initializer_list<std::string_view>;

constexpr size_t longest_id = 256;

/// An error unless all members are among these.
Result<void> check_members(const Value& object, Names known) {
    const auto members = object.members();
    if (!members) return tl::unexpected(members.error());
    for (const auto& [key, member] : *members)
        if (std::find(known.begin(), known.end(), key) == known.end())
            return member.wrong(fmt::format("expected one of {}", fmt::join(known, ", ")));
    return {};
}

Result<void> refuse(const Value& object, Names names, std::string_view why) {
    for (const std::string_view name : names)
        if (const auto member = object.find(name)) return member->wrong(why);
    return {};
}

/// A member that has an old name too.
template <class T>
Result<std::optional<T>> read_either(const Value& object, std::string_view name, std::string_view old_name) {
    std::optional<T> value;
    if (object.has(name) && object.has(old_name))
        return object.wrong(fmt::format("{} and {} are the same and can't both be given", name, old_name));
    if (const auto done = Fields(object).optional(name, value).optional(old_name, value).result(); !done)
        return tl::unexpected(done.error());
    return value;
}

// ---- calls

Result<void> read_data(const Value& value, Transaction& tx) {
    std::optional<Bytes> input, data;
    if (const auto done = Fields(value).optional("input", input).optional("data", data).result(); !done)
        return done;
    if (input && data && *input != *data) return value.wrong("input and data are both given and differ");
    if (input)
        tx.data = std::move(*input);
    else if (data)
        tx.data = std::move(*data);
    return {};
}

/// Types 0 and 1 have one price; a call that names none offers none.
Result<void> read_fees(const Value& value, Transaction& tx) {
    std::optional<U256> price;
    const auto done = Fields(value)
                          .optional("gasPrice", price)
                          .optional("maxFeePerGas", tx.max_fee_per_gas)
                          .optional("maxPriorityFeePerGas", tx.max_priority_fee_per_gas)
                          .optional("maxFeePerBlobGas", tx.max_fee_per_blob_gas)
                          .result();
    if (!done || !price) return done;
    if (value.has("maxFeePerGas") || value.has("maxPriorityFeePerGas"))
        return value.wrong("gasPrice can't be given beside maxFeePerGas or maxPriorityFeePerGas");
    tx.max_fee_per_gas = tx.max_priority_fee_per_gas = *price;
    return {};
}

TxType type_of(const Value& value) {
    if (value.has("authorizationList")) return TxType::set_code;
    if (value.has("blobVersionedHashes")) return TxType::blob;
    if (value.has("maxFeePerGas") || value.has("maxPriorityFeePerGas")) return TxType::dynamic_fee;
    if (value.has("accessList")) return TxType::access_list;
    return TxType::legacy;
}

Result<SimulatedCall> read_call(const Value& value, uint64_t chain_id, uint64_t gas_cap) {
    if (const auto known = value.check_object(); !known) return tl::unexpected(known.error());
    SimulatedCall call;
    Transaction& tx = call.tx;
    tx.type = type_of(value);
    std::optional<uint64_t> gas, nonce;
    uint64_t chain = chain_id;
    auto done = Fields(value)
                    .optional("from", call.sender)
                    .optional("to", tx.to)
                    .optional("gas", gas)
                    .optional("nonce", nonce)
                    .optional("value", tx.value)
                    .optional("chainId", chain)
                    .optional("accessList", tx.access_list)
                    .optional("blobVersionedHashes", tx.blob_versioned_hashes)
                    .optional("authorizationList", tx.authorization_list)
                    .result();
    if (done) done = read_fees(value, tx);
    if (done) done = read_data(value, tx);
    if (done) done = refuse(value, {"blobs", "commitments", "proofs"}, "calls carry no blobs, only hashes");
    if (!done) return tl::unexpected(done.error());
    if (chain != chain_id)
        return value.wrong(fmt::format("chainId is {}, the chain's is {}", chain, chain_id));
    if (tx.type != TxType::legacy) tx.chain_id = chain_id;
    tx.gas_limit = std::min(gas.value_or(gas_cap), gas_cap);
    return call;
}

// ---- blocks

/// Where the block is moved, its rules are those of the new place.
Result<void> move_block(const Value& value, const RequestContext& context, SimulatedBlock& block) {
    BlockEnvironment& env = block.environment;
    const uint64_t number = env.number;
    if (const auto done =
            Fields(value).optional("number", env.number).optional("time", env.timestamp).result();
        !done)
        return done;
    if (env.number != number) env.parent_hash = {};
    if (!value.has("number") && !value.has("time")) return {};
    const auto rules = context.rules.at(env.number, env.timestamp, context.hints);
    if (!rules) return tl::unexpected(rules.error());
    block.rules = *rules;
    return {};
}

Result<void> override_block(const Value& value, const RequestContext& context, SimulatedBlock& block) {
    auto done = refuse(value, {"withdrawals", "beaconRoot"}, "this override is not supported");
    if (done)
        done = check_members(value, {"number", "time", "gasLimit", "difficulty", "feeRecipient", "coinbase",
                                     "prevRandao", "random", "baseFeePerGas", "baseFee", "blobBaseFee"});
    if (done) done = move_block(value, context, block);
    if (!done) return done;
    BlockEnvironment& env = block.environment;
    const bool is_merged = block.rules.at_least(Fork::paris);
    const auto recipient = read_either<Address>(value, "feeRecipient", "coinbase");
    const auto randao = read_either<Bytes32>(value, "prevRandao", "random");
    const auto base_fee = read_either<U256>(value, "baseFeePerGas", "baseFee");
    if (!recipient) return tl::unexpected(recipient.error());
    if (!randao) return tl::unexpected(randao.error());
    if (!base_fee) return tl::unexpected(base_fee.error());
    if (*recipient) env.beneficiary = **recipient;
    if (*base_fee) env.base_fee = **base_fee;
    std::optional<U256> difficulty;
    done = Fields(value)
               .optional("gasLimit", env.gas_limit)
               .optional("difficulty", difficulty)
               .optional("blobBaseFee", env.given_blob_base_fee)
               .result();
    if (!done) return done;
    // From the merge on the instruction answers prevRandao (EIP-4399).
    if (*randao && !is_merged) return value.wrong("prevRandao is given, and the block is before the merge");
    if (*randao) env.difficulty_or_randao = to_u256(**randao);
    if (difficulty && !is_merged) env.difficulty_or_randao = *difficulty;
    return {};
}

// ---- state

Result<void> read_slots(const Value& value, AccountOverride& into) {
    const auto slots = value.members();
    if (!slots) return tl::unexpected(slots.error());
    for (const auto& [key, member] : *slots) {
        const auto slot = key.starts_with("0x") ? u256_from_hex(key) : std::nullopt;
        if (!slot)
            return member.wrong("expected the member's name to be a slot of at most 32 bytes in hexadecimal");
        U256 number;
        if (auto done = read(member, number); !done) return done;
        if (!into.slots.emplace(*slot, number).second) return member.wrong("the slot is there twice");
    }
    return {};
}

Result<AccountOverride> read_account_override(const Value& value) {
    auto done = refuse(value, {"movePrecompileToAddress"}, "precompiles can't be moved");
    if (done) done = check_members(value, {"balance", "nonce", "code", "state", "stateDiff"});
    AccountOverride account;
    if (done)
        done = Fields(value)
                   .optional("balance", account.balance)
                   .optional("nonce", account.nonce)
                   .optional("code", account.code)
                   .result();
    if (!done) return tl::unexpected(done.error());
    const auto whole = value.find("state"), change = value.find("stateDiff");
    if (whole && change) return value.wrong("state and stateDiff can't both be given");
    account.replaces_storage = whole.has_value();
    if (whole) done = read_slots(*whole, account);
    if (change) done = read_slots(*change, account);
    if (!done) return tl::unexpected(done.error());
    return account;
}

Result<StateOverrides> read_state_overrides(const Value& value, Fork fork) {
    StateOverrides overrides;
    const auto accounts = value.members();
    if (!accounts) return tl::unexpected(accounts.error());
    for (const auto& [key, member] : *accounts) {
        const auto address = address_from_hex(key);
        if (!address)
            return member.wrong("expected the member's name to be an address of 20 bytes in hexadecimal");
        // geth removes a precompile whose account is overridden.
        if (find_precompile(*address, fork) != nullptr)
            return member.wrong("a precompile's account can't be overridden");
        auto account = read_account_override(member);
        if (!account) return tl::unexpected(account.error());
        const size_t before = overrides.size();
        overrides.set(*address, std::move(*account));
        if (overrides.size() == before) return member.wrong("the account is there twice");
    }
    return overrides;
}

// ---- lines

Result<std::string> read_id(const Value& root, uint64_t number) {
    const auto id = root.find("id");
    if (!id) return std::to_string(number);
    std::string text = id->raw();
    const bool is_scalar = !id->is_object() && !id->is_array();
    if (!is_scalar || text.size() > longest_id)
        return id->wrong(fmt::format("expected a string or number of at most {} bytes", longest_id));
    return text;
}

Result<void> read_calls(const Value& root, const RequestContext& context, Request& into) {
    const uint64_t chain_id = into.bundle.block->rules.chain_id;
    const auto list = root.find("calls");
    into.has_several_calls = list.has_value();
    if (!list) {
        auto call = read_call(root.find("call").value_or(root), chain_id, context.gas_cap);
        if (!call) return tl::unexpected(call.error());
        into.bundle.calls.push_back(std::move(*call));
        return {};
    }
    const auto elements = list->elements();
    if (!elements) return tl::unexpected(elements.error());
    if (elements->empty() || elements->size() > most_bundle_calls)
        return list->wrong(
            fmt::format("expected 1 to {} calls, got {}", most_bundle_calls, elements->size()));
    for (const Value& element : *elements) {
        auto call = read_call(element, chain_id, context.gas_cap);
        if (!call) return tl::unexpected(call.error());
        into.bundle.calls.push_back(std::move(*call));
    }
    return {};
}

}  // namespace

Result<Request> read_request(std::string_view line, const std::string& name, uint64_t number,
                             const RequestContext& context) {
    const auto document = json::Document::parse(line, name);
    if (!document) return tl::unexpected(document.error());
    const Value root = document->root();
    Request request;
    const bool is_envelope = root.has("call") || root.has("calls");
    if (is_envelope) {
        if (root.has("call") && root.has("calls")) return root.wrong("call and calls can't both be given");
        const auto known = check_members(root, {"id", "call", "calls", "stateOverrides", "blockOverrides"});
        if (!known) return tl::unexpected(known.error());
    }
    const auto id = read_id(root, number);
    if (!id) return tl::unexpected(id.error());
    request.id = *id;
    request.bundle.block = &context.block;
    if (const auto block = root.find("blockOverrides"); is_envelope && block) {
        request.own_block = std::make_unique<SimulatedBlock>(context.block);
        if (const auto done = override_block(*block, context, *request.own_block); !done)
            return tl::unexpected(done.error());
        request.bundle.block = request.own_block.get();
    }
    if (const auto state = root.find("stateOverrides"); is_envelope && state) {
        auto overrides = read_state_overrides(*state, request.bundle.block->rules.fork);
        if (!overrides) return tl::unexpected(overrides.error());
        request.overrides = std::make_unique<StateOverrides>(std::move(*overrides));
        request.bundle.overrides = request.overrides.get();
    }
    if (const auto done = read_calls(root, context, request); !done) return tl::unexpected(done.error());
    return request;
}

}  // namespace warpevm::tools
