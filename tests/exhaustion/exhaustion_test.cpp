// SPDX-License-Identifier: Apache-2.0
// Memory that ends at any allocation, on any thread: the execution ends with that error, or does without, and
// with memory the same context executes as ever.
#include <cstdlib>

#include "tests/exhaustion/scarce_memory.hpp"
#include "tests/fallback/busy_window.hpp"
#include "tests/fallback/compare.hpp"

namespace warpevm::test {
namespace {

using Until = ScarceMemory::Until;
using Outcomes = Result<std::vector<BlockOutcome>>;

#ifdef WARPEVM_SANITIZED
constexpr uint64_t usual_points = 40;
#else
constexpr uint64_t usual_points = 200;
#endif

/// Of the allocations of a long sweep every so many; WARPEVM_SEEDS says how many are tried.
int64_t step_for(int64_t allocations) {
    const auto points = static_cast<int64_t>(Seeds(usual_points).end);
    return std::max<int64_t>(1, allocations / std::max<int64_t>(1, points));
}

class Exhaustion : public testing::Test {
  protected:
    using Execute = std::function<Outcomes()>;

    /// `fresh` makes what outlives executions; `execute` executes with it.
    void sweep(const std::function<void()>& fresh, const Execute& execute) {
        fresh();
        int64_t allocations = 0;
        Outcomes first;
        {
            const ScarceMemory counted(INT64_MAX / 2, Until::next);
            first = execute();
            allocations = counted.made();
        }
        expect_equal(m_expected, first);
        ASSERT_GT(allocations, 100);
        uint64_t ended = 0;
        for (const Until until : {Until::next, Until::end})
            for (int64_t n = 1; n <= allocations; n += step_for(allocations)) {
                fresh();
                Outcomes got;
                bool failed = false;
                {
                    const ScarceMemory scarce(n, until);
                    got = execute();
                    failed = scarce.failed();
                }
                const testing::ScopedTrace trace(__FILE__, __LINE__, "allocation " + std::to_string(n));
                if (got) {
                    expect_equal(m_expected, got);
                } else {
                    EXPECT_TRUE(failed);
                    EXPECT_EQ(name(got.error().code), name(ErrorCode::out_of_memory));
                    ++ended;
                }
                expect_equal(m_expected, execute());
                if (HasFailure()) return;
            }
        EXPECT_GT(ended, 10U);
    }

    const BusyWindow m_busy{Fork::prague, 6};
    const Outcomes m_expected = serially(m_busy.window, m_busy.state, {});
};

TEST_F(Exhaustion, serial_ends_and_goes_on) {
    std::optional<ExecutionContext> context;
    sweep([&] { context.emplace(); },
          [&] { return execute_serial(*context, m_busy.window, m_busy.state, {}); });
}

TEST_F(Exhaustion, parallel_ends_and_goes_on) {
    for (const unsigned threads : {2U, 3U, 8U})
        for (const Speculate speculate : {Speculate::everything, Speculate::measured}) {
            const testing::ScopedTrace trace(__FILE__, __LINE__, std::to_string(threads) + " threads");
            std::optional<ParallelContext> context;
            sweep(
                [&] {
                    context.emplace(
                        ParallelSettings{.threads = threads, .speculate = speculate, .at_hand_over = {}});
                },
                [&] { return execute_parallel(*context, m_busy.window, m_busy.state, {}); });
            if (HasFailure()) return;
        }
}

}  // namespace
}  // namespace warpevm::test
