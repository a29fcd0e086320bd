// SPDX-License-Identifier: Apache-2.0
// Merkle Patricia tries (Yellow Paper, appendix D): roots of whole tries formed bottom-up from sorted keys.
#include "evm/trie/trie.hpp"

#include <algorithm>

#include "evm/codec/rlp.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/trie/trie_builder.hpp"

namespace warpevm {
namespace {

/// An entry's index under the first 8 bytes of its key, which nearly always decide the order.
struct SortKey {
    uint64_t prefix = 0;
    uint32_t index = 0;
};

uint64_t key_prefix(BytesView key) {
    uint64_t prefix = 0;
    for (size_t i = 0; i < 8; ++i) prefix = prefix << 8 | (i < key.size() ? key[i] : 0);
    return prefix;
}

std::vector<TrieEntry> sorted(const std::vector<TrieEntry>& entries) {
    std::vector<SortKey> order(entries.size());
    for (size_t i = 0; i < entries.size(); ++i)
        order[i] = {key_prefix(entries[i].key), static_cast<uint32_t>(i)};
    std::sort(order.begin(), order.end(), [&](const SortKey& a, const SortKey& b) {
        if (a.prefix != b.prefix) return a.prefix < b.prefix;
        const BytesView x = entries[a.index].key;
        const BytesView y = entries[b.index].key;
        return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
    });
    std::vector<TrieEntry> result;
    result.reserve(entries.size());
    for (const SortKey& key : order) result.push_back(entries[key.index]);
    return result;
}

std::vector<Hash> hash_keys(std::span<const BytesView> keys) {
    std::vector<Hash> hashes(keys.size());
    keccak256_batch(keys, hashes);
    return hashes;
}

}  // namespace

Hash trie_root(std::vector<TrieEntry> entries, const ForEach& for_each) {
    std::erase_if(entries, [](const TrieEntry& e) { return e.value.empty(); });
    entries = sorted(entries);
    const auto same_key = [](const TrieEntry& a, const TrieEntry& b) { return equal(a.key, b.key); };
    entries.erase(std::unique(entries.begin(), entries.end(), same_key), entries.end());
    if (entries.empty()) return empty_trie_root;
    return TrieBuilder(entries).root(for_each);
}

Hash secure_trie_root(std::span<const TrieEntry> entries) {
    std::vector<BytesView> keys;
    keys.reserve(entries.size());
    for (const TrieEntry& entry : entries) keys.push_back(entry.key);
    const std::vector<Hash> hashes = hash_keys(keys);
    std::vector<TrieEntry> hashed(entries.begin(), entries.end());
    for (size_t i = 0; i < hashed.size(); ++i) hashed[i].key = hashes[i];
    return trie_root(std::move(hashed));
}

Hash ordered_trie_root(std::span<const Bytes> values) {
    return ordered_trie_root(std::vector<BytesView>(values.begin(), values.end()), in_order);
}

Hash ordered_trie_root(std::span<const BytesView> values, const ForEach& for_each) {
    std::vector<size_t> ends;
    ends.reserve(values.size());
    rlp::Writer keys;
    for (size_t i = 0; i < values.size(); ++i) ends.push_back(keys.u64(i).bytes().size());
    std::vector<TrieEntry> entries;
    entries.reserve(values.size());
    const BytesView all = keys.bytes();
    for (size_t i = 0, begin = 0; i < values.size(); begin = ends[i++])
        entries.push_back({all.subspan(begin, ends[i] - begin), values[i]});
    return trie_root(std::move(entries), for_each);
}

Hash storage_root(std::span<const std::pair<Bytes32, U256>> slots) {
    rlp::Writer values;
    std::vector<size_t> ends;
    std::vector<TrieEntry> entries;
    for (const auto& [slot, value] : slots) {
        if (value.is_zero()) continue;
        entries.push_back({slot, {}});
        ends.push_back(values.u256(value).bytes().size());
    }
    const BytesView all = values.bytes();
    for (size_t i = 0, begin = 0; i < entries.size(); begin = ends[i++])
        entries[i].value = all.subspan(begin, ends[i] - begin);
    return secure_trie_root(entries);
}

}  // namespace warpevm
