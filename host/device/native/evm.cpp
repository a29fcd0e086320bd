// SPDX-License-Identifier: Apache-2.0
// kernels/evm.cl as C++.
#include "host/device/native/programs.hpp"
#include "host/device/native/shim.hpp"

namespace warpevm::native {
namespace evm_program {
#include "kernels/evm.cl"
}  // namespace evm_program

std::span<const KernelEntry> evm_kernels() {
    static constexpr KernelEntry entries[] = {
        make_entry<evm_program::evm_run>("evm", "evm_run"),
        make_entry<evm_program::evm_inputs>("evm", "evm_inputs"),
        make_entry<evm_program::evm_collect>("evm", "evm_collect"),
        make_entry<evm_program::evm_fold>("evm", "evm_fold"),
        make_entry<evm_program::evm_words>("evm", "evm_words"),
    };
    return entries;
}

}  // namespace warpevm::native
