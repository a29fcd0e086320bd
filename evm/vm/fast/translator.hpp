// SPDX-License-Identifier: Apache-2.0
// From a block's operations to the fast loop's instructions.
#pragma once

#include "evm/vm/fast/handlers.hpp"
#include "evm/vm/fast/image.hpp"
#include "evm/vm/fast/slots.hpp"

namespace warpevm::fast {

/// Translates the blocks that follow one another from a position on, up to the first that has no successor in
/// line, or that was translated before: no block is translated twice, and what that costs is linear in the
/// code. It keeps its vectors between translations, which would otherwise cost more than the rest.
class Translator {
  public:
    /// `gas`: what the frame has; no more blocks are translated ahead than it pays for. The image's lock is
    /// held.
    const Instruction* translate(const Image& image, BlockSlot& from, int64_t gas);

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

    void block();
    void fuse_entry_with_jump(size_t first);
    void operation(const Operation& o);
    void through_host(const Operation& o, Handler handler, Status status);
    void move_into_place();
    void finish(const Branch& branch);
    void finish_branch(const Branch& branch, int32_t change);
    Branch take_apart(Value condition);
    bool fusable(const Operation& compare) const;
    [[nodiscard]] const Operation* maker_of(const Value& v) const;
    void copy(int32_t to, int32_t from);

    [[nodiscard]] bool is_constant(const Value& v) const { return v.kind == Value::constant; }
    [[nodiscard]] const U256& constant(const Value& v) const {
        return m_block.constants[static_cast<size_t>(v.index)];
    }
    /// A constant's lasting place.
    const U256* keep(const U256& value);
    /// The slot of a value in words; a constant is put into a spare one first.
    int32_t slot_of(const Value& v, int32_t spare);
    /// The same in bytes.
    int32_t bytes_of(const Value& v, int32_t spare = 0) { return slot_of(v, spare) * 32; }
    Instruction& emit(Handler handler) {
        m_out.push_back(Instruction{.handler = handler, .number = 0});
        return m_out.back();
    }
    void emit_constant_record(const U256& value);
    /// Where a jump to a constant leads, and where a block goes on that no jump ends.
    [[nodiscard]] Link link(const U256& position) const;
    [[nodiscard]] Link link_in_line(size_t position) const;

    const Image* m_image = nullptr;
    std::vector<Instruction> m_out;  ///< of the line so far
    // Of the block at hand.
    Block m_block;
    Slots m_slots;
    std::vector<uint32_t> m_uses;  ///< of each definition
    std::vector<HostOperands*> m_hosts;
    // Room to work in.
    std::vector<uint8_t> m_used;
    std::vector<Value> m_at_end;
    std::vector<int32_t> m_maker;  ///< by definition: the operation that makes it
    std::vector<Place> m_places;
    std::vector<int32_t> m_ready;
    std::vector<std::pair<BlockSlot*, size_t>> m_begun;
};

}  // namespace warpevm::fast
