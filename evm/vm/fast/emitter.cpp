// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/fast/emitter.hpp"

#include <algorithm>

namespace warpevm::fast {
namespace {

using lowering::LoweredEnd;

/// Where invalid jumps lead.
const Instruction invalid_jump_block{.handler = halt, .number = static_cast<uint64_t>(Status::invalid_jump)};

/// What one abstract instruction becomes at most: its operands' constants, and itself with a record.
constexpr size_t most_for_one = std::size(lowering::LoweredInstruction{}.in) + 2;

}  // namespace

void Emitter::block(const lowering::LoweredBlock& block) {
    m_block = &block;
    m_slots_end = block.slots_end;
    m_hosts.clear();
    make_room((block.instructions.size() + 2) * most_for_one);
    const size_t first = m_size;
    enter();
    for (const LoweredInstruction& i : block.instructions) instruction(i);
    end();
    for (HostOperands* h : m_hosts) h->stack_end = m_slots_end;
    fuse_entry_with_jump(first);
}

void Emitter::make_room(size_t count) {
    if (m_out.size() < m_size + count) m_out.resize(2 * (m_size + count));
}

void Emitter::jump_in_line(size_t position) {
    make_room(1);
    const BlockSlot* const slot = m_image->make_slot(position);
    emit(jump_to_target).link = link_to(slot != nullptr ? slot : m_image->slot_for_cut(position));
}

void Emitter::enter() {
    Instruction& i = emit(enter_block);
    i.number = static_cast<uint64_t>(m_block->gas);
    i.a = m_block->needs * 32;
    // Beyond 1024 words nothing fits; a negative surplus as an unsigned number would let everything in.
    const int32_t surplus = static_cast<int32_t>(max_stack) - m_block->growth - m_block->needs;
    i.b = std::max(surplus, 0) * 32;
    if (surplus < 0) i.a = INT32_MAX;
    i.d = static_cast<int32_t>(m_block->position);
}

/// A block that does nothing but jump becomes one instruction.
void Emitter::fuse_entry_with_jump(size_t first) {
    if (m_size != first + 2 || m_out[first + 1].handler != jump_to_target) return;
    const Instruction enter = m_out[first], jump = m_out[first + 1];
    if (enter.number > INT32_MAX || enter.a == INT32_MAX) return;
    --m_size;
    Instruction& i = m_out[first];
    i.handler = enter_and_jump;
    i.link = jump.link;
    i.a = static_cast<int32_t>(enter.number);
    i.b = enter.a / 32 | enter.b / 32 << 16;
    i.d = enter.d;
    i.extra = jump.extra;
}

const U256* Emitter::keep(Operand o) {
    U256* const lasting = m_image->m_arena.make<U256>();
    *lasting = constant(o);
    return lasting;
}

void Emitter::emit_constant_record(Operand o) {
    static_assert(sizeof(U256) == sizeof(Instruction));
    Instruction record{.handler = nullptr, .number = 0};
    std::memcpy(static_cast<void*>(&record), &constant(o), sizeof(U256));
    m_out[m_size++] = record;
}

int32_t Emitter::slot_of(Operand o, int32_t spare) {
    if (!o.is_constant()) return o.slot();
    m_slots_end = std::max(m_slots_end, spare + 1);
    const U256* const lasting = keep(o);
    Instruction& i = emit(store_constant);
    i.constant = lasting;
    i.d = spare * 32;
    return spare;
}

Link Emitter::link(Operand target) const {
    const U256& position = constant(target);
    const BlockSlot* const slot = position.fits_u64() ? m_image->make_slot(position.limb[0]) : nullptr;
    return slot != nullptr ? link_to(slot) : reinterpret_cast<Link>(&invalid_jump_block);
}

// ---- instructions
// ------------------------------------------------------------------------------------------------

void Emitter::instruction(const LoweredInstruction& i) {
    switch (i.action) {
        case lowering::CHARGE: emit(charge_gas).number = static_cast<uint64_t>(i.gas); return;
        case lowering::COPY:
        case lowering::SWAP: move(i); return;
        case OP_GAS: emit(gas_left).d = i.result * 32; return;
        case OP_ADDMOD:
        case OP_MULMOD: ternary(i); return;
        case OP_MLOAD:
        case OP_CALLDATALOAD: load(i); return;
        case OP_MSTORE: store(i); return;
        default: break;
    }
    const auto opcode = static_cast<uint8_t>(i.action);
    if (i.inputs == 2) {
        binary(i);
    } else if (const Handler one = i.inputs == 1 ? unary_handler(opcode) : nullptr) {
        const int32_t a = bytes_of(i.in[0]);
        Instruction& out = emit(one);
        out.a = a, out.d = i.result * 32;
    } else if (const Handler environment = i.inputs == 0 ? environment_handler(opcode) : nullptr) {
        emit(environment).d = i.result * 32;
    } else {
        through_host(i);
    }
}

void Emitter::ternary(const LoweredInstruction& i) {
    const int32_t a = bytes_of(i.in[0], 0), b = bytes_of(i.in[1], 1), m = bytes_of(i.in[2], 2);
    Instruction& out = emit(ternary_handler(static_cast<uint8_t>(i.action)));
    out.a = a, out.b = b, out.extra = m, out.d = i.result * 32;
}

void Emitter::load(const LoweredInstruction& i) {
    const bool constant_offset = is_small(i.in[0]);
    const int32_t a = constant_offset ? 0 : bytes_of(i.in[0]);
    Instruction& out = emit(load_handler(static_cast<uint8_t>(i.action), constant_offset));
    if (constant_offset) out.number = constant(i.in[0]).limb[0];
    out.a = a, out.d = i.result * 32, out.extra = static_cast<int32_t>(i.gas);
}

void Emitter::store(const LoweredInstruction& i) {
    const bool constant_offset = is_small(i.in[0]), constant_value = i.in[1].is_constant();
    const int32_t a = constant_offset ? 0 : bytes_of(i.in[0]);
    const int32_t b = constant_value ? 0 : bytes_of(i.in[1]);
    const U256* const value = constant_value && !constant_offset ? keep(i.in[1]) : nullptr;
    Instruction& out = emit(store_handler(constant_offset, constant_value));
    out.a = a, out.b = b, out.extra = static_cast<int32_t>(i.gas);
    if (constant_offset)
        out.number = constant(i.in[0]).limb[0];
    else
        out.constant = value;
    if (constant_offset && constant_value) emit_constant_record(i.in[1]);
}

void Emitter::binary(const LoweredInstruction& i) {
    const ConstantOperand which = i.in[0].is_constant()   ? ConstantOperand::first
                                  : i.in[1].is_constant() ? ConstantOperand::second
                                                          : ConstantOperand::none;
    const Handler handler = binary_handler(static_cast<uint8_t>(i.action), which);
    if (handler == nullptr) {
        through_host(i);
        return;
    }
    const U256* const value =
        which == ConstantOperand::none ? nullptr : keep(i.in[which == ConstantOperand::first ? 0 : 1]);
    Instruction& out = emit(handler);
    if (which != ConstantOperand::first) out.a = i.in[0].slot() * 32;
    if (which != ConstantOperand::second) out.b = i.in[1].slot() * 32;
    if (value != nullptr) out.constant = value;
    out.d = i.result * 32;
}

void Emitter::move(const LoweredInstruction& i) {
    const Operand from = i.in[0];
    if (from.is_constant()) {
        const U256* const lasting = keep(from);
        Instruction& out = emit(store_constant);
        out.constant = lasting;
        out.d = i.result * 32;
        return;
    }
    Instruction& out = emit(i.action == lowering::SWAP ? swap_slots : copy_slot);
    out.d = i.result * 32, out.a = from.slot() * 32;
}

void Emitter::through_host(const LoweredInstruction& i) {
    auto* const host = m_image->m_arena.make<HostOperands>();
    host->opcode = static_cast<uint8_t>(i.action);
    host->charged_ahead = i.gas;
    for (int n = 0; n < i.inputs; ++n) host->in[n] = slot_of(i.in[n], m_block->first_spare + n);
    host->out = i.result;
    const bool is_last = m_block->end.kind == LoweredEnd::output && &i == &m_block->instructions.back();
    Instruction& out = emit(is_last ? host_then_halt : call_host);
    out.host = host;
    out.a = is_last ? static_cast<int32_t>(m_block->end.status) : 0;
    m_hosts.push_back(host);
}

// ---- the block's end
// ---------------------------------------------------------------------------------------------

void Emitter::end() {
    const LoweredEnd& e = m_block->end;
    const int32_t change = e.change * 32;
    switch (e.kind) {
        case LoweredEnd::output: break;
        case LoweredEnd::halt: emit(halt).number = static_cast<uint64_t>(e.status); break;
        case LoweredEnd::fall_through:  // the next block stands behind it
            if (change != 0) emit(move_stack).extra = change;
            break;
        case LoweredEnd::jump: {
            Instruction& i = emit(e.target.is_constant() ? jump_to_target : jump_dynamic);
            if (e.target.is_constant())
                i.link = link(e.target);
            else
                i.a = e.target.slot() * 32;
            i.extra = change;
            break;
        }
        case LoweredEnd::branch: end_branch(); break;
    }
}

void Emitter::end_branch() {
    const LoweredEnd& e = m_block->end;
    if (e.condition != OP_ISZERO) {
        end_compare_branch();
        return;
    }
    const int32_t a = slot_of(e.a, m_block->spare_at_end) * 32;
    const bool is_dynamic = !e.target.is_constant();
    Instruction& i = emit(is_dynamic ? branch_dynamic : test_branch_handler(!e.when));
    if (is_dynamic) {
        i.a = e.target.slot() * 32, i.b = a;
    } else {
        i.link = link(e.target);
        i.a = a;
    }
    i.extra = e.change * 32;
}

void Emitter::end_compare_branch() {
    const LoweredEnd& e = m_block->end;
    const ConstantOperand which = e.a.is_constant()   ? ConstantOperand::first
                                  : e.b.is_constant() ? ConstantOperand::second
                                                      : ConstantOperand::none;
    Instruction& i = emit(compare_branch_handler(e.condition, which, e.when));
    i.link = link(e.target);
    if (!e.a.is_constant()) i.a = e.a.slot() * 32;
    if (!e.b.is_constant()) i.b = e.b.slot() * 32;
    i.extra = e.change * 32;
    if (which != ConstantOperand::none) emit_constant_record(which == ConstantOperand::first ? e.a : e.b);
}

}  // namespace warpevm::fast
