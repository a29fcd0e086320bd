// SPDX-License-Identifier: Apache-2.0
// What makes a transaction valid or not on its own: rules that need neither the state nor the block's
// environment.
#include "evm/chain/validity.hpp"

#include <algorithm>

#include "evm/chain/envelope.hpp"
#include "evm/codec/signature.hpp"

namespace warpevm {
namespace {

constexpr size_t max_blobs_per_transaction = 6;       // EIP-7594
constexpr uint8_t versioned_hash_version_kzg = 0x01;  // EIP-4844

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

}  // namespace

Result<void> check_envelope(const Transaction& tx, const Rules& rules) {
    if (!rules.at_least(first_fork(tx.type)))
        return fail(ErrorCode::tx_type_not_active, "type " + std::to_string(static_cast<int>(tx.type)));
    return tx.is_signed() ? check_signature(tx, rules.fork, rules.chain_id)
                          : check_chain_id(tx, rules.chain_id);
}

namespace broken {

Result<void> nonce(const Transaction& tx) {
    return fail(ErrorCode::tx_nonce_overflow, "nonce: " + std::to_string(tx.nonce));
}

Result<void> gas_limit_cap(const Transaction& tx) {
    return fail(ErrorCode::tx_gas_limit_too_high, "cap: " + std::to_string(transaction_gas_limit_cap) +
                                                      ", tx: " + std::to_string(tx.gas_limit));
}

Result<void> fees(const Transaction& tx) {
    return fail(ErrorCode::tx_tip_above_fee_cap,
                "maxPriorityFeePerGas: " + to_decimal(tx.max_priority_fee_per_gas) +
                    ", maxFeePerGas: " + to_decimal(tx.max_fee_per_gas));
}

Result<void> initcode(const Transaction& tx) {
    return fail(ErrorCode::tx_initcode_too_large, "code size " + std::to_string(tx.data.size()) + " limit " +
                                                      std::to_string(max_initcode_size));
}

}  // namespace broken

Result<void> check_these_blobs(const Transaction& tx, const Rules& rules) {
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

Result<void> check_these_authorizations(const Transaction& tx) {
    if (tx.is_create()) return fail(ErrorCode::tx_set_code_create);
    if (tx.authorization_list.empty()) return fail(ErrorCode::tx_empty_authorization_list);
    return {};
}

Result<void> check_cost(const Transaction& tx) {
    if (!checked_mul(tx.max_fee_per_gas, tx.gas_limit)) return fail(ErrorCode::tx_cost_overflow);
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
    Error first =
        first_failure([&] { return check_envelope(tx, rules); }, [&] { return check_nonce(tx); },
                      [&] { return check_gas_limit_cap(tx, rules.fork); }, [&] { return check_fees(tx); },
                      [&] { return check_blobs(tx, rules); }, [&] { return check_authorizations(tx); },
                      [&] { return check_initcode(tx, rules.fork); }, [&] { return check_cost(tx); },
                      [&] { return check_gas(tx, rules.fork); });
    if (first.code != ErrorCode::none) return tl::unexpected(std::move(first));
    return {};
}

Result<void> check_call(const Transaction& tx, const Rules& rules) {
    Error first =
        first_failure([&] { return check_envelope(tx, rules); }, [&] { return check_fees(tx); },
                      [&] { return check_blobs(tx, rules); }, [&] { return check_authorizations(tx); },
                      [&] { return check_initcode(tx, rules.fork); }, [&] { return check_cost(tx); },
                      [&] { return check_gas(tx, rules.fork); });
    if (first.code != ErrorCode::none) return tl::unexpected(std::move(first));
    return {};
}

}  // namespace warpevm
