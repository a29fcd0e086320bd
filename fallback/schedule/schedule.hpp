// SPDX-License-Identifier: Apache-2.0
// The schedule of a window: claims, the commit loop and speculation, as steps that workers take. It knows no
// clock and no way to wait: its platform has them, and executes, validates and commits. Threads loop over
// `step`; the simulation takes the step of whichever worker is earliest in virtual time.
#pragma once

#include <algorithm>
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
    bool is_again = false;  ///< an incarnation of it was stale
    Claims::Range range{};  ///< claimed, and not begun
    double claim_seconds = 0;
    uint32_t claim_count = 0;
    // Of the turn.
    enum How : uint8_t { alone, fresh, valid, stale, batch };
    How how = alone;
    uint32_t end = 0;  ///< of the batch
    double seconds = 0;
};

/// How far a batch holds, and the seconds that executing so much of it took.
struct HeldBatch {
    uint32_t end = 0;
    double seconds = 0;
};

/// What executes, validates and commits, and has the clock. `w` is the worker that does it.
template <class P>
concept SchedulePlatform = requires(P p, typename P::Worker& w, uint32_t index) {
    { w.place } -> std::same_as<WorkerPlace&>;
    /// The transaction is next. Its block begins, if it has not yet.
    p.before(w, index);
    /// It holds the commit lock, has found no turn, and is about to release it: a place for tests to dwell
    /// on.
    p.gives_way(w);
    /// On the serial journal; the seconds that it took.
    { p.execute_alone(w, index) } -> std::same_as<double>;
    /// On the state as of its position. False: it waits for something; called again when that has come.
    { p.execute_ahead(w, index) } -> std::same_as<bool>;
    { p.seconds_ahead(w) } -> std::same_as<double>;
    /// Others see what it did, in place of what an earlier incarnation did.
    p.publish(w, index);
    /// Whether the incarnation would see the same again, as of its position.
    { p.holds_ahead(w, index) } -> std::same_as<bool>;
    /// An incarnation is there again in place of an estimate: who suspended on it goes on.
    p.resume_readers(w, index);
    /// Whether the incarnation holds on the committed state.
    { p.validate(w, index) } -> std::same_as<bool>;
    /// The end of what may be validated and committed together with `index`; `index` where nothing may.
    { p.batch_end(w, index) } -> std::same_as<uint32_t>;
    /// All from `index` to `end` have incarnations. Those that hold, and their effects entered.
    { p.validate_batch(w, index, index) } -> std::same_as<HeldBatch>;
    p.commit_batch(w, index, index);
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
    /// Results that were handed in become incarnations. False: there are none.
    { p.receive_some(w) } -> std::same_as<bool>;
    /// A piece of what others work on in pieces, or of the receipts and the difference of a block that has
    /// ended. False: there is none.
    { p.help(w) } -> std::same_as<bool>;
    /// One of the idle workers, if there are any, looks again.
    p.wake_one(w);
    /// Another worker is wanted: an idle one, or one that has not begun yet.
    p.call_one(w);
};

/// What the commit loop waits for, beside what a thread executes. For tests, and where it is asked where work
/// ran.
struct Patience {
    bool for_threads = false;  ///< until each transaction was executed ahead of its turn
    bool for_loans = false;    ///< until what is lent was handed in or given back
};

/// How far a window has come: what a platform may know of its schedule.
class ScheduleProgress {
  public:
    /// `gas`: what each transaction of the window may spend on code, as a hint.
    explicit ScheduleProgress(std::vector<uint64_t> gas)
        : m_gas(std::move(gas)), m_claims(static_cast<uint32_t>(m_gas.size())) {}

    [[nodiscard]] bool over() const { return stopped() || next() >= m_claims.count(); }
    /// Nothing is begun any more. By any thread; what is committed stays so.
    void stop() { m_stopped.store(true, std::memory_order_release); }
    [[nodiscard]] bool stopped() const { return m_stopped.load(std::memory_order_acquire); }
    /// Everything before it is committed.
    [[nodiscard]] uint32_t next() const { return m_next.load(std::memory_order_acquire); }
    [[nodiscard]] Claims& claims() { return m_claims; }
    /// After the window, or by the commit loop.
    [[nodiscard]] const ScheduleCounters& counters() const { return m_counters; }

