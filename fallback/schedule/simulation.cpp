// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/simulation.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "fallback/schedule/list_schedule.hpp"
#include "fallback/schedule/simulated_table.hpp"

namespace warpevm {
namespace {

constexpr uint32_t none = RecordedRead::none;
constexpr double piece_seconds = 20e-6;
constexpr uint32_t most_pieces = 64;
/// Gas after which the clock is read, alone: as CommitLoop does.
constexpr uint64_t clocked_gas = 100'000;

std::vector<uint64_t> gas_of(const Line& line) {
    std::vector<uint64_t> gas;
    for (const RecordedTransaction* t : line.transactions) gas.push_back(t->gas_for_code);
    return gas;
}

/// The platform in virtual time.
class Virtual {
  public:
    struct Worker {
        WorkerPlace place;
        double time = 0, busy = 0;
        bool parked = false;
        double WorkersTime::*idle = nullptr;  ///< why it is parked
        // Of the execution that is going on.
        bool executing = false, stale = false;
        double begin = 0;
        size_t next_read = 0;
        uint32_t waits_for = none;
    };
    /// What became of an execution ahead.
    struct Execution {
        const RecordedRun* run = nullptr;  ///< published, and not committed
        double resumed = 0;                ///< when it went on after it had waited for an estimate last
        double handed_in = 0;
    };
    Virtual(const RecordedWindow& window, const Line& line, const SimulatedMachine& machine)
        : m_window(window), m_line(line), m_machine(machine), m_table(window), m_ahead(line.count()) {
        if (machine.foresees_conflicts) m_needs = dependencies(window);
    }

    void gives_way(Worker& w) const { (void)w; }
    double execute_alone(Worker& w, uint32_t index);
    bool execute_ahead(Worker& w, uint32_t index);
    double seconds_ahead(const Worker& w) const;
    void publish(Worker& w, uint32_t index);
    bool holds_ahead(Worker& w, uint32_t index);
    void resume_readers(const Worker& w, uint32_t index) { resume(index, w.time); }
    bool validate(Worker& w, uint32_t index);
    uint32_t batch_end(const Worker& w, uint32_t index) const;
    HeldBatch validate_batch(Worker& w, uint32_t begin, uint32_t end);
    void commit_batch(Worker& w, uint32_t begin, uint32_t end);
    void mark_estimate(Worker& w, uint32_t index);
    double execute_in_turn(Worker& w, uint32_t index);
    void commit(Worker& w, uint32_t index);
    double seconds_of(uint32_t index) const { return m_line.transactions[index]->in_order.seconds; }
    double now(const Worker& w) const;
    void enter_table(Worker& w);
    void leave_table(Worker& w);
    void before(Worker& w, uint32_t index);
    bool receive_some(const Worker& w) const {
        (void)w;
        return false;
    }
    bool help(Worker& w);
    void wake_one(Worker& by);
    void call_one(Worker& by) { wake_one(by); }

    SimulatedRun run(const PolicyConstants& constants);

  private:
    struct Sealing {
        double ready = 0, piece = 0;
        uint32_t pieces = 0;
    };
    void spend(Worker& w, double seconds) const;
    bool waits_for_need(Worker& w, uint32_t index);
    void begin_turn(Worker& w, uint32_t index);
    void spend_in_turn(Worker& w, double seconds, double ElapsedTime::*what);
    void resume(uint32_t index, double at);
    void park(Worker& w, ScheduleProgress& progress) const;
    void unpark(Worker& w, double at);
    void end_block(Worker& w, uint32_t block);

