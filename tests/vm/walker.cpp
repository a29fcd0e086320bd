// SPDX-License-Identifier: Apache-2.0
#include "tests/vm/walker.hpp"

#include "evm/vm/memory_ops.hpp"
#include "evm/vm/state_ops.hpp"

namespace warpevm::test {

using lowering::Expression;
using lowering::Folding;
using lowering::LoweredEnd;

std::optional<U256> evaluate(uint8_t op, const U256& a, const U256& b, const U256& c) {
    switch (op) {
        case OP_ADD: return a + b;
        case OP_MUL: return a * b;
        case OP_SUB: return a - b;
        case OP_DIV: return a / b;
        case OP_SDIV: return sdiv(a, b);
        case OP_MOD: return a % b;
        case OP_SMOD: return smod(a, b);
        case OP_ADDMOD: return addmod(a, b, c);
        case OP_MULMOD: return mulmod(a, b, c);
        case OP_SIGNEXTEND: return signextend(a, b);
        case OP_LT: return uint64_t{a < b};
        case OP_SLT: return uint64_t{slt(a, b)};
        case OP_EQ: return uint64_t{a == b};
        case OP_ISZERO: return uint64_t{a.is_zero()};
        case OP_AND: return a & b;
        case OP_OR: return a | b;
        case OP_XOR: return a ^ b;
        case OP_NOT: return ~a;
        case OP_BYTE: return byte(a, b);
        case OP_SHL: return shl(b, a);
        case OP_SHR: return shr(b, a);
        case OP_SAR: return sar(b, a);
        case OP_CLZ: return clz(a);
        default: return std::nullopt;
    }
}

namespace {

void fold(lowering::LoweredBlock& block) {
    for (const Expression& e : block.expressions) {
        const auto at = [&](int32_t n) -> U256& { return block.constants[static_cast<size_t>(n)]; };
        at(e.constant) = evaluate(e.opcode, at(e.a), at(e.b), {}).value();
    }
}

}  // namespace

Walker::Walker(F& frame, Folding folding) : f(frame), m_sp(frame.stack), m_gas(frame.gas) {
    m_has_all = folding == Folding::deferred;
    if (!m_has_all) return;
    lowering::lower_code(f.code, f.gas_table, folding, [&](const LoweredBlock& block) {
        fold(m_blocks[block.position] = block);
        return true;
    });
}

const lowering::LoweredBlock& Walker::block_at(size_t position) {
    if (!m_has_all && !m_blocks.contains(position))
        m_blocks[position] = m_lowering.block(f.code, f.gas_table, position);
    return m_blocks.at(position);  // throws where lower_code left a block out
}

/// Whether the block can be run to its end, as far as its stack and its first stretch of gas go.
bool Walker::enter() {
    m_block = &block_at(m_position);
    const auto height = static_cast<int32_t>(m_sp - f.stack);
    m_gas -= m_block->gas;
    return m_gas >= 0 && height >= m_block->needs &&
           height + m_block->growth <= static_cast<int32_t>(max_stack);
}

Status Walker::run() {
    while (true) {
        if (!enter()) return Status::out_of_gas;
        for (const LoweredInstruction& i : m_block->instructions) {
            ++m_steps;
            m_hashes += i.action == OP_KECCAK256 ? 1 : 0;
            const Status status = execute(i);
            if (status != Status::success) return status;
        }
        ++m_steps;
        const Status status = leave();
        if (status != Status::success || m_halted) return status;
    }
}

Status Walker::execute(const LoweredInstruction& i) {
    if (i.action == lowering::CHARGE) {
        m_gas -= i.gas;
        return Status::success;
    }
    if (i.action == lowering::SWAP) {
        std::swap(m_sp[i.in[0].slot()], m_sp[i.result]);
        return Status::success;
    }
    U256 in[7];
    for (int n = 0; n < i.inputs; ++n) in[n] = value(i.in[n]);
    U256 result;
    if (i.action == lowering::COPY) {
        result = in[0];
    } else {
        f.gas = m_gas + i.gas;
        const Status status = operate(static_cast<uint8_t>(i.action), in, result);
        m_gas = f.gas - i.gas;
        if (status != Status::success) return status;
    }
    if (i.has_result) m_sp[i.result] = result;
    return Status::success;
}

Status Walker::operate(uint8_t op, const U256 (&in)[7], U256& result) {
    if (const auto pure = evaluate(op, in[0], in[1], in[2])) {
        result = *pure;
        return Status::success;
    }
    // All others may charge, or do what outlives the frame, or tell how much gas there is.
    if (f.gas < 0) return Status::out_of_gas;
    if (op >= OP_ADDRESS && op < OP_POP) return environment(op, in, result);
    return op < OP_CREATE ? memory(op, in, result) : state(op, in, result);
}

Status Walker::environment(uint8_t op, const U256 (&in)[7], U256& result) {
    const Message& m = f.message;
    switch (op) {
        case OP_ADDRESS: result = to_u256(m.recipient); break;
        case OP_BALANCE: return op_balance(f, in[0], result);
        case OP_ORIGIN: result = to_u256(f.transaction.origin); break;
        case OP_CALLER: result = to_u256(m.sender); break;
        case OP_CALLVALUE: result = m.value; break;
        case OP_CALLDATALOAD: result = op_calldataload(m.input, in[0]); break;
        case OP_CALLDATASIZE: result = m.input.size(); break;
        case OP_CALLDATACOPY: return copy_to_memory(f, m.input, in[0], in[1], in[2]);
        case OP_CODESIZE: result = f.code.size(); break;
        case OP_CODECOPY: return copy_to_memory(f, f.code, in[0], in[1], in[2]);
        case OP_GASPRICE: result = f.transaction.gas_price; break;
        case OP_EXTCODESIZE: return op_extcodesize(f, in[0], result);
        case OP_EXTCODECOPY: return op_extcodecopy(f, in[0], in[1], in[2], in[3]);
        case OP_RETURNDATASIZE: result = f.return_data.size(); break;
        case OP_RETURNDATACOPY: return op_returndatacopy(f, in[0], in[1], in[2]);
        case OP_EXTCODEHASH: return op_extcodehash(f, in[0], result);
        case OP_BLOCKHASH: result = op_blockhash(f, in[0]); break;
        case OP_COINBASE: result = to_u256(f.block.beneficiary); break;
        case OP_TIMESTAMP: result = f.block.timestamp; break;
        case OP_NUMBER: result = f.block.number; break;
        case OP_DIFFICULTY: result = f.block.difficulty_or_randao; break;
        case OP_GASLIMIT: result = f.block.gas_limit; break;
        case OP_CHAINID: result = f.machine.rules().chain_id; break;
        case OP_SELFBALANCE: result = f.journal.balance(m.recipient_row); break;
        case OP_BASEFEE: result = f.block.base_fee; break;
        case OP_BLOBHASH: result = op_blobhash(f, in[0]); break;
        case OP_BLOBBASEFEE: result = f.machine.blob_base_fee(); break;
        default: return Status::undefined_instruction;
    }
    return Status::success;
}

Status Walker::memory(uint8_t op, const U256 (&in)[7], U256& result) {
    if (op >= OP_LOG0 && op <= OP_LOG4) {
        const std::array<const U256*, 4> topics{&in[2], &in[3], &in[4], &in[5]};
        return op_log(f, in[0], in[1], {topics.data(), static_cast<size_t>(op - OP_LOG0)});
    }
    switch (op) {
        case OP_EXP: return op_exp(f, in[0], in[1], result);
        case OP_KECCAK256: return op_keccak256(f, in[0], in[1], result);
        case OP_MLOAD: return op_mload(f, in[0], result);
        case OP_MSTORE: return op_mstore(f, in[0], in[1]);
        case OP_MSTORE8: return op_mstore8(f, in[0], in[1]);
        case OP_SLOAD: return op_sload(f, in[0], result);
        case OP_SSTORE: return op_sstore(f, in[0], in[1]);
        case OP_MSIZE: result = f.memory_size; return Status::success;
        case OP_GAS: result = static_cast<uint64_t>(f.gas); return Status::success;
        case OP_TLOAD: result = f.journal.transient(f.message.recipient_row, in[0]); return Status::success;
        case OP_TSTORE: return op_tstore(f, in[0], in[1]);
        case OP_MCOPY: return op_mcopy(f, in[0], in[1], in[2]);
        default: return Status::undefined_instruction;
    }
}

Status Walker::state(uint8_t op, const U256 (&in)[7], U256& result) {
    U256* const stack_end = m_sp + m_block->slots_end;
    switch (op) {
        case OP_CREATE: return op_create(f, in[0], in[1], in[2], nullptr, stack_end, result);
        case OP_CREATE2: return op_create(f, in[0], in[1], in[2], &in[3], stack_end, result);
        case OP_RETURN:
        case OP_REVERT: return set_output(f, in[0], in[1]);
        case OP_SELFDESTRUCT: return op_selfdestruct(f, in[0]);
        default: return call(op, in, result);
    }
}

Status Walker::call(uint8_t op, const U256 (&in)[7], U256& result) {
    const U256 zero;
    const bool has_value = op == OP_CALL || op == OP_CALLCODE;
    const int v = has_value ? 1 : 0;
    const CallOperands operands{in[0],     in[1],    has_value ? in[2] : zero, in[2 + v], in[3 + v],
                                in[4 + v], in[5 + v]};
    U256* const end = m_sp + m_block->slots_end;
    switch (op) {
        case OP_CALL: return op_call<CallKind::call>(f, operands, end, result);
        case OP_CALLCODE: return op_call<CallKind::callcode>(f, operands, end, result);
        case OP_DELEGATECALL: return op_call<CallKind::delegatecall>(f, operands, end, result);
        case OP_STATICCALL: return op_call<CallKind::staticcall>(f, operands, end, result);
        default: return Status::undefined_instruction;
    }
}

// ---- the block's end
// ---------------------------------------------------------------------------------------------

bool Walker::holds(const LoweredEnd& end) const {
    if (end.kind == LoweredEnd::jump) return true;
    if (end.kind != LoweredEnd::branch) return false;
    const U256 b = end.condition == OP_ISZERO ? U256{} : value(end.b);
    return !evaluate(end.condition, value(end.a), b, {}).value().is_zero() == end.when;
}

/// Goes to the next block, or halts.
Status Walker::leave() {
    const LoweredEnd& end = m_block->end;
    if (end.kind == LoweredEnd::halt || end.kind == LoweredEnd::output) {
        m_halted = true;
        f.gas = m_gas;
        return m_gas < 0 ? Status::out_of_gas : end.status;
    }
    const bool jumps = holds(end);
    const U256 target = jumps ? value(end.target) : U256{end.next};
    if (jumps && (!target.fits_u64() || !is_jumpdest(*f.message.code, target.limb[0])))
        return Status::invalid_jump;
    m_position = target.limb[0];
    m_sp += end.change;
    return Status::success;
}

FrameResult walk_call(Machine<false>& machine, const Message& message, Folding folding) {
    Journal<false>& journal = machine.journal();
    const auto checkpoint = journal.checkpoint();
    const Logs::Mark logs = machine.logs().mark();
    Bytes& output = machine.buffers().output(message.depth);
    output.clear();
    if (!message.value.is_zero()) journal.debit(message.sender_row, message.value);
    journal.credit(message.recipient_row, message.value);
    FrameResult result{Status::success, message.gas};
    if (!message.code->empty()) {
        U256* const stack = machine.stack_top;
        uint8_t* const memory = machine.memory_top;
        machine.buffers().output(message.depth + 1).clear();
        Frame<false> frame(machine, message);
        result.status = Walker(frame, folding).run();
        result.gas_left = is_exceptional(result.status) ? 0 : frame.gas;
        machine.stack_top = stack;
        machine.memory_top = memory;
        if (!is_exceptional(result.status))
            output.assign(frame.memory + frame.output_offset,
                          frame.memory + frame.output_offset + frame.output_size);
    }
    if (result.status != Status::success) {
        journal.revert(checkpoint);
        machine.logs().truncate(logs);
    }
    return result;
}

}  // namespace warpevm::test
