// SPDX-License-Identifier: Apache-2.0
// The trie's root as the Yellow Paper writes it (appendix D): recursive, one node at a time, slow and easy to
// believe.
#pragma once

#include <algorithm>
#include <map>

#include "evm/codec/rlp.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm::test {

using Nibbles = std::vector<uint8_t>;

/// Spelled out because GCC 12 warns falsely about the three-way comparison of byte vectors.
struct BytesLess {
    bool operator()(const Bytes& a, const Bytes& b) const {
        return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
    }
};
using BytesMap = std::map<Bytes, Bytes, BytesLess>;
/// Keys as nibbles.
using ReferenceEntries = BytesMap;

inline Nibbles to_nibbles(BytesView key) {
    Nibbles n;
    for (const uint8_t b : key) {
        n.push_back(b >> 4);
        n.push_back(b & 15);
    }
    return n;
}

/// HP(x, t) of appendix C.
inline Bytes reference_hex_prefix(const Nibbles& x, bool t) {
    Nibbles all;
    if (x.size() % 2 == 0)
        all = {static_cast<uint8_t>(t ? 2 : 0), 0};
    else
        all = {static_cast<uint8_t>(t ? 3 : 1)};
    all.insert(all.end(), x.begin(), x.end());
    Bytes out;
    for (size_t i = 0; i < all.size(); i += 2) out.push_back(static_cast<uint8_t>(all[i] * 16 + all[i + 1]));
    return out;
}

Bytes reference_node(const ReferenceEntries& entries);

/// n(I, i): nothing, the node itself where it is short, or its hash.
inline Bytes reference_link(const ReferenceEntries& entries) {
    if (entries.empty()) return rlp::Writer().string({}).take();
    const Bytes node = reference_node(entries);
    return node.size() < 32 ? node : rlp::Writer().string(keccak256(node)).take();
}

inline Nibbles tail(const Nibbles& n, size_t from) {
    return {n.begin() + static_cast<std::ptrdiff_t>(from), n.end()};
}

/// c(I, i) of at least one entry; the nibbles that lead to it are gone from the keys already.
inline Bytes reference_node(const ReferenceEntries& entries) {
    rlp::Writer out;
    const size_t list = out.begin_list();
    const Nibbles& first = entries.begin()->first;
    if (entries.size() == 1)
        return out.string(reference_hex_prefix(first, true))
            .string(entries.begin()->second)
            .end_list(list)
            .take();
    size_t shared = first.size();
    for (const auto& [key, value] : entries) {
        size_t i = 0;
        while (i < shared && i < key.size() && key[i] == first[i]) ++i;
        shared = i;
    }
    if (shared > 0) {
        ReferenceEntries shorter;
        for (const auto& [key, value] : entries) shorter[tail(key, shared)] = value;
        out.string(reference_hex_prefix({first.begin(), first.begin() + static_cast<std::ptrdiff_t>(shared)},
                                        false));
        return out.raw(reference_link(shorter)).end_list(list).take();
    }
    Bytes value_here;
    ReferenceEntries children[16];
    for (const auto& [key, value] : entries) {
        if (key.empty())
            value_here = value;
        else
            children[key[0]][tail(key, 1)] = value;
    }
    for (const ReferenceEntries& child : children) out.raw(reference_link(child));
    return out.string(value_here).end_list(list).take();
}

inline Hash reference_root(const BytesMap& entries) {
    ReferenceEntries nibbles;
    for (const auto& [key, value] : entries)
        if (!value.empty()) nibbles[to_nibbles(key)] = value;
    return keccak256(nibbles.empty() ? rlp::Writer().string({}).take() : reference_node(nibbles));
}

}  // namespace warpevm::test
