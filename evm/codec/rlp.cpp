// SPDX-License-Identifier: Apache-2.0
// Recursive Length Prefix (Yellow Paper, appendix B): a strict reader that names the offset of what is wrong,
// and a writer.
#include "evm/codec/rlp.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace warpevm::rlp {
namespace {

constexpr uint8_t string_base = 0x80;
constexpr uint8_t list_base = 0xc0;
/// Payloads of up to this length have it in the first byte; above, its bytes follow.
constexpr size_t max_short_length = 55;

tl::unexpected<Error> fail_at(ErrorCode code, size_t offset) {
    return fail(code, "at byte " + std::to_string(offset));
}

struct Header {
    bool is_list = false;
    size_t size = 0;     ///< of the header itself
    size_t payload = 0;  ///< length of the payload
};

/// The length after a first byte above base + 55: 1 to 8 bytes, no leading zero, and longer than 55.
Result<Header> long_header(BytesView input, uint8_t base, size_t offset) {
    const size_t count = input[0] - base - max_short_length;
    if (input.size() - 1 < count) return fail_at(ErrorCode::rlp_too_short, offset);
    if (input[1] == 0) return fail_at(ErrorCode::rlp_non_canonical, offset);
    uint64_t length = 0;
    for (const uint8_t b : input.subspan(1, count)) length = length << 8 | b;
    if (length <= max_short_length) return fail_at(ErrorCode::rlp_non_canonical, offset);
    return Header{base == list_base, 1 + count, length};
}

/// The header at the front of a non-empty `input`, its payload known to lie within.
Result<Header> read_header(BytesView input, size_t offset) {
    const uint8_t first = input[0];
    if (first < string_base) return Header{false, 0, 1};
    const uint8_t base = first < list_base ? string_base : list_base;
    Header header{base == list_base, 1, static_cast<size_t>(first - base)};
    if (header.payload > max_short_length) {
        auto longer = long_header(input, base, offset);
        if (!longer) return longer;
        header = *longer;
    }
    if (header.payload > input.size() - header.size) return fail_at(ErrorCode::rlp_too_short, offset);
    if (!header.is_list && header.size == 1 && header.payload == 1 && input[1] < string_base)
        return fail_at(ErrorCode::rlp_non_canonical, offset);
    return header;
}

/// The first byte and, for long payloads, the bytes of the length.
struct EncodedHeader {
    uint8_t bytes[9];
    size_t size = 1;

    EncodedHeader(uint8_t base, size_t length) {
        if (length <= max_short_length) {
            bytes[0] = static_cast<uint8_t>(base + length);
            return;
        }
        const auto count = static_cast<size_t>(std::bit_width(length) + 7) / 8;
        bytes[0] = static_cast<uint8_t>(base + max_short_length + count);
        for (size_t i = count; i-- > 0;) bytes[size++] = static_cast<uint8_t>(length >> (8 * i));
    }
    operator BytesView() const { return {bytes, size}; }  // NOLINT(google-explicit-constructor)
};

/// A single byte below 0x80 is its own encoding.
bool is_own_encoding(BytesView s) {
    return s.size() == 1 && s[0] < string_base;
}

}  // namespace

Result<Item> Reader::next() {
    if (m_rest.empty()) return fail_at(ErrorCode::rlp_wrong_count, m_offset);
    const auto header = read_header(m_rest, m_offset);
    if (!header) return tl::unexpected(header.error());
    const size_t size = header->size + header->payload;
    const Item item{header->is_list, m_rest.subspan(header->size, header->payload), m_rest.first(size),
                    m_offset};
    m_rest = m_rest.subspan(size);
    m_offset += size;
    return item;
}

Result<BytesView> Reader::string() {
    const auto item = next();
    if (!item) return tl::unexpected(item.error());
    if (item->is_list) return fail_at(ErrorCode::rlp_unexpected_kind, item->offset);
    return item->payload;
}

