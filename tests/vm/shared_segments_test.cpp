// SPDX-License-Identifier: Apache-2.0
// Frames share one stack and one memory segment: what one holds of them must stay right whatever the others
// do. The address sanitizer's build sees every byte that is not a running frame's poisoned, and a page
// without access behind each segment.
#include <gtest/gtest.h>

#include "tests/state/program.hpp"
#include "tests/vm/frame_runner.hpp"

namespace warpevm::test {
namespace {

/// Beyond what a fresh machine has usable.
constexpr uint64_t far = 3 << 19;
constexpr U256 word{0x1111222233334444, 0x5555666677778888, 0x9999aaaabbbbcccc, 0xddddeeeeffff0001};

/// The same in both loops, with and without recording; the outcome.
FrameOutcome run_everywhere(const FrameInput& in) {
    FrameRunner runner;
    const FrameOutcome plain = runner.run(in, Interpreter::plain);
    const FrameOutcome others[] = {runner.run(in, Interpreter::fast), runner.run(in, Interpreter::tiered),
                                   runner.run<true>(in, Interpreter::plain),
                                   FrameRunner().run<true>(in, Interpreter::fast)};
    for (const FrameOutcome& other : others) EXPECT_TRUE(plain.same_as(other)) << describe(in, plain, other);
    return plain;
}

U256 slot_of(const FrameOutcome& outcome, const U256& key) {
    for (const SlotChange& s : outcome.diff.slots)
        if (s.slot == key) return s.value;
    return {};
}

std::string opcode_of_case(const testing::TestParamInfo<uint8_t>& one) {
    return opcode_name(one.param);
}

/// Where there are call data, `callee` runs, else `caller`: so a contract can call itself.
Bytes caller_and_callee(const Program& caller, const Program& callee) {
    Program both;
    return both.op(OP_CALLDATASIZE).op(OP_ISZERO).unless(callee).append(caller).code();
}

Program grow() {
    return Program().push(far).op(OP_MLOAD).op(OP_POP);
}

class SelfCall : public testing::TestWithParam<uint8_t> {
  public:
    /// Calls itself with the first word of memory, of which the callee's return value replaces the second.
    static Program call_itself() {
        const bool has_value = GetParam() == OP_CALL || GetParam() == OP_CALLCODE;
        Program p;
        p.push(word).push(0).op(OP_MSTORE);
        p.push(32).push(32).push(32).push(0);
        if (has_value) p.push(0);
        return p.op(OP_ADDRESS).push(15'000'000).op(GetParam());
    }
};

TEST_P(SelfCall, InputStaysWhileTheCalleeGrows) {
    const bool is_static = GetParam() == OP_STATICCALL;
    Program callee = grow();
    callee.push(0).op(OP_CALLDATALOAD).push(0).op(OP_MSTORE);
    callee.push(32).push(0).push(64).op(OP_CALLDATACOPY);  // overwrites nothing of the input
    if (!is_static) callee.push(0).op(OP_CALLDATALOAD).push(7).op(OP_SSTORE);
    callee.push(32).push(0).op(OP_RETURN);
    Program caller = call_itself();
    caller.push(1).op(OP_SSTORE);
    caller.push(32).op(OP_MLOAD).push(2).op(OP_SSTORE);
    caller.push(0).op(OP_MLOAD).push(3).op(OP_SSTORE);
    const FrameOutcome out = run_everywhere({.code = caller_and_callee(caller, callee), .gas = 25'000'000});
    EXPECT_EQ(out.status, Status::success);
    EXPECT_EQ(slot_of(out, 1), U256{1});
    EXPECT_EQ(slot_of(out, 2), word);
    EXPECT_EQ(slot_of(out, 3), word);
    EXPECT_EQ(slot_of(out, 7), is_static ? U256{} : word);
}

TEST_P(SelfCall, ReturnDataComesFromFarMemoryAndOutlivesGrowth) {
    Program callee;
    callee.push(word).push(far).op(OP_MSTORE).push(64).push(far).op(OP_RETURN);
    Program caller = call_itself();
    caller.op(OP_POP).push(far + 4096).op(OP_MLOAD).op(OP_POP);
    caller.push(64).push(0).push(far).op(OP_RETURNDATACOPY);
    caller.push(far).op(OP_MLOAD).push(1).op(OP_SSTORE);
    caller.push(32).op(OP_MLOAD).push(2).op(OP_SSTORE);
    caller.push(64).push(far - 32).op(OP_LOG0);
    const FrameOutcome out = run_everywhere({.code = caller_and_callee(caller, callee), .gas = 40'000'000});
    EXPECT_EQ(out.status, Status::success);
    EXPECT_EQ(slot_of(out, 1), word);
    EXPECT_EQ(slot_of(out, 2), word);
}

INSTANTIATE_TEST_SUITE_P(SharedSegments, SelfCall,
                         testing::Values(OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL),
                         opcode_of_case);

class InitCode : public testing::TestWithParam<uint8_t> {};

TEST_P(InitCode, StaysWhileItGrowsMemory) {
    Program init = grow();
    init.op(OP_CODESIZE).push(0).push(0).op(OP_CODECOPY).op(OP_CODESIZE).push(0).op(OP_RETURN);
    const Bytes code = init.code();
    ASSERT_LE(code.size(), 32U);
    Program caller;
    caller.create(GetParam(), 0, code).op(OP_EXTCODEHASH).push(1).op(OP_SSTORE);
    const FrameOutcome out = run_everywhere({.code = caller.code(), .gas = 25'000'000});
    EXPECT_EQ(slot_of(out, 1), to_u256(keccak256(code)));
}

INSTANTIATE_TEST_SUITE_P(SharedSegments, InitCode, testing::Values(OP_CREATE, OP_CREATE2), opcode_of_case);

TEST(SharedSegments, PrecompileOutputGoesToMemoryThatGrewForIt) {
    Program p;
    p.push(word).push(0).op(OP_MSTORE);
    p.push(32).push(far).push(32).push(0).push(0).push(4).push(100'000).op(OP_CALL).op(OP_POP);
    p.push(far).op(OP_MLOAD).push(1).op(OP_SSTORE);
    EXPECT_EQ(slot_of(run_everywhere({.code = p.code(), .gas = 25'000'000}), 1), word);
}

TEST(SharedSegments, MemoryOfAnEndedCalleeIsZeroAgain) {
    Program callee;
    callee.push(word).push(0).op(OP_MSTORE).push(word).push(far).op(OP_MSTORE).op(OP_STOP);
    Program caller;
    for (int n = 0; n < 2; ++n)
        caller.push(0).push(0).push(1).push(0).push(0).op(OP_ADDRESS).push(15'000'000).op(OP_CALL).op(OP_POP);
    caller.push(32).op(OP_MLOAD).push(far).op(OP_MLOAD).op(OP_ADD).push(1).op(OP_ADD).push(1).op(OP_SSTORE);
    EXPECT_EQ(slot_of(run_everywhere({.code = caller_and_callee(caller, callee), .gas = 60'000'000}), 1),
              U256{1});
}

/// Words on the stack from earlier blocks, and values that the calling block makes and uses after the call.
struct Recursion {
    int words, alive;
    Fork fork;
    int64_t gas;
};

class DeepRecursion : public testing::TestWithParam<Recursion> {};

TEST_P(DeepRecursion, ValuesAreAliveAcrossCalls) {
    const Recursion& r = GetParam();
    Program p;
    for (int n = 0; n < r.words; ++n) p.op(OP_CALLDATASIZE);
    p.op(OP_JUMPDEST);
    for (int n = 0; n < r.alive; ++n) p.op(OP_CALLER);
    p.push(32).push(0).push(0).push(0).push(0).op(OP_ADDRESS);
    p.push(4000).op(OP_GAS).op(OP_SUB).op(OP_CALL);
    for (int n = 0; n < r.alive; ++n) p.op(OP_ADD);
    p.push(0).op(OP_MLOAD).push(1).op(OP_ADD).op(OP_ADD).push(0).op(OP_MSTORE).push(32).push(0).op(OP_RETURN);
    const FrameOutcome out = run_everywhere({.code = p.code(), .gas = r.gas, .fork = r.fork});
    ASSERT_EQ(out.status, Status::success);
    // The deepest frame adds nothing of a callee; every other adds its callee's word, twice where it
    // succeeded.
    EXPECT_NE(load_be(out.output.data()), U256{});
}

INSTANTIATE_TEST_SUITE_P(SharedSegments, DeepRecursion,
                         testing::Values(Recursion{963, 36, Fork::homestead, 8'000'000},
                                         Recursion{500, 480, Fork::homestead, 12'000'000},
                                         Recursion{0, 511, Fork::frontier, 12'000'000},
                                         Recursion{1000, 16, Fork::homestead, 8'000'000},
                                         Recursion{963, 50, Fork::cancun, int64_t{1} << 50},
                                         Recursion{400, 600, Fork::osaka, int64_t{1} << 50},
                                         Recursion{10, 480, Fork::osaka, int64_t{1} << 50}));

}  // namespace
}  // namespace warpevm::test
