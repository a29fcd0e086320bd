// SPDX-License-Identifier: Apache-2.0
// The fast loop's instructions: fixed-width, operands are stack slots or constants, each names the function
// that runs it.
//
// A basic block's EVM instructions are translated so that pushes, duplications, swaps and pops vanish: an
// instruction reads and writes slots relative to where the stack pointer was when the block began. Entry
// values have negative offsets, values made in the block get an offset of their own, and moves at the block's
// end put into place what stays.
#pragma once

#include <atomic>
#include <cstdint>

#include "evm/vm/frame.hpp"

namespace warpevm::fast {

struct Instruction;
class Image;

/// What the fast loop adds to a frame.
struct Context {
    FrameBase& frame;
    const Image& image;
    /// Functions for instructions that need the machine, by opcode; they differ with recording.
    const struct HostTable& host;
    MachineBuffers& buffers;
    const Cancellation& cancellation;
    Status status = Status::success;
};

// Handlers end by jumping to the next one. Optimised builds do that as tail calls; builds that do not
// guarantee them (debug, sanitizers) return the next instruction to a loop.
#if defined(WARPEVM_TAIL_CALLS)
using Handler = void (*)(const Instruction* i, U256* s, int64_t gas, FrameBase* f, Context* c);
#define WARPEVM_HANDLER(name)                                                                                \
    void name([[maybe_unused]] const Instruction* i, [[maybe_unused]] U256* s, [[maybe_unused]] int64_t gas, \
              [[maybe_unused]] FrameBase* f, [[maybe_unused]] Context* c)
#if defined(__clang__)
#define WARPEVM_CONTINUE(next) [[clang::musttail]] return (next)->handler(next, s, gas, f, c)
#define WARPEVM_INSTEAD(handler) [[clang::musttail]] return handler(i, s, gas, f, c)
#else
#define WARPEVM_CONTINUE(next) return (next)->handler(next, s, gas, f, c)
#define WARPEVM_INSTEAD(handler) return handler(i, s, gas, f, c)
#endif
#define WARPEVM_HALT(why) \
    do {                  \
        f->gas = gas;     \
        c->status = why;  \
        return;           \
    } while (false)
#else
using Handler = const Instruction* (*)(const Instruction* i, U256*& s, int64_t& gas, FrameBase* f,
                                       Context* c);
#define WARPEVM_HANDLER(name)                                                                 \
    const Instruction* name([[maybe_unused]] const Instruction* i, [[maybe_unused]] U256*& s, \
                            [[maybe_unused]] int64_t& gas, [[maybe_unused]] FrameBase* f,     \
                            [[maybe_unused]] Context* c)
#define WARPEVM_CONTINUE(next) return next
#define WARPEVM_INSTEAD(handler) return handler(i, s, gas, f, c)
#define WARPEVM_HALT(why) \
    do {                  \
        f->gas = gas;     \
        c->status = why;  \
        return nullptr;   \
    } while (false)
#endif
#define WARPEVM_NEXT WARPEVM_CONTINUE(i + 1)

/// The block at a jump destination, or where a stretch was cut: its first instruction, or null while nobody
/// has been there.
struct BlockSlot {
    uint64_t position = 0;
    std::atomic<const Instruction*> first{nullptr};
};

/// Where a jump leads, in one word: the first instruction of its block, or, until that is known to this jump,
/// the block's slot with the lowest bit set.
using Link = uintptr_t;
inline Link link_to(const BlockSlot* slot) {
    return reinterpret_cast<uintptr_t>(slot) | 1;
}

// Gas. The static gas of a stretch of instructions is charged where it begins, so inside it `gas` may be
// negative: what an instruction has is `gas` plus what was charged ahead for those after it. Each instruction
// that could observe something, or charges by its operands, looks at that, so it runs or fails exactly where
// it would if each had been charged in its turn. A stretch whose end is reached with less than nothing is out
// of gas.

/// Operands that do not fit beside the handler: of instructions that go through the host table.
struct HostOperands {
    uint8_t opcode = 0;
    int32_t in[7]{};
    int32_t out = 0;
    int32_t stack_end = 0;  ///< the first word above all that the block keeps
    /// Static gas of the instructions after this one that is charged already, with its stretch.
    int64_t charged_ahead = 0;
};

struct Instruction {
    Handler handler;
    union {
        const U256* constant;
        uint64_t number;
        mutable Link link;  ///< written by whoever jumps first; read and written atomically
        const HostOperands* host;
    };
    /// Slots, in words relative to the block's stack pointer.
    int32_t a = 0, b = 0, d = 0;
    int32_t extra = 0;
};
static_assert(sizeof(Instruction) == 32);

using HostFunction = Status (*)(FrameBase& f, U256* s, const HostOperands& o);
struct HostTable {
    HostFunction by_opcode[256]{};
    /// Makes memory reach `end`, charging for it, where the machine's memory segment must grow for that.
    Status (*grow_memory)(FrameBase& f, uint64_t end) = nullptr;
    /// Continues in the plain loop: for stretches that must fail.
    Status (*resume_plain)(FrameBase& f, size_t pc, size_t height) = nullptr;
};

/// The table for frames of this kind.
template <bool Recording>
const HostTable& host_table();

}  // namespace warpevm::fast
