// SPDX-License-Identifier: Apache-2.0
// Whether an incarnation that waits for its commit would see the same again.
#include "fallback/table/observations_ahead.hpp"

#include <gtest/gtest.h>

#include "evm/state/memory_state.hpp"

namespace warpevm::test {
namespace {

const Address sender = Address::from_low(1), contract = Address::from_low(2), absent = Address::from_low(3);

/// A transaction at position 10 that saw its sender's nonce 5 (assumed: the state has 4), the contract's
/// balance and slot 7, and that an account is not there.
class ObservedAhead : public ::testing::Test {
  protected:
    ObservedAhead() {
        m_state.set_account(sender, 4, 1000, {});
        m_state.set_account(contract, 1, 50, Bytes{0});
        m_state.set_slot(contract, 7, 70);
        m_table.reset(m_state, 8, 8);
        const Address addresses[] = {sender, contract, absent};
        m_table.enter(addresses, m_stretches, m_accounts);
        const SlotKey slots[] = {{contract, 7}};
        m_table.enter(slots, m_stretches, {&m_slot, 1});
        AccountObservation nonce{}, balance{}, alive{};
        nonce.row = m_accounts[0];
        nonce.flags = OBSERVED_NONCE;
        nonce.nonce = 5;
        balance.row = m_accounts[1];
        balance.flags = OBSERVED_BALANCE;
        balance.balance = 50;
        alive.row = m_accounts[2];
        alive.flags = OBSERVED_DEAD;
        m_observations.accounts = {nonce, balance, alive};
        m_observations.slots = {{.value = 70, .row = m_slot, .reserved = 0}};
    }
    std::optional<bool> holds(uint64_t nonce = 5) {
        ExecutionRecords records;
        records.account_observations = m_observations.accounts;
        records.slot_observations = m_observations.slots;
        return ObservationsAhead(m_table, 10, /*state_clearing=*/true).hold(records, sender, nonce);
    }

    MemoryState m_state;
    Versions m_table;
    EntryStretches m_stretches;
    std::array<Row, 3> m_accounts{};
    Row m_slot = 0;
    Observations m_observations;
};

TEST_F(ObservedAhead, HoldWhereNothingHasChanged) {
    EXPECT_EQ(holds(), true);
    EXPECT_EQ(holds(6), false) << "another nonce is assumed";
}

TEST_F(ObservedAhead, FailWhereAnEarlierTransactionWrote) {
    const U256 value = 71;
    SlotVersion late(12, value), early(8, value);
    m_table.publish(m_table.slot(m_slot), late);
    EXPECT_EQ(holds(), true) << "a later one is no matter";
    m_table.publish(m_table.slot(m_slot), early);
    EXPECT_EQ(holds(), false);
    m_table.mark_estimate(m_table.slot(m_slot), early);
    EXPECT_EQ(holds(), std::nullopt);
    m_table.withdraw(m_table.slot(m_slot), early);
    EXPECT_EQ(holds(), true);
    m_table.commit(m_table.slot(m_slot), 6, 72);
    EXPECT_EQ(holds(), false);
}

TEST_F(ObservedAhead, FailWhereAnAccountIsAnother) {
    AccountEffect credit{};
    credit.delta = 1;
    for (const Row row : {m_accounts[1], m_accounts[2]}) {
        AccountVersion version(8, credit);
        m_table.publish(m_table.account(row), version);
        EXPECT_EQ(holds(), false);
        m_table.mark_estimate(m_table.account(row), version);
        EXPECT_EQ(holds(), std::nullopt);
        m_table.withdraw(m_table.account(row), version);
        EXPECT_EQ(holds(), true);
    }
    AccountEffect wipe{};
    wipe.flags = WIPED;
    AccountVersion wiped(8, wipe);
    m_table.publish(m_table.account(m_accounts[1]), wiped);
    EXPECT_EQ(holds(), false);
    m_table.withdraw(m_table.account(m_accounts[1]), wiped);
}

TEST_F(ObservedAhead, CantBeToldOfWhatIsNotLoaded) {
    const Row fresh = m_table.intern(Address::from_low(9), m_stretches);
    m_observations.accounts[1].row = fresh;
    EXPECT_EQ(holds(), std::nullopt);
    m_observations.accounts[1].row = m_accounts[1];
    m_observations.slots[0].row = m_table.intern(m_accounts[1], U256{8}, m_stretches);
    EXPECT_EQ(holds(), std::nullopt);
}

}  // namespace
}  // namespace warpevm::test
