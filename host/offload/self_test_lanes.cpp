// SPDX-License-Identifier: Apache-2.0
#include "host/offload/self_test_lanes.hpp"

#include <algorithm>

#include "evm/chain/context.hpp"
#include "evm/chain/transaction_execution.hpp"
#include "evm/state/memory_state.hpp"
#include "host/offload/dispatch.hpp"

namespace warpevm {
namespace {

constexpr Address sender = Address::from_low(0x5e4d), beneficiary = Address::from_low(0xfee),
                  caller = Address::from_low(0xca11), callee = Address::from_low(0xca11ee);

/// Appends `bytes`, each an opcode or an immediate.
void add(Bytes& code, std::initializer_list<int> bytes) {
    for (const int byte : bytes) code.push_back(static_cast<uint8_t>(byte));
}

/// Stores and logs; reverts where it is called with value.
Bytes callee_code() {
    Bytes code;
    add(code, {OP_PUSH1,     1,        OP_SLOAD,    OP_CALLER,    OP_ADD,   OP_PUSH1, 1,        OP_SSTORE,
               OP_CALLVALUE, OP_PUSH1, 0,           OP_MSTORE,    OP_PUSH1, 9,        OP_PUSH1, 32,
               OP_PUSH1,     0,        OP_LOG1,     OP_CALLVALUE, OP_PUSH1, 26,       OP_JUMPI, OP_STOP,
               OP_STOP,      OP_STOP,  OP_JUMPDEST, OP_PUSH1,     40,       OP_PUSH1, 0,        OP_REVERT});
    return code;
}

/// Calls it twice, once with value; hashes and divides; asks SHA-256; creates a contract of two bytes.
Bytes caller_code() {
    Bytes code;
    for (const int value : {0, 1}) {
        add(code, {OP_PUSH1, 0, OP_PUSH1, 0, OP_PUSH1, 0, OP_PUSH1, 0, OP_PUSH1, value, OP_PUSH1 + 2, 0xca,
                   0x11, 0xee, OP_GAS, OP_CALL, OP_PUSH1, value + 5, OP_SSTORE});
    }
    add(code,
        {OP_RETURNDATASIZE, OP_PUSH1, 0,         OP_PUSH1, 64,           OP_RETURNDATACOPY, OP_PUSH1, 97,
         OP_PUSH1,          100,      OP_PUSH1,  3,        OP_KECCAK256, OP_PUSH1 + 1,      0x12,     0x34,
         OP_DUP1 + 1,       OP_DIV,   OP_MULMOD, OP_MSIZE, OP_SSTORE});
    add(code, {OP_PUSH1, 32, OP_PUSH1, 0, OP_PUSH1, 32, OP_PUSH1, 0, OP_PUSH1, 2, OP_GAS, OP_STATICCALL,
               OP_POP, OP_PUSH1, 0, OP_MLOAD, OP_PUSH1, 7, OP_SSTORE});
    add(code, {OP_PUSH1 + 6, OP_PUSH1, 2, OP_PUSH1,  0,        OP_RETURN, OP_STOP,
               OP_STOP,      OP_PUSH1, 0, OP_MSTORE, OP_PUSH1, 7,         OP_PUSH1,
               25,           OP_PUSH1, 1, OP_CREATE, OP_PUSH1, 8,         OP_SSTORE});
    return code;
}

struct Cases {
    Rules rules{.fork = Fork::prague, .chain_id = 1, .blobs = mainnet_blob_schedule(Fork::prague)};
    BlockEnvironment block{.number = 9, .timestamp = 99, .gas_limit = 30'000'000, .beneficiary = beneficiary};
    MemoryState state;
    std::vector<Transaction> transactions;
    std::vector<OffloadJob> jobs;

