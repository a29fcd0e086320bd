// SPDX-License-Identifier: Apache-2.0
// kernels/recover.cl as C++.
#include "host/device/native/programs.hpp"
#include "host/device/native/shim.hpp"

namespace warpevm::native {
namespace recover_program {
#include "kernels/recover.cl"
}  // namespace recover_program

std::span<const KernelEntry> recover_kernels() {
    static constexpr KernelEntry entries[] = {
        make_entry<recover_program::recover_prepare>("recover", "recover_prepare"),
        make_entry<recover_program::invert_scalars>("recover", "invert_scalars"),
        make_entry<recover_program::recover_multiply>("recover", "recover_multiply"),
        make_entry<recover_program::invert_fields>("recover", "invert_fields"),
        make_entry<recover_program::recover_finish>("recover", "recover_finish"),
        make_entry<recover_program::generator_bases>("recover", "generator_bases"),
        make_entry<recover_program::generator_table>("recover", "generator_table"),
    };
    return entries;
}

}  // namespace warpevm::native
