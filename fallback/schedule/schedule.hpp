// SPDX-License-Identifier: Apache-2.0
// The schedule of a window: claims, the commit loop and speculation, as steps that workers take. It knows no
// clock and no way to wait: its platform has them, and executes, validates and commits. Threads loop over
// `step`; the simulation takes the step of whichever worker is earliest in virtual time.
#pragma once

#include <atomic>
#include <concepts>
#include <optional>
#include <vector>

#include "fallback/schedule/claims.hpp"
#include "fallback/schedule/policy.hpp"

namespace warpevm {

/// What a worker did in a step.
enum class Step : uint8_t {
    worked,  ///< something took time; the next step goes on
    idle,    ///< nothing to do before something changes
    over,    ///< the window is committed
};

/// What became of the transactions.
struct ScheduleCounters {
    uint32_t alone = 0;      ///< executed while no other worker was wanted
    uint32_t in_turn = 0;    ///< executed by the commit loop in its turn: nobody had begun them
    uint32_t valid = 0;      ///< executed beside the commit loop, and committed as they were
    uint32_t stale = 0;      ///< executed again in their turn
    uint32_t again = 0;      ///< how often one was executed again before its turn
    uint32_t back_offs = 0;  ///< how often speculation was given up for a while
    uint32_t openings = 0;
};

/// A transaction as the policy sees it.
struct ScheduledTransaction {
    uint64_t gas_limit = 0;
    uint32_t before = ~uint32_t{0}, after = ~uint32_t{0};  ///< to the same account, in the window
    uint32_t recipient = ~uint32_t{0};
};

/// What the schedule keeps of a worker.
struct WorkerPlace {
    enum At : uint8_t { free, executing, executed, in_turn };
    At at = free;
    uint32_t index = 0;
    Claims::Range range{};  ///< claimed, and not begun
    double claim_seconds = 0;
    uint32_t claim_count = 0;
    // Of the turn.
    enum How : uint8_t { alone, fresh, valid, stale };
    How how = alone;
    double seconds = 0;
};

/// What executes, validates and commits, and has the clock. `w` is the worker that does it.
template <class P>
concept SchedulePlatform = requires(P p, typename P::Worker& w, uint32_t index) {
    { w.place } -> std::same_as<WorkerPlace&>;
    /// The block begins, where this is its first transaction.
    p.before(w, index);
    /// On the serial journal; the seconds that it took.
    { p.execute_alone(w, index) } -> std::same_as<double>;
    /// On the state as of its position. False: it waits for something; called again when that has come.
    { p.execute_ahead(w, index) } -> std::same_as<bool>;
    { p.seconds_ahead(w) } -> std::same_as<double>;
    /// Others see what it did.
    p.publish(w, index);
    /// Whether a later transaction has read what this one has written.
    { p.was_read_later(index) } -> std::same_as<bool>;
    /// Whether the incarnation holds as far as one can tell ahead of its turn.
    { p.check(w, index) } -> std::same_as<bool>;
    /// Whether the incarnation holds on the committed state.
    { p.validate(w, index) } -> std::same_as<bool>;
    /// It is stale: who reads what it wrote waits.
    p.mark_estimate(w, index);
    /// On the committed state; the seconds that it took.
    { p.execute_in_turn(w, index) } -> std::same_as<double>;
    /// Enters what it did. The block ends, where this is its last transaction.
    p.commit(w, index);
    /// Seconds of the incarnation that was committed, and of the longest chain of transactions that each
    /// needed the one before and that ends in it, since `count_chains`.
    { p.seconds_of(index) } -> std::same_as<double>;
    { p.chain_of(index) } -> std::same_as<double>;
    p.count_chains();
    /// What was changed on the journal becomes visible to others; and back.
    p.enter_table(w);
    p.leave_table(w);
    /// A piece of the receipts and the difference of a block that has ended. False: there is none.
    { p.seal_some(w) } -> std::same_as<bool>;
    /// One of the idle workers, if there are any, looks again.
    p.wake_one(w);
};

template <SchedulePlatform Platform>
class Schedule {
  public:
    using Worker = typename Platform::Worker;

    Schedule(Platform& platform, const std::vector<ScheduledTransaction>& transactions,
             const PolicyConstants& constants, unsigned workers)
        : m_platform(platform),
          m_transactions(transactions),
          m_constants(constants),
          m_workers(workers),
          m_claims(static_cast<uint32_t>(transactions.size())) {
        m_limits_left = 0;
        uint32_t recipients = 0;
        for (const ScheduledTransaction& t : transactions) {
            m_limits_left += t.gas_limit;
            if (t.recipient != none) recipients = std::max(recipients, t.recipient + 1);
        }
        m_contention = std::make_unique<Contended[]>(recipients);
    }

