// SPDX-License-Identifier: Apache-2.0
// The backend `automatic`: nothing is opened before it is expected to pay, nobody waits for a device, and
// whatever it decides, the outcome is serial's.
#include "host/engine/router.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <future>

#include "bench/workload/scenario.hpp"
#include "host/device/faulty_device.hpp"
#include "host/engine/engine.hpp"
#include "tests/device/programs.hpp"
#include "tests/fallback/compare.hpp"

namespace warpevm::test {
namespace {

using Opened = DeviceResult<std::shared_ptr<DevicePrograms>>;

workload::PreparedBlock block_of(std::string_view workload, size_t count) {
    for (const workload::Scenario& s : workload::scenarios())
        if (s.workload == workload) return s.block({.transactions = count, .seed = 3});
    throw std::logic_error("there is no such workload");
}
workload::PreparedBlock tokens(size_t count) {
    return block_of("erc20", count);
}

ExecutionOptions lenient() {
    ExecutionOptions options;
    options.allow_missing_system_contracts = true;
    return options;
}

/// A folder of its own, gone with it.
struct Folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("warpevm-router-" + std::to_string(getpid()));
    Folder() { std::filesystem::remove_all(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

/// As an earlier process may have left them: a device on the cores that is far faster than they.
CostModel fast_device() {
    CostModel m;
    m.device = {.opening = 1e-3,
                .batch = 1e-5,
                .transaction = 1e-9,
                .gas = 1e-12,
                .lane_gas = 1e-12,
                .packing = 1e-8,
                .uses_host_cores = true};
    return m;
}
constexpr const char* entry = "route-costs-2";
/// Of the kernels as C++, where they are given.
std::string entry_of_native() {
    return cache_entry(open_native_device(1)->info(), {.name = "route", .options = "2"}, "costs");
}

struct Rig {
    explicit Rig(size_t transactions) : block(tokens(transactions)) {}
    void expect_serial(Engine& engine) {
        auto got = engine.execute(BackendKind::automatic, {&block.input, 1}, block.state, lenient());
        ASSERT_TRUE(got);
        EXPECT_TRUE(got->outcomes == *serially({&block.input, 1}, block.state, lenient()));
        ASSERT_TRUE(got->plan);
        plan = got->plan;
        routes = got->routes.at(0);
        EXPECT_EQ(routes.transactions(), block.input.transactions.size());
    }
    workload::PreparedBlock block;
    std::shared_ptr<const WindowPlan> plan;
    RouteReport routes;
};

TEST(Router, nothing_is_opened_that_does_not_pay) {
    bool was_asked = false;
    Engine engine({.threads = 2, .open_device = [&]() -> Opened {
                       was_asked = true;
                       return programs_of(open_native_device(1));
                   }});
    Rig rig(300);
    rig.expect_serial(engine);
    engine.wait_for_device();
    EXPECT_FALSE(was_asked);
    EXPECT_EQ(rig.routes.not_lent.at("route_opening_costs_more"), 300U);
}

TEST(Router, no_device_is_a_reason_too) {
    Engine engine({.threads = 2});
    Rig rig(300);
    rig.expect_serial(engine);
    EXPECT_EQ(rig.routes.not_lent.at("no_device"), 300U);
}

TEST(Router, what_pays_is_opened_and_nobody_waits) {
    const Folder folder;
    const auto cache = std::make_shared<ProgramCache>(folder.path);
    cache->store(entry, to_bytes(fast_device()));
    std::atomic<int> asked = 0;
    {
        Engine engine({.threads = 2,
                       .open_device = [&]() -> Opened {
                           ++asked;
                           return programs_of(open_native_device(1));
                       },
                       .cache = cache});
        Rig rig(3000);
        rig.expect_serial(engine);
        EXPECT_EQ(rig.routes.not_lent.at("route_device_opening"), 3000U);
        engine.wait_for_device();
        EXPECT_EQ(asked, 1);
        rig.expect_serial(engine);
        EXPECT_EQ(rig.plan->to_device, 3000U);
        EXPECT_EQ(rig.plan->reason_of(0), RouteReason::pays);
        // Often the cores are done before it has begun; once it has run, its costs are no longer what they
        // were.
        const auto has_learned = [&] {
            const DeviceCosts now = engine.costs().device, before = fast_device().device;
            return now.transaction + now.batch > before.transaction + before.batch;
        };
        for (int i = 0; i < 200 && !has_learned(); ++i) rig.expect_serial(engine);
        EXPECT_TRUE(has_learned());
        EXPECT_EQ(asked, 1);
    }
    const auto kept = cache->load(entry);
    ASSERT_TRUE(kept);
    const auto costs = read_cost_model(*kept);
    ASSERT_TRUE(costs);
    EXPECT_TRUE(costs->device.uses_host_cores);
    EXPECT_GT(costs->device.transaction + costs->device.batch,
              fast_device().device.transaction + fast_device().device.batch)
        << "no device is as fast as that";
}

/// PoCL and its like: it is said once what it is, and never taken.
TEST(Router, a_device_on_the_cores_is_not_preferred) {
    const Folder folder;
    const auto cache = std::make_shared<ProgramCache>(folder.path);
    CostModel costs = fast_device();
    costs.device.uses_host_cores = false;
    cache->store(entry, to_bytes(costs));
    Engine engine({.threads = 2,
                   .open_device = []() -> Opened { return programs_of(open_native_device(1)); },
                   .cache = cache});
    Rig rig(3000);
    rig.expect_serial(engine);
    engine.wait_for_device();
    rig.expect_serial(engine);
    EXPECT_EQ(rig.routes.not_lent.at("route_device_uses_host_cores"), 3000U);
}

TEST(Router, a_device_that_does_not_open_is_a_reason) {
    const Folder folder;
    const auto cache = std::make_shared<ProgramCache>(folder.path);
    cache->store(entry, to_bytes(fast_device()));
    Engine engine({.threads = 2,
                   .open_device = []() -> Opened {
                       return tl::unexpected(DeviceError{DeviceFault::lost, "none", "open", "gone"});
                   },
                   .cache = cache});
    Rig rig(3000);
    rig.expect_serial(engine);
    engine.wait_for_device();
    rig.expect_serial(engine);
    EXPECT_EQ(rig.routes.not_lent.at("device_lost"), 3000U);
    EXPECT_NE(engine.device_lost_because().find("gone"), std::string::npos);
}

TEST(Router, a_device_may_fail_at_any_call) {
    const Folder folder;
    const auto cache = std::make_shared<ProgramCache>(folder.path);
    Rig rig(1500);
    unsigned lost = 0;
    for (const FaultPoint point : {FaultPoint::build, FaultPoint::allocate, FaultPoint::enqueue,
                                   FaultPoint::read_back, FaultPoint::wait})
        for (const unsigned call : {1U, 3U, 9U}) {
            // Anew: the last one kept what it learned.
            cache->store(entry_of_native(), to_bytes(fast_device()));
            Engine engine(
                {.threads = 2,
                 .devices = {programs_of(std::make_unique<FaultyDevice>(
                     open_native_device(1),
                     FaultPlan{
                         .point = point, .at_call = call, .fault = DeviceFault::lost, .persistent = true}))},
                 .cache = cache});
            rig.expect_serial(engine);
            EXPECT_EQ(rig.plan->to_device, 1500U);
            rig.expect_serial(engine);
            engine.close(60);
            lost += engine.device_lost_because().empty() ? 0 : 1;
        }
    EXPECT_GE(lost, 8U);
}

/// A launch that does not come back holds nobody up.
TEST(Router, a_device_that_stalls_is_overridden) {
    const Folder folder;
    const auto cache = std::make_shared<ProgramCache>(folder.path);
    cache->store(entry_of_native(), to_bytes(fast_device()));
    std::promise<void> end;
    const std::shared_future<void> ended = end.get_future().share();
    Rig rig(1500);
    Engine engine(
        {.threads = 2,
         .devices = {programs_of(std::make_unique<FaultyDevice>(
             open_native_device(1),
             FaultPlan{.point = FaultPoint::stall, .at_call = 3, .stall = [ended] { ended.wait(); }}))},
         .cache = cache});
    for (int i = 0; i < 3; ++i) {
        rig.expect_serial(engine);
        EXPECT_EQ(rig.plan->to_device, 1500U);
    }
    end.set_value();
}

/// The kernels as C++, twice, and beside an OpenCL device where there is one.
std::vector<std::vector<std::shared_ptr<DevicePrograms>>> pairs_of_devices() {
    std::vector<std::vector<std::shared_ptr<DevicePrograms>>> pairs;
    pairs.push_back({programs_of(open_native_device(1)), programs_of(open_native_device(1))});
    if (auto opencl = opencl_programs()) pairs.push_back({programs_of(open_native_device(1)), opencl});
    return pairs;
}

/// How many transactions each had results of.
std::map<uint32_t, size_t> handed_in(Timeline& timeline) {
    std::map<uint32_t, size_t> by_device;
    for (const VerbSpan& span : timeline.take())
        if (span.verb == Verb::merge) by_device[span.device] += span.transactions;
    return by_device;
}

TEST(TwoDevices, share_what_they_take) {
    for (auto& devices : pairs_of_devices()) {
        Engine engine({.threads = 2, .devices = devices, .device_takes_all = true});
        const auto timeline = std::make_shared<Timeline>();
        Rig rig(900);
        for (int i = 0; i < 2; ++i) {
            auto got = engine.execute(BackendKind::device, {&rig.block.input, 1}, rig.block.state, lenient(),
                                      {.timeline = timeline});
            ASSERT_TRUE(got);
            EXPECT_TRUE(got->outcomes == *serially({&rig.block.input, 1}, rig.block.state, lenient()));
            const auto shares = handed_in(*timeline);
            EXPECT_EQ(shares.at(0), 450U);
            EXPECT_EQ(shares.at(1), 450U);
        }
        EXPECT_EQ(engine.device_lost_because(), "");
    }
}

/// Both are far faster than the cores: each gets half.
TEST(TwoDevices, auto_shares_between_them) {
    const Folder folder;
    const auto cache = std::make_shared<ProgramCache>(folder.path);
    cache->store(entry_of_native(), to_bytes(fast_device()));
    Engine engine({.threads = 2,
                   .devices = {programs_of(open_native_device(1)), programs_of(open_native_device(1))},
                   .cache = cache});
    Rig rig(3000);
    rig.expect_serial(engine);
    EXPECT_EQ(rig.plan->to_device, 3000U);
    EXPECT_NEAR(rig.plan->share, 0.5, 0.05);
}

/// Whatever waits for what the other one does comes out stale and is the cores'.
TEST(TwoDevices, may_contradict_each_other) {
    const workload::PreparedBlock block = block_of("hot", 64);
    for (auto& devices : pairs_of_devices())
        for (const bool takes_all : {true, false}) {
            Engine engine(
                {.threads = 2, .devices = devices, .device_takes_all = takes_all, .device_batch = 7});
            for (int i = 0; i < 3; ++i) {
                auto got = engine.execute(BackendKind::device, {&block.input, 1}, block.state, lenient());
                ASSERT_TRUE(got);
                EXPECT_TRUE(got->outcomes == *serially({&block.input, 1}, block.state, lenient()));
            }
        }
}

TEST(TwoDevices, when_one_is_lost_the_other_goes_on) {
    Rig rig(600);
    Engine engine({.threads = 2,
                   .devices = {programs_of(std::make_unique<FaultyDevice>(
                                   open_native_device(1), FaultPlan{.point = FaultPoint::enqueue,
                                                                    .at_call = 2,
                                                                    .fault = DeviceFault::lost,
                                                                    .persistent = true})),
                               programs_of(open_native_device(1))},
                   .device_takes_all = true});
    const auto timeline = std::make_shared<Timeline>();
    for (int i = 0; i < 2; ++i) {
        auto got = engine.execute(BackendKind::device, {&rig.block.input, 1}, rig.block.state, lenient(),
                                  {.timeline = timeline});
        ASSERT_TRUE(got);
        EXPECT_TRUE(got->outcomes == *serially({&rig.block.input, 1}, rig.block.state, lenient()));
        EXPECT_EQ(handed_in(*timeline)[1], 300U);
    }
    EXPECT_NE(engine.device_lost_because(), "");
}

}  // namespace
}  // namespace warpevm::test
