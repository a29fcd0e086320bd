// SPDX-License-Identifier: Apache-2.0
// What a receipt says.
#pragma once

#include <optional>

#include "evm/base/bytes.hpp"
#include "evm/types/block.hpp"

namespace warpevm {

/// What a receipt says of its transaction (Yellow Paper 4.3.1).
struct Receipt {
    TxType type = TxType::legacy;
    /// Before Byzantium the state root after the transaction, later nothing and `success` counts (EIP-658).
    std::optional<Hash> state_root;
    bool success = false;
    uint64_t cumulative_gas = 0;
    Bloom bloom;
    uint32_t first_log = 0;
    uint32_t log_count = 0;
};

}  // namespace warpevm
