// SPDX-License-Identifier: Apache-2.0
// Calldata and storage slots by Solidity's rules.
#include "bench/workload/contracts.hpp"

#include "evm/base/hex.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm::workload {

Bytes code(std::string_view hex) {
    return bytes_from_hex(hex).value();
}

Bytes call_data(std::string_view signature, std::initializer_list<U256> arguments) {
    const Hash hash = keccak256({reinterpret_cast<const uint8_t*>(signature.data()), signature.size()});
    Bytes data(hash.bytes.begin(), hash.bytes.begin() + 4);
    for (const U256& argument : arguments) append(data, to_bytes32(argument));
    return data;
}

U256 mapping_slot(const U256& key, const U256& slot) {
    Bytes both;
    append(both, to_bytes32(key));
    append(both, to_bytes32(slot));
    return to_u256(keccak256(both));
}

U256 token_balance_slot(const Address& owner) {
    return mapping_slot(to_u256(owner), layout::token_balances);
}

U256 token_allowance_slot(const Address& owner, const Address& spender) {
    return mapping_slot(to_u256(spender), mapping_slot(to_u256(owner), layout::token_allowances));
}

U256 packed_reserves(uint64_t reserve0, uint64_t reserve1) {
    // reserve1 starts at bit 112, which is bit 48 of the second limb.
    return {reserve0, reserve1 << 48, reserve1 >> 16, 0};
}

}  // namespace warpevm::workload
