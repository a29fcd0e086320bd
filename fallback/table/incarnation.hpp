// SPDX-License-Identifier: Apache-2.0
// An incarnation: one execution of a transaction, with what it observed (its read set), its effects (its
// write set) and what its receipt needs, until it is validated and committed. And the same by keys instead of
// entries, as it is handed in from elsewhere.
#pragma once

#include <vector>

#include "evm/base/forget.hpp"
#include "evm/chain/outcome.hpp"
#include "evm/state/observation.hpp"
#include "fallback/table/versions.hpp"

namespace warpevm {

/// A result that was computed elsewhere (on a device, another machine). Rows in `observations` and `effects`
/// are indices into `accounts` and `slots`, which list what the execution read in the order of first use. The
/// observations are validated by value, and so is what can be checked of the rest (rows in range, gas within
/// the limit, one receipt's logs). Whether effects, gas, logs and success follow from the observations is not
/// checked: their source is trusted for that, as the CPU is.
struct TransactionResult {
    std::vector<Address> accounts;
    std::vector<SlotKey> slots;
    Observations observations;
    Effects effects;
    TransactionOutcome outcome;
    Logs logs;
};

/// Reused for later transactions, so that its vectors need no allocation; memory above the usual size is
/// freed.
struct Incarnation {
    std::vector<AccountEntry*> accounts;
    std::vector<SlotEntry*> slots;
    Observations observations;
    Effects effects;
    /// Of the effects, one each, once they were published.
    std::vector<AccountVersion> account_versions;
    std::vector<SlotVersion> slot_versions;
    TransactionOutcome outcome;
    Logs logs;
    /// Only execution at commit can decide it: state is missing or could not be read, or sums are near 2^256.
    bool undecided = false;
    /// It took unknown state as absent.
    bool assumes = false;

    void clear() {
        forget(accounts);
        forget(slots);
        forget(observations.accounts);
        forget(observations.slots);
        forget(effects.accounts);
        forget(effects.slots);
        forget(account_versions);
        forget(slot_versions);
        const Logs::Mark all = logs.mark();
        if (all.data + sizeof(Bytes32) * all.topics + sizeof(LogRecord) * all.records > (1U << 16)) logs = {};
        logs.clear();
        undecided = assumes = false;
    }
};

}  // namespace warpevm
