// SPDX-License-Identifier: Apache-2.0
// Generated traffic: the same for the same seed, signed by whom it says, and doing to the contracts what they
// promise.
#include <gtest/gtest.h>

#include "bench/workload/contracts.hpp"
#include "bench/workload/traffic.hpp"
#include "evm/base/hex.hpp"
#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"

namespace warpevm::workload {
namespace {

class Workload : public testing::Test {
  protected:
    std::vector<Transaction> batch(Mix mix, size_t count, const TrafficOptions& options = {}) const {
        return Traffic(signer, world, options).batch(mix, count);
    }

    /// Executes one Cancun block over the world and applies what it changed.
    BlockOutcome execute(const std::vector<Transaction>& transactions) {
        BlockInput block;
        block.rules.fork = Fork::cancun;
        block.environment = {.number = 1, .timestamp = 1, .gas_limit = 1000000000, .base_fee = 7};
        for (const Transaction& tx : transactions)
            block.transactions.push_back({&tx, recover_sender(tx, Fork::cancun, 1).value(), {}});
        ExecutionContext context;
        auto outcomes = execute_serial(context, {&block, 1}, world.state, {});
        EXPECT_TRUE(outcomes.has_value());
        EXPECT_TRUE(outcomes->front().verdict.valid()) << to_string(outcomes->front().verdict.error);
        world.state.apply(outcomes->front().diff);
        return std::move(outcomes->front());
    }

    U256 slot(const Address& contract, const U256& key) const {
        return world.state.read_slot({contract, key}).value;
    }

    static size_t failures(const BlockOutcome& outcome) {
        return static_cast<size_t>(
            std::ranges::count_if(outcome.transactions, [](const auto& tx) { return !tx.success; }));
    }

    Signer signer;
    World world = make_world(signer, {.accounts = 16, .pairs = 2, .collectibles = 2});
};

TEST_F(Workload, the_same_seed_gives_the_same_bytes) {
    const auto hash = [&](uint64_t seed) {
        return transaction_hash(batch(Mix::mixed, 50, {.seed = seed}).back());
    };
    EXPECT_EQ(hash(1), hash(1));
    EXPECT_NE(hash(1), hash(2));
}

TEST_F(Workload, keys_are_derived_as_they_say) {
    // keccak256("warpevm example key" followed by eight zero bytes), computed with another program.
    EXPECT_EQ(to_hex(signer.key(0).secret),
              "0x04c8ffdfc02941230e9fa85c789014fa7f0a7f7a5fca080019a88b31bd517767");
    EXPECT_EQ(to_hex(signer.key(0).address), "0xe4c2ad866a2ffc6c9e050c6333c893b167808c7a");
}

TEST_F(Workload, selectors_are_the_standards) {
    EXPECT_EQ(to_hex(call_data("transfer(address,uint256)", {})), "0xa9059cbb");
    EXPECT_EQ(to_hex(call_data("approve(address,uint256)", {})), "0x095ea7b3");
}

TEST_F(Workload, every_transaction_names_an_account_of_the_world_as_its_sender) {
    for (const Transaction& tx : batch(Mix::mixed, 40)) {
        const auto sender = recover_sender(tx, Fork::cancun, 1);
        ASSERT_TRUE(sender.has_value()) << to_string(sender.error());
        EXPECT_TRUE(
            std::ranges::any_of(world.accounts, [&](const Key& key) { return key.address == *sender; }));
    }
}

TEST_F(Workload, token_transfers_keep_the_supply) {
    EXPECT_EQ(failures(execute(batch(Mix::erc20, 100))), 0U);
    for (const auto& [pair, token0, token1] : world.pairs) {
        U256 sum = slot(token0, token_balance_slot(pair));
        for (const Key& account : world.accounts)
            sum = sum + slot(token0, token_balance_slot(account.address));
        EXPECT_EQ(sum, slot(token0, layout::token_supply));
    }
}

TEST_F(Workload, swaps_never_lower_the_product_and_reserves_are_what_the_pair_holds) {
    EXPECT_EQ(failures(execute(batch(Mix::swaps, 100))), 0U);
    for (const auto& [pair, token0, token1] : world.pairs) {
        const U256 held0 = slot(token0, token_balance_slot(pair)),
                   held1 = slot(token1, token_balance_slot(pair));
        EXPECT_EQ(slot(pair, layout::pair_reserves), held0 | (held1 << 112));
        EXPECT_GT(held0 * held1, U256{ether} * U256{ether});
    }
}

TEST_F(Workload, mints_count_up_and_every_item_has_an_owner) {
    EXPECT_EQ(failures(execute(batch(Mix::mints, 60))), 0U);
    for (const Address& collectible : world.collectibles) {
        const uint64_t minted = slot(collectible, 0).limb[0];
        EXPECT_GT(minted, 0U);
        for (uint64_t id = 0; id < minted; ++id)
            EXPECT_FALSE(slot(collectible, mapping_slot(id, 1)).is_zero());
        EXPECT_TRUE(slot(collectible, mapping_slot(minted, 1)).is_zero());
    }
}

TEST_F(Workload, the_mixed_one_has_reverts_creations_and_three_types) {
    const auto transactions = batch(Mix::mixed, 200);
    const BlockOutcome outcome = execute(transactions);
    size_t creations = 0;
    std::array<size_t, 3> types{};
    for (size_t i = 0; i < transactions.size(); ++i) {
        ++types.at(static_cast<size_t>(transactions[i].type));
        if (!transactions[i].is_create()) continue;
        ++creations;
        ASSERT_TRUE(outcome.transactions[i].created.has_value());
        EXPECT_EQ(slot(*outcome.transactions[i].created, layout::token_supply), U256{ether});
    }
    EXPECT_GT(creations, 0U);
    EXPECT_GT(failures(outcome), 0U);
    for (const size_t count : types) EXPECT_GT(count, 0U);
}

TEST_F(Workload, all_of_a_hot_batch_meet_in_one_place) {
    for (const Transaction& tx : batch(Mix::swaps, 20, {.hot_percent = 100}))
        EXPECT_EQ(*tx.to, world.pairs.front().pair);
}

}  // namespace
}  // namespace warpevm::workload
