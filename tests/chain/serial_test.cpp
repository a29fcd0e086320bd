// SPDX-License-Identifier: Apache-2.0
// The serial executor: what a block does around its transactions, and what it answers to broken ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "evm/base/hex.hpp"
#include "evm/chain/block_frame.hpp"
#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"
#include "evm/chain/fees.hpp"
#include "evm/chain/requests.hpp"
#include "evm/chain/system_contracts.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/state/state_trie.hpp"

namespace warpevm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr uint64_t gwei = 1000000000;
const U256 ether = U256{gwei} * gwei;
const Address alice = Address::from_low(0xa11ce), bob = Address::from_low(0xb0b),
              miner = Address::from_low(0xfee);
const Address contract = Address::from_low(0xc0de);

Bytes hex(std::string_view s) {
    return bytes_from_hex(s).value();
}

class Serial : public testing::Test {
  protected:
    Serial() { m_state.set_account(alice, 0, ether, {}); }

    BlockInput block(Fork fork, uint64_t number = 100) {
        BlockInput b;
        b.rules.fork = fork;
        b.rules.blobs = mainnet_blob_schedule(fork);
        b.environment = {.number = number, .timestamp = 1000, .gas_limit = 1000000, .beneficiary = miner};
        if (fork >= Fork::london) b.environment.base_fee = 7;
        return b;
    }
    /// Alice's transaction with her next nonce, at 10 wei per gas.
    Transaction& send(BlockInput& to, const Address& recipient, const U256& value = 0) {
        Transaction& tx = m_transactions.emplace_back();
        tx.nonce = m_nonce++;
        tx.gas_limit = 100000;
        tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 10;
        tx.to = recipient;
        tx.value = value;
        to.transactions.push_back({.tx = &tx, .sender = alice});
        return tx;
    }
    std::vector<BlockOutcome> run(std::vector<BlockInput> window) {
        auto outcomes = execute_serial(m_context, window, m_state, m_options);
        EXPECT_TRUE(outcomes) << to_string(outcomes.error());
        return std::move(*outcomes);
    }
    BlockOutcome run_one(const BlockInput& b) { return std::move(run({b}).front()); }
    /// The balance after an outcome, zero where the account does not exist.
    U256 balance(const BlockOutcome& o, const Address& address) {
        MemoryState after = m_state;
        after.apply(o.diff);
        return after.read_account(address).value.balance;
    }

    std::deque<Transaction> m_transactions;
    uint64_t m_nonce = 0;
    MemoryState m_state;
    ExecutionContext m_context;
    ExecutionOptions m_options;
};

TEST_F(Serial, a_transfer_moves_value_and_pays_the_beneficiary_its_tip) {
    BlockInput b = block(Fork::paris);
    send(b, bob, 5);
    send(b, bob, 6);
    const BlockOutcome o = run_one(b);
    EXPECT_TRUE(o.verdict.valid());
    EXPECT_EQ(o.gas_used, 42000U);
    EXPECT_THAT(o.cumulative_gas, ElementsAre(21000, 42000));
    EXPECT_TRUE(o.transactions[1].success);
    EXPECT_EQ(o.transactions[1].effective_gas_price, U256{10});
    EXPECT_EQ(balance(o, bob), U256{11});
    EXPECT_EQ(balance(o, miner), U256{42000 * 3});
    EXPECT_EQ(balance(o, alice), ether - 11 - 420000);
    EXPECT_FALSE(o.requests_hash);
}

TEST_F(Serial, an_invalid_transaction_rejects_the_block) {
    BlockInput b = block(Fork::paris);
    send(b, bob, 5);
    send(b, bob, 5).nonce = 7;
    send(b, bob, 5).nonce = 9;
    const BlockOutcome o = run_one(b);
    EXPECT_EQ(o.verdict.error.code, ErrorCode::nonce_too_high);
    EXPECT_EQ(o.verdict.tx, 1U);
    EXPECT_EQ(o.diff, StateDiff{});
    EXPECT_THAT(o.transactions, IsEmpty());
}

