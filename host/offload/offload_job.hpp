// SPDX-License-Identifier: Apache-2.0
// What is offloaded, and what comes back.
#pragma once

#include <span>
#include <tuple>
#include <vector>

#include "evm/base/result.hpp"
#include "evm/state/state_view.hpp"
#include "evm/types/environment.hpp"
#include "evm/types/rules.hpp"
#include "evm/types/transaction.hpp"
#include "host/device/kernel_types.hpp"
#include "host/offload/offload_traffic.hpp"

namespace warpevm {

/// A transaction in its block and on its pre-state; jobs of one batch may have different ones. All must live
/// until the batch is done. Jobs that name the same rules and environment share them on the device.
struct OffloadJob {
    const Transaction* tx = nullptr;
    Address sender;
    const Rules* rules = nullptr;
    const BlockEnvironment* environment = nullptr;
    const StateView* state = nullptr;
    /// Keys that the transaction will probably use: what is known of them goes along, so that the lane need
    /// not wait for it. Slots count only where their account is named here or by the transaction.
    std::span<const Address> likely_accounts{};
    std::span<const SlotKey> likely_slots{};
    /// A call that nobody signed, as execute_call takes it: the nonce is the state's, the sender may have
    /// code, and `call_ends` of the results tells how it ended.
    bool is_call = false;
};

/// Of a call that is done: how its first frame ended, where it did not succeed, and what that returned, or
/// deployed, in `output_bytes`.
struct OffloadCallEnd {
    uint64_t output_at = 0;
    uint32_t output_size = 0;
    bool reverted = false;
    bool is_told = false;  ///< false of what is no call
};

/// A slot by its key and its account's place among the accounts of a batch's results.
struct ResultSlot {
    U256 slot;
    uint32_t account = 0;
};

/// The results of a batch in columns, as evm/types/records.h has them. Rows are keys by value: ROW_IS_NEW_KEY
/// and an index of `accounts` or `slots`.
struct OffloadResults {
    /// Of each job: STATUS_done, or the STATUS_ESCALATE_ that says why not; then its record is zero.
    std::vector<kernel::kernel_status> statuses;
    std::vector<transaction_record> records;
    std::vector<Address> accounts;
    std::vector<ResultSlot> slots;
    std::vector<account_observation> account_observations;
    std::vector<slot_observation> slot_observations;
    std::vector<account_effect> account_effects;
    std::vector<slot_effect> slot_effects;
    std::vector<uint32_t> accounts_read, slots_read;
    std::vector<log_record> logs;
    std::vector<Hash> topics;
    Bytes log_bytes;
    /// Codes that transactions deployed and delegation designators that they set, with their bytes from
    /// `code_bytes[at]` on; `codes_of[job]` are a job's own.
    std::vector<kernel::deployed_code> codes;
    std::vector<record_range> codes_of;
    Bytes code_bytes;
    /// Of each job; empty where none is a call.
    std::vector<OffloadCallEnd> call_ends;
    Bytes output_bytes;
    /// How often lanes waited for the host, and how many launches there were.
    uint64_t parks = 0, launches = 0;
    /// From the launches of lanes to their ends.
    uint64_t kernel_nanoseconds = 0;
    Traffic traffic;

    template <class Do>
    void for_each_column(const Do& what) {
        std::apply([&](auto&... column) { (what(column), ...); },
                   std::tie(statuses, records, accounts, slots, account_observations, slot_observations,
                            account_effects, slot_effects, accounts_read, slots_read, logs, topics, log_bytes,
                            codes, codes_of, code_bytes, call_ends, output_bytes));
    }
    [[nodiscard]] const Address& account(uint32_t row) const { return accounts[row & ~ROW_IS_NEW_KEY]; }
    [[nodiscard]] SlotKey slot(uint32_t row) const {
        const ResultSlot& key = slots[row & ~ROW_IS_NEW_KEY];
        return {accounts[key.account], key.slot};
    }
};

/// What is wrong with the job's transaction on its own (evm/chain/validity.hpp).
Result<void> check(const OffloadJob& job);

/// "done", "ESCALATE_stack".
std::string_view name(kernel::kernel_status status);

}  // namespace warpevm
