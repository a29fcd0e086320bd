// SPDX-License-Identifier: Apache-2.0
// A Merkle Patricia trie that changes (Yellow Paper, appendix D): it keeps what nodes refer to, so that a
// root costs the paths to the keys that changed since the last one.
#pragma once

#include <array>
#include <vector>

#include "evm/trie/node_reference.hpp"
#include "evm/trie/trie.hpp"

namespace warpevm {

/// A radix tree: a node is a leaf or a branch together with the extension before it. The nibbles of an
/// extension are not stored, since every key below has them. Paths have at most 64 branches, and so has every
/// recursion here, whatever keys are chosen. Fewer than 2^31 keys.
class MerkleTrie {
  public:
    static constexpr size_t longest_key = 32;
    static constexpr uint8_t most_room = 255;

    /// Values are up to `room` bytes long; each leaf has that much for its own.
    explicit MerkleTrie(uint8_t room) : m_room(room) {}
    void reserve(size_t keys);

    /// Empty where there is none. Valid until the next change.
    [[nodiscard]] BytesView find(BytesView key) const;
    /// Inserts or changes; an empty value erases.
    void set(BytesView key, BytesView value);
    /// Hashes what changed since the last call.
    Hash root();

    [[nodiscard]] size_t size() const { return m_leaves.size() - m_free_leaves.size(); }
    /// Of all calls of `root`.
    [[nodiscard]] uint64_t hashed_nodes() const { return m_hashed; }
    /// Bytes that it holds on to.
    [[nodiscard]] size_t memory() const;

  private:
    /// Zero: nothing. Else the index of a leaf or branch, see link_to.
    using Link = uint32_t;
    struct Leaf {
        std::array<uint8_t, longest_key> key;
        uint8_t key_size;
        uint8_t value_size;
        NodeReference reference;
    };
    /// The last child is the leaf whose key ends here: its value is the branch's own.
    static constexpr uint8_t end_of_key = 16;
    struct Branch {
        std::array<Link, 17> children{};
        uint8_t depth = 0;        ///< nibbles that all keys below share
        NodeReference reference;  ///< that of the extension where there is one
    };
    /// Where a link is kept: in a branch or, without one, as the root.
    static constexpr uint32_t no_branch = ~uint32_t{0};
    struct Place {
        uint32_t branch = no_branch;
        uint8_t child = 0;
    };
    struct Unhashed {
        Link link;
        uint8_t start;  ///< nibbles of the key that lead here
    };
    class Hashing;

    static Link link_to_leaf(uint32_t index) { return index * 2 + 2; }
    static Link link_to_branch(uint32_t index) { return index * 2 + 3; }
    static bool is_branch(Link link) { return link % 2 != 0; }
    static uint32_t index_of(Link link) { return link / 2 - 1; }
    /// The child that a key goes to at a branch of that depth.
    static uint8_t child_at(BytesView key, size_t depth);

    [[nodiscard]] Link& at(Place place) {
        return place.branch == no_branch ? m_root : m_branches[place.branch].children[place.child];
    }
    [[nodiscard]] NodeReference& reference(Link link) {
        const uint32_t i = index_of(link);
        return is_branch(link) ? m_branches[i].reference : m_leaves[i].reference;
    }
    [[nodiscard]] BytesView key(const Leaf& leaf) const { return {leaf.key.data(), leaf.key_size}; }
    [[nodiscard]] BytesView value(uint32_t leaf) const {
        return {m_values.data() + size_t{leaf} * m_room, m_leaves[leaf].value_size};
    }
    [[nodiscard]] const Leaf& some_leaf(Link link) const;
    [[nodiscard]] const Leaf& closest(BytesView key) const;
    [[nodiscard]] Link find_leaf(BytesView key) const;
    Link new_leaf(BytesView key, BytesView value);
    uint32_t new_branch();
    void set_value(uint32_t leaf, BytesView value);
    Place enter(uint32_t branch, BytesView key);
    void part(Place place, uint8_t depth, BytesView key, BytesView value);
    void erase(BytesView key);

    size_t m_room;
    Link m_root = 0;
    std::vector<Leaf> m_leaves;
    Bytes m_values;  ///< m_room for each leaf
    std::vector<Branch> m_branches;
    std::vector<uint32_t> m_free_leaves, m_free_branches;
    uint64_t m_hashed = 0;
};

}  // namespace warpevm
