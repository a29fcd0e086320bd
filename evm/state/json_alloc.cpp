// SPDX-License-Identifier: Apache-2.0
// Accounts of a pre-state, from an alloc or from the traces of a block.
#include "evm/state/json_alloc.hpp"

#include <string>

#include "evm/base/hex.hpp"
#include "evm/codec/json_rpc.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm::json {
namespace {

Result<Address> address_key(std::string_view key, const Value& account) {
    const auto address = address_from_hex(key);
    if (!address)
        return account.wrong("expected the member's name to be an address of 20 bytes in hexadecimal");
    return *address;
}

/// A slot's number: at most 32 bytes of hexadecimal, with or without 0x.
Result<U256> slot_key(std::string_view key, const Value& slot) {
    const bool prefixed = key.starts_with("0x") || key.starts_with("0X");
    const auto number = u256_from_hex(prefixed ? std::string(key) : "0x" + std::string(key));
    if (!number)
        return slot.wrong("expected the member's name to be a slot of at most 32 bytes in hexadecimal");
    return *number;
}

Result<U256> slot_value(const Value& slot) {
    const auto text = slot.text();
    if (!text) return slot.u256();
    auto number = slot_key(*text, slot);
    if (!number) return slot.expected("a slot's value of at most 32 bytes in hexadecimal");
    return number;
}

/// Calls `each(slot, value)` for the members of "storage".
template <class F>
Result<void> read_storage(const Value& account, const F& each) {
    const auto storage = account.find("storage");
    if (!storage) return {};
    const auto slots = storage->members();
    if (!slots) return tl::unexpected(slots.error());
    for (const auto& [key, member] : *slots) {
        const auto slot = slot_key(key, member);
        if (!slot) return tl::unexpected(slot.error());
        const auto number = slot_value(member);
        if (!number) return tl::unexpected(number.error());
        if (!each(*slot, *number)) return member.wrong("the slot is there twice");
    }
    return {};
}

/// What the account's "codeHash" says must be so: geth names the code's hash, also where it is asked to leave
/// out the code itself.
Result<void> check_code_hash(const Value& value, const std::optional<Hash>& code_hash,
                             GivenAccount& account) {
    if (!code_hash || (*code_hash == Hash{} && account.code.empty())) return {};
    if (!value.has("code")) {
        if (*code_hash != empty_code_hash) account.code_hash = code_hash;
        return {};
    }
    const Hash actual = account.code.empty() ? empty_code_hash : keccak256(account.code);
    if (actual == *code_hash) return {};
    return value.wrong("codeHash is " + to_hex(*code_hash) + ", but the code's hash is " + to_hex(actual));
}

Result<GivenAccount> read_account(std::string_view key, const Value& value) {
    GivenAccount account;
    const auto address = address_key(key, value);
    if (!address) return tl::unexpected(address.error());
    account.address = *address;
    std::optional<Hash> code_hash;
    auto done = Fields(value)
                    .optional("balance", account.balance)
                    .optional("nonce", account.nonce)
                    .optional("code", account.code)
                    .optional("codeHash", code_hash)
                    .result();
    if (done) done = check_code_hash(value, code_hash, account);
    // Names that differ only in spelling ("0x1", "0x01") are the same slot.
    SeededSet<U256> seen;
    if (done)
        done = read_storage(value, [&](const U256& slot, const U256& number) {
            account.storage.emplace_back(slot, number);
            return seen.insert(slot).second;
        });
    if (!done) return tl::unexpected(done.error());
    return account;
}

Result<TracedTransaction> read_traced_transaction(const Value& value) {
    if (const auto error = value.find("error"))
        return error->wrong("the tracer reports an error for this transaction: " + error->raw());
    TracedTransaction transaction;
    if (auto done = Fields(value).optional("txHash", transaction.hash).result(); !done)
        return tl::unexpected(done.error());
    const auto result = value.at("result");
    if (!result) return tl::unexpected(result.error());
    if (result->has("pre") || result->has("post"))
        return result->wrong("a trace in diffMode lacks what was only read: ask for it without diffMode");
    const auto accounts = result->members();
    if (!accounts) return tl::unexpected(accounts.error());
    for (const auto& [key, member] : *accounts) {
        auto account = read_account(key, member);
        if (!account) return tl::unexpected(account.error());
        transaction.accounts.push_back(std::move(*account));
    }
    return transaction;
}

}  // namespace

void GivenAccount::put_record(MemoryState& state) const {
    state.set_account(address, nonce, balance, code);
    if (code_hash) state.set_code_hash(address, *code_hash);
}

void GivenAccount::put(MemoryState& state) const {
    put_record(state);
    for (const auto& [slot, value] : storage) state.set_slot(address, slot, value);
}

Result<void> read_alloc(const Value& answer, MemoryState& state) {
    const auto value = rpc_result(answer);
    if (!value) return tl::unexpected(value.error());
    const auto inside = value->find("alloc");
    const auto accounts = (inside ? *inside : *value).members();
    if (!accounts) return tl::unexpected(accounts.error());
    for (const auto& [key, member] : *accounts) {
        const auto account = read_account(key, member);
        if (!account) return tl::unexpected(account.error());
        if (state.accounts().contains(account->address)) return member.wrong("the account is there twice");
        account->put(state);
    }
    return {};
}

bool is_prestate_trace(const Value& value) {
    if (value.is_array()) return true;
    const auto result = value.find("result");
    return result && result->is_array();
}

Result<std::vector<TracedTransaction>> read_prestate_trace(const Value& answer) {
    const auto list = rpc_result(answer);
    if (!list) return tl::unexpected(list.error());
    const auto elements = list->elements();
    if (!elements) return tl::unexpected(elements.error());
    std::vector<TracedTransaction> transactions;
    transactions.reserve(elements->size());
    for (const Value& element : *elements) {
        auto transaction = read_traced_transaction(element);
        if (!transaction) return tl::unexpected(transaction.error());
        transactions.push_back(std::move(*transaction));
    }
    return transactions;
}

}  // namespace warpevm::json
