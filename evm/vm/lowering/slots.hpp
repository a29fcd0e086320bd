// SPDX-License-Identifier: Apache-2.0
// Where the values of a block live: a slot of the stack for each, so that as few as possible must be moved at
// its end.
#pragma once

#include <vector>

#include "evm/vm/lowering/block_ir.hpp"

namespace warpevm::lowering {

/// Slots in words relative to the block's stack pointer. Used again for block after block.
class Slots {
  public:
    /// `at_end`: values that the block's last instruction reads after the stack is in its final order.
    void assign(const Block& block, const std::vector<Value>& at_end);

    /// Slot of an entry value or a made one.
    [[nodiscard]] int32_t of(const Value& v) const {
        return v.kind == Value::entry ? -v.index : m_made[static_cast<size_t>(v.index)].slot;
    }
    /// The first word above all that lives in the block.
    [[nodiscard]] int32_t end() const { return m_end; }
    /// Where the words for passing needs begin.
    [[nodiscard]] int32_t first_spare() const { return m_top; }
    /// A word for a passing need, above everything; `n` counts from 0.
    int32_t spare(int32_t n) {
        if (m_top + n + 1 > m_end) m_end = m_top + n + 1;
        return m_top + n;
    }
    /// Whether a value is still where it was once the stack is in its final order.
    [[nodiscard]] bool survives_moves(const Value& v) const;
    /// The value that belongs at `position` at the block's end, or null above and below.
    [[nodiscard]] const Value* final_at(int32_t position) const;

  private:
    struct Made {
        int32_t last_use = -1;
        int32_t final_position = 0;
        bool is_final = false;
        bool scratch = false;
        int32_t slot = 0;
    };

    void find_last_uses(const std::vector<Value>& at_end);
    void use(const Value& v, int32_t when);
    void assign_made();
    int32_t take_scratch();
    [[nodiscard]] bool is_free(int32_t position, int32_t when) const;

    const Block* m_block = nullptr;
    bool m_stays = false;  ///< the stack is needed after the block
    std::vector<Made> m_made;
    std::vector<int32_t> m_entry_last_use;  ///< by entry index
    std::vector<int32_t> m_free;
    int32_t m_top = 0;
    int32_t m_end = 0;
};

}  // namespace warpevm::lowering