TEST_F(Serial, or_is_skipped) {
    m_options.on_invalid = OnInvalid::skip;
    BlockInput b = block(Fork::paris);
    send(b, bob, 5);
    send(b, bob, 5).nonce = 7;
    m_nonce = 1;
    send(b, bob, 6);
    b.transactions.push_back(
        {.tx = &m_transactions.back(), .sender = alice, .invalid = {ErrorCode::tx_bad_signature, {}}});
    const BlockOutcome o = run_one(b);
    EXPECT_TRUE(o.verdict.valid());
    EXPECT_EQ(o.transactions[1].invalid.code, ErrorCode::nonce_too_high);
    EXPECT_EQ(o.transactions[3].invalid.code, ErrorCode::tx_bad_signature);
    EXPECT_THAT(o.cumulative_gas, ElementsAre(21000, 21000, 42000, 42000));
    EXPECT_EQ(balance(o, bob), U256{11});
}

TEST_F(Serial, transactions_get_the_gas_that_the_block_has_left) {
    BlockInput b = block(Fork::paris);
    b.environment.gas_limit = 121000;
    send(b, bob);
    send(b, bob).gas_limit = 100000;
    EXPECT_TRUE(run_one(b).verdict.valid());
    m_transactions.back().gas_limit = 100001;
    const BlockOutcome o = run_one(b);
    EXPECT_EQ(o.verdict.error.code, ErrorCode::block_gas_exceeded);
    EXPECT_EQ(o.verdict.tx, 1U);
}

TEST_F(Serial, transactions_get_the_blob_gas_that_the_block_has_left) {
    BlockInput b = block(Fork::cancun);
    for (const size_t blobs : {4, 2}) {
        Transaction& tx = send(b, bob);
        tx.type = TxType::blob;
        tx.chain_id = 1;
        tx.max_fee_per_blob_gas = 1;
        tx.blob_versioned_hashes.resize(blobs, Hash{{1}});
    }
    const BlockOutcome o = run_one(b);
    EXPECT_TRUE(o.verdict.valid()) << to_string(o.verdict.error);
    EXPECT_EQ(o.blob_gas_used, 6 * gas_per_blob);
    m_transactions.back().blob_versioned_hashes.resize(3, Hash{{1}});
    EXPECT_EQ(run_one(b).verdict.error.code, ErrorCode::blob_gas_exceeded);
}

TEST_F(Serial, rewards_before_paris_are_five_three_and_two_ether) {
    EXPECT_EQ(balance(run_one(block(Fork::frontier)), miner), 5 * ether);
    EXPECT_EQ(balance(run_one(block(Fork::spurious_dragon)), miner), 5 * ether);
    EXPECT_EQ(balance(run_one(block(Fork::byzantium)), miner), 3 * ether);
    EXPECT_EQ(balance(run_one(block(Fork::constantinople)), miner), 2 * ether);
    EXPECT_EQ(balance(run_one(block(Fork::gray_glacier)), miner), 2 * ether);
    EXPECT_EQ(run_one(block(Fork::paris)).diff, StateDiff{});
}

TEST_F(Serial, ommers_get_eighths_and_their_includer_a_thirtysecond_each) {
    BlockInput b = block(Fork::constantinople);
    b.ommers = {{alice, 99}, {bob, 94}};
    const BlockOutcome o = run_one(b);
    EXPECT_EQ(balance(o, alice), ether + 2 * ether * 7 / 8);
    EXPECT_EQ(balance(o, bob), 2 * ether * 2 / 8);
    EXPECT_EQ(balance(o, miner), 2 * ether + 2 * (2 * ether / 32));
}

