// SPDX-License-Identifier: Apache-2.0
// Receipts and what is formed from them in block order: blooms, the receipts root, the hash of logs.
#pragma once

#include <span>

#include "evm/base/for_each.hpp"
#include "evm/chain/executor.hpp"
#include "evm/chain/outcome.hpp"
#include "evm/types/receipt.hpp"

namespace warpevm {

/// The envelope form (EIP-2718).
Bytes encode_receipt(const Receipt& receipt, const Logs& logs);

/// One bloom per receipt, hashing each distinct address and topic of all of them once.
/// `receipts` give the logs of each; fills in their blooms.
void fill_blooms(std::span<Receipt> receipts, const Logs& logs);

/// Receipts of the transactions that were executed, with their blooms. Before Byzantium they have state roots
/// where intermediate_roots is filled.
std::vector<Receipt> make_receipts(const BlockOutcome& outcome,
                                   std::span<const BlockTransaction> transactions);

/// Fills logs_bloom and receipts_root from the outcome's transactions and logs. Before Byzantium without
/// intermediate roots the receipts root can't be formed and stays zero.
void seal_receipts(BlockOutcome& outcome, std::span<const BlockTransaction> transactions, const Rules& rules,
                   const ForEach& for_each = in_order);

/// keccak256 of the RLP list of all logs, as state tests expect it.
Hash logs_hash(const Logs& logs);

}  // namespace warpevm
