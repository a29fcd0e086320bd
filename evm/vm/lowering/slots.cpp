// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/lowering/slots.hpp"

#include <algorithm>
#include <limits>

namespace warpevm::lowering {
namespace {
constexpr int32_t at_the_end = std::numeric_limits<int32_t>::max();
}

void Slots::assign(const Block& block, const std::vector<Value>& at_end) {
    m_block = &block;
    m_stays =
        block.end.kind == End::jump || block.end.kind == End::branch || block.end.kind == End::fall_through;
    m_made.assign(static_cast<size_t>(block.definitions), {});
    m_entry_last_use.assign(static_cast<size_t>(block.entry_used) + 1, -1);
    m_free.clear();
    m_top = m_stays ? std::max(0, block.height_change()) : 0;
    find_last_uses(at_end);
    assign_made();
    m_end = m_top;
}

const Value* Slots::final_at(int32_t position) const {
    const int32_t index = position + m_block->entry_used;
    if (!m_stays || index < 0 || index >= static_cast<int32_t>(m_block->stack.size())) return nullptr;
    return &m_block->stack[static_cast<size_t>(index)];
}

bool Slots::survives_moves(const Value& v) const {
    if (v.kind != Value::entry) return true;
    const Value* const final = final_at(-v.index);
    return final == nullptr || *final == v;
}

void Slots::use(const Value& v, int32_t when) {
    if (v.kind == Value::constant) return;
    int32_t& last = v.kind == Value::entry ? m_entry_last_use[static_cast<size_t>(v.index)]
                                           : m_made[static_cast<size_t>(v.index)].last_use;
    last = std::max(last, when);
}

void Slots::find_last_uses(const std::vector<Value>& at_end) {
    for (size_t n = 0; n < m_block->operations.size(); ++n) {
        const Operation& o = m_block->operations[n];
        if (o.dead) continue;
        for (int i = 0; i < o.inputs; ++i) use(o.in[i], static_cast<int32_t>(n));
    }
    for (int i = 0; i < m_block->end.last.inputs; ++i) use(m_block->end.last.in[i], at_the_end);
    for (const Value& v : at_end) use(v, at_the_end);
    if (!m_stays) return;
    for (size_t j = 0; j < m_block->stack.size(); ++j) {
        const Value& v = m_block->stack[j];
        const auto position = static_cast<int32_t>(j) - m_block->entry_used;
        if (v.kind == Value::entry && position == -v.index) continue;  // stays where it is
        use(v, at_the_end);
        if (v.kind != Value::made) continue;
        Made& m = m_made[static_cast<size_t>(v.index)];
        if (m.is_final) continue;
        m.is_final = true;
        m.final_position = position;
    }
}

/// Whether the place of an entry value may be overwritten by the operation `when` (which has read its inputs
/// by then).
bool Slots::is_free(int32_t position, int32_t when) const {
    return position >= 0 || m_entry_last_use[static_cast<size_t>(-position)] <= when;
}

int32_t Slots::take_scratch() {
    if (m_free.empty()) return m_top++;
    const int32_t slot = m_free.back();
    m_free.pop_back();
    return slot;
}

void Slots::assign_made() {
    for (size_t n = 0; n < m_block->operations.size(); ++n) {
        const Operation& o = m_block->operations[n];
        if (o.dead) continue;
        const auto when = static_cast<int32_t>(n);
        // Inputs are read before the result is written, so their scratch may be the result's.
        for (int i = 0; i < o.inputs; ++i) {
            if (o.in[i].kind != Value::made) continue;
            Made& m = m_made[static_cast<size_t>(o.in[i].index)];
            if (m.scratch && m.last_use == when) {
                m_free.push_back(m.slot);
                m.scratch = false;
            }
        }
        if (o.made < 0) continue;
        Made& m = m_made[static_cast<size_t>(o.made)];
        if (m.is_final && is_free(m.final_position, when)) {
            m.slot = m.final_position;
            continue;
        }
        m.slot = take_scratch();
        m.scratch = m.last_use > when;
        if (!m.scratch) m_free.push_back(m.slot);
    }
}

}  // namespace warpevm::lowering
