// SPDX-License-Identifier: Apache-2.0
// What whole transactions observe: instruction by instruction, by the balances at which their outcome
// changes.
#include <gtest/gtest.h>

#include "evm/crypto/keccak.hpp"
#include "tests/state/described.hpp"
#include "tests/state/program.hpp"
#include "tests/state/recorded_transaction.hpp"

namespace warpevm::test {
namespace {

const Address contract = Address::from_low(0xc0de), other = Address::from_low(0x07e2),
              nobody = Address::from_low(0x404);

class RecordedTransaction : public testing::Test {
  protected:
    RecordedTransaction() {
        m_state.set_account(sender_address, 0, 1'000'000, {});
        m_state.set_account(other, 0, 5, {});
    }
    /// Calls `contract`, which runs `program` and has 10 wei.
    TransactionRun run(const Program& program, const U256& value = 0, Fork fork = Fork::osaka) {
        m_state.set_account(contract, 1, 10, program.code());
        return run_transaction<true>(m_context, m_state, transaction_to(contract, value), fork);
    }

    MemoryState m_state;
    ExecutionContext m_context;
};

TEST_F(RecordedTransaction, a_transfer_observes_what_it_needs_of_the_sender_and_no_balance_else) {
    const TransactionRun r = run_transaction<true>(m_context, m_state, transaction_to(other, 3), Fork::osaka);
    ASSERT_TRUE(r.outcome.success);
    EXPECT_EQ(r.accounts.at(sender_address),
              (Observed{.balance = between(600'003), .nonce = 0, .code_hash = empty_code_hash}));
    EXPECT_EQ(r.accounts.at(other), (Observed{.code_hash = empty_code_hash}));
    EXPECT_FALSE(r.accounts.contains(beneficiary_address)) << "a fee is a credit";
    EXPECT_EQ(r.effects.at(beneficiary_address).delta, U256{21'000});
    EXPECT_EQ(r.effects.at(sender_address).delta, -U256{42'003});
}

TEST_F(RecordedTransaction, a_sender_that_cannot_pay_is_observed_and_nothing_happens) {
    m_state.set_account(sender_address, 0, 600'002, {});
    const TransactionRun r = run_transaction<true>(m_context, m_state, transaction_to(other, 3), Fork::osaka);
    EXPECT_EQ(r.outcome.invalid.code, ErrorCode::insufficient_balance);
    EXPECT_EQ(balance_of(r.accounts.at(sender_address)), exactly(600'002)) << "the reason names it";
    EXPECT_TRUE(r.effects.empty());
    EXPECT_EQ(r.diff, StateDiff{});
}

TEST_F(RecordedTransaction, balance_instructions_observe_exactly) {
    EXPECT_EQ(balance_of(run(Program().push(other).op(OP_BALANCE).log()).accounts.at(other)), exactly(5));
    EXPECT_EQ(balance_of(run(Program().op(OP_SELFBALANCE).log(), 4).accounts.at(contract)), exactly(10))
        << "less the value";
    EXPECT_EQ(balance_of(run(Program().push(other).op(OP_SELFDESTRUCT), 4).accounts.at(contract)),
              exactly(10));
}

TEST_F(RecordedTransaction, a_call_with_value_observes_a_bound) {
    const Program call = Program().call(OP_CALL, other, 7, 0).log();
    EXPECT_EQ(balance_of(run(call).accounts.at(contract)), between(7));
    EXPECT_EQ(balance_of(run(call, 4).accounts.at(contract)), between(3));
    EXPECT_EQ(balance_of(
                  run(Program().call(OP_CALL, other, 7, 0).call(OP_CALL, other, 3, 0)).accounts.at(contract)),
              between(10));
}

TEST_F(RecordedTransaction, a_call_that_fails_for_want_of_money_observes_an_upper_bound) {
    const Program call = Program().call(OP_CALL, other, 20, 0).log();
    EXPECT_EQ(balance_of(run(call).accounts.at(contract)), between(0, 20));
    EXPECT_EQ(balance_of(run(call, 4).accounts.at(contract)), between(0, 16));
    EXPECT_EQ(balance_of(run(call, 10).accounts.at(contract)), between(10)) << "the credit lets it pass";
    EXPECT_EQ(balance_of(run(Program().create(OP_CREATE, 20, {}).log()).accounts.at(contract)),
              between(0, 20));
    EXPECT_EQ(balance_of(run(Program().create(OP_CREATE, 8, {}).log()).accounts.at(contract)), between(8));
}

TEST_F(RecordedTransaction, the_gas_for_a_new_account_observes_liveness) {
    EXPECT_EQ(liveness_of(run(Program().call(OP_CALL, nobody, 1, 0)).accounts.at(nobody)), Liveness::dead);
    EXPECT_EQ(liveness_of(run(Program().call(OP_CALL, other, 1, 0)).accounts.at(other)), Liveness::alive);
    EXPECT_EQ(liveness_of(run(Program().call(OP_CALL, nobody, 0, 0)).accounts.at(nobody)),
              Liveness::not_observed)
        << "without value nobody asks";
    EXPECT_EQ(liveness_of(run(Program().push(nobody).op(OP_SELFDESTRUCT)).accounts.at(nobody)),
              Liveness::dead);
    // After the first call the account lives by the credit, whatever it was before.
    const TransactionRun twice = run(Program().call(OP_CALL, other, 1, 0).call(OP_CALL, other, 1, 0));
    EXPECT_EQ(twice.accounts.at(other),
              (Observed{.nonce = 0, .code_hash = empty_code_hash, .liveness = Liveness::alive}));
}

TEST_F(RecordedTransaction, extcodehash_observes_liveness_and_code) {
    const TransactionRun r = run(Program().push(nobody).op(OP_EXTCODEHASH).push(other).op(OP_EXTCODEHASH));
    EXPECT_EQ(r.accounts.at(nobody), (Observed{.liveness = Liveness::dead}));
    EXPECT_EQ(r.accounts.at(other), (Observed{.code_hash = empty_code_hash, .liveness = Liveness::alive}));
}

TEST_F(RecordedTransaction, before_spurious_dragon_existence_is_observed) {
    const TransactionRun r = run(Program().call(OP_CALL, nobody, 0, 0), 0, Fork::tangerine_whistle);
    EXPECT_TRUE(has(r.accounts.at(nobody), OBSERVED_EXISTENCE) && !has(r.accounts.at(nobody), EXISTED));
    EXPECT_EQ(liveness_of(r.accounts.at(nobody)), Liveness::not_observed);
    EXPECT_TRUE(has(r.effects.at(nobody), TOUCHED));
}

TEST_F(RecordedTransaction, a_delegation_is_observed_with_what_it_leads_to) {  // EIP-7702
    const Bytes code = Program().push(1).store(0).code();
    m_state.set_account(nobody, 1, 0, code);
    Bytes designator{0xef, 0x01, 0x00};
    append(designator, nobody);
    m_state.set_account(other, 1, 5, designator);
    const TransactionRun r = run(Program().call(OP_CALL, other, 0, 50'000));
    EXPECT_EQ(r.accounts.at(other), (Observed{.code_hash = keccak256(designator)}));
    EXPECT_EQ(r.accounts.at(nobody), (Observed{.code_hash = keccak256(code)}));
    EXPECT_EQ(r.writes.at({other, 0}), U256{1});
}

TEST_F(RecordedTransaction, a_creation_observes_that_its_address_is_unused) {
    const Address created = create_address(contract, 1);
    const Program create = Program().create(OP_CREATE, 0, {});
    const TransactionRun fresh = run(create);
    EXPECT_EQ(fresh.accounts.at(created),
              (Observed{.nonce = 0, .code_hash = empty_code_hash, .has_storage = false}));
    EXPECT_EQ(fresh.accounts.at(contract).nonce, 1U);
    m_state.set_account(created, 0, 3, {});
    m_state.set_slot(created, 1, 1);
    EXPECT_TRUE(has(run(create).accounts.at(created), HAD_STORAGE));
    EXPECT_FALSE(run(create).effects.contains(created)) << "a collision";
}

TEST_F(RecordedTransaction, a_destruction_wipes_what_the_fork_lets_it) {
    const Program destruct = Program().push(1).store(0).push(other).op(OP_SELFDESTRUCT);
    const TransactionRun before = run(destruct, 0, Fork::shanghai), since = run(destruct, 0, Fork::cancun);
    EXPECT_TRUE(has(before.effects.at(contract), WIPED));
    EXPECT_TRUE(before.writes.empty());
    EXPECT_FALSE(has(since.effects.at(contract), WIPED));  // EIP-6780
    EXPECT_EQ(since.writes.size(), 1U);
    EXPECT_EQ(since.effects.at(contract).delta, -U256{10});
    EXPECT_EQ(since.effects.at(other).delta, U256{10});
}

}  // namespace
}  // namespace warpevm::test
