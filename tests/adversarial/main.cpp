// SPDX-License-Identifier: Apache-2.0
// Adversarial cost (DESIGN.md 10): cases that try to make the executor slow, large or wrong, each beside a
// harmless twin of the same gas. Every execution has a process of its own, so that a crash is one case's
// failure.
#include <gtest/gtest.h>

#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

class CaseTest : public testing::Test {
  public:
    explicit CaseTest(Case one) : m_case(std::move(one)) {}
    void TestBody() override { check(m_case); }

  private:
    Case m_case;
};

Cases all_cases() {
    Cases cases;
    for (const auto add : {add_moving_memory, add_deep_stacks, add_colliding_keys, add_translation,
                           add_creations, add_hot_rows, add_roots, add_unpaid_reads, add_reverts,
                           add_big_memory, add_arithmetic, add_precompiles, add_envelopes, add_decoders})
        add(cases);
    return cases;
}

/// Under a sanitizer only what it may find something in; the others are about time.
bool runs_here(const Case& one) {
#if defined(WARPEVM_SANITIZED)
    return one.sanitized;
#else
    (void)one;
    return true;
#endif
}

}  // namespace
}  // namespace warpevm::adversarial

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    using namespace warpevm::adversarial;
    for (const Case& one : all_cases())
        if (runs_here(one))
            testing::RegisterTest("Adversarial", one.name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                                  [one]() -> testing::Test* { return new CaseTest(one); });
    return RUN_ALL_TESTS();
}
