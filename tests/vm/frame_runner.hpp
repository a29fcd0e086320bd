// SPDX-License-Identifier: Apache-2.0
// Runs one piece of code as a call frame over a small in-memory state, in either loop.
#pragma once

#include "evm/base/hex.hpp"
#include "evm/chain/context.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/state/memory_state.hpp"

namespace warpevm::test {

inline const Address contract_address = Address::from_low(0xc0de);
inline const Address caller_address = Address::from_low(0xca11e2);

struct FrameOutcome {
    Status status = Status::success;
    int64_t gas_left = 0;
    int64_t refund = 0;
    Bytes output;
    Logs logs;
    StateDiff diff;
    Observations observations;  ///< only where recorded

    /// Exceptional halts are one class: both loops take all gas, but the fast one may meet another reason
    /// first.
    [[nodiscard]] bool same_as(const FrameOutcome& o) const {
        const auto same_end = status == o.status || (is_exceptional(status) && is_exceptional(o.status));
        return same_end && gas_left == o.gas_left && refund == o.refund && output == o.output &&
               logs == o.logs && diff == o.diff;
    }
};

struct FrameInput {
    Bytes code;
    Bytes calldata;
    int64_t gas = 1'000'000;
    Fork fork = Fork::osaka;
    bool is_static = false;
    U256 value = 0;
};

/// What a disagreement looks like.
inline std::string describe(const FrameInput& in, const FrameOutcome& plain, const FrameOutcome& fast) {
    return "code " + to_hex(in.code) + " gas " + std::to_string(in.gas) + " fork " +
           std::string(name(in.fork)) + "\nplain: " + std::string(name(plain.status)) + " gas left " +
           std::to_string(plain.gas_left) + " output " + to_hex(plain.output) +
           "\nfast:  " + std::string(name(fast.status)) + " gas left " + std::to_string(fast.gas_left) +
           " output " + to_hex(fast.output) + "\n" + plain.diff.to_json() + "\n" + fast.diff.to_json();
}

/// Both loops must ask the same of the state, whether they fail or not.
inline bool observed_same(const FrameOutcome& x, const FrameOutcome& y) {
    return x.observations.accounts == y.observations.accounts && x.observations.slots == y.observations.slots;
}

class FrameRunner {
  public:
    FrameRunner() {
        m_state.set_account(caller_address, 1, U256{1'000'000'000}, {});
        for (uint64_t n = 744; n < 999; ++n) m_state.set_block_hash(n, keccak256(to_bytes32(n)));
        m_state.set_account(Address::from_low(0xee), 0, U256{5}, {});
    }
    MemoryState& state() { return m_state; }

    /// A tracer sees the plain loop, whatever `interpreter` says.
    template <bool Recording = false>
    FrameOutcome run(const FrameInput& in, Interpreter interpreter, Tracer* tracer = nullptr) {
        return run_with<Recording>(in, [&](Machine<Recording>& machine, const Message& message) {
            machine.set_interpreter(interpreter);
            machine.set_tracer(tracer);
            return machine.call(message);
        });
    }

    /// `call` makes the machine run the message.
    template <bool Recording = false, class Call>
    FrameOutcome run_with(const FrameInput& in, Call&& call) {
        m_state.set_account(contract_address, 1, U256{1000}, in.code);
        Journal<Recording> journal(m_state, m_context.codes());
        Logs logs;
        const Rules rules{.fork = in.fork, .chain_id = 1, .blobs = mainnet_blob_schedule(in.fork)};
        const BlockEnvironment block{.number = 1000,
                                     .timestamp = 12345,
                                     .gas_limit = 30'000'000,
                                     .beneficiary = Address::from_low(0xbe),
                                     .base_fee = 7,
                                     .difficulty_or_randao = 0x20000,
                                     .parent_hash = keccak256(to_bytes32(999))};
        Machine<Recording> machine(journal, m_context.buffers(), logs, rules, block);
        journal.begin_block(in.fork >= Fork::spurious_dragon);
        journal.begin_transaction();
        machine.begin_transaction({.origin = caller_address, .gas_price = 10, .blob_hashes = {}});
        const Row row = journal.account(contract_address), sender = journal.account(caller_address);
        journal.warm_account(row);
        const Message message{.recipient = contract_address,
                              .sender = caller_address,
                              .recipient_row = row,
                              .sender_row = sender,
                              .value = in.value,
                              .transfers_value = true,
                              .is_static = in.is_static,
                              .depth = 0,
                              .gas = in.gas,
                              .input = in.calldata,
                              .code_address = contract_address,
                              .code = &journal.code(row)};
        const FrameResult result = call(machine, message);
        FrameOutcome out{.status = result.status,
                         .gas_left = result.gas_left,
                         .refund = journal.refund(),
                         .output = m_context.buffers().output(0),
                         .logs = logs,
                         .diff = {}};
        journal.end_transaction();
        out.diff = journal.diff();
        out.observations = journal.observations();
        return out;
    }

  private:
    MemoryState m_state;
    ExecutionContext m_context;
};

}  // namespace warpevm::test
