// SPDX-License-Identifier: Apache-2.0
// What else a caller gives may throw: tracers, the function that forms roots, and for tests the one that is
// called at each hand-over, which puts an exception at any point of any thread's work.
#include <atomic>

#include "evm/state/state_trie.hpp"
#include "tests/fallback/busy_window.hpp"
#include "tests/fallback/compare.hpp"

namespace warpevm::test {
namespace {

class ThrowingTracer final : public Tracer {
  public:
    explicit ThrowingTracer(uint64_t at) : m_left(at) {}
    void on_step(const TraceStep&) override { count(); }
    void on_enter(int64_t) override { count(); }
    void on_step_done(const StepEnd&) override { count(); }
    void on_transaction_done(const TraceEnd&) override { count(); }

  private:
    void count() {
        if (--m_left == 0) throw std::runtime_error("the pipe is closed");
    }
    uint64_t m_left;
};

class ThrowingRoots final : public StateRoots {
  public:
    ThrowingRoots(std::unique_ptr<StateRoots> roots, std::atomic<uint64_t>& left)
        : m_roots(std::move(roots)), m_left(left) {}
    void apply(const StateDiff& change) override { m_roots->apply(change); }
    [[nodiscard]] Result<Hash> root() override {
        if (--m_left == 0) throw std::runtime_error("no root");
        return m_roots->root();
    }

  private:
    std::unique_ptr<StateRoots> m_roots;
    std::atomic<uint64_t>& m_left;
};

TEST(ThrowingCallbacks, a_tracer_ends_the_execution_at_any_step) {
    const BusyWindow busy;
    const auto expected = serially(busy.window, busy.state, {});
    ParallelContext context({.threads = 3});
    for (uint64_t at = 1; at < 400; at += 3) {
        ThrowingTracer tracer(at);
        context.serial().tracer = &tracer;
        const auto got = at % 2 == 0 ? execute_parallel(context, busy.window, busy.state, {})
                                     : execute_serial(context.serial(), busy.window, busy.state, {});
        ASSERT_FALSE(got) << at;
        EXPECT_EQ(to_string(got.error()),
                  "a function that the caller gave threw an exception: the pipe is closed");
        context.serial().tracer = nullptr;
        expect_equal(expected, execute_serial(context.serial(), busy.window, busy.state, {}));
    }
}

TEST(ThrowingCallbacks, the_root_function_ends_the_execution_wherever_it_is_called) {
    const BusyWindow busy(Fork::homestead);
    ExecutionOptions options;
    options.state_roots = roots_over(busy.state);
    const auto expected = serially(busy.window, busy.state, options);
    ASSERT_TRUE(expected);
    ParallelContext context(stressed(3, 0));
    for (uint64_t at = 1; at <= 36; ++at) {
        for (const bool parallel : {false, true}) {
            std::atomic<uint64_t> left{at};
            ExecutionOptions throwing = options;
            throwing.state_roots = [&] {
                return std::make_unique<ThrowingRoots>(roots_over(busy.state)(), left);
            };
            const auto got = parallel ? execute_parallel(context, busy.window, busy.state, throwing)
                                      : execute_serial(context.serial(), busy.window, busy.state, throwing);
            ASSERT_FALSE(got) << at;
            EXPECT_EQ(got.error().code, ErrorCode::callback_failed);
            EXPECT_EQ(got.error().detail, "no root");
        }
        expect_equal(expected, execute_parallel(context, busy.window, busy.state, options));
    }
}

TEST(ThrowingCallbacks, any_thread_may_throw_at_any_hand_over) {
    const BusyWindow busy(Fork::prague, 12);
    const auto expected = serially(busy.window, busy.state, {});
    for (const unsigned threads : {2U, 3U, 8U}) {
        std::atomic<int64_t> left{0};
        ParallelSettings settings{.threads = threads, .speculate = Speculate::everything, .at_hand_over = {}};
        settings.at_hand_over = [&] {
            if (--left == 0) throw std::runtime_error("lost on the way");
        };
        ParallelContext context(settings);
        uint64_t failed = 0;
        for (int64_t at = 1; at < 150; ++at) {
            left = at;
            const auto got = execute_parallel(context, busy.window, busy.state, {});
            if (!got) {
                EXPECT_EQ(to_string(got.error()),
                          "a function that the caller gave threw an exception: lost on the way");
                ++failed;
            } else {
                expect_equal(expected, got);
            }
            left = 0;
            expect_equal(expected, execute_parallel(context, busy.window, busy.state, {}));
            if (testing::Test::HasFailure()) return;
        }
        EXPECT_GT(failed, 50U);
    }
}

}  // namespace
}  // namespace warpevm::test
