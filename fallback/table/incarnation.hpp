// SPDX-License-Identifier: Apache-2.0
// An incarnation: one execution of a transaction, with what it observed (its read set), its effects (its
// write set) and what its receipt needs, until it is validated and committed.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "evm/base/forget.hpp"
#include "evm/chain/outcome.hpp"
#include "evm/state/observation.hpp"
#include "fallback/table/versions.hpp"

namespace warpevm {

/// Results of several transactions in columns, as whoever executed them elsewhere (a device, another machine)
/// hands them in: records.h says what a record means. Their rows stand for keys (ROW_IS_NEW_KEY), which the
/// hand-in replaces by the window's. The observations are validated by value, and so is what can be checked
/// of the rest (ranges, rows, gas within the limit). Whether effects, gas, logs and success follow from the
/// observations is not checked: their source is trusted for that, as the CPU is.
struct TransactionResults {
    std::vector<transaction_record> transactions;
    std::vector<AccountObservation> account_observations;
    std::vector<SlotObservation> slot_observations;
    std::vector<AccountEffect> account_effects;
    std::vector<SlotEffect> slot_effects;
    std::vector<Row> accounts_read, slots_read;
    Logs logs;
    /// What rows stand for.
    std::vector<Address> accounts;
    std::vector<SlotKey> slots;
    /// That effects name and nobody else may have.
    std::vector<Bytes> codes;
};

/// The records of one execution, wherever they lie; rows are the window's.
struct ExecutionRecords {
    std::span<const AccountObservation> account_observations;
    std::span<const SlotObservation> slot_observations;
    std::span<const AccountEffect> account_effects;
    std::span<const SlotEffect> slot_effects;
    /// In the order of first use.
    std::span<const Row> accounts_read, slots_read;
    const Logs* logs = nullptr;  ///< the outcome says which of them
};

/// Reused for later transactions, so that its vectors need no allocation; memory above the usual size is
/// freed.
struct Incarnation {
    ExecutionRecords records;
    /// `first_log` counts in the records' logs.
    TransactionOutcome outcome;
    /// Only execution at commit can decide it: state is missing or could not be read, or sums are near 2^256.
    bool undecided = false;
    /// It took unknown state as absent.
    bool assumes = false;
    /// A plain transfer, whose effects were formed without running anything.
    bool is_transfer = false;
    uint32_t number = 0;  ///< among its transaction's that were executed ahead, from 0
    double seconds = 0;   ///< that it took

    /// What the records lie in: its own columns, or those of results that were handed in.
    Observations observations;
    Effects effects;
    std::vector<Row> accounts, slots;
    Logs logs;
    std::shared_ptr<const TransactionResults> elsewhere;

    /// Of the effects, one each, once they were published.
    std::vector<AccountVersion> account_versions;
    std::vector<SlotVersion> slot_versions;

    /// The records are those of its own columns.
    void use_own_columns() {
        records = {observations.accounts,
                   observations.slots,
                   effects.accounts,
                   effects.slots,
                   accounts,
                   slots,
                   &logs};
    }
    void clear() {
        forget(observations.accounts);
        forget(observations.slots);
        forget(effects.accounts);
        forget(effects.slots);
        forget(accounts);
        forget(slots);
        forget(account_versions);
        forget(slot_versions);
        const Logs::Mark all = logs.mark();
        if (all.data + sizeof(Bytes32) * all.topics + sizeof(LogRecord) * all.records > (1U << 16)) logs = {};
        logs.clear();
        elsewhere.reset();
        records = {};
        outcome = {};
        undecided = assumes = is_transfer = false;
        number = 0;
        seconds = 0;
    }
};

}  // namespace warpevm
