// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/from_parent.hpp"

#include "evm/chain/difficulty.hpp"
#include "evm/chain/fees.hpp"
#include "evm/codec/wire.hpp"

namespace warpevm {

void fill_from_parent(json::GivenHeader& header, const Header& parent, const Rules& rules) {
    if (!header.parent_hash) header.parent_hash = header_hash(parent);
    if (rules.at_least(Fork::london) && !header.base_fee_per_gas)
        header.base_fee_per_gas = base_fee_after(parent);
    if (rules.at_least(Fork::cancun) && !header.excess_blob_gas)
        header.excess_blob_gas = excess_blob_gas_after(parent, rules);
    if (!rules.at_least(Fork::paris) && !header.difficulty)
        header.difficulty =
            block_difficulty(rules.fork, {.number = *header.number,
                                          .timestamp = *header.timestamp,
                                          .parent_difficulty = parent.difficulty,
                                          .parent_timestamp = parent.timestamp,
                                          .parent_has_ommers = parent.ommers_hash != ommers_hash({})});
}

}  // namespace warpevm
