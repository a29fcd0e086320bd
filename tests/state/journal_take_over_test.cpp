// SPDX-License-Identifier: Apache-2.0
// A journal that takes over what happened elsewhere goes on as if it had done that itself.
#include <array>
#include <random>

#include "tests/state/journal_setup.hpp"

namespace warpevm::test {
namespace {

using Random = std::mt19937;
using TestJournal = JournalOver<false>;

constexpr uint64_t keys = 4;
const std::array<Address, 6> parties{
    rich, contract, absent, hollow, Address::from_low(0x11), Address::from_low(0x12)};

/// One random change, the same on every journal that is given the same numbers.
void change(TestJournal& t, Random random, bool may_destruct) {
    const Row row = t.row(parties[random() % parties.size()]);
    switch (random() % (may_destruct ? 7 : 6)) {
        case 0: t.j.credit(row, 1 + random() % 100); break;
        case 1:
            if (const U256 amount = 1 + random() % 10; t.j.can_pay(row, amount)) t.j.debit(row, amount);
            break;
        case 2: t.j.set_nonce(row, t.j.nonce(row) + 1); break;
        case 3: t.j.set_code(row, t.code(random() % 2 ? old_code : new_code)); break;
        case 4:
        case 5: {
            // As in a contract: an account that stores is not empty.
            if (t.j.nonce(row) == 0) t.j.set_nonce(row, 1);
            t.j.set_slot(t.j.slot(row, random() % keys), random() % 3);
            break;
        }
        default: t.j.destruct(row);
    }
}

struct Seen {
    std::optional<AccountRecord> account;
    std::array<U256, keys> slots;
};

std::vector<Seen> look(TestJournal& t) {
    std::vector<Seen> all;
    for (const Address& address : parties) {
        const AccountRow a = t.j.account_row(t.row(address));
        Seen seen;
        if (a.exists) seen.account = {a.nonce, a.balance, a.code_hash, a.has_storage};
        for (uint64_t key = 0; key < keys; ++key) seen.slots[key] = t.at(address, key);
        all.push_back(seen);
    }
    return all;
}

/// What a table of committed values would say. False where storage was wiped, which can't be taken over.
bool take_over(TestJournal& to, const std::vector<Seen>& before, const std::vector<Seen>& now) {
    for (size_t i = 0; i < parties.size(); ++i)
        if (before[i].account && !now[i].account) return false;
    for (size_t i = 0; i < parties.size(); ++i) {
        if (before[i].account == now[i].account && before[i].slots == now[i].slots) continue;
        const bool is_new = to.state.read_account(parties[i]).knowledge != Knowledge::value;
        const Row row = to.j.take_over(parties[i], {now[i].account, before[i].account}, is_new);
        for (uint64_t key = 0; key < keys; ++key)
            if (before[i].slots[key] != now[i].slots[key])
                to.j.take_over(row, key, {now[i].slots[key], before[i].slots[key]});
    }
    return true;
}

TEST(JournalTakeOver, goes_on_as_if_it_had_done_that_itself) {
    size_t taken = 0, changes = 0;
    for (unsigned seed = 0; seed < 3000; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        TestJournal whole, part;
        for (const Bytes& bytes : {old_code, new_code}) part.code(bytes);  // executors share their codes
        for (int block = 0; block < 2; ++block) {
            for (int i = 0; i < 8; ++i) {
                const bool elsewhere = random() % 2 == 0;
                const std::vector<Seen> before = elsewhere ? look(whole) : std::vector<Seen>{};
                for (unsigned n = 1 + random() % 4; n != 0; --n) {
                    const Random change_of(random());
                    change(whole, change_of, !elsewhere);
                    if (!elsewhere) change(part, change_of, true);
                }
                whole.next_transaction();
                part.next_transaction();
                if (!elsewhere) continue;
                const std::vector<Seen> now = look(whole);
                whole.next_transaction();
                if (!take_over(part, before, now)) goto next;
                part.next_transaction();
                ++taken;
            }
            const StateDiff expected = whole.next_block();
            changes += expected.accounts.size() + expected.slots.size();
            ASSERT_TRUE(expected == part.next_block());
        }
    next:;
    }
    EXPECT_GT(taken, 10000U);
    EXPECT_GT(changes, 10000U);
}

TEST(JournalTakeOver, later_changes_are_told_from_what_was_taken_over) {
    TestJournal t;
    t.next_transaction();
    const Row row = t.j.take_over(rich, {AccountRecord{.nonce = 8, .balance = 900}, std::nullopt}, false);
    t.j.take_over(row, 5, {1, 0});
    const uint32_t here = t.j.transaction();
    EXPECT_LT(t.j.account_row(row).changed, here + 1);
    t.next_transaction();
    t.put(rich, 6, 1);
    EXPECT_EQ(t.j.account_row(row).changed, here + 1);
    EXPECT_EQ(t.j.slot_row(t.j.slot(row, 5)).written, here);
    EXPECT_EQ(t.j.slot_row(t.j.slot(row, 6)).written, here + 1);
}

}  // namespace
}  // namespace warpevm::test