  private:
    template <SchedulePlatform Platform>
    friend class Schedule;

    const std::vector<uint64_t> m_gas;
    Claims m_claims;
    std::atomic<uint32_t> m_next{0};
    std::atomic<bool> m_stopped{false};
    ScheduleCounters m_counters;
};

template <SchedulePlatform Platform>
class Schedule {
  public:
    using Worker = typename Platform::Worker;

    Schedule(Platform& platform, ScheduleProgress& progress, const PolicyConstants& constants,
             unsigned workers, Patience patience = {})
        : m_platform(platform),
          m_progress(progress),
          m_gas(progress.m_gas),
          m_claims(progress.m_claims),
          m_next(progress.m_next),
          m_counters(progress.m_counters),
          m_constants(constants),
          m_workers(workers),
          m_batches(constants),
          m_patience(patience),
          m_gas_left(std::accumulate(m_gas.begin(), m_gas.end(), uint64_t{0})),
          m_plain_left(static_cast<uint32_t>(std::count(m_gas.begin(), m_gas.end(), uint64_t{0}))) {}

    [[nodiscard]] bool over() const { return m_progress.over(); }

    /// Lets the workers speculate from the first transaction on. Before the first step.
    void open(Worker& w) {
        ++m_counters.openings;
        m_platform.enter_table(w);
        begin_sample(w);
        m_open.store(true, std::memory_order_release);
        m_platform.call_one(w);
    }

    Step step(Worker& w) {
        switch (w.place.at) {
            case WorkerPlace::executing: return go_on_executing(w);
            case WorkerPlace::executed: return hand_in(w);
            case WorkerPlace::in_turn: return end_turn(w);
            case WorkerPlace::free: break;
        }
        if (over()) return m_platform.help(w) ? Step::worked : Step::over;
        if (takes_turn(w) || m_platform.receive_some(w)) return Step::worked;
        if (m_open.load(std::memory_order_acquire) && (speculate(w) || look_again(w))) return Step::worked;
        return m_platform.help(w) ? Step::worked : Step::idle;
    }

  private:
    // ---- the commit loop, by whoever holds the commit lock

    /// Who hands in the next transaction while another looks for it finds the lock taken, and goes on. So who
    /// found nothing looks again once the lock is free, or both would wait for one another.
    bool takes_turn(Worker& w) {
        while (!m_commit_lock.exchange(true, std::memory_order_seq_cst)) {
            if (begin_turn(w)) return true;
            m_platform.gives_way(w);
            m_commit_lock.store(false, std::memory_order_seq_cst);
            if (!has_turn()) return false;
        }
        return false;
    }

    [[nodiscard]] bool has_turn() const {
        const uint32_t index = m_next.load(std::memory_order_acquire);
        return index < m_claims.count() && m_claims.stage(index) != Claims::Stage::claimed &&
               !is_awaited(index);
    }

