// SPDX-License-Identifier: Apache-2.0
// What calls of the same contract and selector touched before: which slots follow from which words. A
// prediction is only ever a hint: what a transaction observes is recorded and validated, whatever was
// predicted.
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
    Address account;
    U256 slot;  ///< of the mapping, or itself
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

/// Slots by their keys, and their accounts, each once.
struct ExpectedKeys {
    std::vector<Address> accounts;
    std::vector<SlotKey> slots;
};

/// Thread-safe.
class AccessTable {
  public:
    /// Contracts with their selectors; beyond that all are forgotten. And the rules of one.
    static constexpr size_t most_calls = 1024;
    static constexpr size_t most_rules = 16;
    /// Transactions of one call that are looked at: the first finds rules, the others drop those that do not
    /// hold for them.
    static constexpr uint32_t most_looks = 4;

    /// What a transaction touched; `written` is a part of it. Costs up to a thousand hashes for a call that
    /// was never seen.
    void learn(const BlockTransaction& tx, std::span<const SlotKey> touched,
               std::span<const SlotKey> written);
    /// True while more looks at such transactions would tell more.
    [[nodiscard]] bool is_curious(const BlockTransaction& tx) const;

    /// False where nothing is known of such calls. Appends to `to`.
    bool expect(const BlockTransaction& tx, std::vector<ExpectedSlot>& to) const;
    /// The same slots by their keys, of each transaction: a hash or two each, all hashed together.
    [[nodiscard]] std::vector<ExpectedKeys> expected_keys(std::span<const BlockTransaction> txs) const;
    [[nodiscard]] ExpectedKeys expected_keys(const BlockTransaction& tx) const {
        return std::move(expected_keys(std::span(&tx, 1)).front());
    }
    [[nodiscard]] size_t size() const;

  private:
    struct Call {
        Address to;
        uint32_t selector = 0;
        bool operator==(const Call&) const = default;
        friend size_t hash_value(const Call& c) {
            return hash_seed(load_u64(c.to.bytes.data()), load_u64(c.to.bytes.data() + 8),
                             load_u64(c.to.bytes.data() + 12), c.selector);
        }
    };
    struct Known {
        std::vector<SlotRule> rules;
        uint32_t looks = 0;
    };
    static std::optional<Call> call_of(const BlockTransaction& tx);
    [[nodiscard]] bool knows(const Call& call) const;

    mutable std::shared_mutex m_lock;
    SeededMap<Call, Known> m_calls;
};

}  // namespace warpevm
