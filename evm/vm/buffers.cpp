// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/buffers.hpp"

#include <new>

#include "evm/base/poison.hpp"
#include "evm/vm/fast/translator.hpp"

namespace warpevm {
namespace {

/// Untouched pages cost nothing, so the deepest recursion may have its full share: frames at depths 0 to
/// 1024.
constexpr size_t stack_bytes =
    (max_call_depth + 1) * (max_stack + MachineBuffers::scratch_words) * sizeof(U256);
/// Address space. A single frame that fills it pays 2^49 gas.
constexpr size_t memory_bytes = size_t{1} << 34;
constexpr size_t kept_memory = size_t{8} << 20;
constexpr size_t kept_depth = 64, kept_stack = size_t{4} << 20;
constexpr size_t kept_output = size_t{4} << 10;

}  // namespace

MachineBuffers::MachineBuffers()
    : m_stack(stack_bytes), m_memory(memory_bytes), m_outputs(max_call_depth + 3) {
    if (!m_stack.grow(stack_bytes)) throw std::bad_alloc();
}

MachineBuffers::~MachineBuffers() = default;

bool MachineBuffers::reserve_memory(size_t size) {
    const size_t before = m_memory.usable();
    if (!m_memory.grow(size)) return false;
    // Frames open what is theirs.
    poison(m_memory.begin() + before, m_memory.usable() - before);
    return true;
}

fast::Translator& MachineBuffers::translator() {
    if (!m_translator) m_translator = std::make_unique<fast::Translator>();
    return *m_translator;
}

void MachineBuffers::trim() {
    m_memory.trim(kept_memory);
    if (m_outputs_used > kept_depth) m_stack.release(kept_stack);
    for (size_t i = 0; i < m_outputs_used; ++i)
        if (m_outputs[i].capacity() > kept_output) Bytes().swap(m_outputs[i]);
    m_outputs_used = 0;
}

}  // namespace warpevm
