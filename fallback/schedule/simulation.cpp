// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/simulation.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "fallback/schedule/simulated_table.hpp"

namespace warpevm {
namespace {

constexpr uint32_t none = RecordedRead::none;
constexpr double piece_seconds = 20e-6;
constexpr uint32_t most_pieces = 64;

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
        // Of the execution that is going on.
        bool executing = false, stale = false;
        double begin = 0;
        size_t next_read = 0;
        uint32_t waits_for = none;
    };
    Virtual(const RecordedWindow& window, const Line& line, const SimulatedMachine& machine)
        : m_window(window), m_line(line), m_machine(machine), m_table(window), m_runs(line.count()) {}

    void gives_way(Worker& w) const { (void)w; }
    double execute_alone(Worker& w, uint32_t index);
    bool execute_ahead(Worker& w, uint32_t index);
    double seconds_ahead(const Worker& w) const;
    void publish(Worker& w, uint32_t index);
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
    void resume(uint32_t index, double at);
    void end_block(Worker& w, uint32_t block);

    const RecordedWindow& m_window;
    const Line& m_line;
    const SimulatedMachine& m_machine;
    SimulatedTable m_table;
    std::vector<const RecordedRun*> m_runs;  ///< published, and not committed
    std::vector<Worker> m_workers;
    std::vector<Sealing> m_sealing;
    uint32_t m_begun = 0;    ///< blocks
    uint64_t m_changed = 0;  ///< keys, since the table was entered or left
};

void Virtual::spend(Worker& w, double seconds) const {
    w.time += seconds * m_machine.slowdown;
    w.busy += seconds * m_machine.slowdown;
}

double Virtual::execute_alone(Worker& w, uint32_t index) {
    spend(w, m_line.transactions[index]->alone);
    return m_line.transactions[index]->alone;
}

/// From read to read; each sees the table as it is then.
bool Virtual::execute_ahead(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    if (!w.executing) {
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
    m_runs[index] = w.stale ? &t.early : &t.in_order;
    m_table.publish(*m_runs[index], position_of(index));
}

bool Virtual::validate(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    const bool valid = m_runs[index] == &t.in_order;
    spend(w, valid ? t.validate + t.commit : t.validate);
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
    for (bool holds = true; held.end < end && holds; held.end += holds ? 1 : 0) {
        const RecordedTransaction& t = *m_line.transactions[held.end];
        holds = m_runs[held.end] == &t.in_order;
        all += t.validate + t.commit;
        held.seconds += holds ? t.in_order.seconds : 0;
    }
    std::vector<Worker*> helpers{&w};
    for (Worker& other : m_workers)
        if (other.parked && w.time - other.time < m_machine.spin) helpers.push_back(&other);
    const double at = w.time, each = all / static_cast<double>(helpers.size());
    for (Worker* helper : helpers) {
        helper->busy += at - helper->time;
        helper->time = at;
        spend(*helper, each);
    }
    return held;
}

void Virtual::commit_batch(Worker& w, uint32_t begin, uint32_t end) {
    for (uint32_t i = begin; i < end; ++i) commit(w, i);
}

void Virtual::mark_estimate(Worker& w, uint32_t index) {
    (void)w;
    m_table.mark_estimate(*m_runs[index], position_of(index));
}

double Virtual::execute_in_turn(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    spend(w, t.in_order.seconds + t.validate + t.commit);
    return t.in_order.seconds;
}

void Virtual::commit(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    if (m_runs[index] != nullptr) m_table.withdraw(*m_runs[index], position_of(index));
    m_runs[index] = nullptr;
    m_table.commit(t.in_order, position_of(index));
    m_changed += t.in_order.effects.accounts.size() + t.in_order.effects.slots.size();
    resume(index, w.time);
    const uint32_t block = m_line.block[index];
    if (index + 1 == m_line.count() || m_line.block[index + 1] != block) end_block(w, block);
}

/// Whoever waits for what this transaction does goes on.
void Virtual::resume(uint32_t index, double at) {
    for (Worker& w : m_workers) {
        if (w.waits_for != index) continue;
        w.waits_for = none;
        const double now = std::max(w.time, at + m_machine.wake);
        w.begin += now - w.time;  // the rest of the execution is as long as before
        w.time = now;
    }
}

void Virtual::end_block(Worker& w, uint32_t block) {
    const RecordedBlock& b = m_window.blocks[block];
    spend(w, b.close);
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
    spend(w, m_window.blocks[block].open);
}

void Virtual::enter_table(Worker& w) {
    spend(w, static_cast<double>(std::exchange(m_changed, 0)) * m_machine.hand_over);
}
/// A journal that would have to take over more is emptied instead, and reads through the table.
void Virtual::leave_table(Worker& w) {
    constexpr uint64_t most_taken_over = 256;
    const uint64_t changed = std::exchange(m_changed, 0);
    spend(w, static_cast<double>(std::min(changed, most_taken_over)) * m_machine.hand_over);
}

void Virtual::wake_one(Worker& by) {
    for (Worker& w : m_workers) {
        if (!w.parked) continue;
        w.parked = false;
        const double idle = std::max(0.0, by.time - w.time);
        w.busy += std::min(idle, m_machine.spin);
        w.time += idle;
        if (idle <= m_machine.spin) return;
        spend(by, m_machine.waking);
        w.time += m_machine.wake;
        return;
    }
}

SimulatedRun Virtual::run(const PolicyConstants& constants) {
    ScheduleProgress progress(gas_of(m_line));
    Schedule<Virtual> schedule(*this, progress, constants, m_machine.workers);
    m_workers.resize(m_machine.workers);
    std::vector<bool> over(m_machine.workers);
    SimulatedRun result;
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
            case Step::idle: w.parked = true; break;
            case Step::over:
                over[earliest] = true;
                --left;
                break;
        }
        if (w.time > before) result.seconds = std::max(result.seconds, w.time);
    }
    for (const Worker& w : m_workers) result.busy += w.busy;
    result.counters = progress.counters();
    return result;
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
