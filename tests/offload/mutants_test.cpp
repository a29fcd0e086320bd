// SPDX-License-Identifier: Apache-2.0
// Do the tests see a fault? Every instruction of the interpreter is made wrong in each of a few ways, one at
// a time, and random programs and the self-test of lanes must notice. WARPEVM_MUTANTS=all takes every mutant
// and more programs; otherwise a third (under sanitizers a twelfth).
#include "tests/offload/mutants.hpp"

#include <cstdlib>

#include "host/offload/self_test_lanes.hpp"
#include "tests/offload/instruction_scenes.hpp"
#include "tests/offload/lane_case.hpp"
#include "tests/offload/random_scene.hpp"

namespace warpevm::test {
namespace {

/// Jobs with what the CPU makes of them.
class Battery {
  public:
    explicit Battery(std::vector<std::unique_ptr<Scene>> scenes) : m_scenes(std::move(scenes)) {
        ExecutionContext context;
        for (const auto& scene : m_scenes) {
            m_jobs.push_back(scene->jobs.front());
            m_expected.push_back(execute_on_cpu(context, m_jobs.back()));
        }
    }
    /// Whether some job comes out otherwise; an error is otherwise.
    bool catches(Offload& offload) const {
        constexpr size_t at_once = 100;
        for (size_t first = 0; first < m_jobs.size(); first += at_once) {
            const auto jobs = std::span(m_jobs).subspan(first, std::min(at_once, m_jobs.size() - first));
            const auto results = offload.run(jobs);
            if (!results) return true;
            for (size_t i = 0; i < jobs.size(); ++i) {
                const auto& expected = m_expected[first + i];
                if (!expected) continue;
                if (results->statuses[i] != kernel::STATUS_done ||
                    !(executed_in_lane(*results, i, jobs[i]) == *expected))
                    return true;
            }
        }
        return false;
    }

  private:
    std::vector<std::unique_ptr<Scene>> m_scenes;
    std::vector<OffloadJob> m_jobs;
    std::vector<std::optional<Executed>> m_expected;
};

std::vector<std::unique_ptr<Scene>> random_scenes(uint64_t first, uint64_t count) {
    std::vector<std::unique_ptr<Scene>> scenes;
    for (uint64_t seed = first; seed < first + count; ++seed)
        scenes.push_back(random_scene(seed, lane_forks[seed % std::size(lane_forks)]));
    return scenes;
}

#ifdef WARPEVM_SANITIZED
constexpr size_t usual_step = 12;
#else
constexpr size_t usual_step = 3;
#endif

TEST(Mutants, are_caught) {
    const bool all = std::getenv("WARPEVM_MUTANTS") != nullptr;
    const Battery one_by_one(instruction_scenes(Fork::osaka)), random(random_scenes(20'000, 2000));
    const auto device = open_mutant_device();
    auto program = device->build({.name = "evm"});
    ASSERT_TRUE(program);
    // Mutants tell the instruction by its place in the code, which images do not have.
    Offload offload(*device, *program, {.images = Images::never});
    set_mutant({});
    ASSERT_FALSE(one_by_one.catches(offload) || random.catches(offload)) << "without a fault";
    EXPECT_EQ(offload.images(), 0U);
    ASSERT_TRUE(self_test_lanes(*device, *program));
    uint64_t count = 0, by_instructions = 0, by_random = 0, by_self_test = 0, survivors = 0;
    const std::vector<Mutant> mutants = all_mutants();
    for (size_t i = 0; i < mutants.size(); i += all ? 1 : usual_step) {
        set_mutant(mutants[i]);
        const bool instructions = one_by_one.catches(offload);
        const uint64_t struck = mutations();
        const bool programs = random.catches(offload);
        const bool self_test = !self_test_lanes(*device, *program);
        ++count;
        by_instructions += instructions ? 1 : 0;
        by_random += programs ? 1 : 0;
        by_self_test += self_test ? 1 : 0;
        if (instructions || programs || self_test) continue;
        ++survivors;
        std::printf("survives: %s, %lu times\n", to_string(mutants[i]).c_str(), struck);
    }
    set_mutant({});
    std::printf(
        "%lu mutants: %lu caught by instructions one by one, %lu by random programs, %lu by the self-test; "
        "%lu survive\n",
        count, by_instructions, by_random, by_self_test, survivors);
    EXPECT_GT(count, 400 / usual_step);
    EXPECT_LE(survivors * 50, count);
}

}  // namespace
}  // namespace warpevm::test
