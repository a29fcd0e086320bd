// SPDX-License-Identifier: Apache-2.0
// Pre-states in JSON: geth's alloc form, and the raw answer of debug_traceBlockByNumber with prestateTracer.
#pragma once

#include "evm/codec/json.hpp"
#include "evm/state/memory_state.hpp"

namespace warpevm::json {

/// Adds {"0xaddress": {"balance", "nonce", "code", "codeHash", "storage"}} to `state`; each member may be
/// missing and is then zero. Addresses and slots may lack their 0x; a repeated account or slot is an error,
/// and so is a code that its codeHash contradicts. A codeHash alone leaves the code unknown.
/// Also taken: an RPC answer with that under "result", and a genesis.json with it under "alloc".
Result<void> read_alloc(const Value& value, MemoryState& state);

/// An account as one trace shows it.
struct GivenAccount {
    Address address;
    uint64_t nonce = 0;
    U256 balance;
    Bytes code;
    /// Where it has code and the code itself is not given.
    std::optional<Hash> code_hash{};
    std::vector<std::pair<U256, U256>> storage;

    [[nodiscard]] bool is_empty() const {
        return nonce == 0 && balance.is_zero() && code.empty() && !code_hash;
    }
    /// Enters it, with its storage or without.
    void put(MemoryState& state) const;
    void put_record(MemoryState& state) const;
};

/// What the tracer shows of one transaction: the accounts that it looked at, as they were before it. geth
/// leaves out those that were empty then, unless it is asked with includeEmpty.
struct TracedTransaction {
    std::optional<Hash> hash;
    std::vector<GivenAccount> accounts;
};

/// True for the form of a prestateTracer: an array of {"result": …}, or that under "result".
bool is_prestate_trace(const Value& value);
/// The traces in their order, one for each transaction of the block.
Result<std::vector<TracedTransaction>> read_prestate_trace(const Value& value);

}  // namespace warpevm::json
