// SPDX-License-Identifier: Apache-2.0
// The rows.
#include "bench/workload/scenario.hpp"

#include <array>

namespace warpevm::workload {
namespace {

constexpr std::array table{
    Scenario{"transfers", "", 0, independent_transfers},
    Scenario{"erc20", "", 0, independent_token_transfers},
    Scenario{"swaps", "", 0, independent_swaps},
    Scenario{"mints", "", 32, mints},
    Scenario{"mixed", "", 0, mixture},
    Scenario{"hot", "independent", 0, hot_slot},
    Scenario{"hot", "zipf", 0, zipf_token_transfers},
    Scenario{"hot", "account-10", 10, hot_account},
    Scenario{"hot", "account-50", 50, hot_account},
    Scenario{"hot", "account-100", 100, hot_account},
    Scenario{"hot", "slot-10", 10, hot_slot},
    Scenario{"hot", "slot-50", 50, hot_slot},
    Scenario{"hot", "slot-100", 100, hot_slot},
    Scenario{"hot", "pair-50", 50, hot_pair},
    Scenario{"hot", "pair-100", 100, hot_pair},
    Scenario{"chain", "ether-1", 1, ether_chain},
    Scenario{"chain", "nonce-1", 1, nonce_chain},
    Scenario{"chain", "token-1", 1, token_chain},
    Scenario{"chain", "token-2", 2, token_chain},
    Scenario{"chain", "token-8", 8, token_chain},
    Scenario{"chain", "token-32", 32, token_chain},
    Scenario{"compute", "arithmetic", 300, independent_arithmetic},
    Scenario{"compute", "keccak", 150, independent_hashing},
};

}  // namespace

std::span<const Scenario> scenarios() {
    return table;
}

}  // namespace warpevm::workload
