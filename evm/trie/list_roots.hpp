// SPDX-License-Identifier: Apache-2.0
// The roots that a header holds of its body's lists.
#pragma once

#include <span>

#include "evm/types/block.hpp"

namespace warpevm {

/// Over the envelope forms (Yellow Paper 4.3.2, EIP-2718).
Hash transactions_root(std::span<const Transaction> transactions);
/// EIP-4895.
Hash withdrawals_root(std::span<const Withdrawal> withdrawals);

}  // namespace warpevm
