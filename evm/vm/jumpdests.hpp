// SPDX-License-Identifier: Apache-2.0
// Which positions of a code may be jumped to: JUMPDEST bytes that are not data of a PUSH (Yellow
// Paper 9.4.3).
#pragma once

#include <vector>

#include "evm/state/code.hpp"

namespace warpevm {

/// Of a whole code; made once, then shared by all who run it.
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

/// Of init code, which one frame runs once: looks no farther than it must. Before EIP-3860 a creation with
/// megabytes of it costs no more than one with a byte.
class InitCodeJumpdests final : public CodeImage {
  public:
    explicit InitCodeJumpdests(BytesView code) : m_code(code) {}
    /// `position` holds a JUMPDEST byte.
    [[nodiscard]] bool contains(uint64_t position) const;
    [[nodiscard]] size_t size_in_bytes() const override { return sizeof *this + m_words.size() * 8; }

  private:
    void read_up_to(uint64_t position) const;

    BytesView m_code;
    // One frame at a time asks.
    mutable std::vector<uint64_t> m_words;
    mutable uint64_t m_read = 0;  ///< an instruction begins here; everything before is in the words
};

/// The map of a code that is kept.
const JumpdestMap& jumpdests_of(const Code& code);
/// Whether `position` of a code, kept or not, may be jumped to.
bool is_jumpdest(const Code& code, uint64_t position);

}  // namespace warpevm
