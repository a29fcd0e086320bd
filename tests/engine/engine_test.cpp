// SPDX-License-Identifier: Apache-2.0
// The engine: the same outcomes on each backend, several executions at once, cancellation, and reports of
// where transactions ran.
#include "host/engine/engine.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/fallback/busy_window.hpp"
#include "tests/fallback/compare.hpp"
#include "tests/fallback/random_block.hpp"

namespace warpevm::test {
namespace {

constexpr BackendKind all_backends[] = {BackendKind::serial, BackendKind::cpu, BackendKind::device,
                                        BackendKind::automatic};

/// A block whose only transaction jumps in a circle for longer than anybody would wait.
struct EndlessBlock {
    explicit EndlessBlock(uint32_t transactions, Bytes code = {0x5b, 0x60, 0x00, 0x56}) {
        state.set_account(contract, 1, 0, std::move(code));
        block.rules.fork = Fork::prague;
        block.environment = {.number = 1, .timestamp = 1, .gas_limit = uint64_t{1} << 62};
        for (uint32_t i = 0; i < transactions; ++i) {
            const Address from = Address::from_low(0x5e0000 + i);
            state.set_account(from, 0, U256{1} << 100, {});
            Transaction& tx = txs.emplace_back();
            tx.gas_limit = (uint64_t{1} << 62) / transactions;
            tx.max_fee_per_gas = 1;
            tx.to = contract;
            block.transactions.push_back({&tx, from, {}});
        }
    }
    MemoryState state;
    std::deque<Transaction> txs;
    BlockInput block;
    static inline const Address contract = Address::from_low(0xc0de);
};

TEST(Engine, every_backend_says_what_serial_says) {
    Engine engine({.threads = 3});
    const BusyWindow busy(Fork::prague, 6);
    const auto expected = serially(busy.window, busy.state, {});
    for (const BackendKind backend : all_backends) {
        auto got = engine.execute(backend, busy.window, busy.state, {});
        ASSERT_TRUE(got);
        EXPECT_TRUE(got->outcomes == *expected);
        ASSERT_EQ(got->routes.size(), got->outcomes.size());
        for (size_t i = 0; i < got->routes.size(); ++i)
            EXPECT_EQ(got->routes[i].transactions(), got->outcomes[i].transactions.size());
        if (backend == BackendKind::device) {
            EXPECT_EQ(got->routes[0].not_lent.at("no_device"), got->outcomes[0].transactions.size());
        }
    }
}

TEST(Engine, several_executions_may_be_in_flight) {
    Engine engine({.threads = 2, .speculate = Speculate::at_once});
    std::vector<std::thread> callers;
    for (uint64_t seed = 0; seed < 6; ++seed)
        callers.emplace_back([&, seed] {
            const RandomWindow w({.seed = seed, .fork = Fork::prague, .contention = Contention::some});
            ExecutionOptions options;
            options.on_missing_state = OnMissingState::assume_absent;
            options.allow_missing_system_contracts = true;
            const auto expected = serially(w.window, w.state, options);
            for (int i = 0; i < 5; ++i) {
                auto got = engine.execute(all_backends[(seed + i) % 2], w.window, w.state, options);
                ASSERT_EQ(got.has_value(), expected.has_value());
                if (got) {
                    EXPECT_TRUE(got->outcomes == *expected);
                }
            }
        });
    for (std::thread& caller : callers) caller.join();
}

/// Jumps, calls and creations without end; on one thread and several, in each loop.
TEST(Engine, is_cancelled_within_10_ms) {
    const Bytes jumps{0x5b, 0x60, 0x00, 0x56};
    const Bytes jumpdests = [] {  // blocks that fall through into the next
        Bytes code(20'000, 0x5b);
        code.insert(code.end(), {0x60, 0x00, 0x56});
        return code;
    }();
    Program recursion;
    recursion.call(OP_CALL, EndlessBlock::contract, 0, 1'000'000'000).op(OP_POP);
    recursion.call(OP_CALL, EndlessBlock::contract, 0, 1'000'000'000);
    std::vector<double> waits;
    for (const Bytes& code : {jumps, jumpdests, recursion.code()})
        for (const Interpreter interpreter : {Interpreter::tiered, Interpreter::fast, Interpreter::plain})
            for (const BackendKind backend : {BackendKind::serial, BackendKind::cpu})
                for (const uint32_t transactions : {1U, 50U}) {
                    Engine engine({.threads = 3, .speculate = Speculate::at_once});
                    const EndlessBlock endless(transactions, code);
                    Cancellation cancellation;
                    std::chrono::steady_clock::time_point at;
                    std::thread canceller([&] {
                        std::this_thread::sleep_for(std::chrono::milliseconds(5));
                        at = std::chrono::steady_clock::now();
                        cancellation.cancel();
                    });
                    const auto got =
                        engine.execute(backend, {&endless.block, 1}, endless.state, {},
                                       {.cancellation = &cancellation, .interpreter = interpreter});
                    const auto end = std::chrono::steady_clock::now();
                    canceller.join();
                    ASSERT_FALSE(got);
                    EXPECT_EQ(got.error().code, ErrorCode::cancelled);
                    waits.push_back(std::chrono::duration<double>(end - at).count());
                    // And the engine is as good as before.
                    const BusyWindow busy(Fork::prague, 2);
                    const auto next = engine.execute(backend, busy.window, busy.state, {});
                    ASSERT_TRUE(next);
                    EXPECT_TRUE(next->outcomes == *serially(busy.window, busy.state, {}));
                }
    std::sort(waits.begin(), waits.end());
    std::printf("cancelled after %.2f ms (median), %.2f ms (at most)\n", 1e3 * waits[waits.size() / 2],
                1e3 * waits.back());
    // Where cores are busy with something else a thread may wait for one.
    EXPECT_LT(waits[waits.size() / 2], 10e-3);
}

TEST(Engine, a_cancellation_that_comes_first_or_never) {
    Engine engine({.threads = 2});
    const BusyWindow busy(Fork::prague, 2);
    Cancellation cancellation;
    for (const BackendKind backend : all_backends) {
        const auto got =
            engine.execute(backend, busy.window, busy.state, {}, {.cancellation = &cancellation});
        ASSERT_TRUE(got);
        EXPECT_TRUE(got->outcomes == *serially(busy.window, busy.state, {}));
    }
    cancellation.cancel();
    for (const BackendKind backend : all_backends) {
        const auto got =
            engine.execute(backend, busy.window, busy.state, {}, {.cancellation = &cancellation});
        ASSERT_FALSE(got);
        EXPECT_EQ(to_string(got.error()), "the execution was cancelled");
    }
}

TEST(Engine, a_tracer_makes_it_serial_and_the_report_says_so) {
    struct Counting final : Tracer {
        void on_step(const TraceStep&) override { ++steps; }
        void on_enter(int64_t) override {}
        void on_step_done(const StepEnd&) override {}
        void on_transaction_done(const TraceEnd&) override {}
        uint64_t steps = 0;
    } tracer;
    Engine engine({.threads = 2, .speculate = Speculate::everything});
    const BusyWindow busy(Fork::prague, 2);
    const auto got = engine.execute(BackendKind::cpu, busy.window, busy.state, {}, {.tracer = &tracer});
    ASSERT_TRUE(got);
    EXPECT_GT(tracer.steps, 0U);
    EXPECT_EQ(got->routes[0][Route::traced], got->outcomes[0].transactions.size());
    const auto alone = Engine({.threads = 1}).execute(BackendKind::cpu, busy.window, busy.state, {});
    ASSERT_TRUE(alone);
    EXPECT_EQ(alone->routes[0][Route::one_thread], alone->outcomes[0].transactions.size());
}

}  // namespace
}  // namespace warpevm::test
