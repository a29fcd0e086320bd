// SPDX-License-Identifier: Apache-2.0
// Who signed: senders of transactions and authorities of EIP-7702 authorizations.
#pragma once

#include <optional>

#include "evm/base/result.hpp"
#include "evm/types/fork.hpp"
#include "evm/types/transaction.hpp"

namespace warpevm {

/// The chain id, where the transaction has one, is `chain_id`.
Result<void> check_chain_id(const Transaction& tx, uint64_t chain_id);
/// Ranges of r and s (high s until Homestead, EIP-2), replay protection only from Spurious Dragon on
/// (EIP-155), and the chain id. Does not recover a key. A transaction without signature is tx_bad_signature.
Result<void> check_signature(const Transaction& tx, Fork fork, uint64_t chain_id);

/// The sender by signature. `fork` decides about high s (EIP-2, Homestead) and replay protection (EIP-155,
/// Spurious Dragon); a chain id other than `chain_id` is tx_wrong_chain_id, no valid key is tx_bad_signature.
Result<Address> recover_sender(const Transaction& tx, Fork fork, uint64_t chain_id);
/// The account that signed an authorization (EIP-7702), or nothing.
std::optional<Address> recover_authority(const Authorization& authorization);

}  // namespace warpevm
