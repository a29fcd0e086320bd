// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/buffers.hpp"

#include <new>

#include "evm/vm/fast/translator.hpp"

namespace warpevm {
namespace {
/// Untouched pages cost nothing, so the deepest recursion may have its full share.
constexpr size_t stack_words = (max_call_depth + 2) * max_stack + MachineBuffers::scratch_words;
constexpr size_t first_memory = size_t{1} << 20;
}  // namespace

MachineBuffers::MachineBuffers() : m_outputs(max_call_depth + 3) {
    m_stack.reset(static_cast<U256*>(std::aligned_alloc(64, stack_words * sizeof(U256))));
    if (!m_stack || !reserve_memory(first_memory)) throw std::bad_alloc();
}

MachineBuffers::~MachineBuffers() {
    std::free(m_memory);
}

bool MachineBuffers::reserve_memory(size_t size) {
    if (size <= m_capacity) return true;
    const size_t capacity = std::max(size, 2 * m_capacity);
    auto* grown = static_cast<uint8_t*>(std::realloc(m_memory, capacity));
    if (grown == nullptr) return false;
    m_memory = grown;
    m_capacity = capacity;
    return true;
}

fast::Translator& MachineBuffers::translator() {
    if (!m_translator) m_translator = std::make_unique<fast::Translator>();
    return *m_translator;
}

}  // namespace warpevm
