// SPDX-License-Identifier: Apache-2.0
// The multi-version table as the simulation has it: values by key as committed, and versions by position.
#pragma once

#include "fallback/schedule/recorded.hpp"
#include "fallback/table/versions.hpp"

namespace warpevm {

/// All transactions of a window in a row.
struct Line {
    explicit Line(const RecordedWindow& window) {
        for (uint32_t b = 0; b < window.blocks.size(); ++b) {
            for (const RecordedTransaction& t : window.blocks[b].transactions) {
                transactions.push_back(&t);
                block.push_back(b);
            }
        }
    }
    [[nodiscard]] uint32_t count() const { return static_cast<uint32_t>(transactions.size()); }
    std::vector<const RecordedTransaction*> transactions;
    std::vector<uint32_t> block;
};

/// The position of a transaction, by its number over all blocks of the window.
inline Position position_of(uint32_t index) {
    return Position{index} + 1;
}

/// What is committed of each key, and what transactions that are not committed did to it.
class SimulatedTable {
  public:
    explicit SimulatedTable(const RecordedWindow& window)
        : m_clearing(window.state_clearing),
          m_accounts(window.accounts),
          m_slots(window.slots),
          m_slot_positions(window.slots.size()),
          m_account_versions(window.accounts.size()),
          m_slot_versions(window.slots.size()),
          m_defers_credit(window.accounts.size()) {
        for (const RecordedBlock& block : window.blocks)
            if (block.beneficiary != RecordedRead::none) m_defers_credit[block.beneficiary] = true;
    }

    /// Whether a transaction at `position` sees there what it saw in the recording. `estimate`: the earlier
    /// transaction, if any, whose result is awaited.
    bool sees(const RecordedRun& run, const RecordedRead& read, Position position, uint32_t& estimate) const {
        if (read.is_slot) {
            const auto [value, from] = slot_at(read.key, position, estimate);
            return read.observation == RecordedRead::none ||
                   value == run.observations.slots[read.observation].value;
        }
        if (read.observation == RecordedRead::none && m_estimates == 0) return true;
        const AccountValues values = account_at(read.key, position, estimate);
        return read.observation == RecordedRead::none ||
               holds(run.observations.accounts[read.observation], values);
    }

    /// Credit to what a validated incarnation has observed is deferred no longer.
    void note_observed(const RecordedRun& run) {
        for (const AccountObservation& o : run.observations.accounts) m_defers_credit[o.row] = false;
    }
    void publish(const RecordedRun& run, Position position) {
        for (const AccountEffect& e : run.effects.accounts)
            if (!only_touches(e) && !is_deferred(e)) insert(m_account_versions[e.row], {position, &e, false});
        for (const SlotEffect& e : run.effects.slots) insert(m_slot_versions[e.row], {position, &e, false});
    }
    void mark_estimate(const RecordedRun& run, Position position) {
        each_version(run, position, [this](auto& versions, auto it) {
            (void)versions;
            it->estimate = true;
            ++m_estimates;
        });
    }
    void withdraw(const RecordedRun& run, Position position) {
        each_version(run, position, [this](auto& versions, auto it) {
            m_estimates -= it->estimate ? 1 : 0;
            versions.erase(it);
        });
    }
    void commit(const RecordedRun& run, Position position) {
        for (const AccountEffect& e : run.effects.accounts) apply(m_accounts[e.row], e, position, m_clearing);
        for (const SlotEffect& e : run.effects.slots) {
            m_slots[e.row].value = e.value;
            m_slot_positions[e.row] = position;
        }
    }

  private:
    struct AccountVersion {
        Position position;
        const AccountEffect* effect;
        bool estimate;
    };
    struct SlotVersion {
        Position position;
        const SlotEffect* effect;
        bool estimate;
    };

    bool is_deferred(const AccountEffect& e) const {
        return m_defers_credit[e.row] && !has(e, WROTE_NONCE | WROTE_CODE | WIPED);
    }
    template <class Version>
    static void insert(std::vector<Version>& versions, const Version& version) {
        const auto after = std::find_if(versions.begin(), versions.end(),
                                        [&](const Version& v) { return v.position > version.position; });
        versions.insert(after, version);
    }
    template <class Do>
    void each_version(const RecordedRun& run, Position position, Do what) {
        const auto in = [&](auto& versions) {
            const auto it = std::find_if(versions.begin(), versions.end(),
                                         [&](const auto& v) { return v.position == position; });
            if (it != versions.end()) what(versions, it);
        };
        for (const AccountEffect& e : run.effects.accounts) in(m_account_versions[e.row]);
        for (const SlotEffect& e : run.effects.slots) in(m_slot_versions[e.row]);
    }
    AccountValues account_at(uint32_t key, Position position, uint32_t& estimate) const {
        AccountState state = m_accounts[key];
        for (const AccountVersion& v : m_account_versions[key]) {
            if (v.position >= position) break;
            if (v.estimate) estimate = static_cast<uint32_t>(v.position - 1);
            apply(state, *v.effect, v.position, m_clearing);
        }
        return values_of(state);
    }
    /// A wipe of the account since the value was written makes it zero.
    std::pair<U256, Position> slot_at(uint32_t key, Position position, uint32_t& estimate) const {
        U256 value = m_slots[key].value;
        Position from = m_slot_positions[key];
        for (const SlotVersion& v : m_slot_versions[key]) {
            if (v.position >= position) break;
            if (v.estimate) estimate = static_cast<uint32_t>(v.position - 1);
            value = v.effect->value;
            from = v.position;
        }
        Position wiped = m_accounts[m_slots[key].account].wiped;
        for (const AccountVersion& v : m_account_versions[m_slots[key].account])
            if (v.position < position && has(*v.effect, WIPED)) wiped = v.position;
        return wiped > from ? std::pair(U256{}, wiped) : std::pair(value, from);
    }

    bool m_clearing;
    uint64_t m_estimates = 0;
    std::vector<AccountState> m_accounts;
    std::vector<RecordedWindow::Slot> m_slots;
    std::vector<Position> m_slot_positions;
    std::vector<std::vector<AccountVersion>> m_account_versions;
    std::vector<std::vector<SlotVersion>> m_slot_versions;
    std::vector<bool> m_defers_credit;
};

/// Forgets observations that the recorded effects don't explain: of what a block does before and after its
/// transactions. Answers how many.
uint32_t drop_unexplained(RecordedWindow& window);

}  // namespace warpevm
