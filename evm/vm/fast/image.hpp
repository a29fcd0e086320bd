// SPDX-License-Identifier: Apache-2.0
// A code's translation, grown block by block as execution first reaches each: what is never run costs
// nothing.
#pragma once

#include <bit>
#include <map>
#include <memory>
#include <mutex>

#include "evm/vm/fast/arena.hpp"
#include "evm/vm/fast/instruction.hpp"
#include "evm/vm/jumpdests.hpp"

namespace warpevm::fast {

class Emitter;
class Translator;

/// A frame with less gas than the longest block costs at least has nothing translated for it: it may well end
/// inside the block, and whoever calls many blocks with little gas would pay for none of their translations.
inline constexpr int64_t worth_translating = 1024;

/// Thread-safe: blocks are translated under a lock and published by one store; running them takes no lock.
class Image final : public CodeImage {
  public:
    /// `code` keeps the image.
    Image(const Code& code, const GasTable& gas_table);

    /// Where to start.
    [[nodiscard]] BlockSlot* entry() const { return m_entry; }
    /// The slot of a jump destination given as an operand. Null where it is none, or nothing near it was
    /// named before; then `find_or_make` tells.
    [[nodiscard]] BlockSlot* find(const U256& position) const {
        return position.fits_u64() && position.limb[0] < m_code.bytes().size() ? find(position.limb[0])
                                                                               : nullptr;
    }
    /// The same, made where it has to be. Null: no jump destination.
    [[nodiscard]] BlockSlot* find_or_make(const U256& position) const;
    /// Translates the block that belongs to one of this image's slots, and those behind it as far as a frame
    /// with `gas` could run through them, and publishes them. Null where codes take as much memory as they
    /// may: then the plain loop has to go on.
    const Instruction* translate(BlockSlot& slot, Translator& translator, int64_t gas) const;
    [[nodiscard]] size_t size_in_bytes() const override { return m_size.load(std::memory_order_relaxed); }

  private:
    friend class Emitter;
    friend class Translator;
    /// 64 positions of the code: which are jump destinations, and their slots in order once one was asked
    /// for.
    struct Group {
        uint64_t jumpdests = 0;
        std::atomic<BlockSlot*> slots{nullptr};
    };

    [[nodiscard]] BlockSlot* find(uint64_t position) const {
        const Group& group = m_groups[position / 64];
        const uint64_t bit = uint64_t{1} << (position % 64);
        if ((group.jumpdests & bit) == 0) return nullptr;
        BlockSlot* const slots = group.slots.load(std::memory_order_acquire);
        return slots == nullptr ? nullptr : slots + std::popcount(group.jumpdests & (bit - 1));
    }
    // With the lock held.
    BlockSlot* make_slot(uint64_t position) const;
    /// A slot for a position that is no jump destination: where a long straight stretch was cut.
    BlockSlot* slot_for_cut(uint64_t position) const;
    void account_for_growth() const;

    const Code& m_code;
    const GasTable& m_gas_table;
    std::unique_ptr<Group[]> m_groups;
    mutable std::mutex m_mutex;
    mutable Arena m_arena;
    mutable std::map<uint64_t, BlockSlot*> m_cuts;
    mutable std::atomic<size_t> m_size;
    BlockSlot m_start{0};
    BlockSlot* m_entry = &m_start;
};

}  // namespace warpevm::fast
