// SPDX-License-Identifier: Apache-2.0
// What calls of the same code and selector touched before: which slots follow from which words. What is known
// of one contract holds for others of the same code. A prediction is only ever a hint: what a transaction
// observes is recorded and validated, whatever was predicted.
#pragma once

#include <optional>
#include <shared_mutex>
#include <span>
#include <vector>

#include "evm/base/seeded_hash.hpp"
#include "evm/base/u256.hpp"
#include "evm/state/state_view.hpp"
#include "evm/types/block_input.hpp"

namespace warpevm {

/// A slot as it follows from a call: one that is always the same, or a mapping's entry, or that of a mapping
/// in a mapping (Solidity's layout: keccak256(key, slot)). Word 0 is the sender, word n the n-th argument.
struct SlotRule {
    std::optional<Address> account;  ///< none: the contract that is called
    U256 slot;                       ///< of the mapping, or itself
    std::array<uint8_t, 2> words{};
    uint8_t depth = 0;  ///< how many words count
    bool written = false;
    bool operator==(const SlotRule&) const = default;
};

/// A slot that a transaction will probably touch, without its key: equal numbers mean equal slots, and
/// different ones different slots but for chance.
struct ExpectedSlot {
    uint64_t number = 0;
    bool written = false;
};

/// Slots of transactions by their keys, one transaction's after the other's, and their accounts, of each
/// transaction once.
struct ExpectedKeys {
    std::vector<Address> accounts;
    std::vector<SlotKey> slots;
    struct Ends {
        uint32_t accounts, slots;
        bool is_curious;  ///< more looks at such transactions would tell more
    };
    std::vector<Ends> ends;  ///< of each transaction's

    /// Those of the transaction `i`.
    [[nodiscard]] std::span<const Address> accounts_of(size_t i) const {
        const uint32_t begin = i == 0 ? 0 : ends[i - 1].accounts;
        return std::span(accounts).subspan(begin, ends[i].accounts - begin);
    }
    [[nodiscard]] std::span<const SlotKey> slots_of(size_t i) const {
        const uint32_t begin = i == 0 ? 0 : ends[i - 1].slots;
        return std::span(slots).subspan(begin, ends[i].slots - begin);
    }
};

/// Thread-safe.
class AccessTable {
  public:
    /// Codes with their selectors, and contracts whose code is known: beyond that all are forgotten. And the
    /// rules of one.
    static constexpr size_t most_calls = 1024;
    static constexpr size_t most_contracts = 16384;
    static constexpr size_t most_rules = 16;
    /// Transactions of one call that are looked at: the first finds rules, the others drop those that do not
    /// hold for them.
    static constexpr uint32_t most_looks = 4;

    /// What a transaction touched that called a contract with this code; `written` is a part of it. Costs up
    /// to a thousand hashes for a call that was never seen.
    void learn(const BlockTransaction& tx, const Hash& code, std::span<const SlotKey> touched,
               std::span<const SlotKey> written);

    /// True while more looks at such transactions would tell more.
    [[nodiscard]] bool is_curious(const BlockTransaction& tx, const Hash& code) const;

    /// False where nothing is known of such calls, or not which code the contract has. Appends to `to`.
    bool expect(const BlockTransaction& tx, std::vector<ExpectedSlot>& to) const;
    /// The same slots by their keys, of each transaction, and the codes of the contracts that they call
    /// (empty ones: nothing is expected): a hash or two each, all hashed together. Appends to `to`.
    void expect_keys(std::span<const BlockTransaction> txs, std::span<const Hash> codes, ExpectedKeys& to);
    [[nodiscard]] ExpectedKeys expected_keys(const BlockTransaction& tx, const Hash& code) {
        ExpectedKeys keys;
        expect_keys({&tx, 1}, {&code, 1}, keys);
        return keys;
    }
    [[nodiscard]] size_t size() const;

  private:
    struct Call {
        Hash code;
        uint32_t selector = 0;
        bool operator==(const Call&) const = default;
        friend size_t hash_value(const Call& c) { return hash_seed(hash_value(c.code), c.selector); }
    };
    struct Known {
        std::vector<SlotRule> rules;
        uint32_t looks = 0;
    };
    static std::optional<Call> call_of(const BlockTransaction& tx, const Hash& code);
    [[nodiscard]] bool knows(const Call& call) const;
    void note(const Address& contract, const Hash& code);

    mutable std::shared_mutex m_lock;
    SeededMap<Call, Known> m_calls;
    SeededMap<Address, Hash> m_codes;  ///< of contracts
};

}  // namespace warpevm
