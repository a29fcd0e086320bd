// SPDX-License-Identifier: Apache-2.0
// kernels/transactions.cl as C++.
#include "host/device/native/programs.hpp"
#include "host/device/native/shim.hpp"

namespace warpevm::native {
namespace transactions_program {
#include "kernels/transactions.cl"
}  // namespace transactions_program

std::span<const KernelEntry> transactions_kernels() {
    static constexpr KernelEntry entries[] = {
        make_entry<transactions_program::read_transactions>("transactions", "read_transactions"),
    };
    return entries;
}

}  // namespace warpevm::native
