// SPDX-License-Identifier: Apache-2.0
// What the journal records, case by case: each constraint alone, and next to a credit or debit that shifts
// it.
#include "tests/state/described.hpp"
#include "tests/state/journal_setup.hpp"

namespace warpevm::test {
namespace {

using Over = JournalOver<true>;

/// What was observed of an account; nothing where it was not.
AccountObservation observed(Over& o, const Address& a) {
    const Row row = o.row(a);
    AccountObservation found{};
    for (const AccountObservation& observation : o.j.observations().accounts)
        if (observation.row == row) found = observation;
    found.row = 0;
    return found;
}
const AccountEffect* effect(Over& o, const Address& a) {
    for (const AccountEffect& e : o.j.effects().accounts)
        if (e.row == o.row(a)) return &e;
    return nullptr;
}

TEST(Observation, finding_an_account_observes_nothing) {
    Over o;
    o.row(rich);
    o.j.warm_account(o.row(rich));
    o.j.unread_slot(o.row(contract), 1);
    o.j.credit(o.row(rich), 1);
    o.j.touch(o.row(contract));
    EXPECT_TRUE(o.j.observations().accounts.empty());
    EXPECT_TRUE(o.j.observations().slots.empty());
}

TEST(Observation, an_exact_balance_is_that_of_the_start) {
    Over o;
    EXPECT_EQ(o.j.balance(o.row(rich)), U256{1000});
    EXPECT_EQ(observed(o, rich), (Observed{.balance = exactly(1000)}));
    o.next_transaction();
    EXPECT_EQ(observed(o, rich), AccountObservation{}) << "a new transaction has observed nothing";
    o.j.credit(o.row(rich), 5);
    EXPECT_EQ(o.j.balance(o.row(rich)), U256{1005});
    EXPECT_EQ(balance_of(observed(o, rich)), exactly(1000));
    o.next_transaction();
    o.j.debit(o.row(rich), 7);
    o.j.balance(o.row(rich));
    EXPECT_EQ(balance_of(observed(o, rich)), exactly(1005))
        << "the start of this transaction, not of the block";
}

TEST(Observation, a_passed_check_is_a_lower_bound) {
    Over o;
    EXPECT_TRUE(o.j.can_pay(o.row(rich), 600));
    EXPECT_EQ(observed(o, rich), (Observed{.balance = between(600)}));
    EXPECT_TRUE(o.j.can_pay(o.row(rich), 400));
    EXPECT_EQ(balance_of(observed(o, rich)), between(600)) << "the stricter check counts";
    EXPECT_TRUE(o.j.can_pay(o.row(rich), 1000));
    EXPECT_EQ(balance_of(observed(o, rich)), between(1000));
}

TEST(Observation, credits_lower_and_debits_raise_the_lower_bound) {
    Over credited;
    credited.j.credit(credited.row(rich), 100);
    EXPECT_TRUE(credited.j.can_pay(credited.row(rich), 1050)) << "only thanks to the credit";
    EXPECT_EQ(balance_of(observed(credited, rich)), between(950));

    Over debited;
    debited.j.debit(debited.row(rich), 300);
    EXPECT_TRUE(debited.j.can_pay(debited.row(rich), 500));
    EXPECT_EQ(balance_of(observed(debited, rich)), between(800));

    Over covered;
    covered.j.credit(covered.row(absent), 100);
    EXPECT_TRUE(covered.j.can_pay(covered.row(absent), 60));
    EXPECT_EQ(balance_of(observed(covered, absent)), between(0)) << "it can pay whatever it had";
}

TEST(Observation, a_failed_check_is_an_upper_bound) {
    Over o;
    EXPECT_FALSE(o.j.can_pay(o.row(rich), 1500));
    EXPECT_EQ(observed(o, rich), (Observed{.balance = between(0, 1500)}));
    EXPECT_FALSE(o.j.can_pay(o.row(rich), 1001));
    EXPECT_FALSE(o.j.can_pay(o.row(rich), 2000));
    EXPECT_EQ(balance_of(observed(o, rich)), between(0, 1001));
    EXPECT_TRUE(o.j.can_pay(o.row(rich), 1000));
    EXPECT_EQ(balance_of(observed(o, rich)), between(1000, 1001));
}

TEST(Observation, credits_lower_and_debits_raise_the_upper_bound) {
    Over credited;
    credited.j.credit(credited.row(rich), 100);
    EXPECT_FALSE(credited.j.can_pay(credited.row(rich), 1200));
    EXPECT_EQ(balance_of(observed(credited, rich)), between(0, 1100));

    Over debited;
    debited.j.debit(debited.row(rich), 300);
    EXPECT_FALSE(debited.j.can_pay(debited.row(rich), 800)) << "only because of the debit";
    EXPECT_EQ(balance_of(observed(debited, rich)), between(0, 1100));

    Over hopeless;
    hopeless.j.debit(hopeless.row(rich), 300);
    EXPECT_FALSE(hopeless.j.can_pay(hopeless.row(rich), U256::max()));
    EXPECT_EQ(balance_of(observed(hopeless, rich)), between(0)) << "no balance would have passed";
}

TEST(Observation, bounds_hold_where_and_only_where_the_checks_go_the_same_way) {
    const auto checks = [](auto& o) {
        std::string out;
        const auto check = [&](const U256& amount) { out += o.j.can_pay(o.row(rich), amount) ? "1" : "0"; };
        check(3);
        o.j.credit(o.row(rich), 5);
        check(12);
        if (o.j.can_pay(o.row(rich), 7)) o.j.debit(o.row(rich), 7);
        check(4);
        check(9);
        return out;
    };
    const auto with = [](uint64_t balance) {
        MemoryState s;
        s.set_account(rich, 1, balance, {});
        return s;
    };
    for (uint64_t start = 0; start < 20; ++start) {
        Over recorded(with(start));
        const std::string expected = checks(recorded);
        const AccountObservation constraint = observed(recorded, rich);
        for (uint64_t other = 0; other < 20; ++other) {
            JournalOver<false> o(with(other));
            EXPECT_EQ(balance_holds(constraint, other), checks(o) == expected) << start << " and " << other;
        }
    }
}

TEST(Observation, untouched_accounts_are_dead_or_alive) {
    Over o;
    EXPECT_FALSE(o.j.is_dead(o.row(rich)));
    EXPECT_TRUE(o.j.is_dead(o.row(absent)));
    EXPECT_TRUE(o.j.is_dead(o.row(hollow)));
    EXPECT_EQ(observed(o, rich), (Observed{.liveness = Liveness::alive}));
    EXPECT_EQ(observed(o, absent), (Observed{.liveness = Liveness::dead}));
    EXPECT_EQ(observed(o, hollow), (Observed{.liveness = Liveness::dead}));
}

TEST(Observation, next_to_a_credit_liveness_is_a_bound) {
    const Observed no_nonce_no_code{.nonce = 0, .code_hash = empty_code_hash};
    Over credited;
    credited.j.credit(credited.row(absent), 5);
    EXPECT_FALSE(credited.j.is_dead(credited.row(absent)));
    EXPECT_EQ(observed(credited, absent), no_nonce_no_code) << "alive whatever it had";

    MemoryState s;
    s.set_account(rich, 0, 10, {});
    Over emptied(s);
    emptied.j.debit(emptied.row(rich), 10);
    EXPECT_TRUE(emptied.j.is_dead(emptied.row(rich)));
    Observed expected = no_nonce_no_code;
    expected.balance = between(0, 11);
    EXPECT_EQ(observed(emptied, rich), expected);

    Over poorer(s);
    poorer.j.debit(poorer.row(rich), 4);
    EXPECT_FALSE(poorer.j.is_dead(poorer.row(rich)));
    expected.balance = between(5);
    EXPECT_EQ(observed(poorer, rich), expected) << "with 4 it would be dead";
}

TEST(Observation, an_account_that_the_transaction_brought_to_life_is_not_observed) {
    Over o;
    o.j.set_nonce(o.row(absent), 1);
    EXPECT_FALSE(o.j.is_dead(o.row(absent)));
    EXPECT_EQ(observed(o, absent), AccountObservation{});
    o.j.set_code(o.row(hollow), o.code(new_code));
    EXPECT_FALSE(o.j.is_dead(o.row(hollow)));
    EXPECT_EQ(observed(o, hollow), AccountObservation{});
}

TEST(Observation, a_nonce_or_code_of_its_own_keeps_a_credited_account_alive) {
    Over o;
    o.j.debit(o.row(contract), 50);
    EXPECT_FALSE(o.j.is_dead(o.row(contract)));
    EXPECT_EQ(observed(o, contract), (Observed{.nonce = 1, .code_hash = keccak256(old_code)}));
}

TEST(Observation, nonce_code_and_existence_are_those_of_the_start) {
    Over o;
    o.j.set_nonce(o.row(rich), 8);
    EXPECT_EQ(o.j.nonce(o.row(rich)), 8U);
    o.j.set_code(o.row(contract), o.code(new_code));
    EXPECT_TRUE(equal(o.j.code(o.row(contract)).bytes(), new_code));
    o.j.touch(o.row(absent));
    EXPECT_TRUE(o.j.exists(o.row(absent)));
    EXPECT_EQ(observed(o, rich), (Observed{.nonce = 7}));
    EXPECT_EQ(observed(o, contract), (Observed{.code_hash = keccak256(old_code)}));
    EXPECT_EQ(observed(o, absent), (Observed{.exists = false}));
    o.next_transaction();
    o.j.code_hash(o.row(contract));
    EXPECT_EQ(observed(o, contract), (Observed{.code_hash = keccak256(new_code)}));
}

TEST(Observation, storage_emptiness_is_that_of_the_start) {
    Over o;
    o.put(rich, 1, 1);
    EXPECT_TRUE(o.j.has_storage(o.row(rich)));
    EXPECT_TRUE(o.j.has_storage(o.row(contract)));
    EXPECT_EQ(observed(o, rich), (Observed{.has_storage = false}));
    EXPECT_EQ(observed(o, contract), (Observed{.has_storage = true}));
    o.next_transaction();
    o.put(rich, 1, 0);
    EXPECT_FALSE(o.j.has_storage(o.row(rich)));
    EXPECT_EQ(observed(o, rich), (Observed{.has_storage = true}));
}

TEST(Observation, a_slot_is_observed_once_with_its_value_at_the_start) {
    Over o;
    o.put(contract, 1, 5);
    o.at(contract, 1);
    o.at(contract, 9);
    const Row first = o.j.slot(o.row(contract), 1), second = o.j.slot(o.row(contract), 9);
    EXPECT_EQ(o.j.observations().slots,
              (std::vector<SlotObservation>{{.value = 11, .row = first}, {.value = 0, .row = second}}));
    o.next_transaction();
    o.at(contract, 1);
    EXPECT_EQ(o.j.observations().slots, (std::vector<SlotObservation>{{.value = 5, .row = first}}));
}

TEST(Observation, after_a_wipe_slots_nonce_and_code_are_observed_as_gone) {
    Over o;
    o.j.destruct(o.row(contract));
    o.next_transaction();
    o.at(contract, 1);
    o.j.nonce(o.row(contract));
    o.j.code(o.row(contract));
    o.j.has_storage(o.row(contract));
    EXPECT_EQ(o.j.observations().slots.at(0).value, U256{});
    EXPECT_EQ(observed(o, contract),
              (Observed{.nonce = 0, .code_hash = empty_code_hash, .has_storage = false}));
}

TEST(Observation, a_failed_frame_takes_back_effects_and_not_observations) {
    Over o;
    const auto checkpoint = o.j.checkpoint();
    o.j.credit(o.row(rich), 100);
    EXPECT_TRUE(o.j.can_pay(o.row(rich), 1050));
    o.j.revert(checkpoint);
    EXPECT_EQ(balance_of(observed(o, rich)), between(950));
    EXPECT_FALSE(o.j.can_pay(o.row(rich), 1050));
    EXPECT_EQ(balance_of(observed(o, rich)), between(950, 1050));
    o.j.end_transaction();
    EXPECT_EQ(effect(o, rich), nullptr);
}

TEST(Effects, say_what_changed_since_the_transactions_start) {
    Over o;
    o.j.credit(o.row(rich), 100);
    o.next_transaction();
    o.j.credit(o.row(rich), 5);
    o.j.debit(o.row(rich), 7);
    o.j.set_nonce(o.row(contract), 2);
    o.j.set_code(o.row(contract), o.code(new_code));
    o.put(contract, 1, 12);
    o.put(contract, 2, 0);
    o.put(contract, 2, 22);  // back again
    o.j.touch(o.row(hollow));
    o.j.end_transaction();
    EXPECT_EQ(*effect(o, rich), (Did{.row = o.row(rich), .delta = -U256{2}, .touched = true}));
    EXPECT_EQ(*effect(o, contract),
              (Did{.row = o.row(contract), .nonce = 2, .code_hash = keccak256(new_code), .touched = true}));
    EXPECT_EQ(*effect(o, hollow), (Did{.row = o.row(hollow), .touched = true}))
        << "whether it vanishes is decided where the effects are applied";
    EXPECT_EQ(o.j.effects().slots,
              (std::vector<SlotEffect>{{.value = 12, .row = o.j.unread_slot(o.row(contract), 1)}}));
}

TEST(Effects, a_destructed_account_is_wiped_and_its_writes_are_gone) {
    Over o;
    o.put(contract, 1, 12);
    o.j.destruct(o.row(contract));
    o.j.end_transaction();
    ASSERT_NE(effect(o, contract), nullptr);
    EXPECT_TRUE(has(*effect(o, contract), WIPED));
    EXPECT_TRUE(o.j.effects().slots.empty());
    o.j.begin_transaction();
    const auto checkpoint = o.j.checkpoint();
    o.j.destruct(o.row(rich));
    o.j.revert(checkpoint);
    o.j.end_transaction();
    EXPECT_EQ(effect(o, rich), nullptr) << "reverted";
    EXPECT_EQ(effect(o, contract), nullptr) << "of the transaction before";
}

TEST(Effects, a_surviving_touch_of_ripemd_creates_nothing_before_spurious_dragon) {
    for (const bool state_clearing : {false, true}) {
        Over o(small_state(), state_clearing);
        const auto checkpoint = o.j.checkpoint();
        o.j.credit(o.row(ripemd), 0);
        o.j.touch(o.row(absent));
        o.j.revert(checkpoint);
        o.j.end_transaction();
        EXPECT_EQ(effect(o, ripemd) != nullptr, state_clearing);
        EXPECT_EQ(effect(o, absent), nullptr);
    }
}

TEST(Effects, without_recording_there_are_none) {
    JournalOver<false> o;
    o.j.balance(o.row(rich));
    o.j.can_pay(o.row(rich), 1);
    o.j.is_dead(o.row(absent));
    o.j.credit(o.row(rich), 1);
    o.put(contract, 1, 2);
    o.j.destruct(o.row(contract));
    o.j.end_transaction();
    EXPECT_TRUE(o.j.observations().accounts.empty() && o.j.observations().slots.empty());
    EXPECT_TRUE(o.j.effects().accounts.empty() && o.j.effects().slots.empty());
}

TEST(Observation, holds_compares_every_field) {
    const AccountValues values{
        .balance = 5, .nonce = 1, .code_hash = empty_code_hash, .has_storage = false, .exists = true};
    EXPECT_TRUE(holds(Observed{}, values));
    EXPECT_TRUE(holds(Observed{.balance = exactly(5),
                               .nonce = 1,
                               .code_hash = empty_code_hash,
                               .has_storage = false,
                               .exists = true,
                               .liveness = Liveness::alive},
                      values));
    EXPECT_FALSE(holds(Observed{.balance = exactly(6)}, values));
    EXPECT_FALSE(holds(Observed{.balance = between(6)}, values));
    EXPECT_FALSE(holds(Observed{.balance = between(0, 5)}, values));
    EXPECT_FALSE(holds(Observed{.nonce = 2}, values));
    EXPECT_FALSE(holds(Observed{.code_hash = Hash{}}, values));
    EXPECT_FALSE(holds(Observed{.has_storage = true}, values));
    EXPECT_FALSE(holds(Observed{.exists = false}, values));
    EXPECT_FALSE(holds(Observed{.liveness = Liveness::dead}, values));
    EXPECT_TRUE(holds(Observed{.liveness = Liveness::dead}, AccountValues{.exists = true}));
    EXPECT_FALSE(holds(Observed{.liveness = Liveness::alive}, AccountValues{.exists = true}));
}

}  // namespace
}  // namespace warpevm::test
