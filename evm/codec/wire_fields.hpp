// SPDX-License-Identifier: Apache-2.0
// Reads the fields of a list in order and remembers the first error with the field's name; for the codec's
// own files.
#pragma once

#include <string_view>

#include "evm/codec/rlp.hpp"

namespace warpevm {

/// Once a field was wrong, the later calls do nothing and `finish` returns that error.
class FieldReader {
  public:
    explicit FieldReader(rlp::Reader reader) : m_reader(reader) {}

    void u64(std::string_view field, uint64_t& out) {
        if (m_ok) take(field, m_reader.u64(), out);
    }
    void u256(std::string_view field, U256& out) {
        if (m_ok) take(field, m_reader.u256(), out);
    }
    void fixed(std::string_view field, std::span<uint8_t> out) {
        if (m_ok) note(field, m_reader.fixed(out));
    }
    void bytes(std::string_view field, Bytes& out) {
        if (!m_ok) return;
        const auto s = m_reader.string();
        note(field, s.map([](BytesView) {}));
        if (s) out.assign(s->begin(), s->end());
    }
    /// A list of items of one kind: read_item(Reader&) takes one and returns Result<T>.
    template <class T, class ReadItem>
    void list(std::string_view field, std::vector<T>& out, ReadItem read_item) {
        if (!m_ok) return;
        auto items = m_reader.list();
        note(field, items.map([](const rlp::Reader&) {}));
        while (m_ok && !items->empty()) {
            auto item = read_item(*items);
            note(field, item.map([](const T&) {}));
            if (item) out.push_back(std::move(*item));
        }
    }
    /// Any other item: read(Reader&) returns Result<void>.
    template <class Read>
    void custom(std::string_view field, Read read) {
        if (m_ok) note(field, read(m_reader));
    }

    /// True where no error occurred and items are left.
    [[nodiscard]] bool more() const { return m_ok && !m_reader.empty(); }
    [[nodiscard]] Result<void> finish() const { return m_ok ? m_reader.finish() : m_ok; }

  private:
    template <class T>
    void take(std::string_view field, Result<T> value, T& out) {
        note(field, value.map([](const T&) {}));
        if (value) out = std::move(*value);
    }
    void note(std::string_view field, Result<void> result) {
        if (result) return;
        result.error().detail.insert(0, std::string(field) + (result.error().detail.empty() ? "" : " "));
        m_ok = std::move(result);
    }

    rlp::Reader m_reader;
    Result<void> m_ok;
};

/// Opens the next item as a list and reads it with `read_fields(FieldReader&, T&)`; the list must end with
/// the last field.
template <class T, class ReadFields>
Result<T> read_struct(rlp::Reader& from, ReadFields read_fields) {
    const auto list = from.list();
    if (!list) return tl::unexpected(list.error());
    FieldReader in(*list);
    T value{};
    read_fields(in, value);
    return in.finish().map([&] { return std::move(value); });
}

/// The same for bytes that are one list and nothing else.
template <class T, class ReadFields>
Result<T> decode_struct(BytesView bytes, size_t offset, ReadFields read_fields) {
    const auto whole = rlp::decode_one(bytes, offset);
    if (!whole) return tl::unexpected(whole.error());
    rlp::Reader reader(bytes, offset);
    return read_struct<T>(reader, read_fields);
}

}  // namespace warpevm
