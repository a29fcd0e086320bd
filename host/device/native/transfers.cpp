// SPDX-License-Identifier: Apache-2.0
// kernels/transfers.cl as C++.
#include "host/device/native/programs.hpp"
#include "host/device/native/shim.hpp"

namespace warpevm::native {
namespace transfers_program {
#include "kernels/transfers.cl"
}  // namespace transfers_program

std::span<const KernelEntry> transfers_kernels() {
    static constexpr KernelEntry entries[] = {
        make_entry<transfers_program::transfers_run>("transfers", "transfers_run"),
    };
    return entries;
}

}  // namespace warpevm::native
