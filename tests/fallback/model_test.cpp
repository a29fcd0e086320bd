// SPDX-License-Identifier: Apache-2.0
// The simulation against the executor itself: the same window on real threads, with delays beside which the
// machine's own noise is small. Threads that sleep need no cores, so two cores do for sixteen of them.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "bench/workload/scenario.hpp"
#include "fallback/commit/recording.hpp"
#include "fallback/commit/window_execution.hpp"
#include "fallback/schedule/simulation.hpp"
#include "tests/fallback/compare.hpp"

namespace warpevm::test {
namespace {

using Clock = std::chrono::steady_clock;
using workload::PreparedBlock;

/// What the simulated time may differ from the measured one by, either way. Executions take 2 ms; threads
/// that sleep come some tenths of a millisecond late where others use the cores.
constexpr double factor = 1.25;
constexpr size_t transactions = 120;
constexpr unsigned attempts = 8;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

void sleep_for(double seconds) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

/// What is added to each execution and to each commit of an incarnation.
struct Delays {
    /// Of 1 to 3 ms, by number.
    [[nodiscard]] static double of_execution(uint32_t index) { return 1e-3 + 0.25e-3 * (index * 5 % 9); }
    static constexpr double of_commit = 0.3e-3;
    /// Seconds that a thread sleeps longer than it asked for, here and now: the median.
    static double oversleep() {
        std::vector<double> over;
        for (int i = 0; i < 51; ++i) {
            const auto begin = Clock::now();
            sleep_for(of_commit);
            over.push_back(seconds_since(begin) - of_commit);
        }
        std::nth_element(over.begin(), over.begin() + 25, over.end());
        return over[25];
    }
};

/// One by one: the delay is of each commit.
const PolicyConstants constants{.least_batch = 1U << 30};

/// The executor's platform, slowed down.
class Delayed {
  public:
    struct Worker {
        explicit Worker(WindowExecution& execution) : real(execution.window()) {}
        WindowExecution::Worker real;
        WorkerPlace& place = real.place;
    };
    explicit Delayed(WindowExecution& window) : m_window(window) {}

    void before(Worker& w, uint32_t index) { m_window.before(w.real, index); }
    void gives_way(Worker& w) const { m_window.gives_way(w.real); }
    double execute_alone(Worker& w, uint32_t index) {
        sleep_for(Delays::of_execution(index));
        return m_window.execute_alone(w.real, index);  // by the clock
    }
    bool execute_ahead(Worker& w, uint32_t index) {
        sleep_for(Delays::of_execution(index));
        return m_window.execute_ahead(w.real, index);
    }
    double seconds_ahead(const Worker& w) const {
        return m_window.seconds_ahead(w.real) + Delays::of_execution(w.place.index);
    }
    void publish(Worker& w, uint32_t index) { m_window.publish(w.real, index); }
    bool holds_ahead(Worker& w, uint32_t index) { return m_window.holds_ahead(w.real, index); }
    void resume_readers(Worker& w, uint32_t index) { m_window.resume_readers(w.real, index); }
    bool validate(Worker& w, uint32_t index) { return m_window.validate(w.real, index); }
    uint32_t batch_end(Worker& w, uint32_t index) { return m_window.batch_end(w.real, index); }
    HeldBatch validate_batch(Worker& w, uint32_t begin, uint32_t end) {
        return m_window.validate_batch(w.real, begin, end);
    }
    void commit_batch(Worker& w, uint32_t begin, uint32_t end) { m_window.commit_batch(w.real, begin, end); }
    void mark_estimate(Worker& w, uint32_t index) { m_window.mark_estimate(w.real, index); }
    double execute_in_turn(Worker& w, uint32_t index) {
        sleep_for(Delays::of_execution(index));
        return m_window.execute_in_turn(w.real, index) + Delays::of_execution(index);
    }
    void commit(Worker& w, uint32_t index) {
        if (w.place.how != WorkerPlace::alone) sleep_for(Delays::of_commit);
        m_window.commit(w.real, index);
    }
    double seconds_of(uint32_t index) const {
        return m_window.seconds_of(index) + Delays::of_execution(index);
    }
    double now(const Worker& w) const { return m_window.now(w.real); }
    void enter_table(Worker& w) { m_window.enter_table(w.real); }
    void leave_table(Worker& w) { m_window.leave_table(w.real); }
    bool receive_some(Worker& w) { return m_window.receive_some(w.real); }
    bool help(Worker& w) { return m_window.help(w.real); }
    void wake_one(Worker& w) { m_window.wake_one(w.real); }
    void call_one(Worker& w) { wake_one(w); }  // all threads are there

