// SPDX-License-Identifier: Apache-2.0
// Whatever transactions make long is not gone through again and again: steps are counted, since clocks prove
// nothing.
#include <gtest/gtest.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <thread>

#include "evm/state/memory_state.hpp"
#include "fallback/table/committed_state.hpp"
#include "fallback/table/row_index.hpp"

namespace warpevm::test {
namespace {

struct CountedEntry {
    explicit CountedEntry(uint64_t k) : key(k) {}
    [[nodiscard]] bool is(uint64_t k) const {
        looks.fetch_add(1, std::memory_order_relaxed);
        return key == k;
    }
    Branches branches{};
    const uint64_t key;
    static inline std::atomic<uint64_t> looks{0};
};

TEST(Growth, a_small_index_finds_a_million_keys_in_a_few_steps) {
    for (const auto& [keys, most] : {std::pair<uint64_t, double>{1'000, 5}, {1'000'000, 11}}) {
        Interner<CountedEntry> index;
        Interner<CountedEntry>::Stretch stretch;
        index.reset(64);
        for (uint64_t k = 0; k < keys; ++k) index.find_or_add(mix64(k), k, stretch);
        CountedEntry::looks = 0;
        for (uint64_t k = 0; k < keys; ++k) ASSERT_EQ(index[index.find(mix64(k), k).value()].key, k);
        EXPECT_FALSE(index.find(mix64(keys), keys));
        const double each = static_cast<double>(CountedEntry::looks) / static_cast<double>(keys);
        std::printf("%lu keys: %.1f steps each\n", keys, each);
        EXPECT_LT(each, most);
    }
}

TEST(Growth, threads_that_add_the_same_keys_find_the_same_entries) {
    constexpr uint64_t keys = 20'000, threads = 4;
    Interner<CountedEntry> index;
    index.reset(64);
    std::array<Interner<CountedEntry>::Stretch, threads> stretches;
    std::array<std::vector<Row>, threads> found;
    std::vector<std::thread> all;
    for (uint64_t t = 0; t < threads; ++t)
        all.emplace_back([&, t] {
            for (uint64_t i = 0; i < keys; ++i) {
                const uint64_t k = t % 2 == 0 ? i : keys - 1 - i;
                // Every tenth has the hash of its neighbours.
                found[t].push_back(index.find_or_add(mix64(k / 10 * 10), k, stretches[t]));
            }
        });
    for (std::thread& thread : all) thread.join();
    for (uint64_t t = 1; t < threads; ++t)
        for (uint64_t i = 0; i < keys; ++i)
            ASSERT_EQ(found[t][t % 2 == 0 ? i : keys - 1 - i], found[0][i]) << i;
    for (uint64_t i = 0; i < keys; ++i) ASSERT_EQ(index[found[0][i]].key, i);
}

TEST(Growth, a_slot_finds_its_account_in_constant_time) {
    const auto steps_each = [](size_t count) {
        std::vector<Address> accounts;
        RowIndex index;
        uint64_t steps = 0;
        for (size_t i = 0; i < count; ++i) {
            accounts.push_back(Address::from_low(1 + i));
            for (const size_t row : {i, i / 2, size_t{0}})
                EXPECT_EQ(row, index.find(accounts[row], accounts.size(), [&](size_t r) -> const Address& {
                    ++steps;
                    return accounts[r];
                }));
        }
        index.clear();
        accounts = {Address::from_low(9), Address::from_low(7)};
        EXPECT_EQ(
            1U, index.find(Address::from_low(7), 2, [&](size_t r) -> const Address& { return accounts[r]; }));
        return static_cast<double>(steps) / static_cast<double>(count);
    };
    EXPECT_LT(steps_each(20'000), 22);
    EXPECT_LT(steps_each(200), 22);
}

TEST(Growth, a_table_that_was_large_once_is_not_cleared_as_such_again) {
    boost::unordered_flat_map<uint64_t, int> table;
    for (uint64_t i = 0; i < 100'000; ++i) table[i] = 1;
    forget(table);
    EXPECT_TRUE(table.empty());
    EXPECT_GE(table.bucket_count(), 100'000U) << "it was full: what comes next may need it again";
    table[1] = 1;
    forget(table);
    EXPECT_TRUE(table.empty());
    EXPECT_LT(table.bucket_count(), 2'000U);
}

TEST(Growth, a_list_that_was_long_once_gives_its_room_back) {
    std::vector<uint64_t> list(100'000), usual(1'000);
    forget(list);
    forget(usual);
    EXPECT_EQ(list.capacity(), 0U);
    EXPECT_GE(usual.capacity(), 1'000U);
    EXPECT_TRUE(list.empty() && usual.empty());
}

/// A window's state without a window: what the commit loop does to journal and table, by hand.
class CommittedCase : public testing::Test {
  protected:
    CommittedCase() {
        m_pre_state.set_account(account, 1, 5, Bytes{0});
        m_committed.begin_block(/*state_clearing=*/true, 2);
    }
    void transaction(const std::function<void(Journal<false>&, Row)>& work) {
        Journal<false>& journal = m_committed.journal();
        journal.begin_transaction();
        work(journal, journal.account(account));
        journal.end_transaction();
    }
    void write(uint64_t slot, const U256& value) {
        transaction([&](auto& j, Row row) { j.set_slot(j.slot(row, slot), value); });
    }
    AccountEntry& entry() { return m_table.account(m_table.known_account(account).value()); }
    U256 committed(uint64_t slot) {
        const Row row = m_table.known_slot(m_table.known_account(account).value(), slot).value();
        return value_of(m_table.slot(row), entry());
    }

    static inline const Address account = Address::from_low(0xacc);
    MemoryState m_pre_state;
    CodeCache m_codes;
    Versions m_table;
    EntryStretches m_stretches;
    CommittedState m_committed{{m_table, m_stretches,
                                [this] {
                                    m_stretches.clear();
                                    m_table.reset(m_pre_state, 64, 64);
                                }},
                               m_pre_state,
                               m_codes,
                               false};
};

TEST_F(CommittedCase, slots_that_are_not_zero_are_counted) {
    write(1, 11);
    write(2, 22);
    m_committed.use_table(11);
    EXPECT_EQ(entry().nonzero_slots, 2U);
    EXPECT_TRUE(holds_storage(entry()));
    m_committed.use_journal();
    write(1, 0);
    write(2, 23);
    m_committed.use_table(21);
    EXPECT_EQ(entry().nonzero_slots, 1U);
    m_committed.use_journal();
    write(2, 0);
    m_committed.use_table(31);
    EXPECT_FALSE(holds_storage(entry()));
    m_committed.use_journal();
    write(3, 1);
    m_committed.use_table(41);
    EXPECT_TRUE(holds_storage(entry()));
    m_committed.use_journal();
    transaction([](auto& j, Row row) { j.destruct(row); });
    m_committed.use_table(51);
    EXPECT_FALSE(holds_storage(entry()));
    EXPECT_EQ(committed(3), U256{});
}

/// An account is destroyed and made anew on the journal, and its slots are entered; what it does on the
/// journal later in the block leaves them there.
TEST_F(CommittedCase, a_wipe_is_entered_once) {
    write(1, 11);
    transaction([](auto& j, Row row) { j.destruct(row); });
    write(2, 22);
    m_committed.use_table(11);
    EXPECT_EQ(committed(1), U256{});
    EXPECT_EQ(committed(2), U256{22});
    m_committed.use_journal();
    transaction([](auto& j, Row row) { j.credit(row, 1); });
    m_committed.use_table(21);
    EXPECT_EQ(committed(2), U256{22});
    EXPECT_TRUE(holds_storage(entry()));
    m_committed.use_journal();
    transaction([](auto& j, Row row) { j.destruct(row); });
    write(4, 44);
    m_committed.use_table(31);
    EXPECT_EQ(committed(2), U256{});
    EXPECT_EQ(committed(4), U256{44});
}

/// Going to the table costs what changed since the last time, not what the block changed.
TEST_F(CommittedCase, what_was_entered_is_not_entered_again) {
    for (uint64_t slot = 0; slot < 500; ++slot) write(slot, 1);
    m_committed.use_table(11);
    m_committed.use_journal();
    write(7, 3);
    write(1000, 1);
    EXPECT_EQ(m_committed.journal().newly_changed_slots().size(), 2U);
    EXPECT_EQ(m_committed.journal().newly_changed_accounts().size(), 1U);
    EXPECT_EQ(m_committed.journal().changed_slots().size(), 501U);
    m_committed.use_table(21);
    EXPECT_EQ(committed(7), U256{3});
    EXPECT_EQ(entry().nonzero_slots, 501U);
    m_committed.use_journal();
    EXPECT_TRUE(m_committed.journal().newly_changed_slots().empty());
}

}  // namespace
}  // namespace warpevm::test
