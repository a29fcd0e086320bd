// SPDX-License-Identifier: Apache-2.0
// Races made on purpose, which the thread sanitizer must report through libtbb's hand-overs (tools/tsan runs
// each and expects the report), and an ordered use that it must not. Built where the sanitizer is on.
#include "fallback/commit/tsan.hpp"

#ifdef WARPEVM_TSAN

#include <gtest/gtest.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <thread>

#include "tests/fallback/compare.hpp"
#include "tests/fallback/random_block.hpp"

/// libcrypto counts who refers to an algorithm, and the last thread to end frees it; ending threads of libtbb
/// free what others of them compared. Both ends lie in libraries that are not instrumented, where nothing can
/// be annotated.
extern "C" const char* __tsan_default_suppressions() {
    return "race:CRYPTO_THREAD_lock_free\n"
           "called_from_lib:libtbb.so.12\n";
}

namespace warpevm::test {
namespace {

/// Threads meet even where there is one core.
void dawdle() {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

constexpr size_t bodies = 16;

TEST(HandOver, orders_a_body_between_giving_and_waiting) {
    const tbb::global_control allowed(tbb::global_control::max_allowed_parallelism, 4);
    tbb::task_arena arena(4);
    for (int round = 0; round < 20; ++round) {
        std::vector<int> values(bodies, 1);
        HandOver visit, group, loop;
        visit.give();
        arena.execute(visit.task([&] {
            tbb::task_group tasks;
            group.give();
            for (int& value : values)
                tasks.run(group.task([&value] {
                    std::this_thread::yield();
                    ++value;
                }));
            tasks.wait();
            group.take_back();
            for (int& value : values) ++value;
            loop.give();
            tbb::parallel_for(size_t{0}, bodies, loop.task([&](size_t i) { ++values[i]; }));
            loop.take_back();
        }));
        visit.take_back();
        for (int& value : values) EXPECT_EQ(value++, 4);
    }
}

TEST(SeededBug, bodies_of_one_group_write_the_same) {
    const tbb::global_control allowed(tbb::global_control::max_allowed_parallelism, 4);
    int value = 0;
    HandOver group;
    tbb::task_group tasks;
    group.give();
    for (size_t i = 0; i < bodies; ++i)
        tasks.run(group.task([&value] {
            dawdle();
            ++value;
        }));
    tasks.wait();
    group.take_back();
}

TEST(SeededBug, the_giver_writes_before_it_waits) {
    const tbb::global_control allowed(tbb::global_control::max_allowed_parallelism, 4);
    std::vector<int> values(bodies);
    HandOver group;
    tbb::task_group tasks;
    group.give();
    for (int& value : values)
        tasks.run(group.task([&value] {
            dawdle();
            ++value;
        }));
    dawdle();
    for (int& value : values) ++value;
    tasks.wait();
    group.take_back();
}

/// Against its contract not thread-safe: what the executor's threads do at the same time is seen.
class CountingState final : public StateView {
  public:
    explicit CountingState(const MemoryState& state) : m_state(state) {}
    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override {
        ++reads;
        m_state.read_accounts(keys, answers);
    }
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
        ++reads;
        m_state.read_slots(keys, answers);
    }
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        m_state.read_codes(hashes, answers);
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        return m_state.read_block_hash(number);
    }

    mutable uint64_t reads = 0;

  private:
    const MemoryState& m_state;
};

TEST(SeededBug, a_state_view_counts_without_a_lock) {
    const RandomWindow w({.seed = 42, .contention = Contention::independent, .transactions = 150});
    const CountingState state(w.state);
    ExecutionOptions options;
    options.allow_missing_system_contracts = true;
    for (uint64_t seed = 1; seed < 10; ++seed) {
        ParallelContext context(stressed(8, seed));
        EXPECT_TRUE(execute_parallel(context, w.window, state, options));
    }
    EXPECT_GT(state.reads, 0);
}

}  // namespace
}  // namespace warpevm::test

#endif
