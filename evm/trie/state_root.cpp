// SPDX-License-Identifier: Apache-2.0
// The root of the state: accounts under the hashes of their addresses (Yellow Paper 4.1).
#include "evm/trie/state_root.hpp"

#include <algorithm>

namespace warpevm {

void write_account_leaf(rlp::Writer& to, const TrieAccount& a) {
    const size_t list = to.begin_list();
    to.u64(a.nonce).u256(a.balance).string(a.storage_root).string(a.code_hash).end_list(list);
}

/// The last two items are 33 bytes each.
Hash storage_root_in(BytesView account_leaf) {
    Hash root;
    std::copy_n(account_leaf.end() - 65, 32, root.bytes.begin());
    return root;
}

Hash state_root(std::span<const TrieAccount> accounts) {
    rlp::Writer values;
    std::vector<size_t> ends;
    for (const TrieAccount& a : accounts) {
        write_account_leaf(values, a);
        ends.push_back(values.bytes().size());
    }
    std::vector<TrieEntry> entries;
    entries.reserve(accounts.size());
    const BytesView all = values.bytes();
    for (size_t i = 0, begin = 0; i < accounts.size(); begin = ends[i++])
        entries.push_back({accounts[i].address, all.subspan(begin, ends[i] - begin)});
    return secure_trie_root(entries);
}

}  // namespace warpevm
