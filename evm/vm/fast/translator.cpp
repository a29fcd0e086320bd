// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/fast/translator.hpp"

namespace warpevm::fast {
namespace {

/// No more blocks are translated ahead once there are this many instructions.
constexpr size_t longest_line = 512;

}  // namespace

const Instruction* Translator::translate(const Image& image, BlockSlot& from, int64_t gas) {
    using lowering::LoweredEnd;
    m_emitter.begin(image);
    m_begun.clear();
    BlockSlot* slot = &from;
    size_t position = from.position;
    bool goes_on = true;
    while (goes_on && m_emitter.line().size() < longest_line && gas >= 0) {
        if (slot != nullptr) m_begun.emplace_back(slot, m_emitter.line().size());
        const auto& block = m_lowering.block(image.m_code.bytes(), image.m_gas_table, position);
        m_emitter.block(block);
        gas -= block.gas;
        goes_on = block.end.kind == LoweredEnd::branch || block.end.kind == LoweredEnd::fall_through;
        position = block.end.next;
        slot = image.make_slot(position);
        if (slot != nullptr && slot->first.load(std::memory_order_relaxed) != nullptr) break;
    }
    if (goes_on) m_emitter.jump_in_line(position);
    const std::span<const Instruction> line = m_emitter.line();
    auto* const lasting = image.m_arena.make<Instruction>(line.size());
    std::copy(line.begin(), line.end(), lasting);
    for (const auto& [begun, at] : m_begun) begun->first.store(lasting + at, std::memory_order_release);
    return lasting;
}

}  // namespace warpevm::fast
