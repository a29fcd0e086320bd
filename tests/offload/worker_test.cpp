// SPDX-License-Identifier: Apache-2.0
// A device as a worker of the executor: whatever it does, and whenever it fails, the outcome is serial's.
#include "host/offload/device_worker.hpp"

#include <atomic>
#include <future>
#include <thread>

#include "bench/workload/scenario.hpp"
#include "host/device/faulty_device.hpp"
#include "tests/device/programs.hpp"
#include "tests/fallback/compare.hpp"
#include "tests/fallback/random_block.hpp"

namespace warpevm::test {
namespace {

ExecutionOptions lenient() {
    ExecutionOptions options;
    options.on_missing_state = OnMissingState::assume_absent;
    options.allow_missing_system_contracts = true;
    return options;
}

struct Counts {
    RouteReport routes;
    uint64_t windows = 0;
};

void compare(ParallelContext& context, DeviceWorker& worker, const RandomWindow& w, Counts& counts) {
    const ExecutionOptions options = lenient();
    std::vector<RouteReport> routes;
    expect_equal(serially(w.window, w.state, options),
                 execute_parallel(context, w.window, w.state, options, &routes, worker.borrower(options)));
    for (const RouteReport& report : routes) counts.routes += report;
    ++counts.windows;
}

constexpr Fork forks[] = {Fork::byzantium, Fork::istanbul, Fork::london,
                          Fork::cancun,    Fork::prague,   Fork::osaka};

/// Of each fork and contention in turn.
RandomWindow window_of(uint64_t seed, uint64_t transactions, uint64_t blocks) {
    return RandomWindow({.seed = seed,
                         .fork = forks[seed % std::size(forks)],
                         .contention = contentions[seed % std::size(contentions)],
                         .transactions = static_cast<uint32_t>(transactions),
                         .blocks = static_cast<uint32_t>(blocks)});
}

/// The commit loop waits for the device, or overrides it.
TEST(DeviceWorkers, random_windows_come_out_as_serially) {
    const Seeds seeds(40);
    for (const bool takes_all : {true, false})
        for (const uint32_t batch : {1U, 8U, 4096U}) {
            const testing::ScopedTrace trace(__FILE__, __LINE__, "batches of " + std::to_string(batch));
            // Lanes end in different launches, and hand in as they do.
            DeviceWorker worker(programs_of(open_native_device(1)),
                                {.offload = {.slice = 200}, .batch = batch, .takes_all = takes_all});
            Counts counts;
            for (uint64_t seed = seeds.begin; seed < seeds.end; ++seed) {
                const testing::ScopedTrace which(__FILE__, __LINE__, "WARPEVM_SEED=" + std::to_string(seed));
                const RandomWindow w = window_of(seed, 5 + seed % 30, 1);
                ParallelContext context({.threads = static_cast<unsigned>(1 + seed % 3),
                                         .speculate = Speculate::at_once,
                                         .waits_for_loans = takes_all,
                                         .at_hand_over = {}});
                compare(context, worker, w, counts);
                if (testing::Test::HasFailure()) return;
            }
            const RouteReport& r = counts.routes;
            std::printf("%s, batches of %u: of %lu transactions %lu on the device, %lu stale;",
                        takes_all ? "waiting" : "racing", batch, r.transactions(), r[Route::elsewhere],
                        r[Route::elsewhere_stale]);
            for (const auto& [why, count] : r.given_back) std::printf(" %s %lu", why.c_str(), count);
            std::printf("\n");
            if (takes_all && !seeds.one) {
                EXPECT_GE(r[Route::elsewhere] * 100, r.transactions() * 98);
            }
        }
}

/// Hints that are all wrong: any levels, any choice of transactions, any pace.
WindowPlan nonsense(uint64_t seed, size_t transactions) {
    std::mt19937_64 random(seed);
    WindowPlan plan;
    const uint64_t kind = seed % 3;
    for (size_t i = 0; i < transactions; ++i) {
        // Everything one group; a chain where there is none; anything.
        const uint64_t level = kind == 0 ? 1 : kind == 1 ? 1 + i % 9 : random() % 12;
        plan.level_of.push_back(static_cast<uint32_t>(level));
        plan.to_device += level != 0 ? 1 : 0;
    }
    const auto any = [&] { return static_cast<double>(random() % 11) * 1e-5; };
    plan.pace = {.fixed = any(), .device = 1e-6 + any(), .cores = 1e-6 + any(), .merging = any() / 16};
    return plan;
}

/// Batches of one window on several threads, of which the slowest may end last.
TEST(DeviceWorkers, several_slots_come_out_as_serially) {
    const Seeds seeds(120);
    DeviceWorker worker(programs_of(open_native_device(1)), {.batch = 3, .slots = 3});
    ASSERT_EQ(worker.slots(), 3U);
    Counts counts;
    for (uint64_t seed = seeds.begin; seed < seeds.end; ++seed) {
        const testing::ScopedTrace which(__FILE__, __LINE__, "WARPEVM_SEED=" + std::to_string(seed));
        const RandomWindow w = window_of(seed, 5 + seed % 30, 1 + seed % 5);
        // The commit loop waits for what is lent, so that the device gets somewhere.
        ParallelContext context({.threads = static_cast<unsigned>(1 + seed % 3),
                                 .waits_for_loans = seed % 2 == 0,
                                 .at_hand_over = {}});
        compare(context, worker, w, counts);
        if (testing::Test::HasFailure()) return;
    }
    const RouteReport& r = counts.routes;
    std::printf("of %lu transactions %lu on the device, %lu stale\n", r.transactions(), r[Route::elsewhere],
                r[Route::elsewhere_stale]);
    if (!seeds.one) {
        EXPECT_GT(r[Route::elsewhere], 0U);
    }
    EXPECT_EQ(worker.lost_because(), "");
}

/// Launches that so many windows of the same transactions take, all of which are there before the first.
uint64_t launches_of(size_t windows, const workload::PreparedBlock& block) {
    std::promise<void> all_are_there;
    const std::shared_future<void> begin = all_are_there.get_future().share();
    DeviceWorker worker(
        programs_of(std::make_unique<FaultyDevice>(
            open_native_device(1),
            FaultPlan{.point = FaultPoint::stall, .at_call = 1, .stall = [begin] { begin.wait(); }})),
        {.takes_all = true});
    const ExecutionOptions options = lenient();
    const auto expected = serially({&block.input, 1}, block.state, options);
    std::atomic<size_t> there = 0, equal = 0;
    std::vector<std::thread> threads;
    for (size_t i = 0; i < windows; ++i)
        threads.emplace_back([&] {
            ParallelContext context({.threads = 1, .waits_for_loans = true, .at_hand_over = {}});
            const Borrower borrower = [&, lend = worker.borrower(options)](
                                          const std::shared_ptr<Loans>& loans,
                                          std::span<const BlockInput> window) {
                lend(loans, window);
                if (++there == windows) all_are_there.set_value();
            };
            const auto got =
                execute_parallel(context, {&block.input, 1}, block.state, options, nullptr, borrower);
            equal += got && *got == *expected ? 1 : 0;
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(equal, windows);
    EXPECT_EQ(worker.lost_because(), "");
    EXPECT_TRUE(worker.stop(60));  // a window may be over before its batch is counted
    EXPECT_EQ(worker.counts().batches, windows);
    EXPECT_EQ(worker.counts().handed_in, windows * block.input.transactions.size());
    return worker.counts().launches;
}

/// As `run --jobs` has them: unrelated blocks, each with a commit loop of its own.
TEST(DeviceWorkers, windows_that_wait_share_launches) {
    for (const workload::Scenario& s : workload::scenarios()) {
        if (s.workload != "erc20" && s.workload != "chain") continue;
        const workload::PreparedBlock block = s.block({.transactions = 40, .seed = 5});
        const uint64_t alone = launches_of(1, block), together = launches_of(8, block);
        std::printf("%s %s: one window takes %lu launches, eight take %lu\n", std::string(s.workload).c_str(),
                    std::string(s.name).c_str(), alone, together);
        EXPECT_LE(together, 2 * alone);
    }
}

TEST(DeviceWorkers, wrong_plans_and_windows_of_many_blocks_come_out_as_serially) {
    const Seeds seeds(40);
    const auto learned = std::make_shared<Learned>();
    DeviceWorker worker(programs_of(open_native_device(1)), {.offload = {.slice = 200}, .learned = learned});
    Counts counts;
    for (uint64_t seed = seeds.begin; seed < seeds.end; ++seed) {
        const testing::ScopedTrace which(__FILE__, __LINE__, "WARPEVM_SEED=" + std::to_string(seed));
        const RandomWindow w = window_of(seed, 2 + seed % 9, 1 + (seed * 7) % 64);
        size_t transactions = 0;
        for (const BlockInput& block : w.window) transactions += block.transactions.size();
        const auto plan = std::make_shared<WindowPlan>(nonsense(seed, transactions));
        ParallelContext context(
            {.threads = static_cast<unsigned>(1 + seed % 3), .waits_for_loans = true, .at_hand_over = {}});
        const ExecutionOptions options = lenient();
        std::vector<RouteReport> routes;
        expect_equal(
            serially(w.window, w.state, options),
            execute_parallel(context, w.window, w.state, options, &routes, worker.borrower(options, plan)));
        for (const RouteReport& report : routes) counts.routes += report;
        if (testing::Test::HasFailure()) return;
    }
    const RouteReport& r = counts.routes;
    std::printf("of %lu transactions %lu on the device, %lu stale, %zu calls learned\n", r.transactions(),
                r[Route::elsewhere], r[Route::elsewhere_stale], learned->accesses().size());
    if (!seeds.one) {
        EXPECT_GT(r[Route::elsewhere], 0U);  // how many depends on who is faster
    }
}

/// The second time lanes are told the slots that they will ask for, and none waits.
TEST(DeviceWorkers, what_calls_touched_is_known_the_next_time) {
    const workload::PreparedBlock block = [] {
        for (const workload::Scenario& s : workload::scenarios())
            if (s.workload == "erc20") return s.block({.transactions = 300, .seed = 3});
        throw std::logic_error("there is no such workload");
    }();
    const auto learned = std::make_shared<Learned>();
    DeviceWorker worker(programs_of(open_native_device(1)), {.takes_all = true, .learned = learned});
    std::vector<uint64_t> launches;
    for (int i = 0; i < 2; ++i) {
        const uint64_t before = worker.counts().launches;
        ParallelContext context({.threads = 2, .waits_for_loans = true, .at_hand_over = {}});
        expect_equal(serially({&block.input, 1}, block.state, lenient()),
                     execute_parallel(context, {&block.input, 1}, block.state, lenient(), nullptr,
                                      worker.borrower(lenient())));
        // The window may be over before its batch is counted.
        for (int wait = 0; worker.counts().launches == before && wait < 10'000; ++wait)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        launches.push_back(worker.counts().launches - before);
    }
    EXPECT_EQ(learned->accesses().size(), 1U);
    EXPECT_LT(launches[1], launches[0]);
    EXPECT_EQ(launches[1], 1U);
}

/// A device that fails at any call is dropped with its reason, and the CPU does what it had.
TEST(DeviceWorkers, a_device_may_fail_at_any_call) {
    const RandomWindow w({.seed = 3, .fork = Fork::prague, .contention = Contention::some});
    uint64_t lost = 0;
    for (const FaultPoint point : {FaultPoint::build, FaultPoint::allocate, FaultPoint::enqueue,
                                   FaultPoint::read_back, FaultPoint::wait})
        for (const unsigned call : {1U, 2U, 5U, 9U, 14U, 30U, 60U}) {
            // In order on one thread, or on three that all find it lost.
            const bool takes_all = call % 2 == 1;
            DeviceWorker worker(
                programs_of(std::make_unique<FaultyDevice>(
                    open_native_device(1),
                    FaultPlan{
                        .point = point, .at_call = call, .fault = DeviceFault::lost, .persistent = true})),
                {.batch = 8, .takes_all = takes_all, .slots = 3});
            ParallelContext context({.threads = 2, .waits_for_loans = true, .at_hand_over = {}});
            Counts counts;
            compare(context, worker, w, counts);
            compare(context, worker, w, counts);
            if (testing::Test::HasFailure()) return;
            lost += worker.lost_because().empty() ? 0 : 1;
        }
    EXPECT_GT(lost, 10U);
}

}  // namespace
}  // namespace warpevm::test
