// SPDX-License-Identifier: Apache-2.0
// The launches of recover.cl over guarded buffers, for tests.
#pragma once

#include "host/device/kernel_types.hpp"
#include "tests/kernels/devices_under_test.hpp"

namespace warpevm::test {

using AddressBytes = std::array<uint8_t, 20>;

struct Recovered {
    std::vector<uint32_t> statuses;
    std::vector<AddressBytes> addresses;
    bool operator==(const Recovered&) const = default;
};

/// The program with its table of the generator.
class RecoverProgram {
  public:
    RecoverProgram(Device& device, const std::string& options);
    /// With a table that was made elsewhere, for the same windows.
    RecoverProgram(Device& device, const std::string& options, const std::vector<uint64_t>& generator);
    /// Signatures and statuses are on the device. `stride` is the number of work-items that invert.
    [[nodiscard]] Recovered recover(const GuardedBuffer& signatures, const GuardedBuffer& statuses,
                                    uint32_t count, uint32_t stride) const;
    /// All of them, twice in different shapes, which must not differ in a bit.
    [[nodiscard]] Recovered recover(const std::vector<kernel::signature>& signatures) const;
    [[nodiscard]] const GuardedBuffer& generator() const { return m_generator; }

  private:
    ProgramUnderTest m_program;
    GuardedBuffer m_generator;
};

}  // namespace warpevm::test
