// SPDX-License-Identifier: Apache-2.0
// The machine: runs message calls and creations over a journal, within one block. Frames recurse on the
// host's stack.
#pragma once

#include "evm/base/cancellation.hpp"
#include "evm/state/journal.hpp"
#include "evm/types/environment.hpp"
#include "evm/types/logs.hpp"
#include "evm/types/rules.hpp"
#include "evm/vm/buffers.hpp"
#include "evm/vm/message.hpp"
#include "evm/vm/opcodes.hpp"
#include "evm/vm/trace.hpp"

namespace warpevm {

/// Which loop runs the code. `fast` runs translated images; `plain` checks and charges one instruction at a
/// time: it is what the fast loop is tested against, and what a tracer watches. `tiered` runs a code plainly
/// the first time, since translating costs more than running once, and goes over where it turns out to repeat
/// itself.
enum class Interpreter : uint8_t { tiered, fast, plain };

template <bool Recording>
class Machine {
  public:
    Machine(Journal<Recording>& journal, MachineBuffers& buffers, Logs& logs, const Rules& rules,
            const BlockEnvironment& block);

    /// Sets what the next transaction's frames share.
    void begin_transaction(const TransactionEnvironment& environment) { m_transaction = environment; }
    /// Runs a message call: transfer, then precompile or code. Reverts its effects unless it succeeds.
    FrameResult call(const Message& message);
    /// Runs a creation (Yellow Paper 7): `message.recipient` is the new address, `message.code` the init
    /// code.
    FrameResult create(const Message& message);

    struct SystemCallResult {
        bool has_code = false;
        bool success = false;
        BytesView output;  ///< valid until the machine's next call
    };
    /// A call by the system address with 30 million gas, as a transaction of its own outside all accounting
    /// (EIP-4788).
    SystemCallResult system_call(const Address& to, BytesView input);

    [[nodiscard]] Journal<Recording>& journal() { return m_journal; }
    [[nodiscard]] MachineBuffers& buffers() { return m_buffers; }
    [[nodiscard]] Logs& logs() { return m_logs; }
    [[nodiscard]] const Rules& rules() const { return m_rules; }
    [[nodiscard]] const BlockEnvironment& block() const { return m_block; }
    [[nodiscard]] const TransactionEnvironment& transaction() const { return m_transaction; }
    [[nodiscard]] const GasTable& gas_table() const { return m_gas_table; }
    [[nodiscard]] const U256& blob_base_fee() const { return m_blob_base_fee; }
    [[nodiscard]] Tracer* tracer() const { return m_tracer; }
    /// Not null: every instruction is reported, by the plain loop.
    void set_tracer(Tracer* tracer) { m_tracer = tracer; }
    void set_interpreter(Interpreter interpreter) { m_interpreter = interpreter; }
    /// Once it is cancelled, every frame fails at its next jump or call. What was executed since then means
    /// nothing: whoever runs the machine asks the same cancellation.
    void set_cancellation(const Cancellation& cancellation) { m_cancellation = &cancellation; }
    [[nodiscard]] const Cancellation& cancellation() const { return *m_cancellation; }
    [[nodiscard]] Interpreter interpreter() const {
        return m_tracer != nullptr ? Interpreter::plain : m_interpreter;
    }

    /// The code that a call to `row` runs: its own, or what it delegates to (EIP-7702).
    const Code& executable_code(Row row);

    /// Where the running frame's stack and memory end; callees start there.
    U256* stack_top;
    uint8_t* memory_top;
    /// How many bytes of memory a frame that starts there may use without asking for more.
    [[nodiscard]] size_t memory_left() const {
        return m_buffers.memory_capacity() - static_cast<size_t>(memory_top - m_buffers.memory());
    }

  private:
    FrameResult run_code(const Message& message);
    FrameResult run_precompile(const Message& message, const struct Precompile& precompile);
    Status deposit_code(const Message& message, FrameResult& result);

    Journal<Recording>& m_journal;
    MachineBuffers& m_buffers;
    Logs& m_logs;
    Rules m_rules;
    BlockEnvironment m_block;
    TransactionEnvironment m_transaction;
    const GasTable& m_gas_table;
    U256 m_blob_base_fee;
    const Cancellation* m_cancellation = &never_cancelled;
    Tracer* m_tracer = nullptr;
    Interpreter m_interpreter = Interpreter::tiered;
};

extern template class Machine<false>;
extern template class Machine<true>;

/// The address of a contract made by CREATE (keccak256(rlp([sender, nonce])), Yellow Paper 7) and CREATE2
/// (EIP-1014).
Address create_address(const Address& sender, uint64_t nonce);
Address create2_address(const Address& sender, const Bytes32& salt, const Hash& initcode_hash);

}  // namespace warpevm
