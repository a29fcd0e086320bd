// SPDX-License-Identifier: Apache-2.0
// One table of the native kernels, from the programs' own.
#include "host/device/native/kernel_table.hpp"

#include <vector>

#include "host/device/native/programs.hpp"

namespace warpevm::native {

thread_local WorkItem current_item;

std::span<const KernelEntry> kernels() {
    static const std::vector<KernelEntry> all = [] {
        std::vector<KernelEntry> joined;
        for (const auto program : {evm_kernels(), keccak_kernels(), probe_kernels(), recover_kernels(),
                                   transactions_kernels(), transfers_kernels()})
            joined.insert(joined.end(), program.begin(), program.end());
        return joined;
    }();
    return all;
}

}  // namespace warpevm::native
