// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/simulation.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "fallback/table/versions.hpp"

namespace warpevm {
namespace {

constexpr uint32_t none = RecordedRead::none;
constexpr double piece_seconds = 20e-6;
constexpr uint32_t most_pieces = 64;

Position position_of(uint32_t index) {
    return Position{index} + 1;
}

AccountValues values_of(const AccountState& s) {
    return {s.record.balance, s.record.nonce, s.record.code_hash, s.record.has_storage, s.exists};
}

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

std::vector<ScheduledTransaction> scheduled(const Line& line) {
    std::vector<ScheduledTransaction> all(line.count());
    std::vector<uint32_t> last;
    for (uint32_t i = 0; i < line.count(); ++i) {
        const RecordedTransaction& t = *line.transactions[i];
        all[i].gas_limit = t.gas_limit;
        all[i].recipient = t.recipient;
        if (t.recipient == none) continue;
        if (t.recipient >= last.size()) last.resize(t.recipient + 1, none);
        all[i].before = std::exchange(last[t.recipient], i);
        if (all[i].before != none) all[all[i].before].after = i;
    }
    return all;
}

/// What is committed of each key, and what transactions that are not committed did to it.
class Table {
  public:
    explicit Table(const RecordedWindow& window)
        : m_clearing(window.state_clearing),
          m_accounts(window.accounts),
          m_slots(window.slots),
          m_slot_positions(window.slots.size()),
          m_account_versions(window.accounts.size()),
          m_slot_versions(window.slots.size()) {}

    /// Whether a transaction at `position` sees there what it saw in the recording. `estimate`: the earlier
    /// transaction, if any, whose result is awaited.
    bool sees(const RecordedRun& run, const RecordedRead& read, Position position, uint32_t& estimate) const {
        if (read.is_slot) {
            const auto [value, from] = slot_at(read.key, position, estimate);
            return read.observation == none || value == run.observations.slots[read.observation].value;
        }
        if (read.observation == none && m_estimates == 0) return true;
        AccountState state = m_accounts[read.key];
        for (const AccountVersion& v : m_account_versions[read.key]) {
            if (v.position >= position) break;
            if (v.estimate) estimate = static_cast<uint32_t>(v.position - 1);
            apply(state, *v.effect, v.position, m_clearing);
        }
        return read.observation == none ||
               holds(run.observations.accounts[read.observation], values_of(state));
    }

    void publish(const RecordedRun& run, Position position) {
        for (const AccountEffect& e : run.effects.accounts)
            insert(m_account_versions[e.row], {position, &e, false});
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
            if (v.position < position && v.effect->wiped) wiped = v.position;
        return wiped > from ? std::pair(U256{}, wiped) : std::pair(value, from);
    }

    bool m_clearing;
    uint64_t m_estimates = 0;
    std::vector<AccountState> m_accounts;
    std::vector<RecordedWindow::Slot> m_slots;
    std::vector<Position> m_slot_positions;
    std::vector<std::vector<AccountVersion>> m_account_versions;
    std::vector<std::vector<SlotVersion>> m_slot_versions;
};

/// The platform in virtual time.
class Virtual {
  public:
    struct Worker;
    Virtual(const RecordedWindow& window, const Line& line, const SimulatedMachine& machine)
        : m_window(window),
          m_line(line),
          m_machine(machine),
          m_table(window),
          m_needs(dependencies(window)),
          m_account_readers(window.accounts.size()),
          m_slot_readers(window.slots.size()),
          m_runs(line.count()),
          m_chains(line.count()) {}

    double execute_alone(Worker& w, uint32_t index);
    bool execute_ahead(Worker& w, uint32_t index);
    double seconds_ahead(const Worker& w) const;
    void publish(Worker& w, uint32_t index);
    bool was_read_later(uint32_t index) const;
    bool check(Worker& w, uint32_t index);
    bool validate(Worker& w, uint32_t index);
    void mark_estimate(Worker& w, uint32_t index);
    double execute_in_turn(Worker& w, uint32_t index);
    void commit(Worker& w, uint32_t index);
    double seconds_of(uint32_t index) const { return m_line.transactions[index]->in_order.seconds; }
    double chain_of(uint32_t index) const { return m_chains[index].seconds; }
    void count_chains() { ++m_chain_count; }
    void enter_table(Worker& w);
    void leave_table(Worker& w);
    void before(Worker& w, uint32_t index);
    bool seal_some(Worker& w);
    void wake_one(Worker& by);

