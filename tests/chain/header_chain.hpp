// SPDX-License-Identifier: Apache-2.0
// A valid parent and child under any fork, for tests to break one thing of.
#pragma once

#include "evm/chain/difficulty.hpp"
#include "evm/chain/fees.hpp"
#include "evm/chain/header_validation.hpp"
#include "evm/codec/wire.hpp"
#include "evm/trie/list_roots.hpp"
#include "evm/trie/trie.hpp"

namespace warpevm::test {

inline Header header_of(Fork fork, uint64_t number, uint64_t timestamp) {
    Header h;
    h.ommers_hash = ommers_hash({});
    h.transactions_root = empty_trie_root;
    h.receipts_root = empty_trie_root;
    h.state_root = empty_trie_root;
    h.number = number;
    h.timestamp = timestamp;
    h.gas_limit = 10240000;
    if (fork < Fork::paris) h.difficulty = 2048000;
    if (fork >= Fork::london) h.base_fee_per_gas = 1000000000;
    if (fork >= Fork::shanghai) h.withdrawals_root = empty_trie_root;
    if (fork >= Fork::cancun) {
        h.blob_gas_used = 0;
        h.excess_blob_gas = 0;
        h.parent_beacon_block_root = Hash{};
    }
    if (fork >= Fork::prague) h.requests_hash = Hash{};
    return h;
}

/// An empty block's header that keeps every rule after `parent`.
inline Header child_of(const Header& parent, const Rules& rules) {
    Header h = header_of(rules.fork, parent.number + 1, parent.timestamp + 12);
    h.parent_hash = header_hash(parent);
    h.gas_limit = parent.gas_limit;
    if (rules.at_least(Fork::london)) {
        h.base_fee_per_gas = base_fee_after(parent);
        if (!parent.base_fee_per_gas) h.gas_limit *= 2;
    }
    if (rules.at_least(Fork::cancun)) h.excess_blob_gas = excess_blob_gas_after(parent, rules);
    if (!rules.at_least(Fork::paris))
        h.difficulty =
            block_difficulty(rules.fork, {.number = h.number,
                                          .timestamp = h.timestamp,
                                          .parent_difficulty = parent.difficulty,
                                          .parent_timestamp = parent.timestamp,
                                          .parent_has_ommers = parent.ommers_hash != ommers_hash({})});
    return h;
}

}  // namespace warpevm::test
