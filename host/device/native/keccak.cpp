// SPDX-License-Identifier: Apache-2.0
// kernels/keccak.cl as C++.
#include "host/device/native/programs.hpp"
#include "host/device/native/shim.hpp"

namespace warpevm::native {
namespace keccak_program {
#include "kernels/keccak.cl"
}  // namespace keccak_program

std::span<const KernelEntry> keccak_kernels() {
    static constexpr KernelEntry entries[] = {
        make_entry<keccak_program::keccak256>("keccak", "keccak256"),
        make_entry<keccak_program::keccak256_x8>("keccak", "keccak256_x8"),
        make_entry<keccak_program::keccak_permutations>("keccak", "keccak_permutations"),
    };
    return entries;
}

}  // namespace warpevm::native