TEST_F(Serial, a_fixed_reward_of_zero_still_touches) {
    m_options.reward = Reward::fixed;
    m_options.system_calls = false;
    // Before Spurious Dragon that makes an account, later it removes an empty one.
    const BlockOutcome early = run_one(block(Fork::homestead));
    ASSERT_EQ(early.diff.accounts.size(), 1U);
    EXPECT_TRUE(early.diff.accounts[0].exists);
    EXPECT_EQ(run_one(block(Fork::spurious_dragon)).diff, StateDiff{});
    m_state.set_account(miner, 0, 0, {});
    const BlockOutcome late = run_one(block(Fork::osaka));
    ASSERT_EQ(late.diff.accounts.size(), 1U);
    EXPECT_FALSE(late.diff.accounts[0].exists);
    m_options.fixed_reward = 9;
    EXPECT_EQ(balance(run_one(block(Fork::osaka)), miner), U256{9});
    m_options.reward = Reward::none;
    EXPECT_EQ(run_one(block(Fork::homestead)).diff, StateDiff{});
}

TEST_F(Serial, withdrawals_are_credited_in_gwei_after_the_transactions) {
    BlockInput b = block(Fork::shanghai);
    m_state.set_account(contract, 0, 0, {});
    b.withdrawals = {{0, 0, bob, 3}, {1, 0, bob, 4}, {2, 0, contract, 0}};
    const BlockOutcome o = run_one(b);
    EXPECT_EQ(balance(o, bob), U256{7} * gwei);
    MemoryState after = m_state;
    after.apply(o.diff);
    EXPECT_EQ(after.read_account(contract).knowledge, Knowledge::absent)
        << "an empty account that is touched vanishes";
}

TEST_F(Serial, the_dao_block_moves_the_balances_before_its_transactions) {
    const Address dao = address_literal("bb9bc244d798123fde783fcc1c72d3bb8c189413");
    const Address child = address_literal("005f5cee7a43331d5a3d3eec71305925a62f34b6");
    m_state.set_account(dao, 1, 1000, {});
    m_state.set_account(child, 0, 234, {});
    BlockInput b = block(Fork::homestead);
    EXPECT_EQ(balance(run_one(b), dao_refund_address), U256{});
    b.rules.dao_transition = true;
    const BlockOutcome o = run_one(b);
    EXPECT_EQ(balance(o, dao_refund_address), U256{1234});
    EXPECT_EQ(balance(o, dao), U256{});
    EXPECT_EQ(balance(o, child), U256{});
}

/// SSTORE(CALLER, CALLDATALOAD(0)).
const Bytes stores_its_input = hex("6000353355");

TEST_F(Serial, system_contracts_are_called_before_the_transactions) {
    m_state.set_account(beacon_roots_address, 1, 0, stores_its_input);
    m_state.set_account(history_storage_address, 1, 0, stores_its_input);
    BlockInput b = block(Fork::cancun);
    b.environment.parent_hash = Hash{{1}};
    b.environment.parent_beacon_block_root = Hash{{2}};
    BlockOutcome o = run_one(b);
    ASSERT_EQ(o.diff.slots.size(), 1U);
    EXPECT_EQ(o.diff.slots[0], (SlotChange{to_u256(system_address), to_u256(Hash{{2}})}));
    EXPECT_EQ(o.gas_used, 0U);
    b.environment.parent_beacon_block_root.reset();
    EXPECT_EQ(run_one(b).diff, StateDiff{});

    b = block(Fork::prague);
    b.environment.parent_hash = Hash{{1}};
    m_options.allow_missing_system_contracts = true;
    o = run_one(b);
    ASSERT_EQ(o.diff.slots.size(), 1U);
    EXPECT_EQ(o.diff.slots[0], (SlotChange{to_u256(system_address), to_u256(Hash{{1}})}));
    m_options.system_calls = false;
    EXPECT_EQ(run_one(b).diff, StateDiff{});
}

/// LOG0 of nothing, then returns one byte 0xNN.
Bytes returns(uint8_t byte) {
    Bytes code = hex("60006000a060005360016000f3");
    code.insert(code.begin() + 5, {0x60, byte});
    return code;
}

