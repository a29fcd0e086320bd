// SPDX-License-Identifier: Apache-2.0
// Which positions of a code may be jumped to: JUMPDEST bytes that are not data of a PUSH (Yellow
// Paper 9.4.3).
#pragma once

#include <vector>

#include "evm/base/bytes.hpp"

namespace warpevm {

class JumpdestMap {
  public:
    explicit JumpdestMap(BytesView code);
    [[nodiscard]] bool contains(uint64_t position) const {
        return position < m_size && ((m_bits[position / 64] >> (position % 64)) & 1) != 0;
    }

  private:
    uint64_t m_size;
    std::vector<uint64_t> m_bits;
};

}  // namespace warpevm