  private:
    WindowExecution& m_window;
};
static_assert(SchedulePlatform<Delayed>);

void work(Window& window, Schedule<Delayed>& schedule, Delayed::Worker& w) {
    for (;;) {
        const uint32_t seen = window.idle.ticket();
        const Step step = schedule.step(w);
        if (step == Step::over) break;
        if (step == Step::idle) window.idle.park(seen);
    }
    window.wake_all();
}

/// Seconds of the executor; its outcome is serial's.
double measured(const PreparedBlock& block, unsigned threads) {
    ParallelContext context({.threads = threads});
    const CodeCache::Lease lease = context.serial().codes().lease();
    const ExecutionOptions options;
    WindowExecution execution(context.parts(), {&block.input, 1}, block.state, options, /*is_lent=*/false);
    Window& window = execution.window();
    Delayed delayed(execution);
    Schedule<Delayed> schedule(delayed, window.progress, constants, threads);
    std::vector<std::thread> others;
    for (unsigned t = 1; t < threads; ++t)
        others.emplace_back([&] {
            const uint32_t nothing_yet = window.idle.ticket();
            Delayed::Worker w(execution);
            window.idle.park(nothing_yet);
            work(window, schedule, w);
        });
    sleep_for(5e-3);  // until they sleep
    double seconds = 0;
    Result<std::vector<BlockOutcome>> got;
    {
        Delayed::Worker w(execution);
        const auto begin = Clock::now();
        work(window, schedule, w);
        seconds = seconds_since(begin);
        for (std::thread& other : others) other.join();
        got = execution.finish(w.real);
    }
    expect_equal(serially({&block.input, 1}, block.state, {}), got);
    return seconds;
}

/// The block as it was recorded, with the delays.
RecordedWindow recorded(const PreparedBlock& block, double oversleep) {
    ExecutionContext context;
    auto window = record_window(context, {&block.input, 1}, block.state, {}, 3);
    if (!window) throw std::runtime_error(to_string(window.error()));
    uint32_t index = 0;
    for (RecordedTransaction& t : window->blocks.at(0).transactions) {
        const double delay = Delays::of_execution(index++) + oversleep;
        t.alone += delay;
        for (RecordedRun* run : {&t.in_order, &t.early}) {
            run->seconds += delay;
            for (RecordedRead& read : run->reads) read.offset += delay;
        }
        t.commit += Delays::of_commit + oversleep;
    }
    return std::move(*window);
}

PreparedBlock block_of(std::string_view workload, std::string_view name) {
    for (const workload::Scenario& s : workload::scenarios())
        if (s.workload == workload && s.name == name)
            return s.block({.transactions = transactions, .seed = 3});
    throw std::logic_error("there is no such workload");
}

bool agree(double a, double b) {
    return std::max(a, b) <= factor * std::min(a, b);
}

struct Case {
    const char* workload;
    const char* name;
};
class Model : public testing::TestWithParam<Case> {};

TEST_P(Model, TakesTheTimeThatTheExecutorTakes) {
#ifdef WARPEVM_SANITIZED
    GTEST_SKIP() << "left out: it judges time, of which a sanitizer needs more than the delays";
#endif
    const PreparedBlock block = block_of(GetParam().workload, GetParam().name);
    const RecordedWindow window = recorded(block, Delays::oversleep());
    for (const unsigned threads : {2U, 4U, 8U, 16U}) {
        const double model = simulate(window, {.workers = threads}, constants).seconds;
        // Neighbours on the machine only make it slower.
        double least = measured(block, threads);
        for (unsigned i = 1; i < attempts && !agree(model, least); ++i)
            least = std::min(least, measured(block, threads));
        std::printf("%s %s, %u threads: %.1f ms, simulated %.1f ms\n", GetParam().workload, GetParam().name,
                    threads, 1e3 * least, 1e3 * model);
        EXPECT_TRUE(agree(model, least)) << threads << " threads";
    }
}

INSTANTIATE_TEST_SUITE_P(Windows, Model,
                         testing::Values(Case{"erc20", ""}, Case{"chain", "token-1"}, Case{"hot", "slot-50"},
                                         Case{"hot", "zipf"}, Case{"mixed", ""}));

/// What is wrong by more than twice the tolerance can't agree with what agrees.
TEST(WrongModel, IsSeen) {
    const auto expect_apart = [](double right, double wrong, const char* what) {
        EXPECT_GT(std::max(right, wrong) / std::min(right, wrong), factor * factor) << what;
    };
    const RecordedWindow independent = recorded(block_of("erc20", ""), 0),
                         chain = recorded(block_of("chain", "token-1"), 0);
    const auto at = [](const RecordedWindow& window, unsigned workers) {
        return simulate(window, {.workers = workers}, constants).seconds;
    };
    RecordedWindow wrong = independent;
    for (RecordedTransaction& t : wrong.blocks[0].transactions) t.commit *= 2, t.validate *= 2;
    expect_apart(at(independent, 16), at(wrong, 16), "charges are twice what they are");
    wrong = independent;
    for (RecordedTransaction& t : wrong.blocks[0].transactions) {
        t.in_order.seconds *= 2;
        for (RecordedRead& read : t.in_order.reads) read.offset *= 2;
    }
    expect_apart(at(independent, 2), at(wrong, 2), "executions are twice as long as they are");
    wrong = chain;
    for (RecordedTransaction& t : wrong.blocks[0].transactions)
        for (RecordedRun* run : {&t.in_order, &t.early})
            for (RecordedRead& read : run->reads) read.observation = RecordedRead::none;
    for (const unsigned workers : {2U, 8U})
        expect_apart(at(chain, workers), at(wrong, workers), "nothing is in conflict");
}

}  // namespace
}  // namespace warpevm::test
