// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/fast/image.hpp"

#include <algorithm>
#include <bit>

#include "evm/vm/fast/translator.hpp"

namespace warpevm::fast {

Image::Image(BytesView code, const GasTable& gas_table)
    : m_code(code), m_gas_table(gas_table), m_groups(code.size() / 64 + 1) {
    for (size_t i = 0; i < code.size(); ++i) {
        const uint8_t op = code[i];
        if (op == OP_JUMPDEST) {
            m_groups[i / 64].jumpdests |= uint64_t{1} << (i % 64);
            ++m_slot_count;
        } else if (op >= OP_PUSH1 && op <= OP_PUSH32) {
            i += op - OP_PUSH0;
        }
    }
    uint32_t before = 0;
    for (Group& group : m_groups) {
        group.before = before;
        before += static_cast<uint32_t>(std::popcount(group.jumpdests));
    }
    m_slots = std::make_unique<BlockSlot[]>(m_slot_count);
}

/// The inverse of find(): slots are ordered as their positions are.
size_t Image::position_of(const BlockSlot& slot) const {
    if (&slot == &m_entry) return 0;
    if (&slot < m_slots.get() || &slot >= m_slots.get() + m_slot_count) {
        for (const auto& [position, cut] : m_cuts)
            if (cut.get() == &slot) return position;
        return m_code.size();
    }
    const auto index = static_cast<uint32_t>(&slot - m_slots.get());
    const auto group = std::upper_bound(m_groups.begin(), m_groups.end(), index,
                                        [](uint32_t i, const Group& g) { return i < g.before; }) -
                       1;
    uint64_t bits = group->jumpdests;
    for (uint32_t skip = index - group->before; skip != 0; --skip) bits &= bits - 1;
    return static_cast<size_t>(group - m_groups.begin()) * 64 + static_cast<size_t>(std::countr_zero(bits));
}

BlockSlot* Image::slot_for_cut(size_t position) const {
    auto& slot = m_cuts[position];
    if (!slot) slot = std::make_unique<BlockSlot>(nullptr);
    return slot.get();
}

const Instruction* Image::translate(BlockSlot& slot, Translator& translator) const {
    const std::lock_guard lock(m_mutex);
    if (const Instruction* done = slot.load(std::memory_order_acquire)) return done;
    const Instruction* const block = translator.translate(*this, position_of(slot));
    slot.store(block, std::memory_order_release);
    return block;
}

}  // namespace warpevm::fast
