// SPDX-License-Identifier: Apache-2.0
#include "bench/workload/calls.hpp"

namespace warpevm::workload {
namespace {

constexpr uint64_t transfer_gas = 21000, token_gas = 80000, swap_gas = 200000, mint_gas = 250000,
                   creation_gas = 1200000;

}  // namespace

Transaction call(const Address& to, uint64_t gas_limit, Bytes data) {
    Transaction tx;
    tx.type = TxType::dynamic_fee;
    tx.gas_limit = gas_limit;
    tx.max_fee_per_gas = usual_max_fee;
    tx.max_priority_fee_per_gas = 1000000000;
    tx.to = to;
    tx.data = std::move(data);
    return tx;
}

Transaction transfer(const Address& to, const U256& wei) {
    Transaction tx = call(to, transfer_gas, {});
    tx.value = wei;
    return tx;
}

Transaction token_transfer(const Address& token, const Address& to, const U256& units) {
    return call(token, token_gas, call_data("transfer(address,uint256)", {to_u256(to), units}));
}

Transaction swap(const Address& pair, bool zero_for_one, const U256& units, const Address& to) {
    const U256 least = 1;
    return call(pair, swap_gas,
                call_data("swap(bool,uint256,uint256,address)",
                          {U256{zero_for_one ? 1U : 0U}, units, least, to_u256(to)}));
}

Transaction mint(const Address& collectible, const Address& to, uint64_t count) {
    return call(collectible, mint_gas, call_data("mint(address,uint256)", {to_u256(to), count}));
}

Transaction token_creation(const U256& units) {
    Transaction tx = call({}, creation_gas, code(hex::token_creation));
    tx.to.reset();
    append(tx.data, to_bytes32(units));
    return tx;
}

}  // namespace warpevm::workload
