// SPDX-License-Identifier: Apache-2.0
// A block with its whole pre-state as plain values, so that it can be written down and made smaller.
#pragma once

#include <deque>
#include <map>

#include "evm/chain/executor.hpp"
#include "evm/state/memory_state.hpp"

namespace warpevm::fuzz {

struct FuzzAccount {
    uint64_t nonce = 0;
    U256 balance;
    Bytes code;
    std::map<U256, U256> storage;
};

struct FuzzTransaction {
    Transaction tx;  ///< unsigned
    uint64_t key = 1;
    bool high_s = false;  ///< the signature's other form (EIP-2)
};

struct FuzzBlock {
    Fork fork = Fork::osaka;
    BlockEnvironment environment;
    std::map<uint64_t, Hash> block_hashes;
    std::map<Address, FuzzAccount> accounts;
    std::vector<FuzzTransaction> transactions;
    std::vector<Withdrawal> withdrawals;
    std::vector<OmmerInput> ommers;
    bool reward = true;  ///< the beneficiary gets 0 wei, which touches it, or nothing (-1 in t8n)
};

/// The block that this seed stands for; `only` says under which fork.
FuzzBlock make_block(uint64_t seed, std::optional<Fork> only = {});

/// What the executors take. Signs the transactions, and recovers their senders as t8n does.
struct PreparedBlock {
    explicit PreparedBlock(const FuzzBlock& from);
    PreparedBlock(const PreparedBlock&) = delete;
    PreparedBlock& operator=(const PreparedBlock&) = delete;

    MemoryState state;
    std::deque<Transaction> transactions;
    BlockInput input;
    ExecutionOptions options;
};

/// The fork's name as t8n takes it.
const char* t8n_name(Fork fork);

}  // namespace warpevm::fuzz
