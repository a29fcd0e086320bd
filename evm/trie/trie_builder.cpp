// SPDX-License-Identifier: Apache-2.0
// The machine behind trie_root: lays a whole trie out in one array, then hashes it from the leaves up, many
// nodes at once.
#include "evm/trie/trie_builder.hpp"

#include <algorithm>
#include <bit>

#include "evm/crypto/keccak.hpp"
#include "evm/trie/hex_prefix.hpp"

namespace warpevm {
namespace {

/// Nodes hashed in one call: enough to fill vector lanes, few enough that their encodings stay in the cache.
constexpr size_t batch_size = 512;
constexpr size_t batch_bytes = 1 << 18;

/// The number of nibbles that both keys share, the first `known` being known to be shared.
uint32_t common_nibbles(BytesView a, BytesView b, uint32_t known) {
    const size_t limit = std::min(a.size(), b.size());
    size_t i = known / 2;
    while (i < limit && a[i] == b[i]) ++i;
    const bool half = i < limit && (a[i] ^ b[i]) < 0x10;
    return static_cast<uint32_t>(2 * i + (half ? 1 : 0));
}

}  // namespace

TrieBuilder::TrieBuilder(std::span<const TrieEntry> entries) : m_entries(entries) {
    m_nodes.reserve(entries.size() + entries.size() / 2);
}

Hash TrieBuilder::root(const ForEach& for_each) {
    lay_out();
    const size_t pieces = m_nodes.size() / batch_size + 1;
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
    const Node& top = m_nodes.front();
    return top.reference_size == 32 ? Hash{top.reference} : keccak256(top.reference_bytes());
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
        const size_t mark = m_encodings.bytes().size();
        write(node);
        const size_t end = m_encodings.bytes().size();
        if (end - mark < 32)
            set_inline_reference(node, mark);
        else
            m_pending.push_back(
                {static_cast<uint32_t>(i), static_cast<uint32_t>(mark), static_cast<uint32_t>(end)});
        if (m_pending.size() == batch_size || end > batch_bytes) hash_written();
    }
    hash_written();
}

void TrieBuilder::Batch::set_inline_reference(Node& node, size_t mark) {
    const BytesView encoding = BytesView(m_encodings.bytes()).subspan(mark);
    std::copy(encoding.begin(), encoding.end(), node.reference.begin());
    node.reference_size = static_cast<uint8_t>(encoding.size());
}

void TrieBuilder::Batch::hash_written() {
    const BytesView written = m_encodings.bytes();
    m_messages.clear();
    for (const Pending& p : m_pending) m_messages.push_back(written.subspan(p.begin, p.end - p.begin));
    m_digests.resize(m_messages.size());
    keccak256_batch(m_messages, m_digests);
    for (size_t i = 0; i < m_pending.size(); ++i) {
        m_trie.m_nodes[m_pending[i].node].reference = m_digests[i].bytes;
        m_trie.m_nodes[m_pending[i].node].reference_size = 32;
    }
    m_pending.clear();
    m_encodings.clear();
}

void TrieBuilder::Batch::write_leaf(const Node& node) {
    write_path(node);
    const BytesView value = m_trie.m_entries[node.first].value;
    m_encodings.list_of_size(rlp::string_size(m_path) + rlp::string_size(value)).string(m_path).string(value);
}

void TrieBuilder::Batch::write_branch(const Node& node) {
    const BytesView value = m_trie.branch_value(node);
    const auto child_count = static_cast<size_t>(std::popcount(node.children));
    size_t payload = 16 - child_count + rlp::string_size(value);
    for (size_t i = 0; i < child_count; ++i)
        payload += m_trie.m_nodes[node.first_child + i].reference_item_size();
    m_encodings.list_of_size(payload);
    size_t child = node.first_child;
    for (int n = 0; n < 16; ++n)
        if ((node.children >> n & 1) != 0)
            write_reference(m_trie.m_nodes[child++]);
        else
            m_encodings.string({});
    m_encodings.string(value);
}

/// The node's reference is still its branch's; afterwards it will be the extension's.
void TrieBuilder::Batch::write_extension(const Node& node) {
    write_path(node);
    m_encodings.list_of_size(rlp::string_size(m_path) + node.reference_item_size()).string(m_path);
    write_reference(node);
}

void TrieBuilder::Batch::write_reference(const Node& node) {
    if (node.reference_size == 32)
        m_encodings.string(node.reference_bytes());
    else
        m_encodings.raw(node.reference_bytes());
}

void TrieBuilder::Batch::write_path(const Node& node) {
    hex_prefix({m_trie.key(node.first), node.start, node.stop, node.is_leaf()}, m_path);
}

}  // namespace warpevm
