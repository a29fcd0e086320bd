// SPDX-License-Identifier: Apache-2.0
// The instructions that need the machine, as the fast loop calls them: operands from slots, the work from the
// shared files. A result may share its slot with an operand, so it is written after the last operand is read.
#include "evm/vm/call_ops.hpp"
#include "evm/vm/fast/instruction.hpp"

namespace warpevm::fast {
namespace {

template <bool R>
Frame<R>& full(FrameBase& f) {
    return static_cast<Frame<R>&>(f);
}

template <bool R, CallKind kind>
Status call(FrameBase& f, U256* s, const HostOperands& o) {
    constexpr bool has_value = kind == CallKind::call || kind == CallKind::callcode;
    constexpr int v = has_value ? 1 : 0;
    const U256 zero;
    U256 result;
    const CallOperands operands{s[o.in[0]],     s[o.in[1]],     has_value ? s[o.in[2]] : zero,
                                s[o.in[2 + v]], s[o.in[3 + v]], s[o.in[4 + v]],
                                s[o.in[5 + v]]};
    const Status status = op_call<kind>(full<R>(f), operands, s + o.stack_end, result);
    s[o.out] = result;
    return status;
}

template <bool R, bool with_salt>
Status create(FrameBase& f, U256* s, const HostOperands& o) {
    U256 result;
    const Status status = op_create(full<R>(f), s[o.in[0]], s[o.in[1]], s[o.in[2]],
                                    with_salt ? &s[o.in[3]] : nullptr, s + o.stack_end, result);
    s[o.out] = result;
    return status;
}

template <bool R, int topics>
Status log(FrameBase& f, U256* s, const HostOperands& o) {
    const std::array<const U256*, 4> t{s + o.in[2], s + o.in[3], s + o.in[4], s + o.in[5]};
    return op_log(full<R>(f), s[o.in[0]], s[o.in[1]], {t.data(), topics});
}

template <bool R>
constexpr HostTable make_table() {
    HostTable t;
    auto* const op = t.by_opcode;
    op[OP_EXP] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_exp(full<R>(f), s[o.in[0]], s[o.in[1]], s[o.out]);
    };
    op[OP_KECCAK256] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_keccak256(full<R>(f), s[o.in[0]], s[o.in[1]], s[o.out]);
    };
    op[OP_BALANCE] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_balance(full<R>(f), s[o.in[0]], s[o.out]);
    };
    op[OP_CALLDATACOPY] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return copy_to_memory(full<R>(f), f.message.input, s[o.in[0]], s[o.in[1]], s[o.in[2]]);
    };
    op[OP_CODECOPY] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return copy_to_memory(full<R>(f), f.code, s[o.in[0]], s[o.in[1]], s[o.in[2]]);
    };
    op[OP_EXTCODESIZE] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_extcodesize(full<R>(f), s[o.in[0]], s[o.out]);
    };
    op[OP_EXTCODECOPY] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_extcodecopy(full<R>(f), s[o.in[0]], s[o.in[1]], s[o.in[2]], s[o.in[3]]);
    };
    op[OP_RETURNDATACOPY] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_returndatacopy(full<R>(f), s[o.in[0]], s[o.in[1]], s[o.in[2]]);
    };
    op[OP_EXTCODEHASH] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_extcodehash(full<R>(f), s[o.in[0]], s[o.out]);
    };
    op[OP_BLOCKHASH] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return s[o.out] = op_blockhash(full<R>(f), s[o.in[0]]), Status::success;
    };
    op[OP_CHAINID] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return s[o.out] = full<R>(f).machine.rules().chain_id, Status::success;
    };
    op[OP_SELFBALANCE] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return s[o.out] = full<R>(f).journal.balance(f.message.recipient_row), Status::success;
    };
    op[OP_BLOBHASH] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return s[o.out] = op_blobhash(full<R>(f), s[o.in[0]]), Status::success;
    };
    op[OP_BLOBBASEFEE] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return s[o.out] = full<R>(f).machine.blob_base_fee(), Status::success;
    };
    op[OP_MSTORE8] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_mstore8(full<R>(f), s[o.in[0]], s[o.in[1]]);
    };
    op[OP_SLOAD] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_sload(full<R>(f), s[o.in[0]], s[o.out]);
    };
    op[OP_SSTORE] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_sstore(full<R>(f), s[o.in[0]], s[o.in[1]]);
    };
    op[OP_TLOAD] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return s[o.out] = full<R>(f).journal.transient(f.message.recipient_row, s[o.in[0]]), Status::success;
    };
    op[OP_TSTORE] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_tstore(full<R>(f), s[o.in[0]], s[o.in[1]]);
    };
    op[OP_MCOPY] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_mcopy(full<R>(f), s[o.in[0]], s[o.in[1]], s[o.in[2]]);
    };
    op[OP_LOG0] = log<R, 0>;
    op[OP_LOG1] = log<R, 1>;
    op[OP_LOG2] = log<R, 2>;
    op[OP_LOG3] = log<R, 3>;
    op[OP_LOG4] = log<R, 4>;
    op[OP_CREATE] = create<R, false>;
    op[OP_CREATE2] = create<R, true>;
    op[OP_CALL] = call<R, CallKind::call>;
    op[OP_CALLCODE] = call<R, CallKind::callcode>;
    op[OP_DELEGATECALL] = call<R, CallKind::delegatecall>;
    op[OP_STATICCALL] = call<R, CallKind::staticcall>;
    op[OP_RETURN] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return set_output(full<R>(f), s[o.in[0]], s[o.in[1]]);
    };
    op[OP_REVERT] = op[OP_RETURN];
    op[OP_SELFDESTRUCT] = [](FrameBase& f, U256* s, const HostOperands& o) {
        return op_selfdestruct(full<R>(f), s[o.in[0]]);
    };
    t.grow_memory = [](FrameBase& f, uint64_t end) { return warpevm::grow_memory(full<R>(f), end); };
    t.resume_plain = [](FrameBase& f, size_t pc, size_t height) {
        return warpevm::resume_plain(full<R>(f), pc, height);
    };
    return t;
}

constexpr HostTable plain_table = make_table<false>();
constexpr HostTable recording_table = make_table<true>();

}  // namespace

template <>
const HostTable& host_table<false>() {
    return plain_table;
}
template <>
const HostTable& host_table<true>() {
    return recording_table;
}

}  // namespace warpevm::fast
