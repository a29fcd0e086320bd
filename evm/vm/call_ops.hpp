// SPDX-License-Identifier: Apache-2.0
// The CALL and CREATE families: shared by both loops (Yellow Paper H.2, EIP-150, 161, 2929, 3860, 7702).
#pragma once

#include "evm/vm/state_ops.hpp"

namespace warpevm {

enum class CallKind : uint8_t { call, callcode, delegatecall, staticcall };

struct CallOperands {
    const U256& gas;
    const U256& to;
    const U256& value;
    const U256& input_offset;
    const U256& input_size;
    const U256& output_offset;
    const U256& output_size;
};

/// Callees begin above what the frame still needs of stack and memory. The machine takes both back when the
/// callee ends.
template <class F>
void leave_room_above(F& f, U256* stack_end) {
    f.machine.stack_top = stack_end;
    f.machine.memory_top = f.memory + f.memory_size;
}

/// The extra price of value and of a new account, before any gas is handed on.
template <CallKind kind, class F>
bool charge_value_transfer(F& f, Row to, const U256& value) {
    const bool has_value = !value.is_zero();
    if (has_value && !f.charge(f.prices().call_value)) return false;
    if constexpr (kind == CallKind::call) {
        const bool makes_account =
            f.fork >= Fork::spurious_dragon ? has_value && f.journal.is_dead(to) : !f.journal.exists(to);
        if (makes_account) return f.charge(f.prices().new_account);
    }
    return true;
}

/// Charges for looking through a delegation (EIP-7702), where the account has one.
template <class F>
bool charge_delegation(F& f, Row to) {
    if (f.fork < Fork::prague) return true;
    const auto& delegate = f.journal.code(to).delegate();
    const Prices& p = f.prices();
    return !delegate || access_account(f, *delegate, {.cold = p.cold_account, .warm = p.warm_access});
}

/// How much gas a call may hand on: all it asks for before EIP-150, since then at most all but a 64th.
/// Negative: out of gas.
template <class F>
int64_t gas_for_callee(const F& f, const U256& wanted) {
    const int64_t available = f.fork >= Fork::tangerine_whistle ? f.gas - f.gas / 64 : f.gas;
    if (wanted.fits_u64() && wanted.limb[0] <= static_cast<uint64_t>(available))
        return static_cast<int64_t>(wanted.limb[0]);
    return f.fork >= Fork::tangerine_whistle ? available : -1;
}

template <CallKind kind, class F>
Message call_message(F& f, Row to, const CallOperands& o) {
    const Message& own = f.message;
    Message m{
        .recipient = own.recipient,
        .sender = own.recipient,
        .recipient_row = own.recipient_row,
        .sender_row = own.recipient_row,
        .value = o.value,
        .transfers_value = false,
        .is_static = own.is_static || kind == CallKind::staticcall,
        .depth = own.depth + 1,
        .gas = 0,
        .input = {f.memory + (o.input_size.is_zero() ? 0 : o.input_offset.limb[0]), o.input_size.limb[0]},
        .code_address = f.journal.address(to),
        .code = nullptr};
    if constexpr (kind == CallKind::call || kind == CallKind::staticcall) {
        m.recipient = m.code_address;
        m.recipient_row = to;
        m.transfers_value = true;
    }
    if constexpr (kind == CallKind::delegatecall) {
        m.sender = own.sender;
        m.sender_row = own.sender_row;
        m.value = own.value;
    }
    return m;
}

/// `stack_end`: the first stack word above everything the frame still needs. `result` becomes 1 for success,
/// else 0.
template <CallKind kind, class F>
Status op_call(F& f, const CallOperands& o, U256* stack_end, U256& result) {
    auto& journal = f.journal;
    const bool has_value = (kind == CallKind::call || kind == CallKind::callcode) && !o.value.is_zero();
    if (kind == CallKind::call && has_value && f.message.is_static) return Status::static_violation;
    if (const Status s = need_memory(f, o.input_offset, o.input_size); s != Status::success) return s;
    if (const Status s = need_memory(f, o.output_offset, o.output_size); s != Status::success) return s;
    const auto accessed = access_account(f, to_address(o.to), beyond_warm(f.prices()));
    if (!accessed) return Status::out_of_gas;
    const Row to = *accessed;
    if (!charge_delegation(f, to)) return Status::out_of_gas;
    if constexpr (kind == CallKind::call || kind == CallKind::callcode)
        if (!charge_value_transfer<kind>(f, to, o.value)) return Status::out_of_gas;
    const int64_t gas = gas_for_callee(f, o.gas);
    if (gas < 0 || !f.charge(gas)) return Status::out_of_gas;

    result = {};
    const int64_t handed_on = gas + (has_value ? f.prices().call_stipend : 0);
    if (f.message.depth >= max_call_depth ||
        (has_value && !journal.can_pay(f.message.recipient_row, o.value))) {
        f.gas += handed_on;
        f.return_data.clear();
        return Status::success;
    }
    // What the operands refer to may lie where the callee's frame will be.
    const uint64_t output_offset = o.output_offset.limb[0], output_size = o.output_size.limb[0];
    Message message = call_message<kind>(f, to, o);
    message.gas = handed_on;
    message.code = &f.machine.executable_code(to);
    if (Tracer* tracer = f.machine.tracer()) tracer->on_enter(f.gas);
    leave_room_above(f, stack_end);
    const FrameResult r = f.machine.call(message);
    f.gas += r.gas_left;
    result = r.status == Status::success ? 1 : 0;
    const Bytes& output = f.return_data;
    const size_t copied = std::min<size_t>(output_size, output.size());
    if (copied != 0) std::memcpy(f.memory + output_offset, output.data(), copied);
    return Status::success;
}

/// CREATE, and CREATE2 where `salt` is given. `result` becomes the new address, or 0.
template <class F>
Status op_create(F& f, const U256& value, const U256& offset, const U256& size, const U256* salt,
                 U256* stack_end, U256& result) {
    auto& journal = f.journal;
    const Row self = f.message.recipient_row;
    if (f.message.is_static) return Status::static_violation;
    if (f.fork >= Fork::shanghai && (!size.fits_u64() || size.limb[0] > max_initcode_size))
        return Status::initcode_too_large;
    if (const Status s = need_memory(f, offset, size); s != Status::success) return s;
    const int64_t per_word = f.prices().initcode_word + (salt != nullptr ? f.prices().keccak_word : 0);
    if (!f.charge(per_word * static_cast<int64_t>(words_of(size.limb[0])))) return Status::out_of_gas;

    result = {};
    f.return_data.clear();
    if (f.message.depth >= max_call_depth || !journal.can_pay(self, value)) return Status::success;
    const uint64_t nonce = journal.nonce(self);
    if (nonce == ~uint64_t{0}) return Status::success;  // EIP-2681
    const BytesView initcode{f.memory + (size.is_zero() ? 0 : offset.limb[0]), size.limb[0]};
    const Address address = salt != nullptr
                                ? create2_address(f.message.recipient, to_bytes32(*salt), keccak256(initcode))
                                : create_address(f.message.recipient, nonce);
    if (Tracer* tracer = f.machine.tracer()) tracer->on_enter(f.gas);
    const int64_t gas = f.fork >= Fork::tangerine_whistle ? f.gas - f.gas / 64 : f.gas;
    f.gas -= gas;
    journal.set_nonce(self, nonce + 1);
    const Row row = journal.account(address);
    if (f.fork >= Fork::berlin) journal.warm_account(row);
    const Code code = Code::of_init_code(initcode);
    const Message message{.recipient = address,
                          .sender = f.message.recipient,
                          .recipient_row = row,
                          .sender_row = self,
                          .value = value,
                          .transfers_value = true,
                          .is_static = false,
                          .depth = f.message.depth + 1,
                          .gas = gas,
                          .input = {},
                          .code_address = address,
                          .code = &code};
    leave_room_above(f, stack_end);
    const FrameResult r = f.machine.create(message);
    f.gas += r.gas_left;
    if (r.status == Status::success) result = to_u256(address);
    return Status::success;
}

}  // namespace warpevm
