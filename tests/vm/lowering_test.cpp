// SPDX-License-Identifier: Apache-2.0
// The abstract form of codes, executed by a plain walker, against the plain loop.
#include <gtest/gtest.h>

#include "bench/workload/scenario.hpp"
#include "tests/fuzz/blocks/shapes.hpp"
#include "tests/vm/frame_runner.hpp"
#include "tests/vm/gas_sweep_programs.hpp"
#include "tests/vm/program_maker.hpp"
#include "tests/vm/walker.hpp"

namespace warpevm::test {
namespace {

using lowering::Folding;
using lowering::LoweredBlock;
using lowering::LoweredEnd;

/// With folding now, and in the form of the whole code.
bool agree(FrameRunner& runner, const FrameInput& in) {
    const FrameOutcome plain = runner.run(in, Interpreter::plain);
    bool same = true;
    for (const Folding folding : {Folding::now, Folding::deferred}) {
        const FrameOutcome walked = runner.run_with(
            in, [&](auto& machine, const Message& m) { return walk_call(machine, m, folding); });
        same &= plain.same_as(walked);
        EXPECT_TRUE(plain.same_as(walked))
            << (folding == Folding::now ? "folded now: " : "deferred: ") << describe(in, plain, walked);
    }
    return same;
}

TEST(Lowering, AgreesOnRandomPrograms) {
    FrameRunner runner;
    std::mt19937_64 random(3);
    uint64_t succeeded = 0;
    constexpr Fork forks[] = {Fork::osaka, Fork::london, Fork::istanbul, Fork::byzantium, Fork::frontier};
#ifdef WARPEVM_SANITIZED
    constexpr uint64_t programs = 4000;
#else
    constexpr uint64_t programs = 20000;
#endif
    for (uint64_t seed = 0; seed < programs; ++seed) {
        FrameInput in{.code = ProgramMaker(seed + 500'000).make(),
                      .calldata = Bytes(random() % 80, 0x5a),
                      .gas = 60000};
        in.fork = forks[seed % 4 == 0 ? random() % std::size(forks) : 0];
        if (seed % 5 == 0) in.gas = static_cast<int64_t>(random() % 20000);
        in.is_static = seed % 11 == 0;
        if (!agree(runner, in)) FAIL() << "seed " << seed;
        succeeded += runner.run(in, Interpreter::plain).status == Status::success ? 1 : 0;
    }
    EXPECT_GT(10 * succeeded, programs) << "too few programs ran to their end to prove much";
}

TEST(Lowering, AgreesOnRandomBytes) {
    FrameRunner runner;
    std::mt19937_64 random(13);
    for (int n = 0; n < 5000; ++n) {
        Bytes code(random() % 100);
        for (uint8_t& b : code) b = static_cast<uint8_t>(random());
        if (!agree(runner, {.code = code, .calldata = {}, .gas = 30000})) FAIL() << "case " << n;
    }
}

TEST(Lowering, AgreesOnManyLiveValuesAndRecursion) {
    FrameRunner runner;
    for (uint64_t seed = 0; seed < 60; ++seed) {
        fuzz::Random random(seed);
        const fuzz::Surroundings around{.fork = Fork::osaka, .contracts = {}, .others = {}};
        FrameInput in{.code = {}, .calldata = random.bytes(random.pick(100))};
        if (in.calldata.size() >= 32) std::fill_n(in.calldata.begin(), 32, uint8_t{0});  // counts the depth
        in.code = make_deep_program(random, around);
        in.gas = 3'000'000;
        if (!agree(runner, in)) FAIL() << "seed " << seed;
    }
}

class LoweredGasSweep : public testing::TestWithParam<const char*> {};

TEST_P(LoweredGasSweep, EveryLimitGivesTheSame) {
    FrameRunner runner;
    FrameInput in{.code = *bytes_from_hex(GetParam()), .calldata = Bytes(40, 1)};
    in.gas = 3'000'000;
    const int64_t needed = in.gas - runner.run(in, Interpreter::plain).gas_left;
    const int64_t last = std::min<int64_t>(needed + 3000, 60000);
    for (in.gas = 0; in.gas < last; in.gas += in.gas < 3000 ? 1 : 7)
        if (!agree(runner, in)) return;
}

INSTANTIATE_TEST_SUITE_P(Programs, LoweredGasSweep, testing::ValuesIn(gas_sweep_programs));

std::vector<LoweredBlock> lower(const Bytes& code, Folding folding) {
    std::vector<LoweredBlock> blocks;
    lowering::lower_code(code, gas_table(Fork::osaka), folding, [&](const LoweredBlock& block) {
        blocks.push_back(block);
        return true;
    });
    return blocks;
}

TEST(Lowering, FindsEveryBlockOnceAndNothingInDeadBytes) {
    //  0 PUSH1 7, JUMP; 3 PUSH2 0x005b, STOP: dead; 7, 8 JUMPDEST; 9 PUSH1 1, PUSH1 12, JUMPI; 14 the code's
    //  end
    const Bytes code = *bytes_from_hex("60075661005b005b5b6001600c57");
    std::vector<size_t> positions;
    for (const LoweredBlock& block : lower(code, Folding::deferred)) positions.push_back(block.position);
    EXPECT_EQ(positions, (std::vector<size_t>{0, 7, 8, 14}));
}

/// What a device executes for a token transfer: at most 120 instructions and 3 hashes.
TEST(Lowering, OfATokenTransferIsShort) {
    const auto block = workload::independent_token_transfers({.transactions = 3}, 0);
    ExecutionContext context;
    const CodeCache::Lease lease = context.codes().lease();
    for (const BlockTransaction& tx : block.input.transactions) {
        Journal<false> journal(block.state, context.codes());
        Logs logs;
        Machine<false> machine(journal, context.buffers(), logs, block.input.rules, block.input.environment);
        journal.begin_block(true);
        journal.begin_transaction();
        machine.begin_transaction({.origin = tx.sender, .gas_price = 10, .blob_hashes = {}});
        const Row row = journal.account(*tx.tx->to), sender = journal.account(tx.sender);
        const Message message{.recipient = *tx.tx->to,
                              .sender = tx.sender,
                              .recipient_row = row,
                              .sender_row = sender,
                              .value = {},
                              .transfers_value = true,
                              .is_static = false,
                              .depth = 0,
                              .gas = 100'000,
                              .input = tx.tx->data,
                              .code_address = *tx.tx->to,
                              .code = &journal.code(row)};
        Frame<false> frame(machine, message);
        Walker walker(frame, Folding::deferred);
        EXPECT_EQ(walker.run(), Status::success);
        std::printf("a token transfer: %lu lowered instructions, %lu of them hashes\n", walker.steps(),
                    walker.hashes());
        EXPECT_LE(walker.steps(), 120U);
        EXPECT_LE(walker.hashes(), 3U);
        EXPECT_EQ(logs.size(), 1U);
        journal.end_transaction();
    }
}

TEST(Lowering, IsLinearInTheCode) {
    for (const char* unit : {"5b", "5b58", "5b5857", "58", "80", "9f", "600157", "5b6000355600"}) {
        Bytes code;
        while (code.size() < max_code_size) append(code, *bytes_from_hex(unit));
        size_t instructions = 0, constants = 0;
        for (const LoweredBlock& block : lower(code, Folding::deferred)) {
            instructions += block.instructions.size() + 1;
            constants += block.constants.size();
        }
        // Moves at a block's end come on top of what the code has, but for a block only as many as it has
        // words.
        EXPECT_LE(instructions, 3 * code.size()) << unit;
        EXPECT_LE(constants, 2 * code.size()) << unit;
    }
}

}  // namespace
}  // namespace warpevm::test
