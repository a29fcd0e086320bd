// SPDX-License-Identifier: Apache-2.0
// A transaction's execution as it waits for its commit: what it observed, what it did, and what its receipt
// needs. And the same in a form that can come from elsewhere: by keys instead of entries.
#pragma once

#include <vector>

#include "evm/base/forget.hpp"
#include "evm/chain/outcome.hpp"
#include "evm/state/observation.hpp"
#include "fallback/table/versions.hpp"

namespace warpevm {

/// An execution that somebody else computed (a device, another machine). Rows in `observations` and `effects`
/// are indices into `accounts` and `slots`, which list what the execution asked for in the order of first
/// use. The observations are checked by value before anything counts, and so is what can be checked of the
/// rest (rows in range, gas within the limit, one receipt's logs). Whether effects, gas, logs and success
/// follow from the observations can't be seen: whoever computes a result is trusted for that, as the CPU is.
struct TransactionResult {
    std::vector<Address> accounts;
    std::vector<SlotKey> slots;
    Observations observations;
    Effects effects;
    TransactionOutcome outcome;
    Logs logs;
};

/// Kept and used again for later transactions, so that its vectors need no allocation; what a long
/// transaction needed is given back.
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
    /// It met something that only the walk may decide: state that is missing or could not be read, or sums
    /// near 2^256.
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
