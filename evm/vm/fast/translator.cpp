// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/fast/translator.hpp"

#include <algorithm>

namespace warpevm::fast {
namespace {

/// No more blocks are translated ahead once there are this many instructions.
constexpr size_t longest_line = 512;

/// Where invalid jumps lead.
const Instruction invalid_jump_block{.handler = halt, .number = static_cast<uint64_t>(Status::invalid_jump)};

bool is_compare(uint8_t opcode) {
    return opcode == OP_LT || opcode == OP_SLT || opcode == OP_EQ;
}

}  // namespace

const Instruction* Translator::translate(const Image& image, BlockSlot& from, int64_t gas) {
    m_image = &image;
    m_out.clear();
    m_begun.clear();
    BlockSlot* slot = &from;
    size_t position = from.position;
    bool goes_on = true;
    while (goes_on && m_out.size() < longest_line && gas >= 0) {
        if (slot != nullptr) m_begun.emplace_back(slot, m_out.size());
        read_block(image.m_code.bytes(), image.m_gas_table, position, m_block);
        block();
        gas -= m_block.gas;
        goes_on = m_block.end.kind == End::branch || m_block.end.kind == End::fall_through;
        position = m_block.end.next;
        slot = image.make_slot(position);
        if (slot != nullptr && slot->first.load(std::memory_order_relaxed) != nullptr) break;
    }
    if (goes_on) emit(jump_to_target).link = link_in_line(position);
    auto* const lasting = m_image->m_arena.make<Instruction>(m_out.size());
    std::copy(m_out.begin(), m_out.end(), lasting);
    for (const auto& [begun, at] : m_begun) begun->first.store(lasting + at, std::memory_order_release);
    return lasting;
}

void Translator::block() {
    Block& b = m_block;
    remove_dead_operations(b, m_used);
    m_uses.assign(static_cast<size_t>(b.definitions), 0);
    const auto count = [&](const Value& v) {
        if (v.kind == Value::made) ++m_uses[static_cast<size_t>(v.index)];
    };
    for (const Operation& o : b.operations)
        for (int i = 0; !o.dead && i < o.inputs; ++i) count(o.in[i]);
    for (const Value& v : b.stack) count(v);
    m_maker.assign(static_cast<size_t>(b.definitions), 0);
    for (size_t n = 0; n < b.operations.size(); ++n)
        if (b.operations[n].made >= 0)
            m_maker[static_cast<size_t>(b.operations[n].made)] = static_cast<int32_t>(n);

    Branch branch;
    std::vector<Value>& at_end = m_at_end;
    at_end.clear();
    if (b.end.kind == End::jump || b.end.kind == End::branch) at_end.push_back(b.end.target);
    if (b.end.kind == End::branch) {
        if (is_constant(b.end.target))
            branch = take_apart(b.end.condition);
        else
            branch.value = b.end.condition;
        if (branch.compare != nullptr)
            at_end.insert(at_end.end(), branch.compare->in, branch.compare->in + 2);
        else
            at_end.push_back(branch.value);
        // What was looked through is needed no more, unless something else uses it.
        b.end.condition = branch.value;
        remove_dead_operations(b, m_used);
    }
    m_slots.assign(b, at_end);
    m_hosts.clear();

    const size_t first = m_out.size();
    Instruction& enter = emit(enter_block);
    enter.number = static_cast<uint64_t>(b.gas);
    enter.a = b.entry_used * 32;
    // Beyond 1024 words nothing fits; a negative surplus as an unsigned number would let everything in.
    const int32_t surplus = static_cast<int32_t>(max_stack) - b.growth - b.entry_used;
    enter.b = std::max(surplus, 0) * 32;
    if (surplus < 0) enter.a = INT32_MAX;
    enter.d = static_cast<int32_t>(b.position);
    for (const Operation& o : b.operations)
        if (!o.dead && &o != branch.compare) operation(o);
    finish(branch);
    for (HostOperands* h : m_hosts) h->stack_end = m_slots.end();
    fuse_entry_with_jump(first);
}

/// A block that does nothing but jump becomes one instruction.
void Translator::fuse_entry_with_jump(size_t first) {
    if (m_out.size() != first + 2 || m_out[first + 1].handler != jump_to_target) return;
    const Instruction enter = m_out[first], jump = m_out[first + 1];
    if (enter.number > INT32_MAX || enter.a == INT32_MAX) return;
    m_out.pop_back();
    Instruction& i = m_out.back();
    i.handler = enter_and_jump;
    i.link = jump.link;
    i.a = static_cast<int32_t>(enter.number);
    i.b = enter.a / 32 | enter.b / 32 << 16;
    i.d = enter.d;
    i.extra = jump.extra;
}

const U256* Translator::keep(const U256& value) {
    U256* const lasting = m_image->m_arena.make<U256>();
    *lasting = value;
    return lasting;
}

void Translator::emit_constant_record(const U256& value) {
    static_assert(sizeof(U256) == sizeof(Instruction));
    Instruction record{.handler = nullptr, .number = 0};
    std::memcpy(static_cast<void*>(&record), &value, sizeof value);
    m_out.push_back(record);
}

int32_t Translator::slot_of(const Value& v, int32_t spare) {
    if (!is_constant(v)) return m_slots.of(v);
    const int32_t place = m_slots.spare(spare);
    const U256* const lasting = keep(constant(v));
    Instruction& i = emit(store_constant);
    i.constant = lasting;
    i.d = place * 32;
    return place;
}

Link Translator::link(const U256& position) const {
    const BlockSlot* const slot = position.fits_u64() ? m_image->make_slot(position.limb[0]) : nullptr;
    return slot != nullptr ? link_to(slot) : reinterpret_cast<Link>(&invalid_jump_block);
}

Link Translator::link_in_line(size_t position) const {
    const BlockSlot* const slot = m_image->make_slot(position);
    return link_to(slot != nullptr ? slot : m_image->slot_for_cut(position));
}

// ---- operations
// --------------------------------------------------------------------------------------------------

void Translator::operation(const Operation& o) {
    if (o.charges_gas) {
        emit(charge_gas).number = static_cast<uint64_t>(o.gas);
        return;
    }
    const int32_t d = o.made >= 0 ? m_slots.of({Value::made, o.made}) * 32 : 0;
    const auto small = [&](const Value& v) {
        return is_constant(v) && constant(v).fits_u64() && constant(v).limb[0] < (uint64_t{1} << 32);
    };
    if (o.opcode == OP_GAS) {
        emit(gas_left).d = d;
    } else if (o.opcode == OP_ADDMOD || o.opcode == OP_MULMOD) {
        const int32_t a = bytes_of(o.in[0], 0), b = bytes_of(o.in[1], 1), m = bytes_of(o.in[2], 2);
        Instruction& i = emit(ternary_handler(o.opcode));
        i.a = a, i.b = b, i.extra = m, i.d = d;
    } else if ((o.opcode == OP_MLOAD || o.opcode == OP_CALLDATALOAD)) {
        const bool constant_offset = small(o.in[0]);
        const int32_t a = constant_offset ? 0 : bytes_of(o.in[0]);
        Instruction& i = emit(load_handler(o.opcode, constant_offset));
        if (constant_offset) i.number = constant(o.in[0]).limb[0];
        i.a = a, i.d = d, i.extra = static_cast<int32_t>(o.charged_ahead);
    } else if (o.opcode == OP_MSTORE) {
        const bool constant_offset = small(o.in[0]), constant_value = is_constant(o.in[1]);
        const int32_t a = constant_offset ? 0 : bytes_of(o.in[0]);
        const int32_t b = constant_value ? 0 : bytes_of(o.in[1]);
        const U256* const value = constant_value && !constant_offset ? keep(constant(o.in[1])) : nullptr;
        Instruction& i = emit(store_handler(constant_offset, constant_value));
        i.a = a, i.b = b, i.extra = static_cast<int32_t>(o.charged_ahead);
        if (constant_offset)
            i.number = constant(o.in[0]).limb[0];
        else
            i.constant = value;
        if (constant_offset && constant_value) emit_constant_record(constant(o.in[1]));
    } else if (const Handler environment = environment_handler(o.opcode)) {
        emit(environment).d = d;
    } else if (const Handler one = o.inputs == 1 ? unary_handler(o.opcode) : nullptr) {
        const int32_t a = bytes_of(o.in[0]);
        Instruction& i = emit(one);
        i.a = a, i.d = d;
    } else if (o.inputs == 2 && binary_handler(o.opcode, ConstantOperand::none) != nullptr) {
        const ConstantOperand which = is_constant(o.in[0])   ? ConstantOperand::first
                                      : is_constant(o.in[1]) ? ConstantOperand::second
                                                             : ConstantOperand::none;
        const U256* const value = which == ConstantOperand::none
                                      ? nullptr
                                      : keep(constant(o.in[which == ConstantOperand::first ? 0 : 1]));
        Instruction& i = emit(binary_handler(o.opcode, which));
        if (which != ConstantOperand::first) i.a = m_slots.of(o.in[0]) * 32;
        if (which != ConstantOperand::second) i.b = m_slots.of(o.in[1]) * 32;
        if (value != nullptr) i.constant = value;
        i.d = d;
    } else {
        through_host(o, call_host, Status::success);
    }
}

void Translator::through_host(const Operation& o, Handler handler, Status status) {
    auto* const host = m_image->m_arena.make<HostOperands>();
    host->opcode = o.opcode;
    host->charged_ahead = o.charged_ahead;
    for (int n = 0; n < o.inputs; ++n) host->in[n] = slot_of(o.in[n], n);
    host->out = o.made >= 0 ? m_slots.of({Value::made, o.made}) : 0;
    Instruction& i = emit(handler);
    i.host = host;
    i.a = static_cast<int32_t>(status);
    m_hosts.push_back(host);
}

// ---- the block's end
// ---------------------------------------------------------------------------------------------

const Operation* Translator::maker_of(const Value& v) const {
    if (v.kind != Value::made || m_uses[static_cast<size_t>(v.index)] != 0) return nullptr;
    return &m_block.operations[static_cast<size_t>(m_maker[static_cast<size_t>(v.index)])];
}

/// A comparison whose operands are still in place after the moves can be the branch's own.
bool Translator::fusable(const Operation& compare) const {
    // Entry values are overwritten where the block leaves something else in their place.
    for (int i = 0; i < 2; ++i) {
        const Value& v = compare.in[i];
        if (v.kind != Value::entry) continue;
        const int32_t index = m_block.entry_used - v.index;
        if (index < static_cast<int32_t>(m_block.stack.size()) &&
            m_block.stack[static_cast<size_t>(index)] != v)
            return false;
    }
    return true;
}

/// Looks through ISZERO and into comparisons. Uses by the end are not counted in m_uses, so 0 means "only
/// here".
Translator::Branch Translator::take_apart(Value condition) {
    Branch branch{.when = true, .compare = nullptr, .value = condition};
    while (const Operation* o = maker_of(branch.value)) {
        if (o->opcode == OP_ISZERO) {
            branch.when = !branch.when;
            branch.value = o->in[0];
            if (branch.value.kind == Value::made) --m_uses[static_cast<size_t>(branch.value.index)];
            continue;
        }
        if (is_compare(o->opcode) && fusable(*o)) branch.compare = o;
        break;
    }
    return branch;
}

void Translator::copy(int32_t to, int32_t from) {
    Instruction& i = emit(copy_slot);
    i.d = to * 32, i.a = from * 32;
}

/// Brings every value to its final position: a parallel move, in time linear in the stack's height. A place
/// is written once nobody reads its old value any more; what is left then are cycles.
void Translator::move_into_place() {
    const int32_t lowest = -m_block.entry_used;
    m_places.assign(static_cast<size_t>(m_slots.end() - lowest), {});
    const auto place = [&](int32_t position) -> Place& {
        return m_places[static_cast<size_t>(position - lowest)];
    };
    for (size_t j = 0; j < m_block.stack.size(); ++j) {
        const Value& v = m_block.stack[j];
        const auto position = static_cast<int32_t>(j) + lowest;
        if (is_constant(v) || m_slots.of(v) == position) continue;
        place(position) = {.from = m_slots.of(v), .readers = place(position).readers, .changes = true};
        ++place(m_slots.of(v)).readers;
    }
    m_ready.clear();
    for (int32_t p = lowest; p < m_slots.end(); ++p)
        if (place(p).changes && place(p).readers == 0) m_ready.push_back(p);
    while (!m_ready.empty()) {
        const int32_t to = m_ready.back(), from = place(to).from;
        m_ready.pop_back();
        copy(to, from);
        place(to).changes = false;
        if (--place(from).readers == 0 && place(from).changes) m_ready.push_back(from);
    }
    const int32_t end = m_slots.end();
    for (int32_t first = lowest; first < end; ++first) {
        if (!place(first).changes) continue;
        const int32_t second = place(first).from;
        if (place(second).from == first) {
            Instruction& i = emit(swap_slots);
            i.d = first * 32, i.a = second * 32;
            place(first).changes = place(second).changes = false;
            continue;
        }
        const int32_t spare = m_slots.spare(0);
        copy(spare, first);
        int32_t to = first;
        for (; place(to).from != first; to = place(to).from) {
            copy(to, place(to).from);
            place(to).changes = false;
        }
        copy(to, spare);
        place(to).changes = false;
    }
    for (size_t j = 0; j < m_block.stack.size(); ++j) {
        if (!is_constant(m_block.stack[j])) continue;
        const U256* const lasting = keep(constant(m_block.stack[j]));
        Instruction& i = emit(store_constant);
        i.constant = lasting;
        i.d = (static_cast<int32_t>(j) - m_block.entry_used) * 32;
    }
}

void Translator::finish(const Branch& branch) {
    const End& end = m_block.end;
    if (end.kind == End::stop_with) {
        emit(halt).number = static_cast<uint64_t>(end.status);
        return;
    }
    if (end.kind == End::output) {
        through_host(end.last, host_then_halt, end.status);
        return;
    }
    // What the last instruction reads must not be overwritten by the moves.
    int32_t spare = 1;
    const auto safe = [&](const Value& v) {
        if (is_constant(v) || m_slots.survives_moves(v)) return -1;
        const int32_t place = m_slots.spare(spare++);
        Instruction& i = emit(copy_slot);
        i.d = place * 32, i.a = m_slots.of(v) * 32;
        return place;
    };
    const int32_t change = m_block.height_change() * 32;
    const bool has_target = end.kind != End::fall_through;
    const int32_t saved_target = has_target ? safe(end.target) : -1;
    const int32_t saved_condition =
        end.kind == End::branch && branch.compare == nullptr ? safe(branch.value) : -1;
    move_into_place();
    const auto place_of = [&](const Value& v, int32_t saved) {
        return saved >= 0 ? saved * 32 : bytes_of(v, spare++);
    };

    if (end.kind == End::fall_through) {  // the next block stands behind it
        if (change != 0) emit(move_stack).extra = change;
    } else if (end.kind == End::jump) {
        const int32_t a = is_constant(end.target) ? 0 : place_of(end.target, saved_target);
        Instruction& i = emit(is_constant(end.target) ? jump_to_target : jump_dynamic);
        if (is_constant(end.target)) i.link = link(constant(end.target));
        i.a = a, i.extra = change;
    } else if (!is_constant(end.target)) {
        const int32_t a = place_of(end.target, saved_target), b = place_of(branch.value, saved_condition);
        Instruction& i = emit(branch_dynamic);
        i.a = a, i.b = b, i.extra = change;
    } else if (branch.compare == nullptr) {
        const int32_t a = place_of(branch.value, saved_condition);
        Instruction& i = emit(test_branch_handler(branch.when));
        i.link = link(constant(end.target));
        i.a = a, i.extra = change;
    } else {
        finish_branch(branch, change);
    }
}

void Translator::finish_branch(const Branch& branch, int32_t change) {
    const Value &x = branch.compare->in[0], &y = branch.compare->in[1];
    const ConstantOperand which = is_constant(x)   ? ConstantOperand::first
                                  : is_constant(y) ? ConstantOperand::second
                                                   : ConstantOperand::none;
    Instruction& i = emit(compare_branch_handler(branch.compare->opcode, which, branch.when));
    i.link = link(constant(m_block.end.target));
    if (!is_constant(x)) i.a = m_slots.of(x) * 32;
    if (!is_constant(y)) i.b = m_slots.of(y) * 32;
    i.extra = change;
    if (which != ConstantOperand::none)
        emit_constant_record(constant(which == ConstantOperand::first ? x : y));
}

}  // namespace warpevm::fast
