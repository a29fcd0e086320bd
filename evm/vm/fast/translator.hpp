// SPDX-License-Identifier: Apache-2.0
// From a code's bytes to the fast loop's instructions, a line of blocks at a time.
#pragma once

#include "evm/vm/fast/emitter.hpp"
#include "evm/vm/lowering/lowering.hpp"

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
    lowering::Lowering m_lowering;
    Emitter m_emitter;
    std::vector<std::pair<BlockSlot*, size_t>> m_begun;  ///< and where in the line
};

}  // namespace warpevm::fast
