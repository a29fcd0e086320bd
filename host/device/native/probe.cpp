// SPDX-License-Identifier: Apache-2.0
// kernels/probe.cl as C++.
#include "host/device/native/programs.hpp"
#include "host/device/native/shim.hpp"

namespace warpevm::native {
namespace probe_program {
#include "kernels/probe.cl"
}  // namespace probe_program

std::span<const KernelEntry> probe_kernels() {
    static constexpr KernelEntry entries[] = {
        make_entry<probe_program::probe>("probe", "probe"),
    };
    return entries;
}

}  // namespace warpevm::native