    /// False where the next transaction is being executed by somebody else.
    bool begin_turn(Worker& w) {
        const uint32_t index = m_next.load(std::memory_order_relaxed);
        if (index >= m_claims.count()) return false;
        m_platform.before(w, index);  // first, so that others see what the block does before its transactions
        if (is_awaited(index)) return false;
        if (begin_batch(w, index)) return true;
        const auto was = m_claims.take(index);
        if (!was) return false;
        WorkerPlace& p = w.place;
        p.at = WorkerPlace::in_turn;
        p.index = index;
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

    /// False where one is to be committed by itself.
    bool begin_batch(Worker& w, uint32_t index) {
        if (!m_open.load(std::memory_order_relaxed)) return false;
        uint32_t end = index;
        const uint32_t most = m_batches.most(index);
        if (most == 0 || m_claims.stage(index) != Claims::Stage::done) return false;
        const uint32_t limit = std::min(m_platform.batch_end(w, index), index + most);
        while (end < limit && m_claims.stage(end) == Claims::Stage::done) ++end;
        if (!m_batches.pays(end - index)) return false;
        // Nobody looks at them again from here on; who does already has claimed one.
        m_batch_end.store(end, std::memory_order_seq_cst);
        const uint32_t there = end;
        for (end = index; end < there && m_claims.stage(end) == Claims::Stage::done;) ++end;
        if (!m_batches.pays(end - index)) {
            m_batch_end.store(index, std::memory_order_release);
            return false;
        }
        const HeldBatch held = m_platform.validate_batch(w, index, end);
        m_batches.note(index, held.end - index, end - index);
        if (held.end != index) m_claims.take_done(index, held.end);
        m_batch_end.store(held.end, std::memory_order_release);
        if (held.end == index) return false;
        WorkerPlace& p = w.place;
        p.at = WorkerPlace::in_turn;
        p.how = WorkerPlace::batch;
        p.index = index;
        p.end = held.end;
        p.seconds = held.seconds;
        return true;
    }

    [[nodiscard]] bool is_awaited(uint32_t index) const {
        if (!m_open.load(std::memory_order_relaxed)) return false;
        const Claims::Stage stage = m_claims.stage(index);
        if (stage == Claims::Stage::lent) return m_patience.for_loans;
        return m_patience.for_threads && stage == Claims::Stage::open && m_claims.offered() <= index;
    }

    Step end_turn(Worker& w) {
        WorkerPlace& p = w.place;
        if (p.how == WorkerPlace::batch) {
            m_platform.commit_batch(w, p.index, p.end);
        } else {
            p.end = p.index + 1;
            m_platform.commit(w, p.index);
        }
        m_next.store(p.end, std::memory_order_release);
        if (p.how == WorkerPlace::stale) look_again_from(p.end);
        note_turn(p);
        p.at = WorkerPlace::free;
        judge(w, p);
        // The horizon has moved.
        if (m_open.load(std::memory_order_relaxed) && m_claims.offered() < m_claims.count())
            m_platform.wake_one(w);
        if (!over() && begin_turn(w)) return Step::worked;
        m_commit_lock.store(false, std::memory_order_release);
        return Step::worked;
    }

    void note_turn(const WorkerPlace& p) {
        for (uint32_t i = p.index; i < p.end; ++i) {
            m_gas_left -= m_gas[i];
            m_plain_left -= m_gas[i] == 0 ? 1 : 0;
        }
        switch (p.how) {
            case WorkerPlace::alone: ++m_counters.alone; break;
            case WorkerPlace::fresh: ++m_counters.in_turn; break;
            case WorkerPlace::valid: ++m_counters.valid; break;
            case WorkerPlace::batch: m_counters.valid += p.end - p.index; break;
            case WorkerPlace::stale: ++m_counters.stale; break;
        }
        if (p.how == WorkerPlace::alone) note_alone(m_gas[p.index], p.seconds);
        m_turns.turns += p.end - p.index;
        m_turns.seconds += p.seconds;
    }

    /// `seconds` are of all since they were more than zero last.
    void note_alone(uint64_t gas, double seconds) {
        m_stretch.gas += gas;
        ++m_stretch.count;
        if (seconds == 0) return;
        if (m_stretch.gas != 0) {
            m_alone.seconds += seconds;
            m_alone.gas += m_stretch.gas;
        } else {
            m_alone.plain_seconds += seconds;
            m_alone.plain += m_stretch.count;
        }
        m_stretch = {};
    }

    void judge(Worker& w, const WorkerPlace& p) {
        if (m_workers < 2 || over()) return;
        if (m_open.load(std::memory_order_relaxed)) {
            if (!may_judge(m_constants, m_turns)) return;
            m_turns.elapsed = m_platform.now(w) - m_judged;
            if (!backs_off(m_constants, m_turns)) {
                m_backed_off = 0;
                begin_sample(w);
                return;
            }
            ++m_counters.back_offs;
            m_alone_for = back_off_seconds(m_constants, m_backed_off++);
            m_open.store(false, std::memory_order_release);
            m_platform.leave_table(w);
            m_alone = {};
            m_stretch = {};
            return;
        }
        if (p.seconds == 0) return;  // nothing new is known
        if (m_alone.seconds + m_alone.plain_seconds < m_alone_for) return;
        AloneSample sample = m_alone;
        sample.gas_left = m_gas_left;
        sample.left = m_claims.count() - m_next.load(std::memory_order_relaxed);
        sample.plain_left = m_plain_left;
        if (!opens(m_constants, sample, m_workers)) return;
        open(w);
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
                const uint32_t wanted = m_patience.for_threads ? 1 : claim_size(m_constants, each);
                p.range = m_claims.next(wanted, next, end, m_workers);
                if (p.range.empty()) return false;
            }
            const uint32_t index = p.range.begin++;
            if (!m_claims.claim(index)) continue;
            begin_executing(p, index, /*is_again=*/false);
            // Whoever is called calls the next, so that no one pays for all.
            if (m_claims.offered() < m_claims.count()) m_platform.call_one(w);
            go_on_executing(w);
            return true;
        }
    }

    static void begin_executing(WorkerPlace& p, uint32_t index, bool is_again) {
        p.at = WorkerPlace::executing;
        p.index = index;
        p.is_again = is_again;
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
        if (p.is_again) {
            m_platform.resume_readers(w, p.index);
            look_again_from(p.index + 1);
        }
        p.at = WorkerPlace::free;
        return Step::worked;
    }

    // ---- validation ahead (Block-STM's validation index)

    /// What was executed from `index` on has probably read what is different now: something before it was
    /// stale. Where nothing is, nobody looks.
    void look_again_from(uint32_t index) {
        uint32_t from = m_again.load(std::memory_order_relaxed);
        while (index < from && !m_again.compare_exchange_weak(from, index, std::memory_order_acq_rel)) {
        }
    }

    /// For who has nothing to begin: what would come out otherwise now is executed again, before the commit
    /// loop comes to it. False where there is nothing to look at.
    bool look_again(Worker& w) {
        WorkerPlace& p = w.place;
        for (;;) {
            uint32_t from = m_again.load(std::memory_order_acquire);
            const uint32_t index = std::max(from, m_next.load(std::memory_order_acquire) + 1);
            if (index >= std::min(m_claims.offered(), m_claims.count())) return false;
            if (!m_again.compare_exchange_weak(from, index + 1, std::memory_order_acq_rel)) continue;
            if (!m_claims.reclaim(index)) continue;
            if (index < m_batch_end.load(std::memory_order_seq_cst) || m_platform.holds_ahead(w, index)) {
                m_claims.hand_in(index);
                return true;
            }
            m_platform.mark_estimate(w, index);
            begin_executing(p, index, /*is_again=*/true);
            go_on_executing(w);
            return true;
        }
    }

    Platform& m_platform;
    ScheduleProgress& m_progress;
    const std::vector<uint64_t>& m_gas;
    Claims& m_claims;
    std::atomic<uint32_t>& m_next;
    ScheduleCounters& m_counters;
    const PolicyConstants& m_constants;
    const unsigned m_workers;
    BatchSizes m_batches;  // the commit loop's own
    const Patience m_patience;
    std::atomic<bool> m_commit_lock{false};
    std::atomic<bool> m_open{false};              ///< workers may speculate
    std::atomic<uint32_t> m_again{~uint32_t{0}};  ///< incarnations before it were looked at
    std::atomic<uint32_t> m_batch_end{0};         ///< up to here the commit loop has them, or had

    // The commit loop's own.
    uint64_t m_gas_left;
    uint32_t m_plain_left;
    AloneSample m_alone;
    struct {
        uint64_t gas = 0;
        uint32_t count = 0;
    } m_stretch;  ///< alone, since the clock was read
    TurnSample m_turns;
    double m_judged = 0;        ///< when speculation was opened, or judged last
    uint32_t m_backed_off = 0;  ///< times in a row
    double m_alone_for = 0;     ///< seconds, since it backed off
};

}  // namespace warpevm
