// SPDX-License-Identifier: Apache-2.0
// Which positions of a code may be jumped to: JUMPDEST bytes that are not data of a PUSH (Yellow
// Paper 9.4.3). One map per code, made at the first jump.
#pragma once

#include <vector>

#include "evm/state/code.hpp"

namespace warpevm {

class JumpdestMap final : public CodeImage {
  public:
    explicit JumpdestMap(BytesView code);
    [[nodiscard]] bool contains(uint64_t position) const {
        return position < m_size && ((m_words[position / 64] >> (position % 64)) & 1) != 0;
    }
    /// Bit i of word w speaks of position 64 w + i.
    [[nodiscard]] const std::vector<uint64_t>& words() const { return m_words; }
    [[nodiscard]] size_t size_in_bytes() const override { return sizeof *this + m_words.size() * 8; }

  private:
    uint64_t m_size;
    std::vector<uint64_t> m_words;
};

/// The code's map, which stays with it.
const JumpdestMap& jumpdests_of(const Code& code);

}  // namespace warpevm
