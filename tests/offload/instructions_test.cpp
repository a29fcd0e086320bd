// SPDX-License-Identifier: Apache-2.0
// Each instruction under each fork, on operands that tell it from others.
#include "tests/offload/instruction_scenes.hpp"
#include "tests/offload/lanes.hpp"

namespace warpevm::test {
namespace {

class Instructions : public Lanes {};

TEST_P(Instructions, one_by_one) {
    for (const Fork fork : lane_forks) {
        const testing::ScopedTrace trace(__FILE__, __LINE__, std::string(name(fork)));
        const auto scenes = instruction_scenes(fork);
        std::vector<OffloadJob> jobs;
        for (const auto& scene : scenes) jobs.push_back(scene->jobs.front());
        compare_with_cpu(runner(), context, jobs, tally);
        context.codes().clear();
        if (HasFailure()) return;
    }
    EXPECT_GT(tally.equal, 10'000U);
}

WARPEVM_ON_EACH_DEVICE(Instructions);

}  // namespace
}  // namespace warpevm::test
