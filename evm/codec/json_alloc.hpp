// SPDX-License-Identifier: Apache-2.0
// Pre-states in JSON: geth's alloc form, and the raw answer of debug_traceBlockByNumber with prestateTracer.
#pragma once

#include "evm/codec/json.hpp"
#include "evm/state/memory_state.hpp"

namespace warpevm::json {

/// Adds {"0xaddress": {"balance", "nonce", "code", "storage"}} to `state`; each member may be missing and is
/// then zero. Addresses and slots may lack their 0x; a repeated account or slot is an error.
Result<void> read_alloc(const Value& value, MemoryState& state);

/// True for the form of a prestateTracer: an array of {"result": …}, or that under "result".
bool is_prestate_trace(const Value& value);
/// Merges the pre-states of a block's transactions: an account's record is what was first seen of it (geth
/// leaves out what is zero), and so is each slot. `created_at(address)` may give the index of the transaction
/// that creates an account; what only later transactions show of it is then not part of the pre-state.
using CreatedAt = SeededMap<Address, size_t>;
Result<void> read_prestate_trace(const Value& value, const CreatedAt& created_at, MemoryState& state);

}  // namespace warpevm::json