TEST_F(Serial, requests_are_collected_after_the_transactions) {
    m_state.set_account(withdrawal_requests_address, 1, 0, returns(0x55));
    m_state.set_account(consolidation_requests_address, 1, 0, returns(0x66));
    const BlockOutcome o = run_one(block(Fork::prague));
    ASSERT_TRUE(o.verdict.valid()) << to_string(o.verdict.error);
    EXPECT_THAT(o.requests, ElementsAre(Bytes{1, 0x55}, Bytes{2, 0x66}));
    EXPECT_EQ(o.requests_hash, requests_hash(o.requests));
    EXPECT_EQ(o.logs.size(), 0U) << "system calls leave no logs";
    EXPECT_THAT(run_one(block(Fork::cancun)).requests, IsEmpty());
}

TEST_F(Serial, a_system_contract_that_is_missing_or_fails_makes_the_block_invalid) {
    m_state.set_account(withdrawal_requests_address, 1, 0, hex("00"));
    EXPECT_EQ(run_one(block(Fork::prague)).verdict.error,
              (Error{ErrorCode::system_contract_missing, to_hex(consolidation_requests_address)}));
    EXPECT_FALSE(run_one(block(Fork::prague)).verdict.tx);
    m_options.allow_missing_system_contracts = true;
    const BlockOutcome partial = run_one(block(Fork::prague));
    EXPECT_TRUE(partial.verdict.valid());
    EXPECT_FALSE(partial.requests_hash);
    m_state.set_account(consolidation_requests_address, 1, 0, hex("fe"));
    EXPECT_EQ(run_one(block(Fork::prague)).verdict.error,
              (Error{ErrorCode::system_call_failed, to_hex(consolidation_requests_address)}));
    m_state.set_account(consolidation_requests_address, 1, 0, hex("00"));
    const BlockOutcome complete = run_one(block(Fork::prague));
    EXPECT_THAT(complete.requests, IsEmpty());
    EXPECT_EQ(complete.requests_hash, requests_hash({}));
}

TEST_F(Serial, a_malformed_deposit_log_makes_the_block_invalid) {
    m_state.set_account(withdrawal_requests_address, 1, 0, hex("00"));
    m_state.set_account(consolidation_requests_address, 1, 0, hex("00"));
    // PUSH32 the event's topic, LOG1 of no data.
    m_state.set_account(deposit_contract_address, 1, 0,
                        hex("7f649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c560006000a1"));
    BlockInput b = block(Fork::prague);
    send(b, deposit_contract_address);
    EXPECT_EQ(run_one(b).verdict.error.code, ErrorCode::deposit_log);
}

/// LOG1 with topic 0x7 and one byte of data.
TEST_F(Serial, logs_and_blooms_come_in_order) {
    m_state.set_account(contract, 1, 0, hex("600760016000a1"));
    BlockInput b = block(Fork::paris);
    send(b, contract);
    send(b, bob);
    send(b, contract);
    const BlockOutcome o = run_one(b);
    ASSERT_EQ(o.logs.size(), 2U);
    EXPECT_EQ(o.transactions[0].log_count, 1U);
    EXPECT_EQ(o.transactions[1].log_count, 0U);
    EXPECT_EQ(o.transactions[2].first_log, 1U);
    EXPECT_EQ(o.logs[1].address, contract);
    EXPECT_EQ(o.logs.topics(o.logs[1])[0], to_bytes32(7));
    EXPECT_NE(o.logs_bloom, Bloom{});
}

TEST_F(Serial, a_window_of_blocks_sees_what_earlier_blocks_did) {
    BlockInput first = block(Fork::paris), second = block(Fork::paris, 101), third = block(Fork::paris, 102);
    send(first, bob, 5);
    send(second, bob, 6);
    send(third, bob, 7).nonce = 99;
    const auto outcomes = run({first, second, third, second});
    ASSERT_EQ(outcomes.size(), 3U) << "the first invalid block ends the window";
    EXPECT_TRUE(outcomes[1].verdict.valid());
    EXPECT_EQ(outcomes[2].verdict.error.code, ErrorCode::nonce_too_high);
    EXPECT_EQ(outcomes[2].verdict.tx, 0U);
    MemoryState after = m_state;
    after.apply(outcomes[0].diff);
    EXPECT_EQ(after.read_account(bob).value.balance, U256{5});
    after.apply(outcomes[1].diff);
    EXPECT_EQ(after.read_account(bob).value.balance, U256{11});
    EXPECT_EQ(after.read_account(alice).value.nonce, 2U);
}

