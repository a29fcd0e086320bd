// SPDX-License-Identifier: Apache-2.0
// Storage that frames share and that lives longer than a block: one stack segment, one memory segment, and an
// output buffer per depth. Nothing is allocated per call once they have grown.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "evm/base/bytes.hpp"
#include "evm/base/reserved_memory.hpp"
#include "evm/base/u256.hpp"
#include "evm/vm/opcodes.hpp"

namespace warpevm {

namespace fast {
class Translator;
}

class MachineBuffers {
  public:
    /// Room that each frame has above the EVM's 1024 words, for values that the interpreter keeps while it
    /// runs a straight stretch of code: a callee's stack begins above those of its caller that are still
    /// needed.
    static constexpr size_t scratch_words = 1024;

    MachineBuffers();
    ~MachineBuffers();
    MachineBuffers(const MachineBuffers&) = delete;
    MachineBuffers& operator=(const MachineBuffers&) = delete;

    /// The bottom of the stack segment, which holds the deepest recursion with every frame's share in full.
    /// Every frame starts where its caller's values end.
    [[nodiscard]] U256* stack() const { return reinterpret_cast<U256*>(m_stack.begin()); }
    /// The bottom of the memory segment. It never moves: a callee's input, init code and a precompile's input
    /// are views into it.
    [[nodiscard]] uint8_t* memory() const { return m_memory.begin(); }
    /// How many bytes of the memory segment can be used without asking for more.
    [[nodiscard]] size_t memory_capacity() const { return m_memory.usable(); }
    /// Makes the memory segment at least `size` bytes. False where the machine has not that much.
    [[nodiscard]] bool reserve_memory(size_t size);
    /// What the frame at `depth` returned to its caller.
    [[nodiscard]] Bytes& output(int depth) {
        const auto index = static_cast<size_t>(depth);
        m_outputs_used = std::max(m_outputs_used, index + 1);
        return m_outputs[index];
    }
    /// The fast loop's translator, which keeps its vectors between blocks; made when it is first needed.
    [[nodiscard]] fast::Translator& translator();
    /// Gives back what only an unusual block needs. Between blocks.
    void trim();

  private:
    ReservedMemory m_stack;
    ReservedMemory m_memory;
    std::vector<Bytes> m_outputs;
    size_t m_outputs_used = 0;  ///< since they were trimmed
    std::unique_ptr<fast::Translator> m_translator;
};

}  // namespace warpevm
