// SPDX-License-Identifier: Apache-2.0
// A device that fails at any call, or answers nonsense: an error is a value, and nothing is taken for a
// result.
#include "host/device/faulty_device.hpp"
#include "host/offload/self_test_lanes.hpp"
#include "tests/offload/lanes.hpp"

namespace warpevm::test {
namespace {

std::vector<OffloadJob> some_jobs(Scene& scene) {
    const Address other = Address::from_low(0xbeef);
    scene.state.set_account(other, 3, 100, Program().push(3).store(4).op(OP_CALLER).log().code());
    Program p;
    p.push(1).op(OP_SLOAD).log().call(OP_CALL, other, 3, 50'000).log().push(700).op(OP_BLOCKHASH).log();
    p.call(OP_CALL, Address::from_low(4), 0, 500).op(OP_POP);
    scene.state.set_account(scene_contract, 1, 50, p.create(OP_CREATE, 1, {0x60, 1, 0x60, 0, 0xf3}).code());
    // They end in different launches.
    for (int i = 0; i < 20; ++i) scene.call(i % 3 == 0 ? scene_contract : other);
    return scene.jobs;
}

struct Ran {
    DeviceResult<OffloadResults> results;
    unsigned calls = 0;
    /// How often each job was told, and what those did that were done then.
    std::map<size_t, unsigned> told;
    std::map<size_t, Executed> done;
};
/// In fewer lanes than jobs.
Ran run_on(const std::vector<OffloadJob>& jobs, const FaultPlan& plan) {
    FaultyDevice device(open_native_device(2), plan);
    auto program = device.build({.name = "evm"});
    if (!program) return {.results = tl::unexpected(program.error())};
    OffloadOptions options;
    options.slice = 20;
    options.most_lanes = 6;
    options.most_launches = 1000;
    Offload offload(device, *program, options);
    Ran ran;
    ran.results = offload.run(jobs, [&](const OffloadResults& so_far, std::span<const size_t> ended) {
        for (const size_t i : ended) {
            ++ran.told[i];
            if (plan.point != FaultPoint::wrong_answer && so_far.statuses[i] == kernel::STATUS_done)
                ran.done.emplace(i, executed_in_lane(so_far, i, jobs[i]));
        }
    });
    ran.calls = device.calls(plan.point);
    return ran;
}

/// What was told before is right, and stays; the rest is the CPU's.
TEST(OffloadFaults, are_values_at_every_call) {
    Scene scene(Fork::prague);
    const auto jobs = some_jobs(scene);
    ExecutionContext context;
    std::vector<std::optional<Executed>> expected;
    for (const OffloadJob& job : jobs) expected.push_back(execute_on_cpu(context, job));
    const Ran whole = run_on(jobs, {.point = FaultPoint::build, .at_call = 1'000'000});
    ASSERT_EQ(whole.done.size(), jobs.size());
    bool told_some = false;
    for (const FaultPoint point : {FaultPoint::build, FaultPoint::allocate, FaultPoint::upload,
                                   FaultPoint::enqueue, FaultPoint::read_back, FaultPoint::wait}) {
        const unsigned calls = run_on(jobs, {.point = point, .at_call = 1'000'000}).calls;
        for (unsigned n = 1; n <= calls; ++n) {
            const Ran ran = run_on(jobs, {.point = point, .at_call = n, .fault = DeviceFault::lost});
            ASSERT_FALSE(ran.results) << "call " << n;
            EXPECT_EQ(ran.results.error().fault, DeviceFault::lost);
            for (const auto& [job, times] : ran.told) EXPECT_EQ(times, 1U) << job;
            for (const auto& [job, did] : ran.done) EXPECT_EQ(did, expected[job]) << job;
            told_some |= !ran.done.empty() && ran.done.size() < jobs.size();
        }
    }
    EXPECT_TRUE(told_some);
}

/// Where there is no room for so many lanes, fewer do.
TEST(OffloadFaults, little_memory_means_fewer_lanes) {
    Scene scene(Fork::prague);
    const auto jobs = some_jobs(scene);
    const unsigned calls = run_on(jobs, {.point = FaultPoint::allocate, .at_call = 1'000'000}).calls;
    unsigned went_on = 0;
    for (unsigned n = 1; n <= calls; ++n) {
        const Ran ran =
            run_on(jobs, {.point = FaultPoint::allocate, .at_call = n, .fault = DeviceFault::out_of_memory});
        if (!ran.results) {
            EXPECT_EQ(ran.results.error().fault, DeviceFault::out_of_memory);
            continue;
        }
        ++went_on;
        EXPECT_EQ(ran.done.size(), jobs.size());
    }
    EXPECT_EQ(went_on, 1U);  // the lanes' allocation: nothing else can do with less
}

/// What is read back is garbled at one call: it may be an error, an escalation or a wrong result (which
/// validation can't know), but never more than that.
TEST(OffloadFaults, nonsense_is_no_harm) {
    Scene scene(Fork::prague);
    const auto jobs = some_jobs(scene);
    const unsigned calls = run_on(jobs, {.point = FaultPoint::wrong_answer, .at_call = 1'000'000}).calls;
    EXPECT_GT(calls, 3U);
    unsigned errors = 0;
    for (unsigned n = 1; n <= calls; ++n) {
        const Ran ran = run_on(jobs, {.point = FaultPoint::wrong_answer, .at_call = n});
        errors += ran.results ? 0 : 1;
        for (const auto& [job, times] : ran.told) EXPECT_EQ(times, 1U) << job;
        if (ran.results) {
            EXPECT_EQ(ran.told.size(), jobs.size());
        }
    }
    std::printf("%u of %u garbled reads were noticed\n", errors, calls);
}

TEST(LaneSelfTest, passes_and_refuses_a_device_that_errs) {
    for (const unsigned garbled : {1'000'000U, 1U, 3U, 6U}) {
        FaultyDevice device(open_native_device(2), {.point = FaultPoint::wrong_answer, .at_call = garbled});
        const auto program = device.build({.name = "evm"});
        ASSERT_TRUE(program);
        const auto passed = self_test_lanes(device, *program);
        EXPECT_EQ(passed.has_value(), garbled > 6) << garbled;
        if (!passed && garbled > 6) ADD_FAILURE() << to_string(passed.error());
    }
}

}  // namespace
}  // namespace warpevm::test
