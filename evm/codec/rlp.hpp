// SPDX-License-Identifier: Apache-2.0
// Recursive Length Prefix (Yellow Paper, appendix B): a strict reader that names the offset of what is wrong,
// and a writer.
#pragma once

#include <span>

#include "evm/base/bytes.hpp"
#include "evm/base/result.hpp"
#include "evm/base/u256.hpp"

namespace warpevm::rlp {

/// One item: its payload, and where it stood in the whole input.
struct Item {
    bool is_list = false;
    BytesView payload;
    BytesView whole;    ///< header and payload
    size_t offset = 0;  ///< of `whole` in the outermost input, for error messages
};

/// Walks the items of a payload from front to back. Every function fails with the offset in the detail; after
/// a failure the position is unspecified. Reading past the last item is rlp_wrong_count.
class Reader {
  public:
    explicit Reader(BytesView input, size_t offset = 0) : m_rest(input), m_offset(offset) {}
    [[nodiscard]] bool empty() const { return m_rest.empty(); }
    Result<Item> next();
    Result<BytesView> string();
    Result<Reader> list();
    Result<uint64_t> u64();
    Result<U256> u256();
    Result<Address> address();
    Result<Bytes32> bytes32();
    /// A string of exactly out.size() bytes.
    Result<void> fixed(std::span<uint8_t> out);
    /// Fails with rlp_wrong_count unless everything was read.
    [[nodiscard]] Result<void> finish() const;
    [[nodiscard]] size_t offset() const { return m_offset; }

  private:
    BytesView m_rest;
    size_t m_offset;
};

/// The single item that `input` must consist of; only its own header is checked, not what a list holds.
/// `offset` is that of `input`.
Result<Item> decode_one(BytesView input, size_t offset = 0);

/// Lists nested deeper than this are refused by `validate`; the protocol's own objects nest 6 deep.
inline constexpr size_t max_depth = 1024;
/// Checks every item of `input` at every depth, without recursion.
Result<void> validate(BytesView input);

/// The number of bytes that Writer::string appends for `s`.
size_t string_size(BytesView s);

/// Appends items to a buffer; lists are closed by their start mark, so nothing is encoded twice.
class Writer {
  public:
    Writer& string(BytesView s);
    Writer& u64(uint64_t x);
    Writer& u256(const U256& x);
    /// Appends bytes that are RLP already.
    Writer& raw(BytesView item);
    /// begin_list returns a mark; end_list(mark) turns everything since into a list.
    [[nodiscard]] size_t begin_list() const { return m_out.size(); }
    Writer& end_list(size_t mark);
    /// Opens a list whose payload is known to be `payload` bytes long; no end_list for this one.
    Writer& list_of_size(size_t payload);
    [[nodiscard]] const Bytes& bytes() const { return m_out; }
    Bytes take() { return std::move(m_out); }
    /// Forgets everything but the memory.
    void clear() { m_out.clear(); }

  private:
    Bytes m_out;
};

}  // namespace warpevm::rlp
