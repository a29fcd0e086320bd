// SPDX-License-Identifier: Apache-2.0
// The rules that hold for one block.
#pragma once

#include "evm/base/address_literal.hpp"
#include "evm/types/blobs.hpp"
#include "evm/types/fork.hpp"

namespace warpevm {

/// Mainnet's deposit contract (EIP-6110).
inline constexpr Address deposit_contract_address =
    address_literal("00000000219ab540356cbb839cbe05303d7705fa");

/// What execution must know of the chain at one block. A plain value; the chain configuration makes it.
struct Rules {
    Fork fork = Fork::frontier;
    uint64_t chain_id = 1;
    BlobSchedule blobs{};
    /// True in the one block that moves the DAO's balances (EIP-779).
    bool dao_transition = false;
    /// Whose logs are deposits (EIP-6110).
    Address deposit_contract = deposit_contract_address;

    [[nodiscard]] bool at_least(Fork f) const { return fork >= f; }
};

}  // namespace warpevm
