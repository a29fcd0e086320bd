// SPDX-License-Identifier: Apache-2.0
// The root of a trie that changes: nodes that have lost their references get new ones from below, those of
// one height together.
#include <algorithm>

#include "evm/trie/hex_prefix.hpp"
#include "evm/trie/merkle_trie.hpp"

namespace warpevm {

class MerkleTrie::Hashing {
  public:
    explicit Hashing(MerkleTrie& trie) : m_trie(trie) {}

    uint64_t run() {
        list({m_trie.m_root, 0});
        for (const std::vector<Unhashed>& level : m_levels) {
            for (const Unhashed& node : level) {
                is_branch(node.link) ? write_branch(m_trie.m_branches[index_of(node.link)])
                                     : write_leaf(node);
                m_references.end_node(m_trie.reference(node.link));
            }
            m_references.finish();
            for (const Unhashed& node : level) {
                if (!is_branch(node.link) || m_trie.m_branches[index_of(node.link)].depth == node.start)
                    continue;
                write_extension(node);
                m_references.end_node(m_trie.reference(node.link));
            }
            m_references.finish();
        }
        return m_references.hashed_nodes();
    }

  private:
    /// Lists what is to be done here and below, and answers the height: leaves have none.
    size_t list(const Unhashed& node) {
        size_t height = 0;
        if (is_branch(node.link)) {
            const Branch& branch = m_trie.m_branches[index_of(node.link)];
            for (size_t i = 0; i < end_of_key; ++i)
                if (const Link child = branch.children[i]; child != 0 && !m_trie.reference(child).is_formed())
                    height = std::max(height, list({child, static_cast<uint8_t>(branch.depth + 1)}));
            ++height;
        }
        if (m_levels.size() <= height) m_levels.resize(height + 1);
        m_levels[height].push_back(node);
        return height;
    }

    void write_leaf(const Unhashed& node) {
        const Leaf& leaf = m_trie.m_leaves[index_of(node.link)];
        const BytesView value = m_trie.value(index_of(node.link));
        hex_prefix({m_trie.key(leaf), node.start, size_t{leaf.key_size} * 2, true}, m_path);
        m_references.writer()
            .list_of_size(rlp::string_size(m_path) + rlp::string_size(value))
            .string(m_path)
            .string(value);
    }

    void write_branch(const Branch& branch) {
        const Link own = branch.children[end_of_key];
        const BytesView value = own == 0 ? BytesView() : m_trie.value(index_of(own));
        size_t payload = rlp::string_size(value);
        for (size_t i = 0; i < end_of_key; ++i)
            payload += branch.children[i] == 0 ? 1 : m_trie.reference(branch.children[i]).item_size();
        rlp::Writer& out = m_references.writer().list_of_size(payload);
        for (size_t i = 0; i < end_of_key; ++i)
            if (branch.children[i] == 0)
                out.string({});
            else
                m_trie.reference(branch.children[i]).write(out);
        out.string(value);
    }

    /// The reference is still the branch's; afterwards it will be the extension's.
    void write_extension(const Unhashed& node) {
        const Branch& branch = m_trie.m_branches[index_of(node.link)];
        hex_prefix({m_trie.key(m_trie.some_leaf(node.link)), node.start, branch.depth, false}, m_path);
        rlp::Writer& out = m_references.writer();
        out.list_of_size(rlp::string_size(m_path) + branch.reference.item_size()).string(m_path);
        branch.reference.write(out);
    }

    MerkleTrie& m_trie;
    std::vector<std::vector<Unhashed>> m_levels;  ///< by height
    ReferenceBatch m_references;
    Bytes m_path;
};

Hash MerkleTrie::root() {
    if (m_root == 0) return empty_trie_root;
    if (!reference(m_root).is_formed()) m_hashed += Hashing(*this).run();
    return reference(m_root).as_root();
}

}  // namespace warpevm
