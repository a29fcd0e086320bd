// SPDX-License-Identifier: Apache-2.0
// Signs transactions with keys that tools are given. Never used on what comes from a chain.
#pragma once

#include <optional>

#include "evm/base/result.hpp"
#include "evm/types/transaction.hpp"

namespace warpevm::tools {

/// Sets the signature and, for typed and replay-protected legacy transactions, the chain id (EIP-155).
/// Fails with bad_argument for a key that is zero or not below the group's order.
Result<void> sign(Transaction& tx, const Bytes32& secret_key, uint64_t chain_id, bool replay_protected);

/// Whose key it is; nothing for one that is zero or not below the group's order.
std::optional<Address> address_of(const Bytes32& secret_key);

}  // namespace warpevm::tools
