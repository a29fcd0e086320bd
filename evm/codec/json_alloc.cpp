// SPDX-License-Identifier: Apache-2.0
// Accounts of a pre-state, from an alloc or from the merged traces of a block.
#include "evm/codec/json_alloc.hpp"

#include <string>

#include "evm/base/hex.hpp"

namespace warpevm::json {
namespace {

struct Account {
    uint64_t nonce = 0;
    U256 balance;
    Bytes code;
};

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

Result<Account> read_account(const Value& value) {
    Account account;
    auto done = Fields(value)
                    .optional("balance", account.balance)
                    .optional("nonce", account.nonce)
                    .optional("code", account.code)
                    .result();
    if (!done) return tl::unexpected(done.error());
    return account;
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

class TraceMerger {
  public:
    TraceMerger(const CreatedAt& created_at, MemoryState& state) : m_created_at(created_at), m_state(state) {}

    Result<void> add(const Value& transaction, size_t index) {
        const auto accounts = transaction.members();
        if (!accounts) return tl::unexpected(accounts.error());
        for (const auto& [key, value] : *accounts) {
            const auto address = address_key(key, value);
            if (!address) return tl::unexpected(address.error());
            if (auto done = add_account(*address, value, index); !done) return done;
        }
        return {};
    }

  private:
    Result<void> add_account(const Address& address, const Value& value, size_t index) {
        if (const auto created = m_created_at.find(address);
            created != m_created_at.end() && index > created->second && !m_seen.contains(address))
            return {};
        const auto account = read_account(value);
        if (!account) return tl::unexpected(account.error());
        // The tracer also lists accounts that do not exist, as empty ones.
        const bool empty = account->nonce == 0 && account->balance.is_zero() && account->code.empty();
        if (m_seen.insert(address).second) {
            if (empty)
                m_state.set_absent(address);
            else
                m_state.set_account(address, account->nonce, account->balance, account->code);
        }
        return read_storage(value, [&](const U256& slot, const U256& number) {
            if (m_slots.insert({address, slot}).second) m_state.set_slot(address, slot, number);
            return true;
        });
    }

    const CreatedAt& m_created_at;
    MemoryState& m_state;
    SeededSet<Address> m_seen;
    SeededSet<SlotKey> m_slots;
};

}  // namespace

Result<void> read_alloc(const Value& value, MemoryState& state) {
    const auto accounts = value.members();
    if (!accounts) return tl::unexpected(accounts.error());
    for (const auto& [key, member] : *accounts) {
        const auto address = address_key(key, member);
        if (!address) return tl::unexpected(address.error());
        if (state.accounts().contains(*address)) return member.wrong("the account is there twice");
        const auto account = read_account(member);
        if (!account) return tl::unexpected(account.error());
        state.set_account(*address, account->nonce, account->balance, account->code);
        // Names that differ only in spelling ("0x1", "0x01") are the same slot.
        SeededSet<U256> seen;
        auto done = read_storage(member, [&, &name = *address](const U256& slot, const U256& number) {
            if (!seen.insert(slot).second) return false;
            state.set_slot(name, slot, number);
            return true;
        });
        if (!done) return done;
    }
    return {};
}

bool is_prestate_trace(const Value& value) {
    if (value.is_array()) return true;
    const auto result = value.find("result");
    return result && result->is_array();
}

Result<void> read_prestate_trace(const Value& value, const CreatedAt& created_at, MemoryState& state) {
    const auto list = value.is_array() ? Result<Value>(value) : value.at("result");
    if (!list) return tl::unexpected(list.error());
    const auto transactions = list->elements();
    if (!transactions) return tl::unexpected(transactions.error());
    TraceMerger merger(created_at, state);
    for (size_t i = 0; i < transactions->size(); ++i) {
        const Value& transaction = (*transactions)[i];
        if (const auto error = transaction.find("error"))
            return error->wrong("the tracer reports an error for this transaction");
        const auto result = transaction.at("result");
        if (!result) return tl::unexpected(result.error());
        if (auto done = merger.add(*result, i); !done) return done;
    }
    return {};
}

}  // namespace warpevm::json
