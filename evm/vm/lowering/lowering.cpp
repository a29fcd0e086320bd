// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/lowering/lowering.hpp"

#include <algorithm>

namespace warpevm::lowering {
namespace {

bool is_compare(uint8_t opcode) {
    return opcode == OP_LT || opcode == OP_SLT || opcode == OP_EQ;
}

LoweredEnd::Kind kind_of(End::Kind kind) {
    switch (kind) {
        case End::jump: return LoweredEnd::jump;
        case End::branch: return LoweredEnd::branch;
        case End::fall_through: return LoweredEnd::fall_through;
        case End::output: return LoweredEnd::output;
        case End::stop_with: break;
    }
    return LoweredEnd::halt;
}

}  // namespace

const LoweredBlock& Lowering::block(BytesView code, const GasTable& gas_table, size_t position) {
    read_block(code, gas_table, position, m_options, m_ir);
    remove_dead_operations(m_ir, m_uses);
    const Branch branch = find_condition();
    m_slots.assign(m_ir, m_at_end);
    m_out.position = m_ir.position;
    m_out.gas = m_ir.gas;
    m_out.needs = m_ir.entry_used;
    m_out.growth = m_ir.growth;
    m_out.instructions.clear();
    for (const Operation& o : m_ir.operations)
        if (!o.dead && &o != branch.compare) add(o);
    finish(branch);
    m_out.slots_end = m_slots.end();
    m_out.constants.swap(m_ir.constants);
    m_out.expressions.swap(m_ir.expressions);
    return m_out;
}

void Lowering::add(const Operation& o) {
    LoweredInstruction& i = add(o.charges_gas ? uint16_t{CHARGE} : uint16_t{o.opcode});
    i.inputs = o.inputs;
    for (int n = 0; n < o.inputs; ++n) i.in[n] = operand(o.in[n]);
    if (o.made >= 0) {
        i.has_result = true;
        i.result = m_slots.of({Value::made, o.made});
    }
    i.gas = o.charges_gas ? o.gas : o.charged_ahead;
}

void Lowering::copy(int32_t to, Operand from) {
    LoweredInstruction& i = add(COPY);
    i.inputs = 1;
    i.in[0] = from;
    i.has_result = true;
    i.result = to;
}

void Lowering::swap(int32_t x, int32_t y) {
    copy(x, Operand::slot(y));
    m_out.instructions.back().action = SWAP;
}

// ---- the condition of a branch
// -----------------------------------------------------------------------------------

/// What the block's end reads goes to m_at_end.
Lowering::Branch Lowering::find_condition() {
    Branch branch;
    const End& end = m_ir.end;
    m_at_end.clear();
    if (end.kind != End::jump && end.kind != End::branch) return branch;
    m_at_end.push_back(end.target);
    if (end.kind == End::jump) return branch;
    branch.value = end.condition;
    if (m_ir.is_known(end.target)) branch = take_apart(end.condition);
    if (branch.compare != nullptr)
        m_at_end.insert(m_at_end.end(), branch.compare->in, branch.compare->in + 2);
    else
        m_at_end.push_back(branch.value);
    if (branch.value == end.condition) return branch;
    // What was looked through is needed no more, unless something else uses it.
    m_ir.end.condition = branch.value;
    remove_dead_operations(m_ir, m_uses);
    return branch;
}

/// What makes a value that nothing else uses, among the operations before `end`; then `end` is its place.
const Operation* Lowering::maker_of(const Value& v, size_t& end) const {
    if (v.kind != Value::made || m_uses[static_cast<size_t>(v.index)] != 1) return nullptr;
    while (m_ir.operations[--end].made != v.index) {
    }
    return &m_ir.operations[end];
}

/// A comparison whose operands are still in place after the moves can be the branch's own.
bool Lowering::fusable(const Operation& compare) const {
    // Entry values are overwritten where the block leaves something else in their place.
    for (int i = 0; i < 2; ++i) {
        const Value& v = compare.in[i];
        if (v.kind != Value::entry) continue;
        const int32_t index = m_ir.entry_used - v.index;
        if (index < static_cast<int32_t>(m_ir.stack.size()) && m_ir.stack[static_cast<size_t>(index)] != v)
            return false;
    }
    return true;
}

/// Looks through ISZERO and into comparisons.
Lowering::Branch Lowering::take_apart(Value condition) {
    Branch branch{.when = true, .compare = nullptr, .value = condition};
    size_t end = m_ir.operations.size();
    while (const Operation* o = maker_of(branch.value, end)) {
        if (o->opcode == OP_ISZERO) {
            branch.when = !branch.when;
            branch.value = o->in[0];
            continue;
        }
        if (is_compare(o->opcode) && fusable(*o)) branch.compare = o;
        break;
    }
    return branch;
}

// ---- the block's end
// ---------------------------------------------------------------------------------------------

void Lowering::finish(const Branch& branch) {
    const End& end = m_ir.end;
    LoweredEnd& out = m_out.end;
    out = {.kind = kind_of(end.kind), .status = end.status, .next = end.next};
    m_out.first_spare = m_out.spare_at_end = m_slots.first_spare();
    if (end.kind == End::output) add(end.last);
    if (end.kind == End::output || end.kind == End::stop_with) return;
    out.change = m_ir.height_change();
    // What the end reads must not be overwritten by the moves. The first spare word breaks cycles.
    int32_t spare = 1;
    if (end.kind != End::fall_through) out.target = safe(end.target, spare);
    if (end.kind == End::branch && branch.compare == nullptr) {
        out.condition = OP_ISZERO;
        out.when = !branch.when;
        out.a = safe(branch.value, spare);
    } else if (end.kind == End::branch) {
        out.condition = branch.compare->opcode;
        out.when = branch.when;
        out.a = operand(branch.compare->in[0]);
        out.b = operand(branch.compare->in[1]);
    }
    move_into_place();
    m_out.spare_at_end += spare;
}

Operand Lowering::safe(const Value& v, int32_t& spare) {
    if (is_constant(v) || m_slots.survives_moves(v)) return operand(v);
    const int32_t place = m_slots.spare(spare++);
    copy(place, operand(v));
    return Operand::slot(place);
}

/// Brings every value to its final position, constants last.
void Lowering::move_into_place() {
    const int32_t lowest = -m_ir.entry_used;
    const auto is_in_place = [&](size_t j) {
        const Value& v = m_ir.stack[j];
        return is_constant(v) || m_slots.of(v) == static_cast<int32_t>(j) + lowest;
    };
    size_t first = 0;
    while (first < m_ir.stack.size() && is_in_place(first)) ++first;
    if (first < m_ir.stack.size()) move_slots();
    for (size_t j = 0; j < m_ir.stack.size(); ++j)
        if (is_constant(m_ir.stack[j])) copy(static_cast<int32_t>(j) + lowest, operand(m_ir.stack[j]));
}

/// A parallel move, in time linear in the stack's height. A place is written once nobody reads its old value
/// any more; what is left then are cycles.
void Lowering::move_slots() {
    const int32_t lowest = -m_ir.entry_used;
    m_places.assign(static_cast<size_t>(m_slots.end() - lowest), {});
    for (size_t j = 0; j < m_ir.stack.size(); ++j) {
        const Value& v = m_ir.stack[j];
        const auto position = static_cast<int32_t>(j) + lowest;
        if (is_constant(v) || m_slots.of(v) == position) continue;
        place(position) = {.from = m_slots.of(v), .readers = place(position).readers, .changes = true};
        ++place(m_slots.of(v)).readers;
    }
    m_ready.clear();
    const int32_t end = m_slots.end();
    for (int32_t p = lowest; p < end; ++p)
        if (place(p).changes && place(p).readers == 0) m_ready.push_back(p);
    while (!m_ready.empty()) {
        const int32_t to = m_ready.back(), from = place(to).from;
        m_ready.pop_back();
        copy(to, Operand::slot(from));
        place(to).changes = false;
        if (--place(from).readers == 0 && place(from).changes) m_ready.push_back(from);
    }
    for (int32_t p = lowest; p < end; ++p)
        if (place(p).changes) break_cycle(p);
}

void Lowering::break_cycle(int32_t first) {
    const int32_t second = place(first).from;
    if (place(second).from == first) {
        swap(first, second);
        place(first).changes = place(second).changes = false;
        return;
    }
    const int32_t spare = m_slots.spare(0);
    copy(spare, Operand::slot(first));
    int32_t to = first;
    for (; place(to).from != first; to = place(to).from) {
        copy(to, Operand::slot(place(to).from));
        place(to).changes = false;
    }
    copy(to, Operand::slot(spare));
    place(to).changes = false;
}

// ---- whole codes
// -------------------------------------------------------------------------------------------------

namespace {

/// The first jump destination from `position` on, where an instruction begins; the code's size if there is
/// none.
size_t next_jumpdest(BytesView code, size_t position) {
    while (position < code.size() && code[position] != OP_JUMPDEST) {
        const uint8_t op = code[position];
        position += op >= OP_PUSH1 && op <= OP_PUSH32 ? op - OP_PUSH0 + size_t{1} : size_t{1};
    }
    return std::min(position, code.size());
}

}  // namespace

void lower_code(BytesView code, const GasTable& gas_table, Folding folding,
                const std::function<bool(const LoweredBlock&)>& visit) {
    // Each of several JUMPDESTs in a row may be jumped to: joining them would read them again for each.
    Lowering lowering({.folding = folding, .joins_jumpdests = false});
    for (size_t position = 0;;) {
        const LoweredBlock& block = lowering.block(code, gas_table, position);
        if (!visit(block)) return;
        const bool goes_on =
            block.end.kind == LoweredEnd::branch || block.end.kind == LoweredEnd::fall_through;
        position = goes_on ? block.end.next : next_jumpdest(code, block.end.next);
        if (!goes_on && position >= code.size()) return;
    }
}

}  // namespace warpevm::lowering
