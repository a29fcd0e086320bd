// SPDX-License-Identifier: Apache-2.0
// A code's translation, grown block by block as execution first reaches each: what is never run costs
// nothing.
#pragma once

#include <bit>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "evm/state/code.hpp"
#include "evm/vm/fast/arena.hpp"
#include "evm/vm/fast/instruction.hpp"

namespace warpevm::fast {

class Translator;

/// Thread-safe: blocks are translated under a lock and published by one store; running them takes no lock.
class Image final : public CodeImage {
  public:
    /// `code` must outlive the image.
    Image(BytesView code, const GasTable& gas_table);

    /// Where to start.
    [[nodiscard]] BlockSlot* entry() const { return &m_entry; }
    /// The slot of a jump destination given as an operand, or null where it is none.
    [[nodiscard]] BlockSlot* find(const U256& position) const {
        return position.fits_u64() && position.limb[0] < m_code.size() ? find(position.limb[0]) : nullptr;
    }
    [[nodiscard]] BlockSlot* find(uint64_t position) const {
        const Group& group = m_groups[position / 64];
        const uint64_t bit = uint64_t{1} << (position % 64);
        if ((group.jumpdests & bit) == 0) return nullptr;
        return &m_slots[group.before + static_cast<size_t>(std::popcount(group.jumpdests & (bit - 1)))];
    }
    /// Translates the block that belongs to one of this image's slots, and publishes it.
    const Instruction* translate(BlockSlot& slot, Translator& translator) const;

  private:
    friend class Translator;
    /// 64 positions of the code: which are jump destinations, and how many were before.
    struct Group {
        uint64_t jumpdests = 0;
        uint32_t before = 0;
    };

    [[nodiscard]] size_t position_of(const BlockSlot& slot) const;
    /// A slot for a position that is no jump destination: where a long straight stretch was cut.
    BlockSlot* slot_for_cut(size_t position) const;

    BytesView m_code;
    const GasTable& m_gas_table;
    std::vector<Group> m_groups;
    mutable std::unique_ptr<BlockSlot[]> m_slots;
    size_t m_slot_count = 0;
    mutable BlockSlot m_entry{nullptr};
    mutable std::mutex m_mutex;
    mutable Arena m_arena;
    mutable std::map<size_t, std::unique_ptr<BlockSlot>> m_cuts;
};

}  // namespace warpevm::fast
