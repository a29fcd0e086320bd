// SPDX-License-Identifier: Apache-2.0
// Validity of transactions on their own: gas by fork, each rule at its limit, and which rule speaks first.
#include "evm/chain/validity.hpp"

#include <gtest/gtest.h>

#include "evm/chain/envelope.hpp"
#include "evm/crypto/secp256k1.hpp"

namespace warpevm {
namespace {

const Address someone = Address::from_low(0xabc);

Transaction call(TxType type = TxType::legacy) {
    Transaction tx{.type = type,
                   .gas_limit = 1'000'000,
                   .max_fee_per_gas = 10,
                   .max_priority_fee_per_gas = 10,
                   .to = someone};
    if (type != TxType::legacy) tx.chain_id = 1;
    if (type == TxType::blob) tx.blob_versioned_hashes = {Hash{{1}}};
    if (type == TxType::set_code) tx.authorization_list.resize(1);
    return tx;
}

Transaction create(size_t initcode_size) {
    Transaction tx{.gas_limit = 10'000'000};
    tx.data.assign(initcode_size, 0);
    return tx;
}

ErrorCode verdict(const Transaction& tx, Fork fork = Fork::osaka) {
    const auto result = check_transaction(tx, Rules{.fork = fork, .blobs = mainnet_blob_schedule(fork)});
    return result ? ErrorCode::none : result.error().code;
}

TEST(IntrinsicGas, by_fork) {
    Transaction tx = call();
    tx.data = {0, 0, 1};
    EXPECT_EQ(intrinsic_gas(tx, Fork::frontier), 21000U + 2 * 4 + 68);
    EXPECT_EQ(intrinsic_gas(tx, Fork::petersburg), 21000U + 2 * 4 + 68);
    EXPECT_EQ(intrinsic_gas(tx, Fork::istanbul), 21000U + 2 * 4 + 16);
    EXPECT_EQ(intrinsic_gas(create(0), Fork::frontier), 21000U);
    EXPECT_EQ(intrinsic_gas(create(0), Fork::homestead), 53000U);
    EXPECT_EQ(intrinsic_gas(create(33), Fork::paris), 53000U + 33 * 4);
    EXPECT_EQ(intrinsic_gas(create(33), Fork::shanghai), 53000U + 33 * 4 + 2 * 2);
    tx = call(TxType::set_code);
    tx.access_list = {{someone, {Hash{}, Hash{}}}, {someone, {}}};
    tx.authorization_list.resize(3);
    EXPECT_EQ(intrinsic_gas(tx, Fork::prague), 21000U + 2 * 2400 + 2 * 1900 + 3 * 25000);
}

TEST(FloorGas, from_prague) {
    Transaction tx = call();
    tx.data = {0, 0, 1};
    EXPECT_EQ(floor_gas(tx, Fork::cancun), 0U);
    EXPECT_EQ(floor_gas(tx, Fork::prague), 21000U + 10 * (2 + 4));
}

TEST(CheckTransaction, types_by_fork) {
    const std::pair<TxType, Fork> first[] = {{TxType::access_list, Fork::berlin},
                                             {TxType::dynamic_fee, Fork::london},
                                             {TxType::blob, Fork::cancun},
                                             {TxType::set_code, Fork::prague}};
    for (const auto& [type, fork] : first) {
        EXPECT_EQ(verdict(call(type), fork), ErrorCode::none);
        EXPECT_EQ(verdict(call(type), static_cast<Fork>(static_cast<int>(fork) - 1)),
                  ErrorCode::tx_type_not_active);
    }
    EXPECT_EQ(verdict(call(), Fork::frontier), ErrorCode::none);
}

TEST(CheckTransaction, gas_at_its_limits) {
    Transaction tx = call();
    tx.gas_limit = 20999;
    EXPECT_EQ(verdict(tx), ErrorCode::tx_intrinsic_gas);
    tx.gas_limit = 21000;
    EXPECT_EQ(verdict(tx), ErrorCode::none);
    tx.data.assign(100, 1);
    tx.gas_limit = 21000 + 1600;
    EXPECT_EQ(verdict(tx, Fork::cancun), ErrorCode::none);
    EXPECT_EQ(verdict(tx), ErrorCode::tx_floor_gas);
    tx.gas_limit = 21000 + 4000;
    EXPECT_EQ(verdict(tx), ErrorCode::none);
    tx.gas_limit = 1 << 24;
    EXPECT_EQ(verdict(tx), ErrorCode::none);
    ++tx.gas_limit;
    EXPECT_EQ(verdict(tx), ErrorCode::tx_gas_limit_too_high);
    EXPECT_EQ(verdict(tx, Fork::prague), ErrorCode::none);
}

TEST(CheckTransaction, nonce_and_initcode_at_their_limits) {
    Transaction tx = call();
    tx.nonce = ~uint64_t{0} - 1;
    EXPECT_EQ(verdict(tx), ErrorCode::none);
    ++tx.nonce;
    EXPECT_EQ(verdict(tx), ErrorCode::tx_nonce_overflow);
    EXPECT_EQ(verdict(create(49152)), ErrorCode::none);
    EXPECT_EQ(verdict(create(49153)), ErrorCode::tx_initcode_too_large);
    EXPECT_EQ(verdict(create(49153), Fork::paris), ErrorCode::none);
}

TEST(CheckTransaction, fees) {
    Transaction tx = call(TxType::dynamic_fee);
    tx.max_priority_fee_per_gas = tx.max_fee_per_gas + U256(1);
    EXPECT_EQ(verdict(tx), ErrorCode::tx_tip_above_fee_cap);
    tx.max_fee_per_gas = U256::max();
    EXPECT_EQ(verdict(tx), ErrorCode::tx_cost_overflow);
    tx.gas_limit = 21000;
    tx.max_fee_per_gas = U256::max() / U256(21000);
    EXPECT_EQ(verdict(tx), ErrorCode::none);
    tx.value = U256::max();
    EXPECT_EQ(verdict(tx), ErrorCode::none) << "a sum beyond 256 bits is a matter of the balance";
}

TEST(CheckTransaction, blobs) {
    const auto with_blobs = [](size_t count) {
        Transaction tx = call(TxType::blob);
        tx.blob_versioned_hashes.assign(count, Hash{{1}});
        return tx;
    };
    EXPECT_EQ(verdict(with_blobs(0)), ErrorCode::tx_no_blobs);
    EXPECT_EQ(verdict(with_blobs(6), Fork::cancun), ErrorCode::none);
    EXPECT_EQ(verdict(with_blobs(7), Fork::cancun), ErrorCode::tx_too_many_blobs);
    EXPECT_EQ(verdict(with_blobs(9), Fork::prague), ErrorCode::none);
    EXPECT_EQ(verdict(with_blobs(10), Fork::prague), ErrorCode::tx_too_many_blobs);
    EXPECT_EQ(verdict(with_blobs(6), Fork::osaka), ErrorCode::none);
    EXPECT_EQ(verdict(with_blobs(7), Fork::osaka), ErrorCode::tx_too_many_blobs) << "EIP-7594";
    Transaction tx = with_blobs(2);
    tx.blob_versioned_hashes[1].bytes[0] = 2;
    EXPECT_EQ(verdict(tx), ErrorCode::tx_blob_version);
    tx = with_blobs(1);
    tx.to.reset();
    EXPECT_EQ(verdict(tx), ErrorCode::tx_blob_create);
}

TEST(CheckTransaction, authorizations) {
    Transaction tx = call(TxType::set_code);
    tx.authorization_list.clear();
    EXPECT_EQ(verdict(tx), ErrorCode::tx_empty_authorization_list);
    tx = call(TxType::set_code);
    tx.to.reset();
    EXPECT_EQ(verdict(tx), ErrorCode::tx_set_code_create);
}

TEST(CheckTransaction, chain_and_signature) {
    Transaction tx = call(TxType::dynamic_fee);
    tx.chain_id = 5;
    EXPECT_EQ(verdict(tx), ErrorCode::tx_wrong_chain_id);
    tx = call();
    tx.r = tx.s = 1;
    EXPECT_EQ(verdict(tx), ErrorCode::none);
    tx.s = secp256k1_half_order;
    EXPECT_EQ(verdict(tx), ErrorCode::none);
    tx.s = secp256k1_half_order + U256(1);
    EXPECT_EQ(verdict(tx), ErrorCode::tx_bad_signature);
    EXPECT_EQ(verdict(tx, Fork::frontier), ErrorCode::none);
    tx.s = secp256k1_order;
    EXPECT_EQ(verdict(tx, Fork::frontier), ErrorCode::tx_bad_signature);
    tx = call();
    tx.r = 0;
    tx.s = 1;
    EXPECT_EQ(verdict(tx), ErrorCode::tx_bad_signature);
    tx.r = 1;
    tx.chain_id = 1;
    EXPECT_EQ(verdict(tx, Fork::tangerine_whistle), ErrorCode::tx_bad_signature);
    EXPECT_EQ(verdict(tx, Fork::spurious_dragon), ErrorCode::none);
}

TEST(CheckTransaction, the_first_broken_rule_speaks) {
    Transaction tx = call(TxType::blob);
    tx.blob_versioned_hashes.clear();
    tx.max_priority_fee_per_gas = U256::max();
    tx.nonce = ~uint64_t{0};
    tx.gas_limit = 0;
    tx.chain_id = 2;
    EXPECT_EQ(verdict(tx, Fork::shanghai), ErrorCode::tx_type_not_active);
    EXPECT_EQ(verdict(tx), ErrorCode::tx_wrong_chain_id);
    tx.chain_id = 1;
    EXPECT_EQ(verdict(tx), ErrorCode::tx_nonce_overflow);
    tx.nonce = 0;
    EXPECT_EQ(verdict(tx), ErrorCode::tx_tip_above_fee_cap);
    tx.gas_limit = 1 << 25;
    EXPECT_EQ(verdict(tx), ErrorCode::tx_gas_limit_too_high);
    tx.gas_limit = 0;
    tx.max_priority_fee_per_gas = 0;
    EXPECT_EQ(verdict(tx), ErrorCode::tx_no_blobs);
    tx.blob_versioned_hashes.assign(1, Hash{{1}});
    EXPECT_EQ(verdict(tx), ErrorCode::tx_intrinsic_gas);
}

}  // namespace
}  // namespace warpevm
