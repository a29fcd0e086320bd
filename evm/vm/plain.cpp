// SPDX-License-Identifier: Apache-2.0
// The plain loop: one instruction at a time, each checked and charged before it runs. Short on purpose: the
// fast loop is tested against it, and tracing happens here.
#include <limits>

#include "evm/vm/call_ops.hpp"
#include "evm/vm/fast/fast.hpp"
#include "evm/vm/frame.hpp"
#include "evm/vm/jumpdests.hpp"

namespace warpevm {
namespace {

template <bool Recording>
struct PlainLoop {
    using F = Frame<Recording>;
    F& f;
    U256* sp;  ///< the topmost word; f.stack - 1 where the stack is empty
    size_t pc = 0;
    /// How many more jumps this loop takes before the fast one goes on.
    uint64_t jumps_left = std::numeric_limits<uint64_t>::max();
    bool halted = false;

    U256& top(int depth = 0) { return sp[-depth]; }
    void push(const U256& value) { *++sp = value; }
    /// Replaces the two topmost words.
    void binary(const U256& result) { *--sp = result; }

    Status jump(const U256& target) {
        if (!target.fits_u64() || !is_jumpdest(*f.message.code, target.limb[0])) return Status::invalid_jump;
        if (f.machine.cancellation().is_cancelled()) return Status::out_of_gas;
        pc = target.limb[0];
        --jumps_left;
        return Status::success;
    }
    Status halt(Status status) {
        halted = true;
        return status;
    }
    [[nodiscard]] uint8_t opcode() const { return pc < f.code.size() ? f.code[pc] : uint8_t{OP_STOP}; }