    [[nodiscard]] bool over() const { return m_next.load(std::memory_order_acquire) >= m_claims.count(); }
    [[nodiscard]] ScheduleCounters counters() const {
        ScheduleCounters all = m_counters;
        all.again = m_again.load(std::memory_order_relaxed);
        return all;
    }

    Step step(Worker& w) {
        switch (w.place.at) {
            case WorkerPlace::executing: return go_on_executing(w);
            case WorkerPlace::executed: return hand_in(w);
            case WorkerPlace::in_turn: return end_turn(w);
            case WorkerPlace::free: break;
        }
        if (over()) return m_platform.seal_some(w) ? Step::worked : Step::over;
        if (!m_commit_lock.exchange(true, std::memory_order_acquire)) {
            if (begin_turn(w)) return Step::worked;
            m_commit_lock.store(false, std::memory_order_release);
        }
        if (m_open.load(std::memory_order_acquire) && (check_next(w) || speculate(w))) return Step::worked;
        return m_platform.seal_some(w) ? Step::worked : Step::idle;
    }

  private:
    static constexpr uint32_t none = ~uint32_t{0};
    struct Contended {
        uint32_t stale = 0, valid = 0;
        std::atomic<bool> contended{false};
    };

    // ---- the commit loop, by whoever holds the commit lock

    /// False where the next transaction is being executed by somebody else.
    bool begin_turn(Worker& w) {
        const uint32_t index = m_next.load(std::memory_order_relaxed);
        if (index >= m_claims.count()) return false;
        const auto was = m_claims.take(index);
        if (!was) return false;
        WorkerPlace& p = w.place;
        p.at = WorkerPlace::in_turn;
        p.index = index;
        m_platform.before(w, index);
        if (*was != Claims::Stage::done && !m_open.load(std::memory_order_relaxed)) {
            p.how = WorkerPlace::alone;
            p.seconds = m_platform.execute_alone(w, index);
            return true;
        }
        p.how = WorkerPlace::fresh;
        if (*was == Claims::Stage::done) {
            if (m_platform.validate(w, index)) {
                p.how = WorkerPlace::valid;
                p.seconds = m_platform.seconds_of(index);
                return true;
            }
            p.how = WorkerPlace::stale;
            m_platform.mark_estimate(w, index);
        }
        p.seconds = m_platform.execute_in_turn(w, index);
        return true;
    }

    Step end_turn(Worker& w) {
        WorkerPlace& p = w.place;
        m_platform.commit(w, p.index);
        m_next.store(p.index + 1, std::memory_order_release);
        note_turn(p);
        p.at = WorkerPlace::free;
        judge(w);
        if (!over() && begin_turn(w)) return Step::worked;
        m_commit_lock.store(false, std::memory_order_release);
        return Step::worked;
    }

    void note_turn(const WorkerPlace& p) {
        m_limits_left -= m_transactions[p.index].gas_limit;
        const uint32_t recipient = m_transactions[p.index].recipient;
        switch (p.how) {
            case WorkerPlace::alone: ++m_counters.alone; break;
            case WorkerPlace::fresh: ++m_counters.in_turn; break;
            case WorkerPlace::valid: ++m_counters.valid; break;
            case WorkerPlace::stale: ++m_counters.stale; break;
        }
        if (recipient != none && (p.how == WorkerPlace::valid || p.how == WorkerPlace::stale)) {
            Contended& c = m_contention[recipient];
            ++(p.how == WorkerPlace::valid ? c.valid : c.stale);
            c.contended.store(is_contended(m_constants, c.stale, c.valid), std::memory_order_relaxed);
        }
        const double chain = m_platform.chain_of(p.index);
        if (p.how == WorkerPlace::alone) {
            m_alone.seconds += p.seconds;
            m_alone.gas_limits += m_transactions[p.index].gas_limit;
        } else {
            ++m_turns.turns;
            m_turns.seconds += p.seconds;
            if (p.how == WorkerPlace::valid) m_turns.useful += p.seconds;
            m_turns.longest_chain = std::max(m_turns.longest_chain, chain);
        }
    }

    void judge(Worker& w) {
        if (m_workers < 2 || over()) return;
        if (m_open.load(std::memory_order_relaxed)) {
            if (m_turns.turns < m_constants.judged_turns) return;
            const bool off = backs_off(m_constants, m_turns);
            m_turns = {};
            m_platform.count_chains();
            if (!off) {
                m_backed_off = 0;
                return;
            }
            ++m_counters.back_offs;
            m_alone_until =
                m_next.load(std::memory_order_relaxed) + back_off_turns(m_constants, m_backed_off++);
            m_open.store(false, std::memory_order_release);
            m_platform.leave_table(w);
            m_alone = {};
            return;
        }
        if (m_next.load(std::memory_order_relaxed) < m_alone_until) return;
        AloneSample sample = m_alone;
        sample.gas_limits_left = m_limits_left;
        if (opens(m_constants, sample, m_workers)) {
            ++m_counters.openings;
            m_platform.enter_table(w);
            m_platform.count_chains();
            m_turns = {};
            m_open.store(true, std::memory_order_release);
            m_platform.wake_one(w);
        }
    }

