// SPDX-License-Identifier: Apache-2.0
// What makes a transaction valid or not on its own: rules that need neither the state nor the block's
// environment.
#include "evm/chain/validity.hpp"

#include <algorithm>

#include "evm/crypto/secp256k1.hpp"

namespace warpevm {
namespace {

constexpr uint64_t transaction_gas = 21000;
constexpr uint64_t create_transaction_gas = 32000;  // EIP-2
constexpr uint64_t zero_byte_gas = 4;
constexpr uint64_t nonzero_byte_gas_frontier = 68;
constexpr uint64_t nonzero_byte_gas_istanbul = 16;       // EIP-2028
constexpr uint64_t access_list_address_gas = 2400;       // EIP-2930
constexpr uint64_t access_list_storage_key_gas = 1900;   // EIP-2930
constexpr uint64_t initcode_word_gas = 2;                // EIP-3860
constexpr uint64_t per_authorization_gas = 25000;        // EIP-7702, PER_EMPTY_ACCOUNT_COST
constexpr uint64_t tokens_per_nonzero_byte = 4;          // EIP-7623
constexpr uint64_t floor_gas_per_token = 10;             // EIP-7623
constexpr uint64_t transaction_gas_limit_cap = 1 << 24;  // EIP-7825
constexpr size_t max_initcode_size = 2 * 0x6000;         // EIP-3860
constexpr size_t max_blobs_per_transaction = 6;          // EIP-7594
constexpr uint8_t versioned_hash_version_kzg = 0x01;     // EIP-4844

uint64_t zero_bytes(BytesView data) {
    return static_cast<uint64_t>(std::count(data.begin(), data.end(), uint8_t{0}));
}

Fork first_fork(TxType type) {
    switch (type) {
        case TxType::legacy: return Fork::frontier;
        case TxType::access_list: return Fork::berlin;
        case TxType::dynamic_fee: return Fork::london;
        case TxType::blob: return Fork::cancun;
        case TxType::set_code: return Fork::prague;
    }
    return Fork::frontier;
}

std::string have_want(uint64_t have, uint64_t want) {
    return "have " + std::to_string(have) + ", want " + std::to_string(want);
}

Result<void> check_chain_id(const Transaction& tx, uint64_t chain_id) {
    if (tx.chain_id && *tx.chain_id != chain_id)
        return fail(ErrorCode::tx_wrong_chain_id,
                    "have " + std::to_string(*tx.chain_id) + " want " + std::to_string(chain_id));
    return {};
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

Result<void> check_signature(const Transaction& tx, Fork fork, uint64_t chain_id) {
    if (tx.type == TxType::legacy && tx.chain_id && fork < Fork::spurious_dragon)
        return fail(ErrorCode::tx_bad_signature, "replay protection before Spurious Dragon");
    if (auto ok = check_chain_id(tx, chain_id); !ok) return ok;
    if (tx.y_parity > 1)
        return fail(ErrorCode::tx_bad_signature, "y_parity is " + std::to_string(tx.y_parity));
    if (tx.r.is_zero() || tx.r >= secp256k1_order)
        return fail(ErrorCode::tx_bad_signature, "r is out of range");
    if (tx.s.is_zero() || tx.s >= secp256k1_order)
        return fail(ErrorCode::tx_bad_signature, "s is out of range");
    if (fork >= Fork::homestead && tx.s > secp256k1_half_order)
        return fail(ErrorCode::tx_bad_signature, "s is above half the group's order (EIP-2)");
    return {};
}

Result<void> check_envelope(const Transaction& tx, const Rules& rules) {
    if (!rules.at_least(first_fork(tx.type)))
        return fail(ErrorCode::tx_type_not_active, "type " + std::to_string(static_cast<int>(tx.type)));
    return tx.is_signed() ? check_signature(tx, rules.fork, rules.chain_id)
                          : check_chain_id(tx, rules.chain_id);
}

Result<void> check_nonce(const Transaction& tx) {
    if (tx.nonce == ~uint64_t{0})
        return fail(ErrorCode::tx_nonce_overflow, "nonce: " + std::to_string(tx.nonce));
    return {};
}

Result<void> check_gas_limit_cap(const Transaction& tx, Fork fork) {
    if (fork >= Fork::osaka && tx.gas_limit > transaction_gas_limit_cap)
        return fail(ErrorCode::tx_gas_limit_too_high, "cap: " + std::to_string(transaction_gas_limit_cap) +
                                                          ", tx: " + std::to_string(tx.gas_limit));
    return {};
}

Result<void> check_fees(const Transaction& tx) {
    if (tx.max_priority_fee_per_gas > tx.max_fee_per_gas)
        return fail(ErrorCode::tx_tip_above_fee_cap,
                    "maxPriorityFeePerGas: " + to_decimal(tx.max_priority_fee_per_gas) +
                        ", maxFeePerGas: " + to_decimal(tx.max_fee_per_gas));
    return {};
}

Result<void> check_blobs(const Transaction& tx, const Rules& rules) {
    if (tx.type != TxType::blob) return {};
    if (tx.is_create()) return fail(ErrorCode::tx_blob_create);
    const size_t count = tx.blob_versioned_hashes.size();
    if (count == 0) return fail(ErrorCode::tx_no_blobs);
    size_t limit = rules.blobs.max;
    if (rules.at_least(Fork::osaka)) limit = std::min(limit, max_blobs_per_transaction);
    if (count > limit) return fail(ErrorCode::tx_too_many_blobs, have_want(count, limit));
    for (size_t i = 0; i < count; ++i)
        if (tx.blob_versioned_hashes[i].bytes[0] != versioned_hash_version_kzg)
            return fail(ErrorCode::tx_blob_version, "blob " + std::to_string(i));
    return {};
}

Result<void> check_authorizations(const Transaction& tx) {
    if (tx.type != TxType::set_code) return {};
    if (tx.is_create()) return fail(ErrorCode::tx_set_code_create);
    if (tx.authorization_list.empty()) return fail(ErrorCode::tx_empty_authorization_list);
    return {};
}

Result<void> check_initcode(const Transaction& tx, Fork fork) {
    if (fork >= Fork::shanghai && tx.is_create() && tx.data.size() > max_initcode_size)
        return fail(ErrorCode::tx_initcode_too_large, "code size " + std::to_string(tx.data.size()) +
                                                          " limit " + std::to_string(max_initcode_size));
    return {};
}

Result<void> check_cost(const Transaction& tx) {
    if (!checked_mul(tx.gas_limit, tx.max_fee_per_gas)) return fail(ErrorCode::tx_cost_overflow);
    return {};
}

Result<void> check_gas(const Transaction& tx, Fork fork) {
    const uint64_t intrinsic = intrinsic_gas(tx, fork);
    if (tx.gas_limit < intrinsic)
        return fail(ErrorCode::tx_intrinsic_gas, have_want(tx.gas_limit, intrinsic));
    const uint64_t floor = floor_gas(tx, fork);
    if (tx.gas_limit < floor) return fail(ErrorCode::tx_floor_gas, have_want(tx.gas_limit, floor));
    return {};
}

Result<void> check_transaction(const Transaction& tx, const Rules& rules) {
    return check_envelope(tx, rules)
        .and_then([&] { return check_nonce(tx); })
        .and_then([&] { return check_gas_limit_cap(tx, rules.fork); })
        .and_then([&] { return check_fees(tx); })
        .and_then([&] { return check_blobs(tx, rules); })
        .and_then([&] { return check_authorizations(tx); })
        .and_then([&] { return check_initcode(tx, rules.fork); })
        .and_then([&] { return check_cost(tx); })
        .and_then([&] { return check_gas(tx, rules.fork); });
}

}  // namespace warpevm
