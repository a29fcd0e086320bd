// SPDX-License-Identifier: Apache-2.0
#include "host/offload/code_store.hpp"

#include <array>

#include "evm/vm/jumpdests.hpp"
#include "host/offload/image_emitter.hpp"

namespace warpevm {
namespace {

constexpr size_t most_bytes = size_t{1} << 31;
/// What a code's lanes must have paid for each of its bytes before it is lowered.
constexpr uint64_t gas_per_byte = 16;

bool same_instructions(const GasTable& x, const GasTable& y) {
    for (size_t op = 0; op < x.ops.size(); ++op)
        if (x.ops[op].gas != y.ops[op].gas || x.ops[op].defined != y.ops[op].defined) return false;
    return true;
}

void align(Bytes& bytes) {
    bytes.resize((bytes.size() + 7) / 8 * 8);
}

}  // namespace

uint32_t instruction_family(Fork fork) {
    static const auto families = [] {
        std::array<uint32_t, fork_count> of{};
        for (int f = 1; f < fork_count; ++f) {
            const bool same =
                same_instructions(gas_table(static_cast<Fork>(f)), gas_table(static_cast<Fork>(f - 1)));
            of[static_cast<size_t>(f)] = of[static_cast<size_t>(f - 1)] + (same ? 0 : 1);
        }
        return of;
    }();
    return families[static_cast<size_t>(fork)];
}

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
    m_credits.emplace_back();
    return number;
}

void CodeStore::enter(uint32_t code, Fork fork, uint64_t gas) {
    if (m_images == Images::never || code >= m_records.size()) return;
    std::vector<Credit>& credits = m_credits[code];
    const uint32_t family = instruction_family(fork);
    if (credits.size() <= family) credits.resize(family + 1);
    Credit& credit = credits[family];
    if (credit.is_settled) return;
    credit.gas += gas;
    if (m_images == Images::worth && credit.gas < gas_per_byte * m_records[code].size) return;
    credit.is_settled = true;
    add_image(code, fork);
}

void CodeStore::add_image(uint32_t code, Fork fork) {
    kernel::code_record& record = m_records[code];
    const auto at = static_cast<uint32_t>(m_bytes.size());
    auto image = make_image(BytesView(m_bytes).subspan(record.at, record.size), gas_table(fork), at);
    if (!image || m_bytes.size() + image->size() > most_bytes) return;
    kernel::image_header header{};
    std::memcpy(&header, image->data(), sizeof header);
    header.family = instruction_family(fork);
    header.next = record.image;
    std::memcpy(image->data(), &header, sizeof header);
    append(m_bytes, *image);
    record.image = at;
    m_image_places.push_back(at);
}

}  // namespace warpevm
