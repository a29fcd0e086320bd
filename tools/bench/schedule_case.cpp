// SPDX-License-Identifier: Apache-2.0
// The workload `schedule`: real and generated blocks are recorded once, and the schedule runs over them in
// virtual time, alone and side by side. What it is compared with: serial, and a schedule that knows all
// conflicts beforehand and pays the same charges.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "evm/chain/context.hpp"
#include "fallback/commit/recording.hpp"
#include "fallback/schedule/list_schedule.hpp"
#include "fallback/schedule/simulation.hpp"
#include "tools/bench/workloads.hpp"
#include "tools/common/exit_code.hpp"

namespace warpevm::tools {
namespace {

constexpr uint64_t large_gas = 4'000'000;
constexpr size_t side_by_side_blocks = 8;

struct Recorded {
    std::string name;
    uint64_t gas = 0;
    bool is_real = false;
    RecordedWindow window;
};

/// Seconds that recording, validating and committing take, over a window.
struct Charges {
    double alone = 0, recorded = 0, validate = 0, commit = 0;
    uint32_t transactions = 0;
    void add(const RecordedWindow& window) {
        for (const RecordedBlock& block : window.blocks)
            for (const RecordedTransaction& t : block.transactions) {
                alone += t.alone;
                recorded += t.in_order.seconds;
                validate += t.validate;
                commit += t.commit;
                ++transactions;
            }
    }
    [[nodiscard]] std::string text() const {
        return fmt::format("recording {:+.1f} %, validation {:.0f} ns, commit {:.0f} ns a transaction",
                           100 * (recorded / alone - 1), 1e9 * validate / transactions,
                           1e9 * commit / transactions);
    }
};

uint64_t gas_of(const RecordedWindow& window) {
    uint64_t gas = 0;
    for (const RecordedBlock& block : window.blocks)
        for (const RecordedTransaction& t : block.transactions) gas += t.in_order.gas_used;
    return gas;
}

struct Point {
    unsigned workers = 0;
    double speedup = 0, of_list = 0, busy = 0;
    SimulatedRun run;
};

Point simulate_at(const RecordedWindow& window, const SimulatedMachine& machine,
                  const PolicyConstants& constants = {}) {
    Point point{.workers = machine.workers, .run = simulate(window, machine, constants)};
    point.speedup = window.serial_seconds() / point.run.seconds;
    point.busy = point.run.workers_busy();
    point.of_list = list_schedule_seconds(window, machine) / point.run.seconds;
    return point;
}

BenchResult to_result(const Recorded& recorded, const Point& point) {
    BenchResult r;
    r.workload = "schedule";
    r.name = recorded.name;
    r.txs = r.items = recorded.window.transactions();
    r.gas = recorded.gas;
    r.backend = "simulated";
    r.simulated = true;
    r.threads = point.workers;
    r.time = {.median = point.run.seconds,
              .min = point.run.seconds,
              .max = point.run.seconds,
              .interval = {},
              .count = 1};
    r.vs_serial = {
        .median = point.speedup, .min = point.speedup, .max = point.speedup, .interval = {}, .count = 1};
    r.cores_busy = point.run.workers_busy();
    r.extra = {{"of_list_schedule", point.of_list},     {"alone", point.run.counters.alone},
               {"in_turn", point.run.counters.in_turn}, {"valid", point.run.counters.valid},
               {"stale", point.run.counters.stale},     {"back_offs", point.run.counters.back_offs}};
    return r;
}

std::string row(const std::string& name, const std::vector<Point>& points, double Point::*figure) {
    std::string text = fmt::format("{:24}", name);
    for (const Point& p : points) text += fmt::format(" {:7.2f}", p.*figure);
    return text + "\n";
}

enum class Change : uint8_t { halved, doubled, dropped };

template <class T>
void change_to(T& value, Change change, T without) {
    value = change == Change::halved ? value / 2 : change == Change::doubled ? value * 2 : without;
}

struct Ablated {
    const char* name;
    void (*apply)(PolicyConstants& c, Change change);
};
constexpr Ablated ablated_constants[] = {
    {"least_gain", [](PolicyConstants& c, Change x) { change_to(c.least_gain, x, 0.0); }},
    {"turn_seconds", [](PolicyConstants& c, Change x) { change_to(c.turn_seconds, x, 0.0); }},
    {"horizon_per_worker",
     [](PolicyConstants& c, Change x) { change_to(c.horizon_per_worker, x, 1U << 16); }},
    {"claimed_seconds", [](PolicyConstants& c, Change x) { change_to(c.claimed_seconds, x, 0.0); }},
    {"judged_turns", [](PolicyConstants& c, Change x) { change_to(c.judged_turns, x, 1U); }},
    {"judged_seconds", [](PolicyConstants& c, Change x) { change_to(c.judged_seconds, x, 0.0); }},
    {"least_speedup", [](PolicyConstants& c, Change x) { change_to(c.least_speedup, x, 0.0); }},
    {"first_back_off", [](PolicyConstants& c, Change x) { change_to(c.first_back_off, x, 0.0); }},
    {"least_batch", [](PolicyConstants& c, Change x) { change_to(c.least_batch, x, 1U); }},
};

struct Cause {
    const char* name;
    double ElapsedTime::*seconds;
};
constexpr Cause causes[] = {
    {"executing, before workers are called", &ElapsedTime::alone},
    {"executing alone after backing off", &ElapsedTime::backed_off},
    {"executing in turn what nobody had begun", &ElapsedTime::in_turn},
    {"executing again what was stale", &ElapsedTime::stale},
    {"validating and committing", &ElapsedTime::charges},
    {"waking workers", &ElapsedTime::waking},
    {"blocks' frames, entering and leaving the table", &ElapsedTime::frames},
    {"waiting for an execution that is valid then", &ElapsedTime::running},
    {"waiting for an execution that is stale then", &ElapsedTime::running_stale},
    {"waiting for a reader of an estimate", &ElapsedTime::suspended},
    {"all workers are busy with later ones", &ElapsedTime::unattended},
    {"sealing", &ElapsedTime::sealing},
};

/// Something that costs nothing, to see what it costs.
struct Relief {
    const char* name;
    void (*apply)(RecordedWindow& window, SimulatedMachine& machine, PolicyConstants& constants);
};
void each_transaction(RecordedWindow& window, void (*what)(RecordedTransaction& t)) {
    for (RecordedBlock& block : window.blocks)
        for (RecordedTransaction& t : block.transactions) what(t);
}
constexpr Relief reliefs[] = {
    {"as it is", [](RecordedWindow&, SimulatedMachine&, PolicyConstants&) {}},
    {"waking takes no time",
     [](RecordedWindow&, SimulatedMachine& m, PolicyConstants&) { m.wake = m.waking = 0; }},
    {"validating and committing take no time",
     [](RecordedWindow& w, SimulatedMachine&, PolicyConstants&) {
         each_transaction(w, [](RecordedTransaction& t) { t.validate = t.commit = 0; });
     }},
    {"recording takes no time",
     [](RecordedWindow& w, SimulatedMachine&, PolicyConstants&) {
         each_transaction(w, [](RecordedTransaction& t) {
             const double faster = std::min(1.0, t.alone / t.in_order.seconds);
             for (RecordedRun* run : {&t.in_order, &t.early}) {
                 run->seconds *= faster;
                 for (RecordedRead& read : run->reads) read.offset *= faster;
             }
         });
     }},
    {"workers are called at once",
     [](RecordedWindow&, SimulatedMachine&, PolicyConstants& c) { c.least_gain = -1; }},
    {"it never backs off",
     [](RecordedWindow&, SimulatedMachine&, PolicyConstants& c) { c.least_speedup = 0; }},
    {"all conflicts are known beforehand",
     [](RecordedWindow&, SimulatedMachine& m, PolicyConstants&) { m.foresees_conflicts = true; }},
    {"and waking takes no time",
     [](RecordedWindow&, SimulatedMachine& m, PolicyConstants&) {
         m.foresees_conflicts = true;
         m.wake = m.waking = 0;
     }},
    {"and workers are called at once",
     [](RecordedWindow&, SimulatedMachine& m, PolicyConstants& c) {
         m.foresees_conflicts = true;
         m.wake = m.waking = 0;
         c.least_gain = -1;
     }},
    {"nothing is in conflict",
     [](RecordedWindow& w, SimulatedMachine&, PolicyConstants&) {
         each_transaction(w, [](RecordedTransaction& t) {
             for (RecordedRead& read : t.in_order.reads) read.observation = RecordedRead::none;
         });
     }},
};

class ScheduleRun {
  public:
    explicit ScheduleRun(BenchSession& session) : m_session(session), m_workers(session.options.threads) {
        if (m_workers.empty()) m_workers = {2, 4, 8, 16, 32, 64};
    }

