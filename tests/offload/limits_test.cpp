// SPDX-License-Identifier: Apache-2.0
// What a lane can't do ends by name and without effect, and out of gas comes before any limit of the arena.
// Each status has a case that triggers it.
#include "tests/offload/lanes.hpp"

namespace warpevm::test {
namespace {

using kernel::kernel_status;

/// Enough for small programs; tests take one of them away.
LaneLimits small_limits() {
    return {.frames = 4,
            .stack_words = 64,
            .memory_bytes = 1024,
            .output_bytes = 128,
            .accounts = 6,
            .slots = 4,
            .undo_entries = 12,
            .logs = 3,
            .topics = 4,
            .log_bytes = 256,
            .codes = 1,
            .code_bytes = 128};
}

class Limits : public Lanes {
  protected:
    /// Runs one program with limited lanes and says how it ended.
    kernel_status end_of(const Program& program, const OffloadOptions& options, uint64_t gas = 500'000,
                         Fork fork = Fork::prague) {
        Scene scene(fork);
        scene.state.set_account(scene_contract, 1, 50, program.code());
        scene.call(scene_contract, {}, gas);
        return end_of(scene, options);
    }
    /// Over images and over bytecode, which must end alike.
    kernel_status end_of(const Scene& scene, OffloadOptions options) {
        std::vector<kernel_status> ends;
        for (const Images images : {Images::always, Images::never}) {
            options.images = images;
            LaneRunner lanes(GetParam(), options);
            const OffloadResults results = lanes.run(scene.jobs);
            // Whatever ended well is right.
            compare_with_cpu(lanes, context, scene.jobs, tally, false);
            EXPECT_EQ(results.statuses[0] == kernel::STATUS_done, results.records[0].gas_used != 0);
            ends.push_back(results.statuses[0]);
        }
        EXPECT_EQ(ends[0], ends[1]);
        return ends[0];
    }
    static OffloadOptions limited(const LaneLimits& limits = small_limits()) {
        OffloadOptions options;
        options.limits = {limits};
        return options;
    }
};

TEST_P(Limits, of_the_arena) {
    EXPECT_EQ(end_of(Program().push(1).store(1).log(), limited()), kernel::STATUS_done);
    Program accounts, slots, stack, undo, logs, topics, log_bytes, codes;
    for (uint64_t i = 0; i < 6; ++i) accounts.push(0x500 + i).op(OP_BALANCE).op(OP_POP);
    EXPECT_EQ(end_of(accounts, limited()), kernel::STATUS_ESCALATE_accounts);
    for (uint64_t i = 0; i < 5; ++i) slots.push(i).op(OP_SLOAD).op(OP_POP);
    EXPECT_EQ(end_of(slots, limited()), kernel::STATUS_ESCALATE_slots);
    for (uint64_t i = 0; i < 65; ++i) stack.op(OP_GAS);
    stack.op(OP_JUMPDEST);  // what the block leaves is alive
    EXPECT_EQ(end_of(stack, limited()), kernel::STATUS_ESCALATE_stack);
    LaneLimits few = small_limits();
    few.undo_entries = 2;
    for (uint64_t i = 0; i < 3; ++i) undo.push(1).store(i);
    EXPECT_EQ(end_of(undo, limited(few)), kernel::STATUS_ESCALATE_undo);
    for (uint64_t i = 0; i < 4; ++i) logs.push(0).push(0).op(OP_LOG0);
    EXPECT_EQ(end_of(logs, limited()), kernel::STATUS_ESCALATE_logs);
    for (uint64_t i = 0; i < 2; ++i) topics.push(1).push(2).push(3).push(0).push(0).op(OP_LOG0 + 3);
    EXPECT_EQ(end_of(topics, limited()), kernel::STATUS_ESCALATE_logs);
    log_bytes.push(257).push(0).op(OP_LOG0);
    EXPECT_EQ(end_of(log_bytes, limited()), kernel::STATUS_ESCALATE_logs);
    const Bytes init = Program().push(100).push(0).op(OP_RETURN).code();
    EXPECT_EQ(end_of(codes.create(OP_CREATE, 0, init), limited()), kernel::STATUS_done);
    EXPECT_EQ(end_of(codes.create(OP_CREATE, 0, init), limited()), kernel::STATUS_ESCALATE_codes);
    EXPECT_EQ(end_of(Program().push(129).push(0).op(OP_RETURN), limited()), kernel::STATUS_ESCALATE_output);
}

TEST_P(Limits, of_recursion_and_memory_to_their_ends) {
    Program recursion;
    recursion.push(0).push(0).push(0).push(0).push(0).op(OP_ADDRESS).op(OP_GAS).op(OP_CALL);
    std::map<kernel_status, int> ends;
    for (uint64_t gas = 21'000; gas < 60'000; gas += 777) ++ends[end_of(recursion, limited(), gas)];
    EXPECT_EQ(ends.size(), 2U);
    EXPECT_GT(ends[kernel::STATUS_done], 0);
    EXPECT_GT(ends[kernel::STATUS_ESCALATE_frames], 0);
    // All memory there is, and one word more; without the gas for it, the lane ends well.
    EXPECT_EQ(end_of(Program().push(1).push(992).op(OP_MSTORE), limited()), kernel::STATUS_done);
    EXPECT_EQ(end_of(Program().push(1).push(993).op(OP_MSTORE), limited()), kernel::STATUS_ESCALATE_memory);
    EXPECT_EQ(end_of(Program().push(1).push(993).op(OP_MSTORE), limited(), 21'050), kernel::STATUS_done);
    EXPECT_EQ(end_of(Program().push(1).push(U256{1} << 50).op(OP_MSTORE), limited()), kernel::STATUS_done);
    Program initcode;  // whose jump destinations take memory
    initcode.push(1000).push(0).push(0).op(OP_CREATE);
    EXPECT_EQ(end_of(initcode, limited()), kernel::STATUS_ESCALATE_memory);
}

TEST_P(Limits, a_larger_lane_takes_over) {
    OffloadOptions options = limited();
    options.limits.push_back(wide_lane_limits());
    EXPECT_EQ(end_of(Program().push(1).push(993).op(OP_MSTORE), options), kernel::STATUS_done);
    EXPECT_EQ(tally.equal, 2U);
}

/// Who ends early is told early: long before the last lane, in this case.
TEST_P(Limits, each_job_is_told_once) {
    OffloadOptions options = limited();
    options.limits.push_back(wide_lane_limits());
    options.slice = 50;
    options.most_lanes = 10;
    Scene scene(Fork::prague);
    for (uint64_t i = 0; i < 70; ++i) {
        Program p;
        for (uint64_t n = 0; n < (i % 10 == 9 ? 600 : i); ++n) p.op(OP_GAS).op(OP_POP);
        if (i % 7 == 0) p.push(1).push(2000).op(OP_MSTORE);  // in a larger lane
        const Address at = Address::from_low(0x10000 + i);
        scene.state.set_account(at, 1, 0, p.push(i).store(1).code());
        scene.call(at, {}, i == 33 ? 20'000 : 100'000);
    }
    LaneRunner lanes(GetParam(), options);
    std::map<size_t, int> told;
    size_t calls = 0;
    const OffloadResults all =
        lanes.run(scene.jobs, [&](const OffloadResults& so_far, std::span<const size_t> jobs) {
            ++calls;
            for (const size_t i : jobs) {
                ++told[i];
                if (so_far.statuses[i] != kernel::STATUS_done) continue;
                EXPECT_EQ(executed_in_lane(so_far, i, scene.jobs[i]), execute_on_cpu(context, scene.jobs[i]))
                    << i;
            }
        });
    EXPECT_GT(calls, 6U);
    EXPECT_EQ(told.size(), scene.jobs.size());
    for (const auto& [job, times] : told) EXPECT_EQ(times, 1) << job;
    EXPECT_EQ(all.statuses[33], kernel::STATUS_ESCALATE_invalid_transaction);
    EXPECT_EQ(std::count(all.statuses.begin(), all.statuses.end(), kernel::STATUS_done), 69);
}

/// Between two launches; each job has a reason, those that were never begun too.
TEST_P(Limits, what_nobody_waits_for_ends) {
    OffloadOptions options;
    options.slice = 20;
    options.most_lanes = 5;
    LaneRunner lanes(GetParam(), options);
    Scene scene(Fork::prague);
    scene.state.set_account(scene_contract, 1, 0, Bytes{0x5b, 0x60, 0x00, 0x56});
    for (int i = 0; i < 12; ++i) scene.call(scene_contract, {}, 10'000'000);
    int asked = 0;
    const OffloadResults results = lanes.run(scene.jobs, {}, [&] { return ++asked < 4; });
    for (const auto status : results.statuses) EXPECT_EQ(status, kernel::STATUS_ESCALATE_unwanted);
    EXPECT_EQ(results.launches, 3U);
}

TEST_P(Limits, of_the_host) {
    Program slots;
    for (uint64_t i = 0; i < 9; ++i) slots.push(i).op(OP_SLOAD).op(OP_POP);
    OffloadOptions options;
    options.most_parks = 8;
    EXPECT_EQ(end_of(slots, options), kernel::STATUS_ESCALATE_parks);
    options = {};
    options.slice = 5;
    options.most_launches = 3;
    EXPECT_EQ(end_of(slots, options), kernel::STATUS_ESCALATE_launches);
    options = {};
    options.lane_memory = 1000;
    EXPECT_EQ(end_of(slots, options), kernel::STATUS_ESCALATE_device_memory);
    EXPECT_EQ(end_of(slots, {}, 500'000, Fork::spurious_dragon), kernel::STATUS_ESCALATE_fork);
    EXPECT_EQ(end_of(slots, {}, uint64_t{1} << 63), kernel::STATUS_ESCALATE_transaction_size);
    EXPECT_EQ(end_of(slots, {}, 20'999), kernel::STATUS_ESCALATE_invalid_transaction);
}

TEST_P(Limits, of_what_the_state_says) {
    Scene poor(Fork::prague);
    poor.state.set_account(scene_sender, 5, 100, {});
    poor.call(scene_contract);
    EXPECT_EQ(end_of(poor, {}), kernel::STATUS_ESCALATE_invalid_transaction);
    Scene with_code(Fork::prague);
    with_code.state.set_account(scene_sender, 5, U256{1} << 80, Bytes{0});
    with_code.call(scene_contract);
    EXPECT_EQ(end_of(with_code, {}), kernel::STATUS_ESCALATE_invalid_transaction);
    Scene rich(Fork::prague);
    rich.state.set_account(scene_contract, 1, U256{1} << 255, {});
    rich.call(scene_contract);
    EXPECT_EQ(end_of(rich, {}), kernel::STATUS_ESCALATE_large_balance);
    // A state that does not know what is asked.
    Scene partial(Fork::prague);
    partial.state = MemoryState(false);
    partial.state.set_account(scene_sender, 5, U256{1} << 80, {});
    partial.state.set_account(scene_contract, 1, 0, Program().push(7).op(OP_SLOAD).log().code());
    partial.state.set_absent(scene_beneficiary);
    partial.call(scene_contract);
    EXPECT_EQ(end_of(partial, {}), kernel::STATUS_ESCALATE_state);
    OffloadOptions closed;
    closed.unknown_is_absent = true;
    LaneRunner lanes(GetParam(), closed);
    EXPECT_EQ(lanes.run(partial.jobs).statuses[0], kernel::STATUS_done);
}

WARPEVM_ON_EACH_DEVICE(Limits);

/// A hundred thousand calls are one launch on a large device; none takes more than a part of what there is.
TEST(LaneRooms, FollowTheDevice) {
    constexpr uint64_t gibibyte = uint64_t{1} << 30;
    const auto room = [](unsigned units, uint64_t memory, bool is_cpu, uint32_t sharers = 1) {
        DeviceInfo info;
        info.memory_bytes = memory;
        info.units = units;
        info.uses_host_cores = is_cpu;
        return lane_room(info, sharers);
    };
    const LaneRoom large = room(132, 139 * gibibyte, false);
    EXPECT_GE(large.lanes, 100'000U);
    EXPECT_GE(large.bytes / make_lane_shape(usual_lane_limits()).size, 100'000U);
    EXPECT_EQ(large.group_size, 64U);
    const LaneRoom quarter = room(132, 139 * gibibyte, false, 4);
    EXPECT_LE(4 * quarter.bytes, 139 * gibibyte / 4);
    EXPECT_GE(4 * quarter.lanes, 100'000U);
    const LaneRoom small = room(4, gibibyte, false);
    EXPECT_EQ(small.lanes, 4096U);
    EXPECT_EQ(small.bytes, gibibyte / 4);
    EXPECT_EQ(room(2, 24 * gibibyte, true).lanes, 4096U);
    EXPECT_EQ(room(2, 24 * gibibyte, true).bytes, gibibyte);
    EXPECT_EQ(room(2, 24 * gibibyte, true).group_size, 8U);
}

}  // namespace
}  // namespace warpevm::test
