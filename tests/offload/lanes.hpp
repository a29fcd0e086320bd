// SPDX-License-Identifier: Apache-2.0
// The fixture that tests of lanes share: one runner of each kind of device and slice, kept for all tests.
#pragma once

#include <map>

#include "tests/offload/lane_case.hpp"
#include "tests/offload/scene.hpp"

namespace warpevm::test {

class Lanes : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        if (!runner().usable()) GTEST_SKIP() << "left out: no device of the kind " << GetParam();
    }

    /// Runs the scene's jobs in whole, and in slices of 10 steps; over images, and over raw bytecode.
    void compare(const Scene& scene, bool must_finish = true) {
        for (const Images images : {Images::always, Images::never})
            for (const uint32_t slice : {50'000U, 10U}) {
                const testing::ScopedTrace trace(__FILE__, __LINE__,
                                                 (images == Images::never ? "bytecode, " : "images, ") +
                                                     std::string("slices of ") + std::to_string(slice));
                compare_with_cpu(runner(slice, images), context, scene.jobs, tally, must_finish);
                if (HasFailure()) return;
            }
    }

    LaneRunner& runner(uint32_t slice = 50'000, Images images = Images::always) const {
        static std::map<std::tuple<std::string, uint32_t, Images>, LaneRunner> made;
        OffloadOptions options;
        options.slice = slice;
        options.images = images;
        return made.try_emplace({GetParam(), slice, images}, GetParam(), options).first->second;
    }

    ExecutionContext context;
    Tally tally;
};

#define WARPEVM_ON_EACH_DEVICE(suite)                                             \
    INSTANTIATE_TEST_SUITE_P(Devices, suite, testing::Values("native", "opencl"), \
                             [](const auto& kind) { return std::string(kind.param); })

}  // namespace warpevm::test
