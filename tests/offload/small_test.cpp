// SPDX-License-Identifier: Apache-2.0
// A handful of transactions through each way that lanes have: few enough for oclgrind's simulator
// (tools/oclgrind-kernels), which sees accesses out of bounds and races.
#include "tests/offload/lanes.hpp"

namespace warpevm::test {
namespace {

class SmallLanes : public testing::TestWithParam<const char*> {};

TEST_P(SmallLanes, come_out_as_on_the_cpu) {
    const Address other = Address::from_low(0xbeef);
    Scene scene(Fork::prague);
    scene.state.set_account(other, 3, 100, Program().push(3).store(4).op(OP_CALLER).log().code());
    scene.state.set_slot(other, 4, 1);
    Program p;
    p.push(1).op(OP_SLOAD).log().call(OP_CALL, other, 3, 50'000).log().push(700).op(OP_BLOCKHASH).log();
    p.call(OP_CALL, Address::from_low(2), 0, 500).op(OP_POP);
    scene.state.set_account(scene_contract, 1, 50, p.create(OP_CREATE, 1, {0x60, 1, 0x60, 0, 0xf3}).code());
    scene.call(scene_contract, Bytes{1, 2, 3}, 300'000, 1);
    scene.call(scene_contract, {}, 40'000);  // out of gas
    scene.call(std::nullopt, Program().push(7).push(9).op(OP_MULMOD).op(OP_STOP).code());
    scene.call(std::nullopt, {0x60, 1, 0x60, 0, 0xf3});
    scene.call(Address::from_low(0x404), {}, 21'000, 5);  // a transfer, by its own program
    OffloadOptions options;
    options.slice = 40;
    options.limits = {usual_lane_limits()};
    LaneRunner lanes(GetParam(), options, LaneRunner::Transfers::by_own_program);
    if (!lanes.usable()) GTEST_SKIP() << "left out: no device of the kind " << GetParam();
    ExecutionContext context;
    Tally tally;
    compare_with_cpu(lanes, context, scene.jobs, tally);
    EXPECT_EQ(tally.equal, scene.jobs.size());
    EXPECT_EQ(lanes.offload().transfers().transfers, 1U);
}

WARPEVM_ON_EACH_DEVICE(SmallLanes);

}  // namespace
}  // namespace warpevm::test
