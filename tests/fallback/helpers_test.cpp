// SPDX-License-Identifier: Apache-2.0
// Calling threads and dismissing them: nobody works on what is over, and nobody waits for one that never
// came.
#include "fallback/commit/helpers.hpp"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <thread>

namespace warpevm {
namespace {

using namespace std::chrono_literals;

struct Called {
    explicit Called(int threads) : arena(threads, /*reserved_for_masters=*/1), helpers(arena) {}
    void call(unsigned count, const std::function<void()>& work) {
        helpers.begin(count, work);
        for (unsigned i = 0; i < count; ++i) helpers.call();
    }
    /// Whatever cores there are.
    tbb::global_control allowed{tbb::global_control::max_allowed_parallelism, 8};
    tbb::task_arena arena;
    Helpers helpers;
};

TEST(Helpers, nobody_is_at_work_after_they_were_dismissed) {
    Called called(4);
    std::atomic<int> at_work{0}, most{0};
    for (int block = 0; block < 300; ++block) {
        std::atomic<bool> over{false};
        called.arena.execute([&] {
            called.call(3, [&] {
                most = std::max(most.load(), ++at_work);
                while (!over) std::this_thread::yield();
                --at_work;
            });
            called.helpers.call();  // one more than allowed
            if (block % 2 == 0) std::this_thread::sleep_for(100us);
            over = true;
            called.helpers.dismiss();
        });
        ASSERT_EQ(at_work, 0) << "block " << block;
    }
    EXPECT_LE(most, 3);
}

TEST(Helpers, who_is_called_comes) {
    Called called(2);
    std::atomic<bool> came{false};
    called.arena.execute([&] {
        called.call(1, [&] {
            came = true;
            came.notify_all();
        });
        came.wait(false);
        called.helpers.dismiss();
    });
    EXPECT_TRUE(came);
}

TEST(Helpers, who_never_comes_is_not_waited_for) {
    Called called(1);  // there is nobody but the caller
    called.arena.execute([&] {
        for (int block = 0; block < 3; ++block) {
            called.call(1, [] { FAIL() << "the caller is no helper"; });
            called.helpers.dismiss();
        }
    });
}

TEST(Helpers, who_comes_too_late_finds_nothing_to_do) {
    Called called(1);
    int ran = 0;
    called.arena.execute([&] {
        called.call(5, [&] { ++ran; });
        called.helpers.dismiss();
        tbb::task_group others;  // waiting for it, the caller runs what is left over
        others.run([] {});
        others.wait();
    });
    EXPECT_EQ(ran, 0);
}

}  // namespace
}  // namespace warpevm
