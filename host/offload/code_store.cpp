// SPDX-License-Identifier: Apache-2.0
#include "host/offload/code_store.hpp"

#include "evm/vm/jumpdests.hpp"

namespace warpevm {
namespace {

constexpr size_t most_bytes = size_t{1} << 31;

void align(Bytes& bytes) {
    bytes.resize((bytes.size() + 7) / 8 * 8);
}

}  // namespace

std::optional<uint32_t> CodeStore::find(const Hash& hash) const {
    if (hash == empty_code_hash) return kernel::CODE_EMPTY;
    const auto known = m_numbers.find(hash);
    if (known == m_numbers.end()) return std::nullopt;
    return known->second;
}

std::optional<uint32_t> CodeStore::add(const Hash& hash, BytesView code) {
    if (const auto known = find(hash)) return known;
    if (code.empty()) return kernel::CODE_EMPTY;
    if (m_bytes.size() + 2 * code.size() > most_bytes) return std::nullopt;
    const auto number = static_cast<uint32_t>(m_records.size());
    m_records.push_back({.hash = hash,
                         .at = static_cast<uint32_t>(m_bytes.size()),
                         .size = static_cast<uint32_t>(code.size())});
    append(m_bytes, code);
    align(m_bytes);
    const JumpdestMap jumps(code);
    const size_t size = (code.size() + 7) / 8;
    const size_t at = m_bytes.size();
    m_bytes.resize(at + size);
    for (size_t i = 0; i < size; ++i)
        m_bytes[at + i] = static_cast<uint8_t>(jumps.words()[i / 8] >> (8 * (i % 8)));
    align(m_bytes);
    m_numbers.emplace(hash, number);
    return number;
}

}  // namespace warpevm
