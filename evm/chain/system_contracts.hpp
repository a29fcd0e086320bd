// SPDX-License-Identifier: Apache-2.0
// Addresses that the protocol itself calls, reads or credits.
#pragma once

#include "evm/base/address_literal.hpp"

namespace warpevm {

/// The caller of system calls.
inline constexpr Address system_address = address_literal("fffffffffffffffffffffffffffffffffffffffe");
/// Beacon roots (EIP-4788).
inline constexpr Address beacon_roots_address = address_literal("000f3df6d732807ef1319fb7b8bb8522d0beac02");
/// Block hashes (EIP-2935).
inline constexpr Address history_storage_address =
    address_literal("0000f90827f1c53a10cb7a02335b175320002935");
/// Withdrawal requests (EIP-7002).
inline constexpr Address withdrawal_requests_address =
    address_literal("00000961ef480eb55e80d19ad83579a64c007002");
/// Consolidation requests (EIP-7251).
inline constexpr Address consolidation_requests_address =
    address_literal("0000bbddc7ce488642fb579f8b00f3a590007251");
/// Where the DAO's ether went (EIP-779).
inline constexpr Address dao_refund_address = address_literal("bf4ed7b27f1d666546e30d74d50d173d20bca754");

}  // namespace warpevm
