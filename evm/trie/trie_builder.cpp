// SPDX-License-Identifier: Apache-2.0
// The machine behind trie_root: lays a whole trie out in one array, then hashes it from the leaves up, many
// nodes at once.
#include "evm/trie/trie_builder.hpp"

#include <algorithm>
#include <bit>

#include "evm/trie/hex_prefix.hpp"

namespace warpevm {
namespace {

/// Nodes that are worth sharing out at once.
constexpr size_t piece_size = 512;

}  // namespace

TrieBuilder::TrieBuilder(std::span<const TrieEntry> entries) : m_entries(entries) {
    m_nodes.reserve(entries.size() + entries.size() / 2);
}

Hash TrieBuilder::root(const ForEach& for_each) {
    lay_out();
    const size_t pieces = m_nodes.size() / piece_size + 1;
    for_each(pieces, [this, pieces](size_t piece) {
        Batch batch(*this);
        batch.finish_nodes(piece_begin(m_nodes.size(), pieces, piece),
                           piece_begin(m_nodes.size(), pieces, piece + 1), &Node::is_leaf,
                           [&batch](const Node& n) { batch.write_leaf(n); });
    });
    Batch batch(*this);
    for (size_t level = m_levels.size(); level-- > 0;) {
        const size_t first = m_levels[level];
        const size_t last = level + 1 < m_levels.size() ? m_levels[level + 1] : m_nodes.size();
        batch.finish_nodes(
            first, last, [](const Node& n) { return !n.is_leaf(); },
            [&batch](const Node& n) { batch.write_branch(n); });
        batch.finish_nodes(first, last, &Node::has_extension,
                           [&batch](const Node& n) { batch.write_extension(n); });
    }
    return m_nodes.front().reference.as_root();
}

void TrieBuilder::lay_out() {
    m_nodes.push_back({.last = static_cast<uint32_t>(m_entries.size())});
    for (size_t first = 0; first < m_nodes.size();) {
        const size_t last = m_nodes.size();
        m_levels.push_back(static_cast<uint32_t>(first));
        for (; first < last; ++first) expand(first);
    }
}

/// Finds where the node's path ends and appends its children.
void TrieBuilder::expand(size_t index) {
    Node& node = m_nodes[index];
    if (node.last - node.first == 1) {
        node.stop = static_cast<uint32_t>(key(node.first).size() * 2);
        return;
    }
    // The keys are sorted, so what the outer two share all share.
    node.stop = common_nibbles(key(node.first), key(node.last - 1), node.start);
    node.first_child = static_cast<uint32_t>(m_nodes.size());
    const uint32_t stop = node.stop;
    const uint32_t last = node.last;
    uint32_t first = node.first + (branch_value(node).empty() ? 0 : 1);
    while (first < last) {
        const uint8_t branch = nibble(key(first), stop);
        const auto begin = m_entries.begin() + first;
        const auto end = std::partition_point(begin, m_entries.begin() + last, [&](const TrieEntry& e) {
            return nibble(e.key, stop) == branch;
        });
        const auto next = static_cast<uint32_t>(end - m_entries.begin());
        add_child(index, first, next);
        first = next;
    }
}

void TrieBuilder::add_child(size_t parent, uint32_t first, uint32_t last) {
    const uint32_t stop = m_nodes[parent].stop;
    m_nodes[parent].children |= static_cast<uint16_t>(1U << nibble(key(first), stop));
    m_nodes.push_back({.first = first, .last = last, .start = stop + 1});
}

template <class Wanted, class Write>
void TrieBuilder::Batch::finish_nodes(size_t first, size_t last, Wanted wanted, Write write) {
    for (size_t i = first; i < last; ++i) {
        Node& node = m_trie.m_nodes[i];
        if (!std::invoke(wanted, node)) continue;
        write(node);
        m_references.end_node(node.reference);
    }
    m_references.finish();
}

void TrieBuilder::Batch::write_leaf(const Node& node) {
    write_path(node);
    const BytesView value = m_trie.m_entries[node.first].value;
    m_references.writer()
        .list_of_size(rlp::string_size(m_path) + rlp::string_size(value))
        .string(m_path)
        .string(value);
}

void TrieBuilder::Batch::write_branch(const Node& node) {
    const BytesView value = m_trie.branch_value(node);
    const auto child_count = static_cast<size_t>(std::popcount(node.children));
    size_t payload = 16 - child_count + rlp::string_size(value);
    for (size_t i = 0; i < child_count; ++i)
        payload += m_trie.m_nodes[node.first_child + i].reference.item_size();
    rlp::Writer& out = m_references.writer().list_of_size(payload);
    size_t child = node.first_child;
    for (int n = 0; n < 16; ++n)
        if ((node.children >> n & 1) != 0)
            m_trie.m_nodes[child++].reference.write(out);
        else
            out.string({});
    out.string(value);
}

/// The node's reference is still its branch's; afterwards it will be the extension's.
void TrieBuilder::Batch::write_extension(const Node& node) {
    write_path(node);
    rlp::Writer& out = m_references.writer();
    out.list_of_size(rlp::string_size(m_path) + node.reference.item_size()).string(m_path);
    node.reference.write(out);
}

void TrieBuilder::Batch::write_path(const Node& node) {
    hex_prefix({m_trie.key(node.first), node.start, node.stop, node.is_leaf()}, m_path);
}

}  // namespace warpevm
