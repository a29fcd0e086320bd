// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/fast/image.hpp"

#include "evm/vm/fast/translator.hpp"

namespace warpevm::fast {

Image::Image(const Code& code, const GasTable& gas_table) : m_code(code), m_gas_table(gas_table) {
    const size_t groups = code.bytes().size() / 64 + 1;
    m_groups = std::make_unique<Group[]>(groups);
    const auto take = [&](const std::vector<uint64_t>& words) {
        for (size_t i = 0; i < words.size(); ++i) m_groups[i].jumpdests = words[i];
    };
    // Init code that turned out to repeat itself has read only what it needed.
    take(code.is_init_code() ? JumpdestMap(code.bytes()).words() : jumpdests_of(code).words());
    if ((m_groups[0].jumpdests & 1) != 0) m_entry = make_slot(0);
    m_size = sizeof *this + groups * sizeof(Group) + m_arena.size();
}

BlockSlot* Image::find_or_make(const U256& position) const {
    if (!position.fits_u64() || position.limb[0] >= m_code.bytes().size()) return nullptr;
    if (BlockSlot* const known = find(position.limb[0])) return known;
    const std::lock_guard lock(m_mutex);
    BlockSlot* const made = make_slot(position.limb[0]);
    account_for_growth();
    return made;
}

BlockSlot* Image::make_slot(uint64_t position) const {
    if (position >= m_code.bytes().size()) return nullptr;
    Group& group = m_groups[position / 64];
    if (((group.jumpdests >> (position % 64)) & 1) == 0) return nullptr;
    if (group.slots.load(std::memory_order_relaxed) == nullptr) {
        auto* const slots = m_arena.make<BlockSlot>(static_cast<size_t>(std::popcount(group.jumpdests)));
        BlockSlot* next = slots;
        for (uint64_t bits = group.jumpdests; bits != 0; bits &= bits - 1)
            (next++)->position = position / 64 * 64 + static_cast<uint64_t>(std::countr_zero(bits));
        group.slots.store(slots, std::memory_order_release);
    }
    return find(position);
}

BlockSlot* Image::slot_for_cut(uint64_t position) const {
    BlockSlot*& slot = m_cuts[position];
    if (slot == nullptr) {
        slot = m_arena.make<BlockSlot>();
        slot->position = position;
    }
    return slot;
}

void Image::account_for_growth() const {
    const size_t size =
        sizeof *this + (m_code.bytes().size() / 64 + 1) * sizeof(Group) + m_arena.size() + m_cuts.size() * 64;
    const size_t before = m_size.exchange(size, std::memory_order_relaxed);
    if (m_code.budget() != nullptr) m_code.budget()->add(size - before);
}

const Instruction* Image::translate(BlockSlot& slot, Translator& translator, int64_t gas) const {
    const std::lock_guard lock(m_mutex);
    if (const Instruction* done = slot.first.load(std::memory_order_acquire)) return done;
    if (m_code.budget() != nullptr && m_code.budget()->exhausted()) return nullptr;
    const Instruction* const block = translator.translate(*this, slot, gas);
    account_for_growth();
    return block;
}

}  // namespace warpevm::fast
