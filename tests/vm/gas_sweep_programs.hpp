// SPDX-License-Identifier: Apache-2.0
// Small programs whose every gas limit is tried.
#pragma once

namespace warpevm::test {

inline constexpr const char* gas_sweep_programs[] = {
    "600160005560026001556003600255600054600155",                  // stores and loads
    "5a6000555a6001555a600255005a",                                // GAS around stores
    "6000600060006000600060ee61fffff150600160005500",              // a call with value nothing, then a store
    "6000600060006000600160ee612710f15a60005560206000f3",          // a call with value
    "600a5b6001900380600257600160005560206000f3",                  // a loop, then a store
    "60ff6000536001601f60002060005260206000a060206000fd",          // memory, hash, log, revert
    "600d600c600039600d6000f0600055006001600c60003960016000f300",  // creation
    "60013360005260003560205260406000206000556000546001015a5500",  // keccak keys
    "61ffff61fffe6000375a60005500"};

}  // namespace warpevm::test
