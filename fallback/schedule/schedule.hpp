// SPDX-License-Identifier: Apache-2.0
// The schedule of a window: claims, the commit loop and speculation, as steps that workers take. It knows no
// clock and no way to wait: its platform has them, and executes, validates and commits. Threads loop over
// `step`; the simulation takes the step of whichever worker is earliest in virtual time.
#pragma once

#include <atomic>
#include <concepts>
#include <numeric>
#include <optional>
#include <utility>
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
    uint32_t stale = 0;      ///< executed again
    uint32_t back_offs = 0;  ///< how often speculation was given up for a while
    uint32_t openings = 0;
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
    /// Whether the incarnation holds on the committed state.
    { p.validate(w, index) } -> std::same_as<bool>;
    /// It is stale: who reads what it wrote waits.
    p.mark_estimate(w, index);
    /// On the committed state; the seconds that it took.
    { p.execute_in_turn(w, index) } -> std::same_as<double>;
    /// Enters what it did. The block ends, where this is its last transaction.
    p.commit(w, index);
    /// Seconds of the incarnation that waits for its commit.
    { p.seconds_of(index) } -> std::same_as<double>;
    { p.now(w) } -> std::same_as<double>;
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

    /// `gas_limits` of all transactions of the window.
    Schedule(Platform& platform, std::vector<uint64_t> gas_limits, const PolicyConstants& constants,
             unsigned workers)
        : m_platform(platform),
          m_gas_limits(std::move(gas_limits)),
          m_constants(constants),
          m_workers(workers),
          m_claims(static_cast<uint32_t>(m_gas_limits.size())),
          m_limits_left(std::accumulate(m_gas_limits.begin(), m_gas_limits.end(), uint64_t{0})) {}

    [[nodiscard]] bool over() const { return m_next.load(std::memory_order_acquire) >= m_claims.count(); }
    [[nodiscard]] const ScheduleCounters& counters() const { return m_counters; }

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
        if (m_open.load(std::memory_order_acquire) && speculate(w)) return Step::worked;
        return m_platform.seal_some(w) ? Step::worked : Step::idle;
    }

  private:
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
        if (!m_open.load(std::memory_order_relaxed)) {  // what was speculated before it backed off is dropped
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
        // The horizon has moved.
        if (m_open.load(std::memory_order_relaxed) && m_claims.offered() < m_claims.count())
            m_platform.wake_one(w);
        if (!over() && begin_turn(w)) return Step::worked;
        m_commit_lock.store(false, std::memory_order_release);
        return Step::worked;
    }

    void note_turn(const WorkerPlace& p) {
        m_limits_left -= m_gas_limits[p.index];
        switch (p.how) {
            case WorkerPlace::alone: ++m_counters.alone; break;
            case WorkerPlace::fresh: ++m_counters.in_turn; break;
            case WorkerPlace::valid: ++m_counters.valid; break;
            case WorkerPlace::stale: ++m_counters.stale; break;
        }
        if (p.how == WorkerPlace::alone) {
            m_alone.seconds += p.seconds;
            m_alone.gas_limits += m_gas_limits[p.index];
        }
        ++m_turns.turns;
        m_turns.seconds += p.seconds;
    }

    void judge(Worker& w) {
        if (m_workers < 2 || over()) return;
        if (m_open.load(std::memory_order_relaxed)) {
            if (m_turns.turns < turns_to_judge(m_constants, m_backed_off)) return;
            m_turns.elapsed = m_platform.now(w) - m_judged;
            if (!backs_off(m_constants, m_turns)) {
                m_backed_off = 0;
                begin_sample(w);
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
        if (!opens(m_constants, sample, m_workers)) return;
        ++m_counters.openings;
        m_platform.enter_table(w);
        begin_sample(w);
        m_open.store(true, std::memory_order_release);
        m_platform.wake_one(w);
    }

    void begin_sample(Worker& w) {
        m_turns = {};
        m_judged = m_platform.now(w);
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
                const uint32_t end =
                    std::min(m_claims.count(), next + m_constants.horizon_per_worker * m_workers);
                p.range = m_claims.next(claim_size(m_constants, each), next, end, m_workers);
                if (p.range.empty()) return false;
            }
            if (!begin(w, p.range.begin++)) continue;
            // Whoever is woken wakes the next, so that no one pays for all.
            if (m_claims.offered() < m_claims.count()) m_platform.wake_one(w);
            return true;
        }
    }

    bool begin(Worker& w, uint32_t index) {
        if (!m_claims.claim(index)) return false;
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
        p.at = WorkerPlace::free;
        return Step::worked;
    }

    Platform& m_platform;
    const std::vector<uint64_t> m_gas_limits;
    const PolicyConstants& m_constants;
    const unsigned m_workers;
    Claims m_claims;
    std::atomic<uint32_t> m_next{0};  ///< everything before it is committed
    std::atomic<bool> m_commit_lock{false};
    std::atomic<bool> m_open{false};  ///< workers may speculate

    // The commit loop's own.
    uint64_t m_limits_left;
    AloneSample m_alone;
    TurnSample m_turns;
    double m_judged = 0;  ///< when speculation was opened, or judged last
    uint32_t m_backed_off = 0, m_alone_until = 0;
    ScheduleCounters m_counters;
};

}  // namespace warpevm
