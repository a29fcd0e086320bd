// SPDX-License-Identifier: Apache-2.0
// What a trie's node holds of its children (Yellow Paper, appendix D), and forming that for many nodes at
// once.
#pragma once

#include <array>
#include <vector>

#include "evm/base/bytes.hpp"
#include "evm/codec/rlp.hpp"

namespace warpevm {

/// The hash of a node, or the node's encoding itself where that is shorter than 32 bytes.
struct NodeReference {
    std::array<uint8_t, 32> bytes{};
    uint8_t size = 0;  ///< 32: a hash; 0: not formed yet

    [[nodiscard]] bool is_formed() const { return size != 0; }
    [[nodiscard]] size_t item_size() const { return size == 32 ? 33 : size; }
    void write(rlp::Writer& to) const;
    /// The trie's root where this refers to its topmost node: that one is hashed however short it is.
    [[nodiscard]] Hash as_root() const;
};

/// Encodes nodes one after the other and hashes many in one call. References must stay where they are until
/// `finish`.
class ReferenceBatch {
  public:
    /// A node is written here, then ended.
    [[nodiscard]] rlp::Writer& writer() { return m_encodings; }
    /// `reference` becomes that of what was written since the last call: at once where it is short, else by
    /// `finish` at the latest.
    void end_node(NodeReference& reference);
    void finish();
    [[nodiscard]] uint64_t hashed_nodes() const { return m_hashed; }

  private:
    /// An encoding of at least 32 bytes that waits to be hashed.
    struct Pending {
        NodeReference* reference;
        size_t begin;
        size_t end;
    };

    rlp::Writer m_encodings;
    size_t m_begin = 0;  ///< of the node that is being written
    uint64_t m_hashed = 0;
    std::vector<Pending> m_pending;
    std::vector<BytesView> m_messages;
    std::vector<Hash> m_digests;
};

}  // namespace warpevm