    const RecordedWindow& m_window;
    const Line& m_line;
    const SimulatedMachine& m_machine;
    SimulatedTable m_table;
    std::vector<Execution> m_ahead;
    std::vector<std::vector<uint32_t>> m_needs;  ///< where they are foreseen
    uint32_t m_committed = 0;
    std::vector<Worker> m_workers;
    std::vector<Sealing> m_sealing;
    uint32_t m_begun = 0;    ///< blocks
    uint64_t m_changed = 0;  ///< keys, since the table was entered or left
    struct {
        uint64_t gas = 0;
        double seconds = 0;
    } m_unclocked;  ///< executed alone since the clock was read
    bool m_open = false;
    double m_opened = 0;               ///< when
    double m_loop = 0;                 ///< until when the commit lock is held
    const Worker* m_holder = nullptr;  ///< that held it last
    SimulatedRun m_result;
};

void Virtual::spend(Worker& w, double seconds) const {
    w.time += seconds * m_machine.slowdown;
    w.busy += seconds * m_machine.slowdown;
}

/// Says what the commit loop was waiting for, if it was.
void Virtual::begin_turn(Worker& w, uint32_t index) {
    const Execution& ahead = m_ahead[index];
    ElapsedTime& elapsed = m_result.elapsed;
    double from = m_loop;
    const auto until = [&](double to, double ElapsedTime::*what) {
        if (to > from) elapsed.*what += to - std::exchange(from, to);
    };
    if (ahead.run != nullptr) {
        const bool valid = ahead.run == &m_line.transactions[index]->in_order;
        until(std::min(ahead.resumed, w.time), &ElapsedTime::suspended);
        until(std::min(ahead.handed_in, w.time), valid ? &ElapsedTime::running : &ElapsedTime::running_stale);
    }
    until(w.time, &ElapsedTime::unattended);
    w.time = m_loop = std::max(w.time, m_loop);
    m_holder = &w;
}

void Virtual::spend_in_turn(Worker& w, double seconds, double ElapsedTime::*what) {
    spend(w, seconds);
    if (w.time <= m_loop) return;
    m_result.elapsed.*what += w.time - std::exchange(m_loop, w.time);
}

double Virtual::execute_alone(Worker& w, uint32_t index) {
    begin_turn(w, index);
    const bool first = m_opened == 0;
    spend_in_turn(w, m_line.transactions[index]->alone,
                  first ? &ElapsedTime::alone : &ElapsedTime::backed_off);
    m_unclocked.gas += m_line.transactions[index]->in_order.gas_used;
    m_unclocked.seconds += m_line.transactions[index]->alone;
    return m_unclocked.gas < clocked_gas ? 0 : std::exchange(m_unclocked, {}).seconds;
}

/// True where something that the transaction needs was not handed in yet, and is foreseen.
bool Virtual::waits_for_need(Worker& w, uint32_t index) {
    if (m_needs.empty()) return false;
    for (const uint32_t need : m_needs[index]) {
        if (need < m_committed || m_ahead[need].run != nullptr) continue;
        w.waits_for = need;
        w.begin = w.time;
        return true;
    }
    return false;
}

/// From read to read; each sees the table as it is then.
bool Virtual::execute_ahead(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    if (!w.executing) {
        if (waits_for_need(w, index)) return false;
        w.executing = true;
        w.stale = false;
        w.begin = w.time;
        w.next_read = 0;
    }
    const std::vector<RecordedRead>& reads = t.in_order.reads;
    while (!w.stale && w.next_read < reads.size()) {
        const RecordedRead& read = reads[w.next_read];
        const double at = w.begin + read.offset * m_machine.slowdown;
        if (at > w.time) {
            w.busy += at - w.time;
            w.time = at;
            return false;
        }
        uint32_t estimate = none;
        const bool same = m_table.sees(t.in_order, read, position_of(index), estimate);
        if (estimate != none) {
            w.waits_for = estimate;
            return false;
        }
        w.stale = !same;
        ++w.next_read;
    }
    const double end = w.begin + (w.stale ? t.early : t.in_order).seconds * m_machine.slowdown;
    if (end > w.time) {
        w.busy += end - w.time;
        w.time = end;
    }
    w.executing = false;
    return true;
}

double Virtual::now(const Worker& w) const {
    return w.time;
}

double Virtual::seconds_ahead(const Worker& w) const {
    return w.time - w.begin;
}

void Virtual::publish(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    Execution& ahead = m_ahead[index];
    if (ahead.run != nullptr) m_table.withdraw(*ahead.run, position_of(index));
    ahead.run = w.stale ? &t.early : &t.in_order;
    ahead.handed_in = w.time;
    (m_result.workers.*(w.stale ? &WorkersTime::stale : &WorkersTime::valid)) += w.time - w.begin;
    m_table.publish(*ahead.run, position_of(index));
    if (!m_needs.empty()) resume(index, w.time);
}

/// A run that saw other values than the recording did is the same again while it would see others still.
bool Virtual::holds_ahead(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    spend(w, t.validate);
    bool same = true;
    for (const RecordedRead& read : t.in_order.reads) {
        uint32_t estimate = none;
        same = m_table.sees(t.in_order, read, position_of(index), estimate) && same;
        if (estimate != none) return true;  // whoever it is publishes again
    }
    return same == (m_ahead[index].run == &t.in_order);
}

bool Virtual::validate(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    begin_turn(w, index);
    m_table.note_observed(*m_ahead[index].run);
    const bool valid = m_ahead[index].run == &t.in_order;
    spend_in_turn(w, valid ? t.validate + t.commit : t.validate, &ElapsedTime::charges);
    return valid;
}

/// Within the block.
uint32_t Virtual::batch_end(const Worker& w, uint32_t index) const {
    (void)w;
    uint32_t end = index;
    while (end < m_line.count() && m_line.block[end] == m_line.block[index]) ++end;
    return end;
}

/// The time of all of it, shared with those who are looking on: nobody waits for one who sleeps.
HeldBatch Virtual::validate_batch(Worker& w, uint32_t begin, uint32_t end) {
    HeldBatch held{.end = begin, .seconds = 0};
    double all = 0;
    begin_turn(w, begin);
    for (bool holds = true; held.end < end && holds; held.end += holds ? 1 : 0) {
        const RecordedTransaction& t = *m_line.transactions[held.end];
        holds = m_ahead[held.end].run == &t.in_order;
        m_table.note_observed(*m_ahead[held.end].run);
        all += t.validate + t.commit;
        held.seconds += holds ? t.in_order.seconds : 0;
    }
    std::vector<Worker*> helpers{&w};
    for (Worker& other : m_workers)
        if (other.parked && w.time - other.time < m_machine.spin) helpers.push_back(&other);
    const double at = w.time, each = all / static_cast<double>(helpers.size());
    for (Worker* helper : helpers) {
        if (helper == &w) continue;
        helper->busy += at - helper->time;
        helper->time = at;
        spend(*helper, each);
    }
    spend_in_turn(w, each, &ElapsedTime::charges);
    return held;
}

void Virtual::commit_batch(Worker& w, uint32_t begin, uint32_t end) {
    for (uint32_t i = begin; i < end; ++i) commit(w, i);
}

void Virtual::mark_estimate(Worker& w, uint32_t index) {
    (void)w;
    m_table.mark_estimate(*m_ahead[index].run, position_of(index));
}

double Virtual::execute_in_turn(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    const bool again = m_ahead[index].run != nullptr;
    if (!again) begin_turn(w, index);
    m_table.note_observed(t.in_order);
    spend_in_turn(w, t.in_order.seconds, again ? &ElapsedTime::stale : &ElapsedTime::in_turn);
    spend_in_turn(w, t.validate + t.commit, &ElapsedTime::charges);
    return t.in_order.seconds;
}

void Virtual::commit(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    const RecordedRun* ahead = std::exchange(m_ahead[index].run, nullptr);
    if (ahead != nullptr) m_table.withdraw(*ahead, position_of(index));
    m_table.commit(t.in_order, position_of(index));
    m_changed += t.in_order.effects.accounts.size() + t.in_order.effects.slots.size();
    m_committed = index + 1;
    resume(index, w.time);
    const uint32_t block = m_line.block[index];
    if (index + 1 == m_line.count() || m_line.block[index + 1] != block) end_block(w, block);
}

/// Whoever waits for what this transaction does goes on.
void Virtual::resume(uint32_t index, double at) {
    for (Worker& w : m_workers) {
        if (w.waits_for != index) continue;
        w.waits_for = none;
        const double wake = m_needs.empty() ? m_machine.wake : 0;
        const double now = std::max(w.time, at + wake);
        w.begin += now - w.time;  // the rest of the execution is as long as before
        m_result.workers.suspended += now - w.time;
        m_ahead[w.place.index].resumed = now;
        w.time = now;
    }
}

void Virtual::end_block(Worker& w, uint32_t block) {
    const RecordedBlock& b = m_window.blocks[block];
    spend_in_turn(w, b.close, &ElapsedTime::frames);
    const auto pieces = std::clamp(static_cast<uint32_t>(b.seal / piece_seconds), 1U, most_pieces);
    m_sealing.push_back({w.time, b.seal / pieces, pieces});
    if (pieces > 1) wake_one(w);
}

bool Virtual::help(Worker& w) {
    for (Sealing& s : m_sealing) {
        if (s.pieces == 0) continue;
        --s.pieces;
        w.time = std::max(w.time, s.ready);
        if (s.pieces != 0) wake_one(w);
        spend(w, s.piece);
        return true;
    }
    return false;
}

void Virtual::before(Worker& w, uint32_t index) {
    const uint32_t block = m_line.block[index];
    if (block < m_begun) return;
    m_begun = block + 1;
    begin_turn(w, index);
    spend_in_turn(w, m_window.blocks[block].open, &ElapsedTime::frames);
}

void Virtual::enter_table(Worker& w) {
    const double seconds = static_cast<double>(std::exchange(m_changed, 0)) * m_machine.hand_over;
    spend_in_turn(w, seconds, &ElapsedTime::frames);
    m_open = true;
    m_opened = w.time;
}
/// A journal that would have to take over more is emptied instead, and reads through the table.
void Virtual::leave_table(Worker& w) {
    constexpr uint64_t most_taken_over = 256;
    const uint64_t changed = std::exchange(m_changed, 0);
    const double seconds = static_cast<double>(std::min(changed, most_taken_over)) * m_machine.hand_over;
    spend_in_turn(w, seconds, &ElapsedTime::frames);
    m_open = false;
    m_unclocked = {};
}

void Virtual::wake_one(Worker& by) {
    for (Worker& w : m_workers) {
        if (!w.parked) continue;
        const double idle = std::max(0.0, by.time - w.time);
        w.busy += std::min(idle, m_machine.spin);
        unpark(w, by.time);
        if (idle <= m_machine.spin) return;
        const bool in_turn = &by == m_holder && by.time == m_loop;
        if (in_turn)
            spend_in_turn(by, m_machine.waking, &ElapsedTime::waking);
        else
            spend(by, m_machine.waking);
        w.time += m_machine.wake;
        m_result.workers.uncalled += m_machine.wake;
        return;
    }
}

void Virtual::park(Worker& w, ScheduleProgress& progress) const {
    w.parked = true;
    w.idle = !m_open                                        ? &WorkersTime::closed
             : progress.claims().offered() < m_line.count() ? &WorkersTime::horizon
                                                            : &WorkersTime::no_more;
}

/// Since speculation was opened it could have been called.
void Virtual::unpark(Worker& w, double at) {
    w.parked = false;
    const double from = std::exchange(w.time, std::max(w.time, at));
    const double uncalled =
        w.idle == &WorkersTime::closed && m_open ? std::clamp(w.time - m_opened, 0.0, w.time - from) : 0;
    m_result.workers.*w.idle += w.time - from - uncalled;
    m_result.workers.uncalled += uncalled;
}

SimulatedRun Virtual::run(const PolicyConstants& constants) {
    ScheduleProgress progress(gas_of(m_line));
    Schedule<Virtual> schedule(*this, progress, constants, m_machine.workers);
    m_workers.resize(m_machine.workers);
    std::vector<bool> over(m_machine.workers);
    for (size_t left = m_workers.size(); left != 0;) {
        size_t earliest = m_workers.size();
        for (size_t i = 0; i < m_workers.size(); ++i) {
            const Worker& w = m_workers[i];
            if (over[i] || w.parked || w.waits_for != none) continue;
            if (earliest == m_workers.size() || w.time < m_workers[earliest].time) earliest = i;
        }
        if (earliest == m_workers.size()) {
            // Whoever sleeps when all is done need not be woken.
            if (schedule.over()) break;
            throw std::logic_error("the simulated workers wait for one another");
        }
        Worker& w = m_workers[earliest];
        const double before = w.time;
        switch (schedule.step(w)) {
            case Step::worked: break;
            case Step::idle: park(w, progress); break;
            case Step::over:
                over[earliest] = true;
                --left;
                break;
        }
        if (w.time > before) m_result.seconds = std::max(m_result.seconds, w.time);
    }
    for (Worker& w : m_workers) {
        m_result.busy += w.busy;
        if (w.parked) unpark(w, m_result.seconds);
    }
    m_result.elapsed.sealing = m_result.seconds - m_loop;
    m_result.counters = progress.counters();
    return m_result;
}

}  // namespace

SimulatedRun simulate(const RecordedWindow& window, const SimulatedMachine& machine,
                      const PolicyConstants& constants) {
    const Line line(window);
    if (line.count() == 0)
        return {.seconds = window.serial_seconds(), .busy = window.serial_seconds(), .counters = {}};
    return Virtual(window, line, machine).run(constants);
}

}  // namespace warpevm
