// SPDX-License-Identifier: Apache-2.0
// From abstract instructions to the fast loop's: which handler runs each, and what is fused.
#pragma once

#include <span>

#include "evm/vm/fast/handlers.hpp"
#include "evm/vm/fast/image.hpp"
#include "evm/vm/lowering/lowered.hpp"

namespace warpevm::fast {

/// Appends block after block to a line of instructions. It keeps its vectors between lines.
class Emitter {
  public:
    /// Begins a line. The image's lock is held until it ends.
    void begin(const Image& image) {
        m_image = &image;
        m_size = 0;
    }
    void block(const lowering::LoweredBlock& block);
    /// Goes on, from the line's end, at `position`.
    void jump_in_line(size_t position);
    [[nodiscard]] std::span<const Instruction> line() const { return {m_out.data(), m_size}; }

  private:
    using Operand = lowering::Operand;
    using LoweredInstruction = lowering::LoweredInstruction;

    void make_room(size_t count);
    void enter();
    void fuse_entry_with_jump(size_t first);
    void instruction(const LoweredInstruction& i);
    void ternary(const LoweredInstruction& i);
    void load(const LoweredInstruction& i);
    void store(const LoweredInstruction& i);
    void binary(const LoweredInstruction& i);
    void move(const LoweredInstruction& i);
    void through_host(const LoweredInstruction& i);
    void end();
    void end_branch();
    void end_compare_branch();

    [[nodiscard]] const U256& constant(Operand o) const { return m_block->constant(o); }
    /// Whether an operand is a constant that fits an instruction.
    [[nodiscard]] bool is_small(Operand o) const {
        return o.is_constant() && constant(o).fits_u64() && constant(o).limb[0] < (uint64_t{1} << 32);
    }
    /// A constant's lasting place.
    const U256* keep(Operand o);
    /// The slot of an operand in words; a constant is put into `spare` first.
    int32_t slot_of(Operand o, int32_t spare);
    /// The same in bytes; `n` counts the block's spare slots from 0.
    int32_t bytes_of(Operand o, int32_t n = 0) { return slot_of(o, m_block->first_spare + n) * 32; }
    Instruction& emit(Handler handler) {
        return m_out[m_size++] = Instruction{.handler = handler, .number = 0};
    }
    void emit_constant_record(Operand o);
    /// Where a jump to a constant leads.
    [[nodiscard]] Link link(Operand target) const;

    const Image* m_image = nullptr;
    std::vector<Instruction> m_out;  ///< room for the block at hand is made when it begins
    size_t m_size = 0;
    // Of the block at hand.
    const lowering::LoweredBlock* m_block = nullptr;
    int32_t m_slots_end = 0;
    std::vector<HostOperands*> m_hosts;
};

}  // namespace warpevm::fast