    Cases() {
        state.set_account(sender, 1, U256{1} << 80, {});
        state.set_account(caller, 1, 100, caller_code());
        state.set_account(callee, 1, 0, callee_code());
        state.set_slot(callee, 1, U256{1} << 200);
        for (const uint64_t gas : {30'000, 60'000, 90'000, 120'000, 300'000}) {
            Transaction tx;
            tx.nonce = 1;
            tx.gas_limit = gas;
            tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 3;
            tx.to = caller;
            transactions.push_back(tx);
        }
        transactions.push_back(transactions.back());
        transactions.back().to.reset();
        transactions.back().data = callee_code();
        const size_t signed_ones = transactions.size();
        add_calls();
        for (const Transaction& tx : transactions) jobs.push_back({&tx, sender, &rules, &block, &state});
        for (size_t i = signed_ones; i < jobs.size(); ++i) {
            jobs[i].sender = caller;
            jobs[i].is_call = true;
        }
    }

  private:
    /// By a contract, at no price: one that reverts with data, and one that deploys.
    void add_calls() {
        Transaction call;
        call.gas_limit = 200'000;
        call.to = callee;
        call.value = 1;
        transactions.push_back(call);
        call.to.reset();
        add(call.data, {OP_PUSH1, 7, OP_PUSH1, 0, OP_RETURN});
        transactions.push_back(call);
    }
};

/// What the CPU says of a job.
struct Expected {
    TransactionOutcome outcome;
    StateDiff diff;
    size_t logs = 0;
    bool reverted = false;  ///< from here on: of a call
    Bytes output{};
};
Expected expect(ExecutionContext& context, const OffloadJob& job) {
    Journal<false> journal(*job.state, context.codes());
    Logs logs;
    Machine<false> machine(journal, context.buffers(), logs, *job.rules, *job.environment);
    journal.begin_block(true);
    Expected e;
    if (job.is_call) {
        CallEnd end = execute_call(machine, *job.tx, job.sender);
        e.outcome = end.outcome;
        e.reverted = end.status == Status::revert;
        e.output = std::move(end.output);
    } else {
        e.outcome = execute_transaction(machine, {.tx = job.tx, .sender = job.sender},
                                        {.gas = ~uint64_t{0}, .blob_gas = 0});
    }
    e.diff = journal.diff();
    e.logs = logs.size();
    return e;
}

bool ends_right(const OffloadResults& r, size_t i, const Expected& e) {
    const OffloadCallEnd& end = r.call_ends[i];
    const BytesView output = BytesView(r.output_bytes).subspan(end.output_at, end.output_size);
    return end.is_told && end.reverted == e.reverted && std::ranges::equal(output, e.output);
}

/// Gas, success and number of logs, and each account's balance and nonce and each slot after the effects.
bool is_right(const OffloadResults& r, size_t i, const OffloadJob& job, const Expected& e) {
    const transaction_record& record = r.records[i];
    if (r.statuses[i] != kernel::STATUS_done || record.gas_used != e.outcome.gas_used ||
        ((record.flags & RECORD_SUCCESS) != 0) != e.outcome.success || record.logs.count != e.logs)
        return false;
    if (job.is_call && !ends_right(r, i, e)) return false;
    size_t slots = 0;
    for (const AccountChange& change : e.diff.accounts) {
        const account_effect* effect = nullptr;
        for (uint32_t k = 0; k < record.account_effects.count; ++k) {
            const account_effect& candidate = r.account_effects[record.account_effects.first + k];
            if (r.account(candidate.row) == change.address) effect = &candidate;
        }
        const AccountRecord before = job.state->read_account(change.address).value;
        const U256 balance = effect != nullptr ? before.balance + effect->delta : before.balance;
        const bool wrote = effect != nullptr && (effect->flags & WROTE_NONCE) != 0;
        if (balance != change.balance || (wrote ? effect->nonce : before.nonce) != change.nonce) return false;
        for (const SlotChange& slot : e.diff.slots_of(change)) {
            for (uint32_t k = 0; k < record.slot_effects.count; ++k) {
                const slot_effect& candidate = r.slot_effects[record.slot_effects.first + k];
                slots += candidate.value == slot.value &&
                         r.slot(candidate.row) == SlotKey{change.address, slot.slot};
            }
        }
    }
    return slots == e.diff.slots.size() && record.slot_effects.count == slots;
}

/// In slices of so much work, over images or over raw bytecode.
DeviceResult<void> self_test_with(Device& device, const ProgramPtr& program, uint32_t slice, Images images) {
    const Cases cases;
    ExecutionContext context;
    OffloadOptions options;
    options.limits = {usual_lane_limits()};
    options.slice = slice;
    options.images = images;
    const auto results = Offload(device, program, options).run(cases.jobs);
    if (!results) return tl::unexpected(results.error());
    for (size_t i = 0; i < cases.jobs.size(); ++i)
        if (!is_right(*results, i, cases.jobs[i], expect(context, cases.jobs[i])))
            return tl::unexpected(DeviceError{
                DeviceFault::wrong_answer, device.info().name, "self-test",
                "wrong answer: lane " + std::to_string(i) + " in slices of " + std::to_string(slice) +
                    (images == Images::never ? " over bytecode" : " over images")});
    return {};
}

}  // namespace

DeviceResult<void> self_test_lanes(Device& device, const ProgramPtr& program) {
    for (const Images images : {Images::always, Images::never})
        for (const uint32_t slice : {10'000U, 7U})
            if (auto tested = self_test_with(device, program, slice, images); !tested) return tested;
    return {};
}

}  // namespace warpevm