    void record(const BlockCase& block, bool is_real) {
        auto window = recording_of(block);
        if (!window)
            throw UsageError(fmt::format("{}/{}: {}", block.workload, block.name, to_string(window.error())));
        if (window->transactions() == 0) return;
        Recorded& recorded = m_recorded.emplace_back(
            Recorded{.name = block.name, .gas = 0, .is_real = is_real, .window = std::move(*window)});
        recorded.gas = gas_of(recorded.window);
        report(recorded);
    }

    /// Eight large real blocks in one window, as if they had nothing in common, and one after the other.
    void report_side_by_side() {
        std::vector<const RecordedWindow*> chosen;
        for (const Recorded& r : m_recorded)
            if (r.is_real && r.gas >= large_gas && chosen.size() < side_by_side_blocks)
                chosen.push_back(&r.window);
        if (chosen.size() < 2) return;
        const RecordedWindow window = side_by_side(chosen);
        std::string text = fmt::format("{:24}", fmt::format("{} blocks in a window", chosen.size()));
        for (const unsigned workers : m_workers) {
            double apart = 0;
            for (const RecordedWindow* one : chosen) apart += simulate_at(*one, machine(workers)).run.seconds;
            text += fmt::format(" {:7.2f}", apart / simulate_at(window, machine(workers)).run.seconds);
        }
        m_session.print(text + "  (times as fast as one after the other)\n");
    }

