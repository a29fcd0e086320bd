// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/jumpdests.hpp"

#include "evm/vm/opcodes.hpp"

namespace warpevm {

JumpdestMap::JumpdestMap(BytesView code) : m_size(code.size()), m_bits((code.size() + 63) / 64) {
    for (size_t i = 0; i < code.size(); ++i) {
        const uint8_t op = code[i];
        if (op == OP_JUMPDEST)
            m_bits[i / 64] |= uint64_t{1} << (i % 64);
        else if (op >= OP_PUSH1 && op <= OP_PUSH32)
            i += op - OP_PUSH0;
    }
}

}  // namespace warpevm
