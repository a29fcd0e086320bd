// SPDX-License-Identifier: Apache-2.0
// The state at a block's start from the traces of its transactions: what the block itself makes is no part of
// it, whatever later traces show.
#include "tools/run/traces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evm/base/hex.hpp"

namespace warpevm::tools {
namespace {

using json::GivenAccount;
using json::TracedTransaction;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Address alice = Address::from_low(0xa11ce), bob = Address::from_low(0xb0b);
const Address miner = Address::from_low(0xfee), somebody = Address::from_low(0x50);
const U256 ether{1'000'000'000'000'000'000};

GivenAccount account(const Address& address, const U256& balance, uint64_t nonce = 0, Bytes code = {}) {
    return {.address = address, .nonce = nonce, .balance = balance, .code = std::move(code), .storage = {}};
}

class Traces : public testing::Test {
  protected:
    Traces() {
        m_block.header.number = 5;
        m_block.header.timestamp = 5;
        m_block.header.gas_limit = 30000000;
        m_block.header.beneficiary = miner;
        m_block.header.base_fee_per_gas = U256{7};
        m_block.header.mix_hash = Hash{};
        m_block.header.excess_blob_gas = 0;
    }
    Transaction& send(const Address& from, std::optional<Address> to, const U256& value = 1) {
        json::GivenTransaction& given = m_block.transactions.emplace_back();
        given.from = from;
        Transaction& tx = given.tx;
        tx.gas_limit = 1000000;
        tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 10;
        tx.to = to;
        tx.value = value;
        return tx;
    }
    Result<BlockStart> start(std::vector<std::vector<GivenAccount>> accounts) {
        std::vector<TracedTransaction> traces;
        for (auto& list : accounts) traces.push_back({std::nullopt, std::move(list)});
        auto merged = block_start(std::move(traces), m_block, m_rules, {}, "prestate.json");
        if (merged) merged->put(m_state);
        return merged;
    }
    [[nodiscard]] Knowledge knows(const Address& address) const {
        return m_state.read_account(address).knowledge;
    }