Result<Reader> Reader::list() {
    const auto item = next();
    if (!item) return tl::unexpected(item.error());
    if (!item->is_list) return fail_at(ErrorCode::rlp_unexpected_kind, item->offset);
    return Reader(item->payload, item->offset + item->whole.size() - item->payload.size());
}

Result<U256> Reader::u256() {
    const size_t start = m_offset;
    const auto bytes = string();
    if (!bytes) return tl::unexpected(bytes.error());
    if (!bytes->empty() && (*bytes)[0] == 0) return fail_at(ErrorCode::rlp_leading_zero, start);
    if (bytes->size() > 32) return fail_at(ErrorCode::rlp_number_too_large, start);
    uint8_t padded[32] = {};
    std::copy(bytes->begin(), bytes->end(), padded + 32 - bytes->size());
    return load_be(padded);
}

Result<uint64_t> Reader::u64() {
    const size_t start = m_offset;
    const auto number = u256();
    if (!number) return tl::unexpected(number.error());
    if (!number->fits_u64()) return fail_at(ErrorCode::rlp_number_too_large, start);
    return number->limb[0];
}

Result<void> Reader::fixed(std::span<uint8_t> out) {
    const size_t start = m_offset;
    const auto bytes = string();
    if (!bytes) return tl::unexpected(bytes.error());
    if (bytes->size() != out.size())
        return fail(ErrorCode::rlp_wrong_size, "at byte " + std::to_string(start) + ": " +
                                                   std::to_string(bytes->size()) + " bytes instead of " +
                                                   std::to_string(out.size()));
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return {};
}

Result<Address> Reader::address() {
    Address a;
    return fixed(a.bytes).map([&] { return a; });
}

Result<Bytes32> Reader::bytes32() {
    Bytes32 b;
    return fixed(b.bytes).map([&] { return b; });
}

Result<void> Reader::finish() const {
    if (!m_rest.empty()) return fail_at(ErrorCode::rlp_wrong_count, m_offset);
    return {};
}

Result<Item> decode_one(BytesView input, size_t offset) {
    if (input.empty()) return fail_at(ErrorCode::rlp_too_short, offset);
    Reader reader(input, offset);
    auto item = reader.next();
    if (item && !reader.empty()) return fail_at(ErrorCode::rlp_trailing_bytes, reader.offset());
    return item;
}

Result<void> validate(BytesView input) {
    const auto whole = decode_one(input);
    if (!whole) return tl::unexpected(whole.error());
    std::vector<Reader> open{Reader(input)};
    while (!open.empty()) {
        if (open.back().empty()) {
            open.pop_back();
            continue;
        }
        const auto item = open.back().next();
        if (!item) return tl::unexpected(item.error());
        if (!item->is_list) continue;
        if (open.size() > max_depth) return fail_at(ErrorCode::rlp_too_deep, item->offset);
        open.emplace_back(item->payload, item->offset + item->whole.size() - item->payload.size());
    }
    return {};
}

size_t string_size(BytesView s) {
    return is_own_encoding(s) ? 1 : EncodedHeader(string_base, s.size()).size + s.size();
}

Writer& Writer::string(BytesView s) {
    if (!is_own_encoding(s)) raw(EncodedHeader(string_base, s.size()));
    return raw(s);
}

Writer& Writer::u64(uint64_t x) {
    return u256(x);
}

Writer& Writer::u256(const U256& x) {
    uint8_t bytes[32];
    store_be(bytes, x);
    const unsigned length = x.byte_length();
    return string(BytesView(bytes + 32 - length, length));
}

Writer& Writer::raw(BytesView item) {
    append(m_out, item);
    return *this;
}

Writer& Writer::end_list(size_t mark) {
    const EncodedHeader header(list_base, m_out.size() - mark);
    m_out.insert(m_out.begin() + static_cast<std::ptrdiff_t>(mark), header.bytes, header.bytes + header.size);
    return *this;
}

Writer& Writer::list_of_size(size_t payload) {
    return raw(EncodedHeader(list_base, payload));
}

}  // namespace warpevm::rlp
