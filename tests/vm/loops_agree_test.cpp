// SPDX-License-Identifier: Apache-2.0
// The fast loop against the plain one: random programs, and small programs under every gas limit.
#include <gtest/gtest.h>

#include <random>

#include "tests/fuzz/blocks/coverage.hpp"
#include "tests/fuzz/blocks/shapes.hpp"
#include "tests/vm/frame_runner.hpp"
#include "tests/vm/gas_sweep_programs.hpp"
#include "tests/vm/program_maker.hpp"

namespace warpevm::test {
namespace {

bool agree(FrameRunner& runner, const FrameInput& in) {
    const FrameOutcome plain = runner.run<true>(in, Interpreter::plain);
    const FrameOutcome recorded = runner.run<true>(in, Interpreter::fast);
    bool same = observed_same(plain, recorded);
    EXPECT_TRUE(same) << "observations differ: " << describe(in, plain, recorded);
    for (const FrameOutcome& other :
         {recorded, runner.run(in, Interpreter::fast), runner.run(in, Interpreter::tiered)}) {
        EXPECT_TRUE(plain.same_as(other)) << describe(in, plain, other);
        same &= plain.same_as(other);
    }
    return same;
}

TEST(LoopsAgree, OnRandomPrograms) {
    FrameRunner runner;
    std::mt19937_64 random(7);
    uint64_t succeeded = 0;
    constexpr Fork forks[] = {Fork::osaka,    Fork::cancun,    Fork::london,  Fork::berlin,
                              Fork::istanbul, Fork::byzantium, Fork::frontier};
#ifdef WARPEVM_SANITIZED
    constexpr uint64_t programs = 6000;  // sanitizers take ten times as long
#else
    constexpr uint64_t programs = 30000;
#endif
    for (uint64_t seed = 0; seed < programs; ++seed) {
        FrameInput in{
            .code = ProgramMaker(seed).make(), .calldata = Bytes(random() % 80, 0x5a), .gas = 60000};
        in.fork = forks[seed % 4 == 0 ? random() % std::size(forks) : 0];
        if (seed % 5 == 0) in.gas = static_cast<int64_t>(random() % 20000);
        in.is_static = seed % 11 == 0;
        if (!agree(runner, in)) FAIL() << "seed " << seed;
        succeeded += runner.run(in, Interpreter::fast).status == Status::success ? 1 : 0;
    }
    EXPECT_GT(10 * succeeded, programs) << "too few programs ran to their end to prove much";
}

TEST(LoopsAgree, OnRandomBytes) {
    FrameRunner runner;
    std::mt19937_64 random(11);
    for (int n = 0; n < 5000; ++n) {
        Bytes code(random() % 100);
        for (uint8_t& b : code) b = static_cast<uint8_t>(random());
        if (!agree(runner, {.code = code, .calldata = {}, .gas = 30000})) FAIL() << "case " << n;
    }
}

/// Programs that call themselves to the last depth, or until their gas is used up, with many words alive
/// and memory that grows.
TEST(LoopsAgree, OnDeepRecursion) {
    FrameRunner runner;
    fuzz::Coverage coverage;
#ifdef WARPEVM_SANITIZED
    constexpr uint64_t programs = 60;
#else
    constexpr uint64_t programs = 400;
#endif
    constexpr Fork forks[] = {Fork::frontier, Fork::homestead, Fork::byzantium, Fork::london, Fork::osaka};
    for (uint64_t seed = 0; seed < programs; ++seed) {
        fuzz::Random random(seed);
        const fuzz::Surroundings around{.fork = random.of(forks), .contracts = {}, .others = {}};
        FrameInput in{.code = {}, .calldata = random.bytes(random.pick(100)), .fork = around.fork};
        if (in.calldata.size() >= 32) std::fill_n(in.calldata.begin(), 32, uint8_t{0});  // counts the depth
        in.code =
            random.chance(70) ? make_deep_program(random, around) : make_growing_program(random, around);
        in.gas = random.any<int64_t>({1'000'000, 8'000'000, 30'000'000, int64_t{1} << 40, int64_t{1} << 50});
        if (!agree(runner, in)) FAIL() << "seed " << seed;
        fuzz::CoverageTracer tracer(coverage, in.fork);
        runner.run(in, Interpreter::plain, &tracer);
    }
    EXPECT_EQ(1025U, coverage.deepest);
    EXPECT_GT(coverage.most_live_words, 900'000U);
    EXPECT_GT(coverage.grown_under_input, 0U);
}

class GasSweep : public testing::TestWithParam<const char*> {};

TEST_P(GasSweep, EveryLimitGivesTheSame) {
    FrameRunner runner;
    FrameInput in{.code = *bytes_from_hex(GetParam()), .calldata = Bytes(40, 1)};
    in.gas = 3'000'000;
    const int64_t needed = in.gas - runner.run(in, Interpreter::plain).gas_left;
    const int64_t last = std::min<int64_t>(needed + 3000, 60000);
    for (const Fork fork : {Fork::osaka, Fork::istanbul, Fork::frontier})
        for (in.gas = 0; in.gas < last; in.gas += in.gas < 3000 ? 1 : 7) {
            in.fork = fork;
            // With enough gas that everything is translated, whatever is left for the next run.
            if (in.gas == 0)
                runner.run({.code = in.code, .calldata = in.calldata, .gas = 3'000'000, .fork = fork},
                           Interpreter::fast);
            if (!agree(runner, in)) return;
        }
}

INSTANTIATE_TEST_SUITE_P(Programs, GasSweep, testing::ValuesIn(gas_sweep_programs));  // memory that costs

}  // namespace
}  // namespace warpevm::test