    json::GivenBlock m_block;
    Rules m_rules{.fork = Fork::prague, .blobs = mainnet_blob_schedule(Fork::prague)};
    MemoryState m_state{false};
};

TEST_F(Traces, AnAccountThatTheBlockFundsIsNotThereBefore) {
    send(alice, somebody, 100);
    send(bob, somebody, 1);
    const auto merged = start(
        {{account(alice, ether)}, {account(bob, ether, 0), account(somebody, 100), account(miner, 63000)}});
    ASSERT_TRUE(merged) << to_string(merged.error());
    EXPECT_EQ(knows(somebody), Knowledge::absent);
    EXPECT_EQ(knows(miner), Knowledge::absent);
    EXPECT_EQ(knows(bob), Knowledge::value);
    EXPECT_THAT(merged->made_by_block, ElementsAre(somebody, miner));
    EXPECT_THAT(merged->doubts, IsEmpty());
}

TEST_F(Traces, AnAccountThatNoEarlierTransactionChangesIsAsFirstSeen) {
    // In the first one's access list, which the tracer does not look up.
    send(alice, miner).access_list.push_back({somebody, {}});
    m_block.transactions[0].tx.type = TxType::access_list;
    send(bob, somebody);
    GivenAccount seen = account(somebody, 5, 1, {0x00});
    seen.storage = {{U256{1}, U256{9}}, {U256{2}, U256{}}};
    const auto merged = start({{account(alice, ether), account(miner, 1)}, {account(bob, ether), seen}});
    ASSERT_TRUE(merged);
    EXPECT_THAT(merged->made_by_block, IsEmpty());
    EXPECT_EQ(m_state.read_account(somebody).value.balance, U256{5});
    EXPECT_EQ(m_state.read_slot({somebody, 1}).value, U256{9});
    EXPECT_EQ(m_state.read_slot({somebody, 2}).knowledge, Knowledge::absent);
}

TEST_F(Traces, TheFirstSightOfAnAccountAndOfASlotWins) {
    send(alice, somebody);
    send(alice, somebody).nonce = 1;
    GivenAccount first = account(somebody, 5, 1, {0x00}), second = account(somebody, 6, 1, {0x00});
    first.storage = {{U256{1}, U256{7}}};
    second.storage = {{U256{1}, U256{8}}, {U256{2}, U256{9}}};
    ASSERT_TRUE(start({{account(alice, ether), first}, {account(alice, ether, 1), second}}));
    EXPECT_EQ(m_state.read_account(alice).value.nonce, 0U);
    EXPECT_EQ(m_state.read_account(somebody).value.balance, U256{5});
    EXPECT_EQ(m_state.read_slot({somebody, 1}).value, U256{7});
    EXPECT_EQ(m_state.read_slot({somebody, 2}).value, U256{9});
}

TEST_F(Traces, AccountsListedAsEmptyDidNotExist) {
    send(alice, somebody);
    send(bob, somebody);
    ASSERT_TRUE(
        start({{account(alice, ether), account(somebody, 0)}, {account(bob, ether), account(somebody, 1)}}));
    EXPECT_EQ(knows(somebody), Knowledge::absent);
}

TEST_F(Traces, WhatAContractMakesIsMadeByTheBlock) {
    // The callee creates a contract: PUSH1 0 PUSH1 0 PUSH1 0 CREATE.
    const Bytes factory{0x60, 0, 0x60, 0, 0x60, 0, 0xf0};
    const Address made = *address_from_hex("0x1c0f0b1c5e4d4d5b1b1b1b1b1b1b1b1b1b1b1b1b");
    send(alice, somebody, 0);
    send(bob, made, 0);
    const auto wrong = start({{account(alice, ether), account(somebody, 0, 1, factory)},
                              {account(bob, ether), account(made, 0, 1)}});
    ASSERT_TRUE(wrong);
    EXPECT_EQ(knows(made), Knowledge::value) << "the factory makes another one";
    ASSERT_EQ(wrong->absent.size(), 2U);  // the new contract and the miner
    const Address real = wrong->absent[0] == miner ? wrong->absent[1] : wrong->absent[0];
    const auto right = start({{account(alice, ether), account(somebody, 0, 1, factory)},
                              {account(bob, ether), account(real, 0, 1)}});
    EXPECT_THAT(right->made_by_block, ElementsAre(real));
}

TEST_F(Traces, WhatATransactionCannotTellAloneIsADoubt) {
    send(alice, somebody, ether * 5);  // it can't pay
    send(bob, somebody);
    const auto merged = start({{account(alice, ether)}, {account(bob, ether), account(somebody, 1)}});
    ASSERT_TRUE(merged);
    ASSERT_EQ(merged->doubts.size(), 1U);
    EXPECT_THAT(merged->doubts[0], HasSubstr("transaction 0"));
    EXPECT_EQ(knows(somebody), Knowledge::value);
}

TEST_F(Traces, TheHiddenTargetOfADelegationIsADoubtWhereNoTraceShowsIt) {
    Bytes delegated{0xef, 0x01, 0x00};
    append(delegated, somebody);
    send(alice, bob, 0);
    send(bob, miner);
    const GivenAccount delegating = account(bob, ether, 0, delegated);
    const auto hidden = start({{account(alice, ether), delegating}, {delegating}});
    ASSERT_TRUE(hidden);
    ASSERT_EQ(hidden->doubts.size(), 1U);
    EXPECT_THAT(hidden->doubts[0], HasSubstr(to_hex(somebody)));
    // Shown by another trace it is taken from there.
    const auto found =
        start({{account(alice, ether), delegating}, {delegating, account(somebody, 0, 1, {0x00})}});
    EXPECT_THAT(found->doubts, IsEmpty());
}

TEST_F(Traces, OfAnotherBlockAreRefused) {
    send(alice, somebody);
    EXPECT_THAT(start({}).error().detail, HasSubstr("prestate.json: expected a trace for each of 1"));
    m_block.transactions[0].hash = Hash{{1}};
    std::vector<TracedTransaction> traces{{Hash{{2}}, {}}};
    EXPECT_THAT(block_start(traces, m_block, m_rules, {}, "prestate.json").error().detail,
                HasSubstr("is not in the block"));
}

}  // namespace
}  // namespace warpevm::tools