    void report_summary() {
        Charges charges;
        std::vector<const Recorded*> large;
        for (const Recorded& r : m_recorded) {
            if (!r.is_real || r.gas < large_gas) continue;
            large.push_back(&r);
            charges.add(r.window);
        }
        if (large.empty()) return;
        std::string speedups = fmt::format("{:24}", "geometric mean"),
                    shares = fmt::format("{:24}", "  of the list schedule");
        std::string worst = fmt::format("{:24}", "  the slowest");
        std::vector<size_t> below;
        for (const unsigned workers : m_workers) {
            std::vector<double> speedup, share;
            size_t slow = 0;
            for (const Recorded* r : large) {
                const Point p = simulate_at(r->window, machine(workers));
                speedup.push_back(p.speedup);
                share.push_back(p.of_list);
                slow += p.speedup < 0.97 ? 1 : 0;
            }
            speedups += fmt::format(" {:7.2f}", geometric_mean(speedup));
            shares += fmt::format(" {:7.2f}", geometric_mean(share));
            below.push_back(slow);
            worst += fmt::format(" {:7.2f}", *std::min_element(speedup.begin(), speedup.end()));
        }
        std::string slower = fmt::format("{:24}", "  below 0.97 of serial");
        for (const size_t count : below) slower += fmt::format(" {:7}", count);
        m_session.print(fmt::format("\n{} real blocks of 4 Mgas and more: {}\n{}\n{}\n{}\n{}\n", large.size(),
                                    charges.text(), speedups, shares, worst, slower));
    }

    /// Where the time of the large real blocks goes, and what they would gain by what costs nothing.
    void report_causes() {
        std::vector<const Recorded*> large;
        for (const Recorded& r : m_recorded)
            if (r.is_real && r.gas >= large_gas) large.push_back(&r);
        if (large.empty()) return;
        std::string text =
            "\nwhere the time of these blocks goes, per cent of it as the commit loop has it\n";
        std::vector<std::vector<SimulatedRun>> runs;
        for (const unsigned workers : m_workers) {
            auto& of_number = runs.emplace_back();
            for (const Recorded* r : large) of_number.push_back(simulate(r->window, machine(workers)));
        }
        for (const Cause& cause : causes) {
            text += fmt::format("  {:46}", cause.name);
            for (const auto& of_number : runs) {
                double share = 0;
                for (const SimulatedRun& run : of_number) share += run.elapsed.*cause.seconds / run.seconds;
                text += fmt::format(" {:7.1f}", 100 * share / static_cast<double>(large.size()));
            }
            text += "\n";
        }
        text += "times serial, if\n";
        for (const Relief& relief : reliefs) {
            text += fmt::format("  {:46}", relief.name);
            for (const unsigned workers : m_workers) {
                std::vector<double> speedups;
                for (const Recorded* r : large) {
                    RecordedWindow window = r->window;
                    SimulatedMachine relieved = machine(workers);
                    PolicyConstants constants;
                    relief.apply(window, relieved, constants);
                    speedups.push_back(r->window.serial_seconds() /
                                       simulate(window, relieved, constants).seconds);
                }
                text += fmt::format(" {:7.2f}", geometric_mean(speedups));
            }
            text += "\n";
        }
        text += fmt::format("  {:46}", "the list schedule");
        for (const unsigned workers : m_workers) {
            std::vector<double> speedups;
            for (const Recorded* r : large)
                speedups.push_back(r->window.serial_seconds() /
                                   list_schedule_seconds(r->window, machine(workers)));
            text += fmt::format(" {:7.2f}", geometric_mean(speedups));
        }
        m_session.print(text + "\n");
    }