    // ---- speculation

    /// False where nothing may be begun now.
    bool speculate(Worker& w) {
        WorkerPlace& p = w.place;
        for (;;) {
            if (p.range.empty()) {
                const uint32_t next = m_next.load(std::memory_order_acquire);
                const double each =
                    p.claim_count == 0 ? m_constants.claimed_seconds : p.claim_seconds / p.claim_count;
                p.range = m_claims.next(claim_size(m_constants, each), next, m_workers);
                if (p.range.empty()) return false;
            }
            if (!begin(w, p.range.begin++)) continue;
            // Whoever is woken wakes the next, so that no one pays for all.
            if (m_claims.offered() < m_claims.count()) m_platform.wake_one(w);
            return true;
        }
    }

    /// Looks at what waits for its commit and read something that has changed since; executes it again where
    /// it is stale. False: there is nothing to look at.
    bool check_next(Worker& w) {
        uint32_t at = m_check.load(std::memory_order_relaxed);
        for (;;) {
            const uint32_t from = std::max(at, m_next.load(std::memory_order_acquire) + 1);
            if (from >= m_claims.offered()) return false;
            if (!m_check.compare_exchange_weak(at, from + 1, std::memory_order_acq_rel)) continue;
            at = from + 1;
            if (m_claims.stage(from) != Claims::Stage::done) continue;
            if (m_platform.check(w, from) || !m_claims.claim_again(from)) return true;
            m_platform.mark_estimate(w, from);
            w.place.at = WorkerPlace::executing;
            w.place.index = from;
            ++m_again;
            return true;
        }
    }
    void check_from(uint32_t index) {
        uint32_t at = m_check.load(std::memory_order_relaxed);
        while (index < at && !m_check.compare_exchange_weak(at, index, std::memory_order_acq_rel)) {
        }
    }

    bool begin(Worker& w, uint32_t index) {
        if (must_wait(index) || !m_claims.claim(index)) return false;
        w.place.at = WorkerPlace::executing;
        w.place.index = index;
        go_on_executing(w);
        return true;
    }

    Step go_on_executing(Worker& w) {
        if (!m_platform.execute_ahead(w, w.place.index)) return Step::worked;
        w.place.at = WorkerPlace::executed;
        return Step::worked;
    }

    Step hand_in(Worker& w) {
        WorkerPlace& p = w.place;
        p.claim_seconds += m_platform.seconds_ahead(w);
        ++p.claim_count;
        m_platform.publish(w, p.index);
        m_claims.hand_in(p.index);
        // What was published while this was executed, and what later ones have read before this.
        if (m_platform.was_read_later(p.index)) check_from(p.index);
        p.at = WorkerPlace::free;
        // One that was passed over because it needs this.
        const uint32_t after = m_transactions[p.index].after;
        if (after != none && is_contended_now(after) && m_claims.was_offered(after)) begin(w, after);
        return Step::worked;
    }

    [[nodiscard]] bool is_contended_now(uint32_t index) const {
        const uint32_t recipient = m_transactions[index].recipient;
        return recipient != none && m_contention[recipient].contended.load(std::memory_order_relaxed);
    }
    /// Where one transaction after the other needs the one before, to execute it too early is in vain.
    [[nodiscard]] bool must_wait(uint32_t index) const {
        const uint32_t before = m_transactions[index].before;
        return before != none && is_contended_now(index) &&
               before >= m_next.load(std::memory_order_acquire) &&
               m_claims.stage(before) < Claims::Stage::done;
    }

    Platform& m_platform;
    const std::vector<ScheduledTransaction>& m_transactions;
    const PolicyConstants& m_constants;
    const unsigned m_workers;
    Claims m_claims;
    std::atomic<uint32_t> m_next{0};  ///< everything before it is committed
    std::atomic<bool> m_commit_lock{false};
    std::atomic<uint32_t> m_check{0};  ///< where to look for what has become stale
    std::atomic<uint32_t> m_again{0};
    std::atomic<bool> m_open{false};  ///< workers may speculate

    // The commit loop's own.
    uint64_t m_limits_left = 0;
    AloneSample m_alone;
    TurnSample m_turns;
    uint32_t m_backed_off = 0, m_alone_until = 0;
    ScheduleCounters m_counters;
    std::unique_ptr<Contended[]> m_contention;
};

}  // namespace warpevm
