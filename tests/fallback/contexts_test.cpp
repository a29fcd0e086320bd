// SPDX-License-Identifier: Apache-2.0
// Several contexts in one process, each with the threads that it was made for.
#include <mutex>
#include <set>

#include "bench/workload/scenario.hpp"
#include "tests/fallback/compare.hpp"

namespace warpevm::test {
namespace {

TEST(ParallelContexts, one_does_not_bound_the_threads_of_another) {
    std::mutex mutex;
    std::set<std::thread::id> seen;
    const auto note = [&] {
        {
            const std::lock_guard held(mutex);
            seen.insert(std::this_thread::get_id());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    };
    const unsigned few = std::thread::hardware_concurrency() + 1, many = few + 6;
    ParallelContext first({.threads = few, .speculate = Speculate::everything, .at_hand_over = {}});
    ParallelContext second({.threads = many, .speculate = Speculate::everything, .at_hand_over = note});
    const workload::PreparedBlock block =
        workload::independent_transfers({.transactions = size_t{many} * 40, .seed = 1}, 0);
    const auto expected = serially({&block.input, 1}, block.state, {});
    size_t most = 0;
    for (int run = 0; run < 20 && most < many; ++run) {
        expect_equal(expected, execute_parallel(first, {&block.input, 1}, block.state, {}));
        seen.clear();  // another run may be served by other threads
        expect_equal(expected, execute_parallel(second, {&block.input, 1}, block.state, {}));
        most = std::max(most, seen.size());
    }
    EXPECT_EQ(most, many);
}

}  // namespace
}  // namespace warpevm::test
