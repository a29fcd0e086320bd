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

/// Whatever cores there are.
struct Threads {
    explicit Threads(size_t count) : allowed(tbb::global_control::max_allowed_parallelism, count) {}
    tbb::global_control allowed;
};

void begin_and_call(Helpers& helpers, unsigned count, const std::function<void()>& work) {
    helpers.begin(work);
    for (unsigned i = 0; i < count; ++i) helpers.call();
}

TEST(Helpers, nobody_is_at_work_after_they_were_dismissed) {
    const Threads threads(8);
    Helpers helpers(3);
    std::atomic<int> at_work{0}, most{0};
    for (int window = 0; window < 300; ++window) {
        std::atomic<bool> over{false};
        begin_and_call(helpers, 4, [&] {  // one more than there are
            most = std::max(most.load(), ++at_work);
            while (!over) std::this_thread::yield();
            --at_work;
        });
        if (window % 2 == 0) std::this_thread::sleep_for(100us);
        over = true;
        helpers.dismiss();
        ASSERT_EQ(at_work, 0) << "window " << window;
    }
    EXPECT_LE(most, 3);
    EXPECT_GT(most, 0);
}

TEST(Helpers, who_is_called_comes) {
    const Threads threads(8);
    Helpers helpers(5);
    std::atomic<int> came{0};
    begin_and_call(helpers, 5, [&] {
        ++came;
        came.notify_all();
        for (int seen = came; seen < 5; seen = came) came.wait(seen);  // all are there at once
    });
    for (int seen = came; seen < 5; seen = came) came.wait(seen);
    helpers.dismiss();
    EXPECT_EQ(came, 5);
}

/// Where others keep all threads busy.
TEST(Helpers, who_does_not_come_is_not_waited_for_and_finds_nothing_to_do_later) {
    const Threads threads(2);
    tbb::task_arena others(1, 0);
    static std::atomic<int> busy;  // the task may outlive the test by a moment
    busy = 0;
    others.enqueue([] {
        busy = 1;
        busy.notify_all();
        busy.wait(1);
    });
    busy.wait(0);
    int ran = 0;
    {
        Helpers helpers(3);
        for (int window = 0; window < 3; ++window) {
            begin_and_call(helpers, 3, [&] { ++ran; });
            helpers.dismiss();
        }
        busy = 2;
        busy.notify_all();
    }
    EXPECT_EQ(ran, 0);
}

}  // namespace
}  // namespace warpevm
