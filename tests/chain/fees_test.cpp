// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/fees.hpp"

#include <gtest/gtest.h>

#include <random>

#include "evm/chain/envelope.hpp"

namespace warpevm {
namespace {

constexpr uint64_t gwei = 1000000000;

TEST(BaseFee, moves_by_at_most_an_eighth_towards_the_target) {
    EXPECT_EQ(next_base_fee({20000000, 10000000, gwei}), U256{gwei});
    EXPECT_EQ(next_base_fee({20000000, 20000000, gwei}), U256{1125000000});
    EXPECT_EQ(next_base_fee({20000000, 0, gwei}), U256{875000000});
    EXPECT_EQ(next_base_fee({20000000, 9000000, gwei}), U256{987500000});
    EXPECT_EQ(next_base_fee({20000000, 10000001, gwei}), U256{gwei + 12});  // 10^9 / 10^7 / 8 = 12.5
    EXPECT_EQ(next_base_fee({20000000, 9999999, gwei}), U256{gwei - 12});
}

TEST(BaseFee, rises_by_one_at_least_and_falls_by_none_when_small) {
    EXPECT_EQ(next_base_fee({20000000, 10000001, 7}), U256{8});
    EXPECT_EQ(next_base_fee({20000000, 20000000, 7}), U256{8});
    EXPECT_EQ(next_base_fee({20000000, 20000000, 0}), U256{1});
    EXPECT_EQ(next_base_fee({20000000, 0, 7}), U256{7});
    EXPECT_EQ(next_base_fee({20000000, 0, 8}), U256{7});
}

TEST(BaseFee, is_exact_where_the_product_exceeds_256_bits) {
    const U256 large = U256{1} << 253;  // times 10^7 it has 277 bits
    EXPECT_EQ(next_base_fee({20000000, 20000000, large}), large + (large >> 3));
    EXPECT_EQ(next_base_fee({20000000, 0, large}), large - (large >> 3));
    EXPECT_EQ(next_base_fee({20000000, 20000000, U256::max()}), U256::max());
}

TEST(BaseFee, of_londons_first_block_is_a_gwei) {
    Header parent;
    parent.gas_limit = 20000000;
    parent.gas_used = 20000000;
    EXPECT_EQ(base_fee_after(parent), U256{gwei});
    parent.base_fee_per_gas = gwei;
    EXPECT_EQ(base_fee_after(parent), U256{1125000000});
}

TEST(BlobBaseFee, is_a_scaled_power_of_e) {
    const BlobSchedule cancun = mainnet_blob_schedule(Fork::cancun);
    EXPECT_EQ(blob_base_fee(0, cancun), U256{1});
    // ln 2 * 3338477 = 2314055.9,
    EXPECT_EQ(blob_base_fee(2314057, cancun), U256{1});
    EXPECT_EQ(blob_base_fee(2314058, cancun), U256{2});
    EXPECT_EQ(blob_base_fee(10 * 1024 * 1024, cancun), U256{23});
    EXPECT_EQ(blob_base_fee(~0ULL, cancun), U256::max());
    // and ln 2 * 5007716 = 3471084.2; integer division in the series costs a little.
    EXPECT_EQ(blob_base_fee(3471086, mainnet_blob_schedule(Fork::prague)), U256{1});
    EXPECT_EQ(blob_base_fee(3471087, mainnet_blob_schedule(Fork::prague)), U256{2});
}

uint64_t blobs(Fork fork, uint64_t excess, uint64_t used, const U256& base_fee = gwei) {
    Rules rules;
    rules.fork = fork;
    rules.blobs = mainnet_blob_schedule(fork);
    const uint64_t next = next_excess_blob_gas({excess * gas_per_blob, used * gas_per_blob, base_fee}, rules);
    EXPECT_EQ(next % gas_per_blob, 0U);
    return next / gas_per_blob;
}

TEST(ExcessBlobGas, is_what_exceeds_the_target) {
    EXPECT_EQ(blobs(Fork::cancun, 0, 0), 0U);
    EXPECT_EQ(blobs(Fork::cancun, 0, 3), 0U);
    EXPECT_EQ(blobs(Fork::cancun, 0, 4), 1U);
    EXPECT_EQ(blobs(Fork::cancun, 2, 0), 0U);
    EXPECT_EQ(blobs(Fork::cancun, 10, 6), 13U);
    EXPECT_EQ(blobs(Fork::prague, 10, 6), 10U);
    EXPECT_EQ(blobs(Fork::bpo2, 10, 21, 1), 17U);
}

TEST(ExcessBlobGas, keeps_to_the_reserve_price_from_osaka_on) {
    // A blob costs 131072 * 1 wei, 2^13 gas cost 8192 * base fee: equal at 16 wei.
    EXPECT_EQ(blobs(Fork::osaka, 10, 6, 16), 10U);
    EXPECT_EQ(blobs(Fork::osaka, 10, 6, 17), 12U);  // 10 + 6 * (9 - 6) / 9
    EXPECT_EQ(blobs(Fork::prague, 10, 6, 17), 10U);
    EXPECT_EQ(blobs(Fork::osaka, 10, 0, 17), 10U);
    EXPECT_EQ(blobs(Fork::osaka, 0, 5, 17), 0U);  // below the target nothing else counts
    EXPECT_EQ(blobs(Fork::bpo1, 10, 15, 17), 15U);
}

TEST(ExcessBlobGas, of_cancuns_first_block_is_zero) {
    Rules rules;
    rules.fork = Fork::cancun;
    rules.blobs = mainnet_blob_schedule(Fork::cancun);
    Header parent;
    parent.base_fee_per_gas = gwei;
    EXPECT_EQ(excess_blob_gas_after(parent, rules), 0U);
}

/// 4 gas for a zero byte and 16 for another one (EIP-2028), whatever lies beside it.
TEST(IntrinsicGas, counts_each_byte_of_call_data) {
    std::mt19937_64 random(7);
    constexpr uint8_t edges[] = {0x00, 0x01, 0x7f, 0x80, 0x81, 0xff};
    for (size_t size = 0; size < 200; ++size) {
        Transaction tx;
        tx.to = Address{};
        uint64_t gas = 21000, tokens = 0;
        for (size_t i = 0; i < size; ++i) {
            tx.data.push_back(edges[random() % 6]);
            gas += tx.data.back() == 0 ? 4 : 16;
            tokens += tx.data.back() == 0 ? 1 : 4;
        }
        EXPECT_EQ(intrinsic_gas(tx, Fork::prague), gas) << size;
        EXPECT_EQ(floor_gas(tx, Fork::prague), 21000 + 10 * tokens) << size;
    }
}

}  // namespace
}  // namespace warpevm
