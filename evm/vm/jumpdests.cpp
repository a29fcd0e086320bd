// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/jumpdests.hpp"

#include <algorithm>

#include "evm/vm/opcodes.hpp"

namespace warpevm {
namespace {

bool is_push(uint8_t op) {
    return op >= OP_PUSH1 && op <= OP_PUSH32;
}

/// Reads instructions from `at` on until one begins at `end` or later; answers where.
template <class OnJumpdest>
uint64_t read_instructions(BytesView code, uint64_t at, uint64_t end, OnJumpdest on_jumpdest) {
    for (; at < end; ++at) {
        const uint8_t op = code[at];
        if (op == OP_JUMPDEST)
            on_jumpdest(at);
        else if (is_push(op))
            at += op - OP_PUSH0;
    }
    return at;
}

/// After this many bytes none of which begins a PUSH an instruction begins, whatever was before them.
constexpr uint64_t longest_push_data = 32;
constexpr uint64_t farthest_look_back = 256;

template <class Map>
const Map& kept_map(const Code& code) {
    const CodeImage* map = code.image(Code::jumpdests);
    if (map == nullptr) map = code.keep_image(Code::jumpdests, std::make_unique<const Map>(code.bytes()));
    return static_cast<const Map&>(*map);
}

}  // namespace

JumpdestMap::JumpdestMap(BytesView code) : m_size(code.size()), m_words((code.size() + 63) / 64) {
    read_instructions(code, 0, code.size(),
                      [&](uint64_t at) { m_words[at / 64] |= uint64_t{1} << (at % 64); });
}

bool InitCodeJumpdests::contains(uint64_t position) const {
    // Near enough before it, bytes that tell where an instruction begins?
    const uint64_t lowest = std::max(m_read, position - std::min(position, farthest_look_back));
    uint64_t without_push = 0, at = position;
    while (at > lowest && without_push < longest_push_data)
        without_push = is_push(m_code[--at]) ? 0 : without_push + 1;
    if (without_push == longest_push_data)
        return read_instructions(m_code, at + longest_push_data, position, [](uint64_t) {}) == position;
    // No: everything up to it, once.
    read_up_to(position + 1);
    return ((m_words[position / 64] >> (position % 64)) & 1) != 0;
}

void InitCodeJumpdests::read_up_to(uint64_t position) const {
    m_words.resize(std::max<size_t>(m_words.size(), position / 64 + 1));
    m_read = read_instructions(m_code, m_read, position,
                               [&](uint64_t at) { m_words[at / 64] |= uint64_t{1} << (at % 64); });
}

const JumpdestMap& jumpdests_of(const Code& code) {
    return kept_map<JumpdestMap>(code);
}

bool is_jumpdest(const Code& code, uint64_t position) {
    if (position >= code.bytes().size() || code.bytes()[position] != OP_JUMPDEST) return false;
    return code.is_init_code() ? kept_map<InitCodeJumpdests>(code).contains(position)
                               : jumpdests_of(code).contains(position);
}

}  // namespace warpevm
