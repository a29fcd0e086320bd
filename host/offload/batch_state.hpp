// SPDX-License-Identifier: Apache-2.0
// The state between the transactions of a batch: what results did that nobody else has seen yet, over the
// state as of each transaction's position. A small multi-version table, for one thread.
#pragma once

#include <vector>

#include "evm/base/seeded_hash.hpp"
#include "fallback/table/version.hpp"
#include "host/offload/offload_job.hpp"

namespace warpevm {

/// One job's part of a batch's results. The results must be `done` for it.
struct ResultOf {
    const OffloadResults* results = nullptr;
    size_t job = 0;

    [[nodiscard]] const transaction_record& record() const { return results->records[job]; }
    template <class T>
    [[nodiscard]] static std::span<const T> part(const std::vector<T>& column, const record_range& range) {
        return std::span<const T>(column).subspan(range.first, range.count);
    }
    [[nodiscard]] std::span<const account_observation> account_observations() const {
        return part(results->account_observations, record().account_observations);
    }
    [[nodiscard]] std::span<const slot_observation> slot_observations() const {
        return part(results->slot_observations, record().slot_observations);
    }
    [[nodiscard]] std::span<const account_effect> account_effects() const {
        return part(results->account_effects, record().account_effects);
    }
    [[nodiscard]] std::span<const slot_effect> slot_effects() const {
        return part(results->slot_effects, record().slot_effects);
    }
};

/// Whether a transaction that observed this would see the same of `state`. Reads that fail: no.
[[nodiscard]] bool holds(const ResultOf& result, const StateView& state);

/// What results did, by their numbers, which ascend. From Spurious Dragon on (EIP-161).
class BatchState {
  public:
    void clear();
    /// Adds what a result did. `base`: the state as of its position. `level` above 0: the transaction is to
    /// be executed again, so that what it did is an estimate; whoever reads that needs a higher level.
    void add(uint32_t number, const ResultOf& result, const StateView& base, uint32_t level);
    /// The highest level of the estimates that the result depends on: slots, and balances that it saw
    /// exactly.
    [[nodiscard]] uint32_t level_read(const ResultOf& result) const;

  private:
    friend class BatchView;
    struct AccountAfter {
        uint32_t number;
        uint32_t level;        ///< of its balance
        AccountState account;  ///< `wiped`: by which number, plus one
        Knowledge before;      ///< of the account in the base
    };
    struct SlotAfter {
        uint32_t number;
        uint32_t level;
        U256 value;
    };
    template <class Versions, class Key>
    static auto last_before(const Versions& versions, const Key& key, uint32_t number)
        -> decltype(&versions.begin()->second.back());

    SeededMap<Address, std::vector<AccountAfter>> m_accounts;
    SeededMap<SlotKey, std::vector<SlotAfter>> m_slots;
    SeededMap<Hash, Bytes> m_codes;
};

/// The state that the transaction `number` sees. Refers to the other two.
class BatchView final : public StateView {
  public:
    BatchView(const BatchState& state, const StateView& base, uint32_t number)
        : m_state(state), m_base(base), m_number(number) {}
    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override;
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override;
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override;
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        return m_base.read_block_hash(number);
    }

  private:
    const BatchState& m_state;
    const StateView& m_base;
    uint32_t m_number;
};

}  // namespace warpevm
