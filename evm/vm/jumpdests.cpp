// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/jumpdests.hpp"

#include "evm/vm/opcodes.hpp"

namespace warpevm {

JumpdestMap::JumpdestMap(BytesView code) : m_size(code.size()), m_words((code.size() + 63) / 64) {
    for (size_t i = 0; i < code.size(); ++i) {
        const uint8_t op = code[i];
        if (op == OP_JUMPDEST)
            m_words[i / 64] |= uint64_t{1} << (i % 64);
        else if (op >= OP_PUSH1 && op <= OP_PUSH32)
            i += op - OP_PUSH0;
    }
}

const JumpdestMap& jumpdests_of(const Code& code) {
    const CodeImage* map = code.image(Code::jumpdests);
    if (map == nullptr)
        map = code.keep_image(Code::jumpdests, std::make_unique<const JumpdestMap>(code.bytes()));
    return static_cast<const JumpdestMap&>(*map);
}

}  // namespace warpevm
