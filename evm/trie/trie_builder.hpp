// SPDX-License-Identifier: Apache-2.0
// The machine behind trie_root: lays a whole trie out in one array, then hashes it from the leaves up, many
// nodes at once.
#pragma once

#include <vector>

#include "evm/trie/node_reference.hpp"
#include "evm/trie/trie.hpp"

namespace warpevm {

/// Works on entries sorted by key, with distinct keys and no empty values, at least one and fewer than 2^31;
/// used once.
class TrieBuilder {
  public:
    explicit TrieBuilder(std::span<const TrieEntry> entries);
    Hash root(const ForEach& for_each);

  private:
    /// A leaf, or a branch together with the extension before it, over the entries [first, last).
    struct Node {
        uint32_t first = 0;
        uint32_t last = 0;
        uint32_t start = 0;  ///< nibbles of the key that lead here
        uint32_t stop =
            0;  ///< where the path ends: the key's end in a leaf, the parting of the keys in a branch
        uint32_t first_child = 0;
        uint16_t children = 0;    ///< bit n: there is a child for nibble n; 0 in a leaf
        NodeReference reference;  ///< what the parent holds

        [[nodiscard]] bool is_leaf() const { return children == 0; }
        [[nodiscard]] bool has_extension() const { return !is_leaf() && start < stop; }
    };

    /// Encodes and hashes nodes. Several may be at work at once, on nodes that do not need each other.
    class Batch {
      public:
        explicit Batch(TrieBuilder& trie) : m_trie(trie) {}
        /// Encodes the wanted nodes of [first, last) and gives them their references.
        template <class Wanted, class Write>
        void finish_nodes(size_t first, size_t last, Wanted wanted, Write write);
        void write_leaf(const Node& node);
        void write_branch(const Node& node);
        void write_extension(const Node& node);

      private:
        void write_path(const Node& node);

        TrieBuilder& m_trie;
        ReferenceBatch m_references;
        Bytes m_path;
    };

    void lay_out();
    void expand(size_t index);
    void add_child(size_t parent, uint32_t first, uint32_t last);

    [[nodiscard]] BytesView key(uint32_t entry) const { return m_entries[entry].key; }
    /// The value that ends at a branch; keys that are prefixes of others sort first.
    [[nodiscard]] BytesView branch_value(const Node& node) const {
        return key(node.first).size() * 2 == node.stop ? m_entries[node.first].value : BytesView();
    }

    std::span<const TrieEntry> m_entries;
    std::vector<Node> m_nodes;  ///< breadth first, so that each level and each node's children are contiguous
    std::vector<uint32_t> m_levels;  ///< index of each level's first node
};

}  // namespace warpevm
