// SPDX-License-Identifier: Apache-2.0
// Checkpoints: every kind of effect is taken back, at every depth, and nothing else is.
#include <functional>
#include <random>

#include "tests/state/journal_setup.hpp"

namespace warpevm::test {
namespace {

using Over = JournalOver<false>;

/// All that a frame can see of the accounts that the effects below concern.
std::string visible(Over& o) {
    std::string out;
    for (const Address& a : {rich, contract, absent, hollow}) {
        const Row row = o.row(a);
        out += to_hex(a) + " " + to_decimal(o.j.balance(row)) + " " + std::to_string(o.j.nonce(row)) + " " +
               to_hex(o.j.code(row).bytes()) + " " + to_hex(o.j.code_hash(row)) +
               (o.j.exists(row) ? " exists" : "") + (o.j.created_now(row) ? " created" : "") +
               (o.j.has_storage(row) ? " stored" : "");
        for (uint64_t key = 0; key < 3; ++key)
            out += " " + to_decimal(o.at(a, key)) + "/" + to_decimal(o.j.transient(row, key));
        out += "\n";
    }
    return out + std::to_string(o.j.refund());
}

struct Effect {
    const char* name;
    std::function<void(Over&)> apply;
};
const Effect effects[] = {
    {"credit", [](Over& o) { o.j.credit(o.row(rich), 5); }},
    {"credit makes an account", [](Over& o) { o.j.credit(o.row(absent), 5); }},
    {"debit", [](Over& o) { o.j.debit(o.row(rich), 5); }},
    {"nonce", [](Over& o) { o.j.set_nonce(o.row(rich), 9); }},
    {"code", [](Over& o) { o.j.set_code(o.row(rich), o.code(new_code)); }},
    {"code is replaced", [](Over& o) { o.j.set_code(o.row(contract), o.code(new_code)); }},
    {"code is taken away", [](Over& o) { o.j.set_code(o.row(contract), o.codes.empty()); }},
    {"touch makes an account", [](Over& o) { o.j.touch(o.row(absent)); }},
    {"create", [](Over& o) { o.j.create(o.row(absent)); }},
    {"slot is changed", [](Over& o) { o.put(contract, 1, 12); }},
    {"slot is cleared", [](Over& o) { o.put(contract, 2, 0); }},
    {"first slot", [](Over& o) { o.put(rich, 0, 1); }},
    {"transient", [](Over& o) { o.j.set_transient(o.row(rich), 1, 3); }},
    {"refund", [](Over& o) { o.j.add_refund(-4800); }},
};

TEST(JournalRevert, each_effect_is_seen_and_taken_back) {
    for (const Effect& effect : effects) {
        Over o;
        const std::string before = visible(o);
        const auto checkpoint = o.j.checkpoint();
        effect.apply(o);
        EXPECT_NE(visible(o), before) << effect.name;
        o.j.revert(checkpoint);
        EXPECT_EQ(visible(o), before) << effect.name;
        EXPECT_EQ(o.ended(), StateDiff{}) << effect.name;
    }
}

TEST(JournalRevert, nested_checkpoints_give_back_what_was_visible_at_each) {
    std::mt19937_64 random(3);
    for (int run = 0; run < 200; ++run) {
        Over o;
        struct Frame {
            Journal<false>::Checkpoint checkpoint;
            std::string seen;
        };
        std::vector<Frame> frames;
        for (int step = 0; step < 40; ++step) {
            const auto what = random() % 4;
            if (what == 0) {
                frames.push_back({o.j.checkpoint(), visible(o)});
            } else if (what == 1 && !frames.empty()) {
                const size_t keep = random() % frames.size();  // failing frames take their callees along
                o.j.revert(frames[keep].checkpoint);
                ASSERT_EQ(visible(o), frames[keep].seen) << run;
                frames.resize(keep);
            } else {
                effects[random() % std::size(effects)].apply(o);
            }
        }
        o.j.abandon_transaction();
        ASSERT_EQ(o.j.diff(), StateDiff{}) << run;
        o.j.begin_transaction();
        ASSERT_EQ(visible(o), visible(*std::make_unique<Over>())) << run;
    }
}

TEST(JournalRevert, access_lists_forget_what_a_failed_frame_warmed) {
    Over o;
    const Row row = o.row(rich), slot = o.j.slot(o.row(contract), 1),
              unread = o.j.unread_slot(o.row(contract), 2);
    EXPECT_TRUE(o.j.warm_account(row));
    EXPECT_TRUE(o.j.warm_slot(slot));
    EXPECT_FALSE(o.j.warm_account(row));
    EXPECT_FALSE(o.j.warm_slot(slot));
    const auto checkpoint = o.j.checkpoint();
    EXPECT_TRUE(o.j.warm_account(o.row(absent)));
    EXPECT_TRUE(o.j.warm_slot(unread));
    o.j.revert(checkpoint);
    EXPECT_FALSE(o.j.warm_account(row)) << "warm since before the frame";
    EXPECT_FALSE(o.j.warm_slot(slot));
    EXPECT_TRUE(o.j.warm_account(o.row(absent)));
    EXPECT_TRUE(o.j.warm_slot(unread));
    o.next_transaction();
    EXPECT_TRUE(o.j.warm_account(row)) << "each transaction starts cold";
    EXPECT_TRUE(o.j.warm_slot(slot));
}

TEST(JournalRevert, a_doom_that_was_reverted_does_not_come) {
    Over o;
    const Row row = o.row(contract);
    const auto checkpoint = o.j.checkpoint();
    EXPECT_TRUE(o.j.destruct(row));
    EXPECT_FALSE(o.j.destruct(row)) << "doomed once";
    o.j.revert(checkpoint);
    EXPECT_EQ(o.ended(), StateDiff{});
    o.j.begin_transaction();
    EXPECT_TRUE(o.j.destruct(row));
    const StateDiff diff = o.ended();
    ASSERT_EQ(diff.accounts.size(), 1U);
    EXPECT_FALSE(diff.accounts[0].exists);
}

TEST(JournalRevert, a_slot_remembers_its_value_at_the_transactions_start) {
    Over o;
    o.put(contract, 1, 12);
    o.put(contract, 1, 13);
    EXPECT_EQ(o.j.slot_row(o.j.slot(o.row(contract), 1)).original, U256{11});
    o.next_transaction();
    o.put(contract, 1, 14);
    EXPECT_EQ(o.j.slot_row(o.j.slot(o.row(contract), 1)).original, U256{13});
    const auto checkpoint = o.j.checkpoint();
    o.put(contract, 1, 0);
    o.j.revert(checkpoint);
    EXPECT_EQ(o.j.slot_row(o.j.slot(o.row(contract), 1)).original, U256{13});
    EXPECT_EQ(o.at(contract, 1), U256{14});
}

TEST(JournalRevert, transient_storage_lasts_one_transaction) {
    Over o;
    o.j.set_transient(o.row(rich), 1, 3);
    EXPECT_EQ(o.j.transient(o.row(rich), 1), U256{3});
    EXPECT_EQ(o.j.transient(o.row(contract), 1), U256{}) << "each account has its own";
    o.next_transaction();
    EXPECT_EQ(o.j.transient(o.row(rich), 1), U256{});
    EXPECT_EQ(o.ended(), StateDiff{});
}

TEST(JournalRevert, refunds_start_at_zero_in_each_transaction) {
    Over o;
    o.j.add_refund(15000);
    o.next_transaction();
    EXPECT_EQ(o.j.refund(), 0);
}

}  // namespace
}  // namespace warpevm::test
