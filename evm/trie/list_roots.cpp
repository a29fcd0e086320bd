// SPDX-License-Identifier: Apache-2.0
// The roots that a header holds of its body's lists.
#include "evm/trie/list_roots.hpp"

#include <algorithm>

#include "evm/codec/wire.hpp"
#include "evm/trie/trie.hpp"

namespace warpevm {
namespace {

template <class T>
Hash root_of_encodings(std::span<const T> items, Bytes (*encode)(const T&)) {
    std::vector<Bytes> encodings(items.size());
    std::transform(items.begin(), items.end(), encodings.begin(), encode);
    return ordered_trie_root(encodings);
}

}  // namespace

Hash transactions_root(std::span<const Transaction> transactions) {
    return root_of_encodings(transactions, encode_transaction);
}

Hash withdrawals_root(std::span<const Withdrawal> withdrawals) {
    return root_of_encodings(withdrawals, encode_withdrawal);
}

}  // namespace warpevm