    Status run();
    Status check_and_charge(uint8_t op);
    Status execute(uint8_t op);
    Status arithmetic(uint8_t op);
    Status environment(uint8_t op);
    Status memory_and_flow(uint8_t op);
    Status system(uint8_t op);
    Status do_call(uint8_t op);
    Status do_create(bool with_salt);
    void push_immediate(unsigned size);
};

template <bool R>
Status PlainLoop<R>::check_and_charge(uint8_t op) {
    const OpcodeInfo& info = f.gas_table.ops[op];
    const auto height = static_cast<size_t>(sp + 1 - f.stack);
    if (!info.defined) return Status::undefined_instruction;
    if (height < info.pops) return Status::stack_underflow;
    if (height - info.pops + info.pushes > max_stack) return Status::stack_overflow;
    return f.charge(info.gas) ? Status::success : Status::out_of_gas;
}

template <bool R>
Status PlainLoop<R>::run() {
    Tracer* const tracer = f.machine.tracer();
    while (true) {
        const uint8_t op = opcode();
        if (tracer != nullptr)
            tracer->on_step({.pc = pc,
                             .opcode = op,
                             .gas = f.gas,
                             .static_gas = f.gas_table.ops[op].defined ? f.gas_table.ops[op].gas : 0,
                             .depth = f.message.depth + 1,
                             .refund = f.journal.refund(),
                             .memory_size = f.memory_size,
                             .stack = {f.stack, static_cast<size_t>(sp + 1 - f.stack)},
                             .memory = {f.memory, f.memory_size},
                             .return_data = f.return_data});
        Status status = check_and_charge(op);
        if (status == Status::success) status = execute(op);
        if (tracer != nullptr) tracer->on_step_done({f.gas, status, f.journal.refund()});
        if (status != Status::success || halted) return status;
        if (jumps_left == 0) return run_fast(f, pc, static_cast<size_t>(sp + 1 - f.stack));
    }
}

template <bool R>
Status PlainLoop<R>::execute(uint8_t op) {
    if (op >= OP_PUSH0 && op <= OP_PUSH32) {
        push_immediate(op - OP_PUSH0);
        return Status::success;
    }
    const size_t here = pc;
    Status status = Status::success;
    if (op >= OP_DUP1 && op <= OP_DUP16)
        push(top(op - OP_DUP1));
    else if (op >= OP_SWAP1 && op <= OP_SWAP16)
        std::swap(top(), top(op - OP_SWAP1 + 1));
    else if (op < OP_ADDRESS)
        status = arithmetic(op);
    else if (op < OP_POP)
        status = environment(op);
    else if (op < OP_LOG0)
        status = memory_and_flow(op);
    else
        status = system(op);
    if (pc == here) ++pc;  // jumps set it: no jump leads to itself, since the target is a JUMPDEST
    return status;
}

template <bool R>
void PlainLoop<R>::push_immediate(unsigned size) {
    uint8_t bytes[32] = {};
    const size_t available = std::min<size_t>(size, f.code.size() - std::min(f.code.size(), pc + 1));
    // Bytes beyond the end of the code are zero.
    if (available != 0) std::memcpy(bytes + 32 - size, f.code.data() + pc + 1, available);
    push(load_be(bytes));
    pc += 1 + size;
}

template <bool R>
Status PlainLoop<R>::arithmetic(uint8_t op) {
    const U256 a = sp >= f.stack ? top() : U256{}, b = sp > f.stack ? top(1) : U256{};
    switch (op) {
        case OP_STOP: return halt(Status::success);
        case OP_ADD: binary(a + b); break;
        case OP_MUL: binary(a * b); break;
        case OP_SUB: binary(a - b); break;
        case OP_DIV: binary(a / b); break;
        case OP_SDIV: binary(sdiv(a, b)); break;
        case OP_MOD: binary(a % b); break;
        case OP_SMOD: binary(smod(a, b)); break;
        case OP_ADDMOD: top(2) = addmod(a, b, top(2)), sp -= 2; break;
        case OP_MULMOD: top(2) = mulmod(a, b, top(2)), sp -= 2; break;
        case OP_EXP: --sp; return op_exp(f, a, b, top());
        case OP_SIGNEXTEND: binary(signextend(a, b)); break;
        case OP_LT: binary(uint64_t{a < b}); break;
        case OP_GT: binary(uint64_t{a > b}); break;
        case OP_SLT: binary(uint64_t{slt(a, b)}); break;
        case OP_SGT: binary(uint64_t{slt(b, a)}); break;
        case OP_EQ: binary(uint64_t{a == b}); break;
        case OP_ISZERO: top() = uint64_t{a.is_zero()}; break;
        case OP_AND: binary(a & b); break;
        case OP_OR: binary(a | b); break;
        case OP_XOR: binary(a ^ b); break;
        case OP_NOT: top() = ~a; break;
        case OP_BYTE: binary(byte(a, b)); break;
        case OP_SHL: binary(shl(b, a)); break;
        case OP_SHR: binary(shr(b, a)); break;
        case OP_SAR: binary(sar(b, a)); break;
        case OP_CLZ: top() = clz(a); break;
        case OP_KECCAK256: --sp; return op_keccak256(f, a, b, top());
        default: return Status::undefined_instruction;
    }
    return Status::success;
}

template <bool R>
Status PlainLoop<R>::environment(uint8_t op) {
    const Message& m = f.message;
    const BlockEnvironment& block = f.block;
    switch (op) {
        case OP_ADDRESS: push(to_u256(m.recipient)); break;
        case OP_BALANCE: return op_balance(f, U256(top()), top());
        case OP_ORIGIN: push(to_u256(f.transaction.origin)); break;
        case OP_CALLER: push(to_u256(m.sender)); break;
        case OP_CALLVALUE: push(m.value); break;
        case OP_CALLDATALOAD: top() = op_calldataload(m.input, top()); break;
        case OP_CALLDATASIZE: push(m.input.size()); break;
        case OP_CALLDATACOPY: sp -= 3; return copy_to_memory(f, m.input, sp[3], sp[2], sp[1]);
        case OP_CODESIZE: push(f.code.size()); break;
        case OP_CODECOPY: sp -= 3; return copy_to_memory(f, f.code, sp[3], sp[2], sp[1]);
        case OP_GASPRICE: push(f.transaction.gas_price); break;
        case OP_EXTCODESIZE: return op_extcodesize(f, U256(top()), top());
        case OP_EXTCODECOPY: sp -= 4; return op_extcodecopy(f, sp[4], sp[3], sp[2], sp[1]);
        case OP_RETURNDATASIZE: push(f.return_data.size()); break;
        case OP_RETURNDATACOPY: sp -= 3; return op_returndatacopy(f, sp[3], sp[2], sp[1]);
        case OP_EXTCODEHASH: return op_extcodehash(f, U256(top()), top());
        case OP_BLOCKHASH: top() = op_blockhash(f, top()); break;
        case OP_COINBASE: push(to_u256(block.beneficiary)); break;
        case OP_TIMESTAMP: push(block.timestamp); break;
        case OP_NUMBER: push(block.number); break;
        case OP_DIFFICULTY: push(block.difficulty_or_randao); break;
        case OP_GASLIMIT: push(block.gas_limit); break;
        case OP_CHAINID: push(f.machine.rules().chain_id); break;
        case OP_SELFBALANCE: push(f.journal.balance(m.recipient_row)); break;
        case OP_BASEFEE: push(block.base_fee); break;
        case OP_BLOBHASH: top() = op_blobhash(f, top()); break;
        case OP_BLOBBASEFEE: push(f.machine.blob_base_fee()); break;
        default: return Status::undefined_instruction;
    }
    return Status::success;
}

template <bool R>
Status PlainLoop<R>::memory_and_flow(uint8_t op) {
    switch (op) {
        case OP_POP: --sp; break;
        case OP_MLOAD: return op_mload(f, U256(top()), top());
        case OP_MSTORE: sp -= 2; return op_mstore(f, sp[2], sp[1]);
        case OP_MSTORE8: sp -= 2; return op_mstore8(f, sp[2], sp[1]);
        case OP_SLOAD: return op_sload(f, U256(top()), top());
        case OP_SSTORE: sp -= 2; return op_sstore(f, sp[2], sp[1]);
        case OP_JUMP: --sp; return jump(sp[1]);
        case OP_JUMPI: sp -= 2; return sp[1].is_zero() ? Status::success : jump(sp[2]);
        case OP_PC: push(pc); break;
        case OP_MSIZE: push(f.memory_size); break;
        case OP_GAS: push(static_cast<uint64_t>(f.gas)); break;
        case OP_JUMPDEST: break;
        case OP_TLOAD: top() = f.journal.transient(f.message.recipient_row, top()); break;
        case OP_TSTORE: sp -= 2; return op_tstore(f, sp[2], sp[1]);
        case OP_MCOPY: sp -= 3; return op_mcopy(f, sp[3], sp[2], sp[1]);
        default: return Status::undefined_instruction;
    }
    return Status::success;
}

template <bool R>
Status PlainLoop<R>::do_call(uint8_t op) {
    const U256 zero;
    U256 result;
    // The operands stay above sp until the callee has run.
    const bool has_value = op == OP_CALL || op == OP_CALLCODE;
    sp -= has_value ? 7 : 6;
    const U256* const o = sp + (has_value ? 8 : 7);  // o[-1] is the operand that was on top
    const int v = has_value ? 1 : 0;
    const CallOperands operands{o[-1],     o[-2],    has_value ? o[-3] : zero, o[-3 - v], o[-4 - v],
                                o[-5 - v], o[-6 - v]};
    U256* const end = sp + 8;
    Status status{};
    switch (op) {
        case OP_CALL: status = op_call<CallKind::call>(f, operands, end, result); break;
        case OP_CALLCODE: status = op_call<CallKind::callcode>(f, operands, end, result); break;
        case OP_DELEGATECALL: status = op_call<CallKind::delegatecall>(f, operands, end, result); break;
        default: status = op_call<CallKind::staticcall>(f, operands, end, result); break;
    }
    push(result);
    return status;
}

template <bool R>
Status PlainLoop<R>::do_create(bool with_salt) {
    U256 result;
    const Status status = op_create(f, top(), top(1), top(2), with_salt ? &top(3) : nullptr, sp + 1, result);
    sp -= with_salt ? 4 : 3;
    push(result);
    return status;
}

template <bool R>
Status PlainLoop<R>::system(uint8_t op) {
    if (op <= OP_LOG4) {
        const int topics = op - OP_LOG0;
        const std::array<const U256*, 4> t{sp - 2, sp - 3, sp - 4, sp - 5};
        const Status status = op_log(f, top(), top(1), {t.data(), static_cast<size_t>(topics)});
        sp -= 2 + topics;
        return status;
    }
    switch (op) {
        case OP_CREATE:
        case OP_CREATE2: return do_create(op == OP_CREATE2);
        case OP_CALL:
        case OP_CALLCODE:
        case OP_DELEGATECALL:
        case OP_STATICCALL: return do_call(op);
        case OP_RETURN: return halt(set_output(f, top(), top(1)));
        case OP_REVERT: {
            const Status status = set_output(f, top(), top(1));
            return halt(status == Status::success ? Status::revert : status);
        }
        case OP_INVALID: return Status::invalid_instruction;
        case OP_SELFDESTRUCT: return halt(op_selfdestruct(f, U256(top())));
        default: return Status::undefined_instruction;
    }
}

}  // namespace

template <bool R>
Status resume_plain(Frame<R>& frame, size_t pc, size_t height) {
    return PlainLoop<R>{frame, frame.stack + height - 1, pc}.run();
}

template <bool R>
Status run_plain(Frame<R>& frame) {
    return resume_plain(frame, 0, 0);
}

template <bool R>
Status run_plain_at_first(Frame<R>& frame) {
    // A block that a jump leads to has four bytes at least, but for the smallest.
    return PlainLoop<R>{frame, frame.stack - 1, 0, frame.code.size() / 4 + 1}.run();
}

template Status run_plain(Frame<false>&);
template Status run_plain(Frame<true>&);
template Status run_plain_at_first(Frame<false>&);
template Status run_plain_at_first(Frame<true>&);
template Status resume_plain(Frame<false>&, size_t, size_t);
template Status resume_plain(Frame<true>&, size_t, size_t);

}  // namespace warpevm
