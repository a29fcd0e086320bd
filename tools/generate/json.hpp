// SPDX-License-Identifier: Apache-2.0
// Writes blocks as JSON-RPC has them (eth_getBlockByNumber with full transactions) and states in geth's alloc
// form.
#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "evm/state/memory_state.hpp"
#include "evm/types/block.hpp"

namespace warpevm::tools {

using Json = nlohmann::ordered_json;

Json to_json(const Header& header);
/// `senders` are the transactions' senders, in order.
Json to_json(const Block& block, std::span<const Address> senders);
/// Sorted by address and slot, so that equal states are equal text.
Json to_alloc(const MemoryState& state);

}  // namespace warpevm::tools
