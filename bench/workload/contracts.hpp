// SPDX-License-Identifier: Apache-2.0
// The example contracts (examples/contracts) as workloads use them: their code, their calls, and where their
// storage lies.
#pragma once

#include <initializer_list>
#include <string_view>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"

namespace warpevm::workload {

/// Compiled code in hexadecimal, without a prefix. `_creation` is what a creating transaction carries, before
/// its arguments.
namespace hex {
extern const std::string_view token, token_creation;
extern const std::string_view pair, pair_creation;
extern const std::string_view collectible, collectible_creation;
}  // namespace hex
Bytes code(std::string_view hex);

/// Calldata by Solidity's ABI: the selector of `signature` ("transfer(address,uint256)"), then static
/// arguments of a word each.
Bytes call_data(std::string_view signature, std::initializer_list<U256> arguments);

/// Where Solidity keeps mapping[key] of a mapping declared at `slot`: keccak256(key, slot).
U256 mapping_slot(const U256& key, const U256& slot);

/// Storage as the contracts' heads declare it.
namespace layout {
inline constexpr uint64_t token_supply = 0, token_balances = 1, token_allowances = 2;
inline constexpr uint64_t pair_token0 = 0, pair_token1 = 1, pair_reserves = 2, pair_supply = 3,
                          pair_shares = 4;
}  // namespace layout
U256 token_balance_slot(const Address& owner);
U256 token_allowance_slot(const Address& owner, const Address& spender);
/// Both reserves as slot 2 of a pair packs them; each must fit 64 bits here.
U256 packed_reserves(uint64_t reserve0, uint64_t reserve1);

}  // namespace warpevm::workload
