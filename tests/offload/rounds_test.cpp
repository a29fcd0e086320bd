// SPDX-License-Identifier: Apache-2.0
// Batches whose transactions depend on one another: the device executes again what did not see the others, so
// that as much stays there as if it had executed one after the other.
#include "host/device/devices.hpp"
#include "host/offload/device_worker.hpp"
#include "tests/fallback/compare.hpp"
#include "tests/fallback/random_block.hpp"

namespace warpevm::test {
namespace {

struct Shares {
    RouteReport routes;
    BatchCounts counts;
};

/// The windows of all seeds, each compared with serial.
Shares run_windows(uint32_t batch, bool takes_all, const Seeds& seeds, Contention contention) {
    ExecutionOptions options;
    options.on_missing_state = OnMissingState::assume_absent;
    options.allow_missing_system_contracts = true;
    DeviceWorker worker(
        std::make_shared<DevicePrograms>(open_native_device(1), std::make_shared<ProgramCache>("")),
        {.offload = {.slice = 300}, .batch = batch, .takes_all = takes_all});
    Shares shares;
    for (uint64_t seed = seeds.begin; seed < seeds.end; ++seed) {
        const testing::ScopedTrace which(__FILE__, __LINE__, "WARPEVM_SEED=" + std::to_string(seed));
        const RandomWindow w({.seed = seed,
                              .fork = seed % 2 == 0 ? Fork::prague : Fork::istanbul,
                              .contention = contention,
                              .transactions = 60,
                              .blocks = static_cast<uint32_t>(1 + seed % 3)});
        ParallelContext context({.threads = 2,
                                 .speculate = Speculate::at_once,
                                 .waits_for_loans = takes_all,
                                 .at_hand_over = {}});
        std::vector<RouteReport> routes;
        expect_equal(
            serially(w.window, w.state, options),
            execute_parallel(context, w.window, w.state, options, &routes, worker.borrower(options)));
        for (const RouteReport& report : routes) shares.routes += report;
        if (testing::Test::HasFailure()) break;
    }
    shares.counts = worker.counts();
    return shares;
}

void print(uint32_t batch, const Shares& s) {
    const RouteReport& r = s.routes;
    std::printf(
        "  batches of %4u: of %lu transactions %lu from the device, %lu stale; %lu rounds of %lu batches, "
        "%lu launches, %lu lanes (%lu again)",
        batch, r.transactions(), r[Route::elsewhere], r[Route::elsewhere_stale], s.counts.rounds,
        s.counts.batches, s.counts.launches, s.counts.executed, s.counts.again);
    for (const auto& [why, count] : r.given_back) std::printf(" %s %lu", why.c_str(), count);
    std::printf("\n");
}

TEST(Rounds, wide_batches_keep_what_batches_of_one_do) {
    const Seeds seeds(12);
    for (const Contention contention : contentions) {
        std::printf("contention %d\n", static_cast<int>(contention));
        const Shares single = run_windows(1, /*takes_all=*/true, seeds, contention);
        print(1, single);
        for (const uint32_t batch : {8U, 64U, 1024U}) {
            const Shares wide = run_windows(batch, /*takes_all=*/true, seeds, contention);
            print(batch, wide);
            if (HasFailure()) return;
            // What the first of a block sees of its opening is changed by the commit loop alone.
            EXPECT_GE(wide.routes[Route::elsewhere] * 1000, wide.routes.transactions() * 995);
            EXPECT_GE(wide.routes[Route::elsewhere] + 2, single.routes[Route::elsewhere]);
            // A chain is executed twice, not once for each of its members.
            EXPECT_LE(wide.counts.executed, 3 * wide.routes.transactions());
        }
    }
}

/// Where the commit loop does not wait, deep chains are given back.
TEST(Rounds, are_few_where_nobody_waits) {
    const Seeds seeds(12);
    for (const Contention contention : contentions) {
        const Shares s = run_windows(1024, /*takes_all=*/false, seeds, contention);
        print(1024, s);
        if (HasFailure()) return;
        EXPECT_LE(s.counts.rounds, 8 * s.counts.batches);
    }
}

}  // namespace
}  // namespace warpevm::test
