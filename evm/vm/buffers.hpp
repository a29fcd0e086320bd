// SPDX-License-Identifier: Apache-2.0
// Storage that frames share and that lives longer than a block: one stack segment, one memory segment, and an
// output buffer per depth. Nothing is allocated per call once they have grown.
#pragma once

#include <cstdlib>
#include <memory>
#include <vector>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"
#include "evm/vm/opcodes.hpp"

namespace warpevm {

namespace fast {
class Translator;
}

class MachineBuffers {
  public:
    /// Room above the EVM's 1024 words for values that the interpreter keeps while it runs a straight stretch
    /// of code.
    static constexpr size_t scratch_words = 1024;

    MachineBuffers();
    ~MachineBuffers();
    MachineBuffers(const MachineBuffers&) = delete;
    MachineBuffers& operator=(const MachineBuffers&) = delete;

    /// The bottom of the stack segment, 32-byte aligned. Every frame starts where its caller's values end.
    [[nodiscard]] U256* stack() const { return m_stack.get(); }
    [[nodiscard]] uint8_t* memory() const { return m_memory; }
    [[nodiscard]] size_t memory_capacity() const { return m_capacity; }
    /// Makes the memory segment at least `size` bytes, a multiple of 32; may move it. False where the machine
    /// has not that much.
    bool reserve_memory(size_t size);
    /// What the frame at `depth` returned to its caller.
    [[nodiscard]] Bytes& output(int depth) { return m_outputs[static_cast<size_t>(depth)]; }
    /// The fast loop's translator, which keeps its vectors between blocks; made when it is first needed.
    [[nodiscard]] fast::Translator& translator();

  private:
    struct Free {
        void operator()(void* p) const { std::free(p); }
    };
    std::unique_ptr<U256, Free> m_stack;
    uint8_t* m_memory = nullptr;
    size_t m_capacity = 0;
    std::vector<Bytes> m_outputs;
    std::unique_ptr<fast::Translator> m_translator;
};

}  // namespace warpevm