TEST_F(Serial, receipts_before_byzantium_hold_roots_since_the_windows_start) {
    m_options.state_roots = roots_over(m_state);
    BlockInput first = block(Fork::homestead), second = block(Fork::homestead, 101);
    send(first, bob, 5);
    send(second, bob, 6);
    send(second, bob, 7);
    const auto outcomes = run({first, second});
    ASSERT_EQ(outcomes[1].intermediate_roots.size(), 2U);
    MemoryState after = m_state;
    after.apply(outcomes[0].diff);
    after.set_account(alice, 2, ether - 11 - 420000, {});
    after.set_account(bob, 0, 11, {});
    after.set_account(miner, 0, 5 * ether + 420000, {});
    EXPECT_EQ(outcomes[1].intermediate_roots[0], after.root());
    EXPECT_FALSE(outcomes[1].receipts_root.is_zero());
    EXPECT_THAT(run_one(block(Fork::byzantium)).intermediate_roots, IsEmpty());
}

/// A store that counts what it is told, and breaks on demand.
struct BreakingRoots final : StateRoots {
    explicit BreakingRoots(size_t good) : left(good) {}
    void apply(const StateDiff&) override {}
    Result<Hash> root() override {
        if (left == 0) return fail(ErrorCode::internal, "the disk is full");
        --left;
        return Hash{};
    }
    size_t left;
};

TEST_F(Serial, a_store_that_has_no_root_ends_the_execution_with_its_error) {
    BlockInput b = block(Fork::homestead);
    for (int i = 0; i < 3; ++i) send(b, bob, 5);
    for (const size_t good : {0, 2, 3}) {
        m_options.state_roots = [good] { return std::make_unique<BreakingRoots>(good); };
        const auto outcomes = execute_serial(m_context, {&b, 1}, m_state, m_options);
        ASSERT_EQ(outcomes.has_value(), good == 3);
        if (outcomes) continue;
        EXPECT_EQ(outcomes.error().code, ErrorCode::internal);
        EXPECT_EQ(outcomes.error().detail, "the disk is full");
    }
}

TEST_F(Serial, roots_are_begun_only_where_a_receipt_holds_one) {
    size_t begun = 0;
    m_options.state_roots = [&] {
        ++begun;
        return std::make_unique<BreakingRoots>(100);
    };
    BlockInput old = block(Fork::homestead), young = block(Fork::byzantium, 101);
    (void)run_one(old);
    send(young, bob, 1);
    (void)run_one(young);
    EXPECT_EQ(begun, 0U);
    send(old, bob, 1).nonce = 0;
    young.transactions.clear();
    send(young, bob, 1).nonce = 1;
    const auto outcomes = run({old, young});
    EXPECT_EQ(begun, 1U);
    EXPECT_EQ(outcomes[0].intermediate_roots.size(), 1U);
    EXPECT_THAT(outcomes[1].intermediate_roots, IsEmpty());
}

TEST_F(Serial, missing_state_gives_no_verdict_or_is_assumed_absent) {
    m_state = MemoryState(false);
    m_state.set_account(alice, 0, ether, {});
    BlockInput b = block(Fork::paris);
    send(b, bob, 5);
    const auto failed = execute_serial(m_context, {&b, 1}, m_state, m_options);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::missing_state);
    m_options.on_missing_state = OnMissingState::assume_absent;
    const BlockOutcome o = run_one(b);
    EXPECT_TRUE(o.verdict.valid());
    EXPECT_THAT(o.assumed_accounts, testing::UnorderedElementsAre(bob, miner));
}

}  // namespace
}  // namespace warpevm
