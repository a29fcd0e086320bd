// SPDX-License-Identifier: Apache-2.0
// What executing a block yields. Columns and one arena: no allocation per receipt or log.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "evm/base/result.hpp"
#include "evm/state/state_diff.hpp"
#include "evm/types/block.hpp"
#include "evm/types/logs.hpp"

namespace warpevm {

/// One executed transaction. Nothing here depends on the place in the block: cumulative gas, log indices,
/// bloom and intermediate roots are formed in the ordered loop.
struct TransactionOutcome {
    /// Not none: the transaction was skipped as invalid (only where the options say skip) and the rest is
    /// zero.
    Error invalid{};
    bool success = false;
    uint64_t gas_used = 0;
    /// What the sender paid per gas, in wei.
    U256 effective_gas_price;
    /// The created contract's address (of the attempt, whether it succeeded or not) for creations.
    std::optional<Address> created;
    /// This transaction's logs in BlockOutcome::logs.
    uint32_t first_log = 0;
    uint32_t log_count = 0;
    bool operator==(const TransactionOutcome&) const = default;
};

/// Why a block is invalid: the first broken rule, and the transaction it concerns where it concerns one.
struct Verdict {
    Error error{};
    std::optional<uint32_t> tx;
    [[nodiscard]] bool valid() const { return error.code == ErrorCode::none; }
    bool operator==(const Verdict&) const = default;
};

struct BlockOutcome {
    Verdict verdict;
    std::vector<TransactionOutcome> transactions;
    Logs logs;
    /// Parallel to transactions. A skipped transaction repeats the value before it.
    std::vector<uint64_t> cumulative_gas;
    /// State roots after each transaction, before Byzantium and where the options provide a root; else empty.
    std::vector<Hash> intermediate_roots;
    uint64_t gas_used = 0;
    uint64_t blob_gas_used = 0;
    /// EIP-7685 requests in order of type, each with its type byte; empty ones are left out. Prague on.
    std::vector<Bytes> requests;
    Bloom logs_bloom;
    Hash receipts_root;
    std::optional<Hash> requests_hash;
    StateDiff diff;
    /// Reads that the view did not know and that were taken as absent, in order of first use.
    std::vector<SlotKey> assumed_slots;
    std::vector<Address> assumed_accounts;
    bool operator==(const BlockOutcome&) const = default;
};

}  // namespace warpevm
