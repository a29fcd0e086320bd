// SPDX-License-Identifier: Apache-2.0
// From a code's bytes to its abstract form, block by block.
#pragma once

#include <functional>

#include "evm/vm/lowering/block_ir.hpp"
#include "evm/vm/lowering/lowered.hpp"
#include "evm/vm/lowering/slots.hpp"

namespace warpevm::lowering {

/// Lowers blocks, in time linear in what it reads. It keeps its vectors between blocks, which would otherwise
/// cost more than the rest.
class Lowering {
  public:
    explicit Lowering(const ReadingOptions& options = {}) : m_options(options) {}

    /// The block at `position`: 0, a jump destination, or where another block goes on. Valid until the next
    /// call. Jump destinations are not looked at: a target may be none.
    const LoweredBlock& block(BytesView code, const GasTable& gas_table, size_t position);

  private:
    /// A condition taken apart: jump if comparing (or testing) `value` gave `when`.
    struct Branch {
        bool when = true;
        const Operation* compare = nullptr;  ///< done by the branch itself
        Value value{};
    };
    /// A place on the stack while values are moved: where its new value comes from, and who still reads the
    /// old.
    struct Place {
        int32_t from = 0;
        int32_t readers = 0;
        bool changes = false;
    };

    [[nodiscard]] static bool is_constant(const Value& v) { return v.kind == Value::constant; }
    [[nodiscard]] Operand operand(const Value& v) const {
        return is_constant(v) ? Operand::constant(v.index) : Operand::slot(m_slots.of(v));
    }
    LoweredInstruction& add(uint16_t action) {
        LoweredInstruction& i = m_out.instructions.emplace_back();
        i.action = action;
        return i;
    }
    void add(const Operation& o);
    void copy(int32_t to, Operand from);
    void swap(int32_t x, int32_t y);

    Branch find_condition();
    Branch take_apart(Value condition);
    [[nodiscard]] bool fusable(const Operation& compare) const;
    [[nodiscard]] const Operation* maker_of(const Value& v, size_t& end) const;
    void finish(const Branch& branch);
    void finish_branch(const Branch& branch);
    /// Where a value that the block's end reads is after the moves; `spare` counts the words taken for that.
    Operand safe(const Value& v, int32_t& spare);
    void move_into_place();
    void move_slots();
    void break_cycle(int32_t first);
    [[nodiscard]] Place& place(int32_t position) {
        const int32_t index = position + m_ir.entry_used;
        return m_places[static_cast<size_t>(index)];
    }

    ReadingOptions m_options;
    LoweredBlock m_out;
    Block m_ir;
    Slots m_slots;
    // Room to work in.
    std::vector<uint32_t> m_uses;  ///< of each definition
    std::vector<Value> m_at_end;
    std::vector<Place> m_places;
    std::vector<int32_t> m_ready;
};

/// Lowers a whole code in the order of positions, its unreachable parts aside, until `visit` answers false.
/// Linear in the code: every byte is read once.
void lower_code(BytesView code, const GasTable& gas_table, Folding folding,
                const std::function<bool(const LoweredBlock&)>& visit);

/// The block as text, a line for each instruction; it ends with a newline.
std::string to_text(const LoweredBlock& block);

}  // namespace warpevm::lowering