    /// Each constant halved, doubled and dropped: by how much the blocks are faster or slower then.
    void report_ablation() {
        m_session.print(
            "\nwhat each constant is worth: per cent of speed, halved / doubled / dropped\n"
            "  on every other real block of 4 Mgas and more (a), on the rest (b), generated (g)\n");
        std::array<std::vector<const Recorded*>, 3> groups;
        size_t large = 0;
        for (const Recorded& r : m_recorded) {
            if (!r.is_real) groups[2].push_back(&r);
            if (r.is_real && r.gas >= large_gas) groups[large++ % 2].push_back(&r);
        }
        constexpr std::array<const char*, 3> names{"a", "b", "g"};
        std::string head = fmt::format("{:22}", "workers");
        for (const unsigned workers : m_workers) head += fmt::format("{:>20}", workers);
        m_session.print(head + "\n");
        for (const Ablated& ablated : ablated_constants) {
            for (size_t g = 0; g < groups.size(); ++g) {
                if (groups[g].empty()) continue;
                std::string text = fmt::format("{:20} {}", g == 0 ? ablated.name : "", names[g]);
                for (const unsigned workers : m_workers) {
                    std::string cell;
                    for (const auto change : {Change::halved, Change::doubled, Change::dropped}) {
                        PolicyConstants changed;
                        ablated.apply(changed, change);
                        std::vector<double> ratios;
                        for (const Recorded* r : groups[g])
                            ratios.push_back(simulate_at(r->window, machine(workers)).run.seconds /
                                             simulate_at(r->window, machine(workers), changed).run.seconds);
                        cell += fmt::format("{:+5.1f} ", 100 * (geometric_mean(ratios) - 1));
                    }
                    text += fmt::format("{:>20}", cell);
                }
                m_session.print(text + "\n");
            }
        }
    }

  private:
    [[nodiscard]] SimulatedMachine machine(unsigned workers) const {
        return {.workers = workers, .slowdown = m_session.options.slowdown};
    }

    /// The one that is kept, or a new one, which is kept then.
    Result<RecordedWindow> recording_of(const BlockCase& block) const {
        const std::string& folder = m_session.options.recordings;
        const std::filesystem::path path =
            std::filesystem::path(folder) / fmt::format("{}-{}-{}-{}.recording", block.name,
                                                        name(block.input.rules.fork), block.seed,
                                                        block.input.transactions.size());
        if (!folder.empty() && std::filesystem::exists(path)) {
            std::ifstream in(path, std::ios::binary);
            const std::string bytes{std::istreambuf_iterator<char>(in), {}};
            auto window = recorded_window({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
            if (!window) window.error().detail += ": " + path.string();
            return window;
        }
        ExecutionContext context;
        auto window =
            record_window(context, {&block.input, 1}, block.state, block.options, m_session.options.repeat);
        if (!window || folder.empty()) return window;
        std::error_code ignored;  // what can't be made can't be written to
        std::filesystem::create_directories(folder, ignored);
        const Bytes bytes = to_bytes(*window);
        std::ofstream out(path, std::ios::binary);
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
        if (!out) return fail(ErrorCode::bad_argument, path.string() + " can't be written");
        return window;
    }

    void report(const Recorded& recorded) {
        if (!std::exchange(m_has_head, true)) {
            std::string head = fmt::format("{:24}", "workers");
            for (const unsigned workers : m_workers) head += fmt::format(" {:7}", workers);
            m_session.print(head + "\n");
        }
        Charges charges;
        charges.add(recorded.window);
        std::vector<Point> points;
        for (const unsigned workers : m_workers) {
            points.push_back(simulate_at(recorded.window, machine(workers)));
            m_session.report.results.push_back(to_result(recorded, points.back()));
        }
        m_session.print(fmt::format("{}: {} transactions, serial {:.2f} ms\n  {}\n", recorded.name,
                                    recorded.window.transactions(), 1e3 * recorded.window.serial_seconds(),
                                    charges.text()) +
                        row("  times serial", points, &Point::speedup) +
                        row("  of the list schedule", points, &Point::of_list) +
                        row("  workers busy", points, &Point::busy));
    }

    BenchSession& m_session;
    std::vector<unsigned> m_workers;
    std::vector<Recorded> m_recorded;
    bool m_has_head = false;
};

}  // namespace

void run_schedule(BenchSession& session, std::string_view name) {
    ScheduleRun run(session);
    for (const std::string_view generated : {"transfers", "erc20", "swaps", "mixed", "hot", "chain"})
        for_each_generated(session, generated, name, [&](const BlockCase& b) { run.record(b, false); });
    const std::string& blocks = session.options.blocks;
    std::error_code ignored;
    // Who names a folder must have it.
    if (blocks != BenchOptions().blocks || std::filesystem::is_directory(blocks, ignored))
        for_each_real_block(session, name, [&](const BlockCase& b) { run.record(b, true); });
    else
        fmt::print(stderr, "warpevm: bench schedule: the real blocks are left out: {} is no folder\n",
                   blocks);
    run.report_summary();
    run.report_side_by_side();
    if (!session.options.ablation) return;
    run.report_causes();
    run.report_ablation();
}

}  // namespace warpevm::tools