    SimulatedRun run(const PolicyConstants& constants);

  private:
    struct Chain {
        double seconds = 0;
        uint32_t count = 0;
    };
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
    Table m_table;
    std::vector<std::vector<uint32_t>> m_needs;
    std::vector<uint32_t> m_account_readers, m_slot_readers;  ///< the last one, by key
    std::vector<const RecordedRun*> m_runs;                   ///< published, and not committed
    std::vector<Chain> m_chains;
    uint32_t m_chain_count = 1;
    std::vector<Worker> m_workers;
    std::vector<Sealing> m_sealing;
    uint64_t m_changed = 0;  ///< keys, since the table was entered or left
};

struct Virtual::Worker {
    WorkerPlace place;
    double time = 0, busy = 0;
    bool parked = false;
    // Of the execution that is going on.
    bool executing = false, at_read = false, stale = false;
    double begin = 0;
    size_t next_read = 0;
    uint32_t waits_for = none;
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
        w.at_read = w.stale = false;
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
        uint32_t& reader = (read.is_slot ? m_slot_readers : m_account_readers)[read.key];
        if (read.observation != none) reader = std::max(reader, index);
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

double Virtual::seconds_ahead(const Worker& w) const {
    return w.time - w.begin;
}

void Virtual::publish(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    if (m_runs[index] != nullptr) m_table.withdraw(*m_runs[index], position_of(index));
    m_runs[index] = w.stale ? &t.early : &t.in_order;
    m_table.publish(*m_runs[index], position_of(index));
    resume(index, w.time);
}

bool Virtual::was_read_later(uint32_t index) const {
    const Effects& effects = m_runs[index]->effects;
    const auto later = [&](const auto& records, const std::vector<uint32_t>& readers) {
        return std::any_of(records.begin(), records.end(),
                           [&](const auto& e) { return readers[e.row] > index; });
    };
    return later(effects.accounts, m_account_readers) || later(effects.slots, m_slot_readers);
}

/// What saw something else than in order is executed again once that has changed; and so is what saw the
/// right thing and would not now.
bool Virtual::check(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    spend(w, t.validate);
    bool as_in_order = true;
    for (const RecordedRead& read : t.in_order.reads) {
        uint32_t estimate = none;
        as_in_order &= m_table.sees(t.in_order, read, position_of(index), estimate);
        if (estimate != none) return true;  // too early to tell
    }
    return as_in_order == (m_runs[index] == &t.in_order);
}

bool Virtual::validate(Worker& w, uint32_t index) {
    const RecordedTransaction& t = *m_line.transactions[index];
    const bool valid = m_runs[index] == &t.in_order;
    spend(w, valid ? t.validate + t.commit : t.validate);
    return valid;
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
    Chain& chain = m_chains[index];
    chain = {0, m_chain_count};
    for (const uint32_t earlier : m_needs[index])
        if (m_chains[earlier].count == m_chain_count)
            chain.seconds = std::max(chain.seconds, m_chains[earlier].seconds);
    chain.seconds += w.place.how == WorkerPlace::alone ? t.alone : t.in_order.seconds;
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

bool Virtual::seal_some(Worker& w) {
    for (Sealing& s : m_sealing) {
        if (s.pieces == 0) continue;
        --s.pieces;
        w.time = std::max(w.time, s.ready);
        spend(w, s.piece);
        if (s.pieces > 1) wake_one(w);
        return true;
    }
    return false;
}

void Virtual::before(Worker& w, uint32_t index) {
    const uint32_t block = m_line.block[index];
    if (index == 0 || m_line.block[index - 1] != block) spend(w, m_window.blocks[block].open);
}

void Virtual::enter_table(Worker& w) {
    spend(w, static_cast<double>(std::exchange(m_changed, 0)) * m_machine.hand_over);
}
void Virtual::leave_table(Worker& w) {
    enter_table(w);
}

void Virtual::wake_one(Worker& by) {
    for (Worker& w : m_workers) {
        if (!w.parked) continue;
        w.parked = false;
        spend(by, m_machine.waking);
        w.time = std::max(w.time, by.time + m_machine.wake);
        return;
    }
}

SimulatedRun Virtual::run(const PolicyConstants& constants) {
    const std::vector<ScheduledTransaction> transactions = scheduled(m_line);
    Schedule<Virtual> schedule(*this, transactions, constants, m_machine.workers);
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
    result.counters = schedule.counters();
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

std::vector<std::vector<uint32_t>> dependencies(const RecordedWindow& window) {
    const Line line(window);
    std::vector<uint32_t> account_writer(window.accounts.size(), none),
        slot_writer(window.slots.size(), none);
    std::vector<std::vector<uint32_t>> needs(line.count());
    for (uint32_t i = 0; i < line.count(); ++i) {
        const RecordedRun& run = line.transactions[i]->in_order;
        const auto need = [&](uint32_t writer) {
            if (writer != none) needs[i].push_back(writer);
        };
        for (const RecordedRead& read : run.reads) {
            if (read.observation == none) continue;
            if (read.is_slot) {
                if (run.observations.slots[read.observation].value != window.slots[read.key].value)
                    need(slot_writer[read.key]);
            } else if (!holds(run.observations.accounts[read.observation],
                              values_of(window.accounts[read.key]))) {
                need(account_writer[read.key]);
            }
        }
        std::sort(needs[i].begin(), needs[i].end());
        needs[i].erase(std::unique(needs[i].begin(), needs[i].end()), needs[i].end());
        for (const AccountEffect& e : run.effects.accounts) account_writer[e.row] = i;
        for (const SlotEffect& e : run.effects.slots) slot_writer[e.row] = i;
    }
    return needs;
}

double list_schedule_seconds(const RecordedWindow& window, const SimulatedMachine& machine) {
    const Line line(window);
    const std::vector<std::vector<uint32_t>> needs = dependencies(window);
    std::vector<double> free(machine.workers), ends(line.count());
    double committed = 0, sealed = 0, alone = 0;
    for (uint32_t i = 0; i < line.count(); ++i) {
        const RecordedTransaction& t = *line.transactions[i];
        const RecordedBlock& block = window.blocks[line.block[i]];
        const bool first = i == 0 || line.block[i - 1] != line.block[i];
        const bool last = i + 1 == line.count() || line.block[i + 1] != line.block[i];
        if (first) committed += block.open, alone += block.open;
        alone += t.alone;
        double begin = 0;
        for (const uint32_t earlier : needs[i]) begin = std::max(begin, ends[earlier]);
        const auto worker = std::min_element(free.begin(), free.end());
        ends[i] = std::max(begin, *worker) + t.in_order.seconds;
        *worker = ends[i];
        committed = std::max(committed, ends[i]) + t.validate + t.commit;
        if (!last) continue;
        committed += block.close, alone += block.close;
        sealed += block.seal / machine.workers;
    }
    return (std::min(alone, committed) + sealed) * machine.slowdown;
}

uint32_t drop_unexplained(RecordedWindow& window) {
    uint32_t dropped = 0;
    Table table(window);
    uint32_t index = 0, ignored = none;
    for (RecordedBlock& block : window.blocks)
        for (RecordedTransaction& t : block.transactions) {
            for (RecordedRead& read : t.in_order.reads) {
                if (read.observation == none || table.sees(t.in_order, read, position_of(index), ignored))
                    continue;
                read.observation = none;
                ++dropped;
            }
            table.commit(t.in_order, position_of(index++));
        }
    return dropped;
}

RecordedWindow side_by_side(const std::vector<const RecordedWindow*>& windows) {
    RecordedWindow all;
    uint32_t recipients = 0;
    for (const RecordedWindow* window : windows) {
        const auto accounts = static_cast<uint32_t>(all.accounts.size()),
                   slots = static_cast<uint32_t>(all.slots.size());
        all.state_clearing = window->state_clearing;
        all.accounts.insert(all.accounts.end(), window->accounts.begin(), window->accounts.end());
        for (const RecordedWindow::Slot& s : window->slots)
            all.slots.push_back({s.account + accounts, s.value});
        uint32_t most = 0;
        for (RecordedBlock block : window->blocks) {
            for (RecordedTransaction& t : block.transactions) {
                if (t.recipient != none) {
                    most = std::max(most, t.recipient + 1);
                    t.recipient += recipients;
                }
                for (RecordedRun* run : {&t.in_order, &t.early}) {
                    for (RecordedRead& r : run->reads) r.key += r.is_slot ? slots : accounts;
                    for (AccountObservation& o : run->observations.accounts) o.row += accounts;
                    for (SlotObservation& o : run->observations.slots) o.row += slots;
                    for (AccountEffect& e : run->effects.accounts) e.row += accounts;
                    for (SlotEffect& e : run->effects.slots) e.row += slots;
                }
            }
            all.blocks.push_back(std::move(block));
        }
        recipients += most;
    }
    return all;
}

}  // namespace warpevm
