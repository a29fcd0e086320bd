// SPDX-License-Identifier: Apache-2.0
// operator new that fails when a test says so, in whatever thread asks. In a program of its own, since there
// is one for all of it.
#pragma once

#include <cstdint>

namespace warpevm::test {

/// While it lives, the allocation number `n` from now fails: that one alone, or it and all that follow.
class ScarceMemory {
  public:
    enum class Until : uint8_t { next, end };
    ScarceMemory(int64_t n, Until until);
    ~ScarceMemory();
    ScarceMemory(const ScarceMemory&) = delete;
    ScarceMemory& operator=(const ScarceMemory&) = delete;
    /// How many allocations were made so far, and whether one of them failed.
    [[nodiscard]] static int64_t made();
    [[nodiscard]] static bool failed();
};

}  // namespace warpevm::test
