// SPDX-License-Identifier: Apache-2.0
// The fuzz targets without a fuzzer: their seeds, and seeded random damage to them. No crash, no hang, no
// unbounded memory.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <ctime>

#include "evm/base/hex.hpp"
#include "tests/codec/damage.hpp"
#include "tests/fuzz/target.hpp"

namespace warpevm::fuzz {
namespace {

using test::RandomValues;

struct Case {
    const char* name;
    std::unique_ptr<Target> (*make)();
    int inputs;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.name;
}

/// Sanitizers take several times as long, and keep freed memory for a while.
#ifdef WARPEVM_SANITIZED
constexpr int slower = 5;
constexpr int64_t most_growth_kib = 1024 * 1024;
#else
constexpr int slower = 1;
constexpr int64_t most_growth_kib = 256 * 1024;
#endif
/// Far above what any input needs, far below a hang. Of the processor's time, since the clock on the wall
/// also counts what others do with the machine.
constexpr double most_seconds = slower;

double cpu_seconds() {
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

int64_t peak_memory_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

class Targets : public testing::TestWithParam<Case> {
  protected:
    bool run(const Bytes& input) {
        const double begin = cpu_seconds();
        bool taken = false;
        try {
            taken = m_target->run(input);
        } catch (const std::exception& e) {
            ADD_FAILURE() << e.what() << "\ninput " << to_hex(input);
        }
        EXPECT_LT(cpu_seconds() - begin, most_seconds) << "input " << to_hex(input);
        return taken;
    }

    std::unique_ptr<Target> m_target = GetParam().make();
};

TEST_P(Targets, OnDamagedSeeds) {
    RandomValues random(4);
    const std::vector<Bytes> seeds = m_target->seeds();
    const int64_t before = peak_memory_kib();
    int taken = 0, refused = 0;
    for (int i = 0; i < GetParam().inputs / slower && !HasFailure(); ++i) {
        Bytes input = damaged(random, seeds[random.below(seeds.size())]);
        ++(run(input) ? taken : refused);
    }
    std::printf("%s: %d damaged inputs taken, %d refused\n", GetParam().name, taken, refused);
    EXPECT_GT(taken, 0) << "no damaged input was well-formed: the test lost its second half";
    EXPECT_GT(refused, 0);
    EXPECT_LT(peak_memory_kib() - before, most_growth_kib);
}

TEST_P(Targets, OnTheirSeeds) {
    size_t taken = 0;
    const std::vector<Bytes> seeds = m_target->seeds();
    for (const Bytes& seed : seeds) taken += run(seed) ? 1 : 0;
    EXPECT_GT(10 * taken, seeds.size()) << "fewer than one seed in ten is well-formed";
    run({});
}

TEST_P(Targets, OnRandomBytes) {
    RandomValues random(5);
    for (int i = 0; i < GetParam().inputs / slower && !HasFailure(); ++i) run(random.bytes(80));
}

INSTANTIATE_TEST_SUITE_P(Decoders, Targets,
                         testing::Values(Case{"rlp", make_rlp_target, 50000},
                                         Case{"wire", make_wire_target, 20000},
                                         Case{"json", make_json_target, 20000},
                                         Case{"precompiles", make_precompiles_target, 2000},
                                         Case{"loops", make_loops_target, 10000}),
                         [](const auto& target) { return std::string(target.param.name); });

TEST(Properties, ThatDoNotHoldAreReported) {
    EXPECT_NO_THROW(require(true, "holds"));
    EXPECT_THROW(require(false, "does not hold"), Broken);
}

}  // namespace
}  // namespace warpevm::fuzz
