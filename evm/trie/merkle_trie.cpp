// SPDX-License-Identifier: Apache-2.0
// The shape of a trie that changes: which nodes there are. What changes loses its reference, and so does all
// that is above it.
#include "evm/trie/merkle_trie.hpp"

#include <algorithm>

#include "evm/trie/hex_prefix.hpp"

namespace warpevm {
namespace {

/// Room for more, by a quarter: twice as much would be too much of a large trie.
template <class Vector>
void make_room(Vector& vector, size_t more) {
    if (vector.size() + more > vector.capacity())
        vector.reserve(vector.size() + vector.size() / 4 + 4 * more);
}

uint32_t take_free(std::vector<uint32_t>& free) {
    const uint32_t index = free.back();
    free.pop_back();
    return index;
}

}  // namespace

void MerkleTrie::reserve(size_t keys) {
    m_leaves.reserve(keys);
    m_values.reserve(keys * m_room);
    // Random keys need 0.36 to 0.44 branches each.
    m_branches.reserve(keys / 2);
}

size_t MerkleTrie::memory() const {
    return m_leaves.capacity() * sizeof(Leaf) + m_values.capacity() + m_branches.capacity() * sizeof(Branch) +
           (m_free_leaves.capacity() + m_free_branches.capacity()) * sizeof(uint32_t);
}

uint8_t MerkleTrie::child_at(BytesView key, size_t depth) {
    return depth == 2 * key.size() ? end_of_key : nibble(key, depth);
}

const MerkleTrie::Leaf& MerkleTrie::some_leaf(Link link) const {
    while (is_branch(link)) {
        const auto& children = m_branches[index_of(link)].children;
        link = *std::find_if(children.begin(), children.end(), [](Link child) { return child != 0; });
    }
    return m_leaves[index_of(link)];
}

/// No key shares more nibbles with `key`. The trie is not empty.
const MerkleTrie::Leaf& MerkleTrie::closest(BytesView key) const {
    Link link = m_root;
    while (is_branch(link)) {
        const Branch& branch = m_branches[index_of(link)];
        // Whether what was passed over agrees shows at the leaf.
        if (branch.depth > 2 * key.size()) break;
        const Link child = branch.children[child_at(key, branch.depth)];
        if (child == 0) break;
        link = child;
    }
    return some_leaf(link);
}

MerkleTrie::Link MerkleTrie::find_leaf(BytesView key) const {
    if (m_root == 0) return 0;
    const Leaf& leaf = closest(key);
    if (!equal(this->key(leaf), key)) return 0;
    return link_to_leaf(static_cast<uint32_t>(&leaf - m_leaves.data()));
}

BytesView MerkleTrie::find(BytesView key) const {
    const Link leaf = find_leaf(key);
    return leaf == 0 ? BytesView() : value(index_of(leaf));
}

MerkleTrie::Link MerkleTrie::new_leaf(BytesView key, BytesView value) {
    if (m_free_leaves.empty()) {
        make_room(m_values, m_room);
        make_room(m_leaves, 1);
        m_free_leaves.push_back(static_cast<uint32_t>(m_leaves.size()));
        m_values.resize(m_values.size() + m_room);
        m_leaves.emplace_back();
    }
    const uint32_t index = take_free(m_free_leaves);
    Leaf& leaf = m_leaves[index];
    std::copy(key.begin(), key.end(), leaf.key.begin());
    leaf.key_size = static_cast<uint8_t>(key.size());
    set_value(index, value);
    return link_to_leaf(index);
}

uint32_t MerkleTrie::new_branch() {
    if (m_free_branches.empty()) {
        make_room(m_branches, 1);
        m_branches.emplace_back();
        return static_cast<uint32_t>(m_branches.size() - 1);
    }
    const uint32_t index = take_free(m_free_branches);
    m_branches[index] = {};
    return index;
}

void MerkleTrie::set_value(uint32_t leaf, BytesView value) {
    std::copy(value.begin(), value.end(), m_values.begin() + static_cast<std::ptrdiff_t>(leaf * m_room));
    m_leaves[leaf].value_size = static_cast<uint8_t>(value.size());
    m_leaves[leaf].reference = {};
}

/// Something below will change on the way of `key`.
MerkleTrie::Place MerkleTrie::enter(uint32_t branch, BytesView key) {
    m_branches[branch].reference = {};
    return {branch, child_at(key, m_branches[branch].depth)};
}

void MerkleTrie::set(BytesView key, BytesView value) {
    if (value.empty()) return erase(key);
    if (m_root == 0) {
        m_root = new_leaf(key, value);
        return;
    }
    const BytesView other = this->key(closest(key));
    const bool there = equal(other, key);
    const uint32_t shared = common_nibbles(other, key);
    Place place;
    const auto goes_on = [&] {
        return is_branch(at(place)) && (there || m_branches[index_of(at(place))].depth <= shared);
    };
    // At a branch where it parts from all others, its own child is empty.
    while (at(place) != 0 && goes_on()) place = enter(index_of(at(place)), key);
    if (there)
        set_value(index_of(at(place)), value);
    else if (at(place) == 0)
        // Making the leaf moves no branch.
        at(place) = new_leaf(key, value);
    else
        part(place, static_cast<uint8_t>(shared), key, value);
}

/// A branch takes the place of what is there, which becomes its child beside a new leaf.
void MerkleTrie::part(Place place, uint8_t depth, BytesView key, BytesView value) {
    const Link old = at(place);
    reference(old) = {};  // fewer nibbles lead on from the branch
    const uint8_t side = child_at(this->key(some_leaf(old)), depth);
    const Link leaf = new_leaf(key, value);
    const uint32_t index = new_branch();
    m_branches[index].depth = depth;
    m_branches[index].children[side] = old;
    m_branches[index].children[child_at(key, depth)] = leaf;
    at(place) = link_to_branch(index);
}

void MerkleTrie::erase(BytesView key) {
    if (find_leaf(key) == 0) return;
    Place place, above;
    while (is_branch(at(place))) {
        above = place;
        place = enter(index_of(at(place)), key);
    }
    m_free_leaves.push_back(index_of(at(place)));
    at(place) = 0;
    if (place.branch == no_branch) return;
    const auto& children = m_branches[place.branch].children;
    const auto is_there = [](Link child) { return child != 0; };
    const auto first = std::find_if(children.begin(), children.end(), is_there);
    if (std::find_if(first + 1, children.end(), is_there) != children.end()) return;
    // The only one left takes the branch's place, and more nibbles lead on to it.
    reference(*first) = {};
    at(above) = *first;
    m_free_branches.push_back(place.branch);
}

}  // namespace warpevm
