// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/envelope.hpp"

#include <algorithm>
#include <bit>

namespace warpevm {
namespace {

constexpr uint64_t transaction_gas = 21000;
constexpr uint64_t create_transaction_gas = 32000;  // EIP-2
constexpr uint64_t zero_byte_gas = 4;
constexpr uint64_t nonzero_byte_gas_frontier = 68;
constexpr uint64_t nonzero_byte_gas_istanbul = 16;      // EIP-2028
constexpr uint64_t access_list_address_gas = 2400;      // EIP-2930
constexpr uint64_t access_list_storage_key_gas = 1900;  // EIP-2930
constexpr uint64_t initcode_word_gas = 2;               // EIP-3860
constexpr uint64_t per_authorization_gas = 25000;       // EIP-7702, PER_EMPTY_ACCOUNT_COST
constexpr uint64_t tokens_per_nonzero_byte = 4;         // EIP-7623
constexpr uint64_t floor_gas_per_token = 10;            // EIP-7623

/// Eight at a time: call data is mostly short, and this is asked several times of each transaction.
uint64_t zero_bytes(BytesView data) {
    constexpr uint64_t low_bits = 0x7f7f7f7f7f7f7f7fULL;
    uint64_t zeros = 0;
    for (; data.size() >= 8; data = data.subspan(8)) {
        const uint64_t x = load_u64(data.data());
        // The upper bit of each byte that is not zero, without carries between bytes.
        zeros += static_cast<uint64_t>(std::popcount(~(((x & low_bits) + low_bits) | x | low_bits)));
    }
    return zeros + static_cast<uint64_t>(std::count(data.begin(), data.end(), uint8_t{0}));
}

}  // namespace

uint64_t intrinsic_gas(const Transaction& tx, Fork fork) {
    const uint64_t zeros = zero_bytes(tx.data);
    const uint64_t nonzero_gas =
        fork >= Fork::istanbul ? nonzero_byte_gas_istanbul : nonzero_byte_gas_frontier;
    uint64_t gas = transaction_gas + zeros * zero_byte_gas + (tx.data.size() - zeros) * nonzero_gas;
    if (tx.is_create()) {
        if (fork >= Fork::homestead) gas += create_transaction_gas;
        if (fork >= Fork::shanghai) gas += (tx.data.size() + 31) / 32 * initcode_word_gas;
    }
    for (const AccessListEntry& entry : tx.access_list)
        gas += access_list_address_gas + entry.storage_keys.size() * access_list_storage_key_gas;
    return gas + tx.authorization_list.size() * per_authorization_gas;
}

uint64_t floor_gas(const Transaction& tx, Fork fork) {
    if (fork < Fork::prague) return 0;
    const uint64_t zeros = zero_bytes(tx.data);
    const uint64_t tokens = zeros + (tx.data.size() - zeros) * tokens_per_nonzero_byte;
    return transaction_gas + tokens * floor_gas_per_token;
}

std::optional<U256> worst_cost(const Transaction& tx) {
    auto cost = checked_mul(tx.max_fee_per_gas, tx.gas_limit);
    if (cost) cost = checked_add(*cost, tx.value);
    if (!cost || tx.type != TxType::blob) return cost;
    const auto blobs = checked_mul(tx.max_fee_per_blob_gas, blob_gas(tx));
    return blobs ? checked_add(*cost, *blobs) : std::nullopt;
}

U256 effective_gas_price(const Transaction& tx, const U256& base_fee) {
    // Types 0 and 1 have both fees equal to their gas price, so the same formula gives it.
    const std::optional<U256> with_tip = checked_add(base_fee, tx.max_priority_fee_per_gas);
    return with_tip && *with_tip < tx.max_fee_per_gas ? *with_tip : tx.max_fee_per_gas;
}

U256 prepaid_fee(const Transaction& tx, const U256& gas_price, const U256& blob_base_fee) {
    const U256 fee = U256{tx.gas_limit} * gas_price;
    return tx.type == TxType::blob ? fee + U256{blob_gas(tx)} * blob_base_fee : fee;
}

uint64_t gas_used(const Transaction& tx, Fork fork, uint64_t gas_left, int64_t refund,
                  uint64_t max_refund_divisor) {
    const uint64_t without_refund = tx.gas_limit - gas_left;
    const uint64_t most = without_refund / max_refund_divisor;
    return std::max(without_refund - std::min(most, static_cast<uint64_t>(std::max<int64_t>(refund, 0))),
                    floor_gas(tx, fork));
}

U256 beneficiary_fee(uint64_t gas_used, const U256& gas_price, const Rules& rules, const U256& base_fee) {
    return U256{gas_used} * (rules.at_least(Fork::london) ? gas_price - base_fee : gas_price);
}

}  // namespace warpevm
