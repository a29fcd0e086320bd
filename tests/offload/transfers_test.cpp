// SPDX-License-Identifier: Apache-2.0
// Plain transfers by their own program, against serial under every fork, and against what lanes record.
#include "host/offload/batch_state.hpp"
#include "tests/offload/lanes.hpp"

namespace warpevm::test {
namespace {

using Own = LaneRunner::Transfers;

const Address sender = Address::from_low(0x5e00), recipient = Address::from_low(0x7e00),
              beneficiary = Address::from_low(0xbe00);

/// Transactions with states, rules and environments of their own.
struct Transfer {
    Rules rules;
    BlockEnvironment block;
    MemoryState state;
    Transaction tx;
    Address from = sender;

    explicit Transfer(Fork fork) : rules(scene_rules(fork)), block(scene_block(fork)) {
        block.beneficiary = beneficiary;
        tx.nonce = 5;
        tx.gas_limit = 30'000;
        tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 10;
        tx.to = recipient;
        tx.value = 1;
        state.set_account(sender, 5, 1'000'000, {});
    }
    [[nodiscard]] OffloadJob job() const { return {&tx, from, &rules, &block, &state}; }
};
using All = std::deque<Transfer>;

std::vector<OffloadJob> jobs_of(const All& transfers) {
    std::vector<OffloadJob> jobs;
    for (const Transfer& t : transfers) jobs.push_back(t.job());
    return jobs;
}

class OwnTransfers : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override {
        if (!own().usable()) GTEST_SKIP() << "left out: no device of the kind " << GetParam();
    }
    LaneRunner& own() const { return runner(Own::by_own_program); }
    LaneRunner& lanes() const { return runner(Own::by_lanes); }

    /// All are done by the program of transfers, as serially; answers how many.
    uint64_t compare(const All& transfers) {
        const uint64_t before = own().offload().transfers().transfers;
        Tally tally;
        const auto jobs = jobs_of(transfers);
        compare_with_cpu(own(), context, jobs, tally);
        EXPECT_EQ(tally.invalid, 0U);
        EXPECT_EQ(tally.parks, 0U);
        EXPECT_EQ(own().offload().transfers().transfers - before, jobs.size());
        return tally.equal;
    }

    ExecutionContext context;

  private:
    LaneRunner& runner(Own how) const {
        static std::map<std::pair<std::string, Own>, LaneRunner> made;
        const auto key = std::pair(std::string(GetParam()), how);
        const auto found = made.find(key);
        if (found != made.end()) return found->second;
        return made.try_emplace(key, GetParam(), OffloadOptions{}, how).first->second;
    }
};

enum class Before : uint8_t { absent, empty, funded };
void set(Transfer& t, const Address& who, Before before) {
    if (before == Before::empty) t.state.set_account(who, 0, 0, {});
    if (before == Before::funded) t.state.set_account(who, 3, 77, {});
}

/// Under each fork: who is whom, what was there before, values and prices of zero.
All all_parties() {
    All all;
    for (size_t f = 0; f < fork_count; ++f)
        for (const Address& to : {recipient, sender, beneficiary})
            for (const Address& miner : {beneficiary, sender, recipient})
                for (const Before of_to : {Before::absent, Before::empty, Before::funded})
                    for (const Before of_miner : {Before::absent, Before::empty, Before::funded})
                        for (const uint64_t value : {0, 1, 1000})
                            for (const uint64_t price : {0, 10}) {
                                Transfer& t = all.emplace_back(static_cast<Fork>(f));
                                t.block.beneficiary = miner;
                                if (price == 0) t.block.base_fee = 0;
                                t.tx.to = to;
                                t.tx.value = value;
                                t.tx.max_fee_per_gas = t.tx.max_priority_fee_per_gas = price;
                                if (to != sender) set(t, to, of_to);
                                if (miner != sender && miner != to) set(t, miner, of_miner);
                            }
    return all;
}

TEST_P(OwnTransfers, of_all_parties_under_each_fork) {
    const All all = all_parties();
    EXPECT_EQ(compare(all), all.size());
}

/// Types, data that nobody runs, tips, and the price of calldata (EIP-7623).
TEST_P(OwnTransfers, pay_what_serial_says) {
    All all;
    for (const Fork fork : lane_forks)
        for (const uint64_t tip : {0, 1, 3, 10})
            for (const size_t bytes : {0U, 1U, 100U}) {
                Transfer& t = all.emplace_back(fork);
                t.tx.data = Bytes(bytes, 0xfe);
                t.tx.gas_limit = 60'000;
                if (fork < Fork::london) continue;
                t.tx.type = TxType::dynamic_fee;
                t.tx.chain_id = 1;
                t.tx.max_priority_fee_per_gas = tip;
            }
    EXPECT_EQ(compare(all), all.size());
}

/// As lanes of evm.cl do: observations, effects, and what was read.
TEST_P(OwnTransfers, record_what_lanes_record) {
    const All all = all_parties();
    const auto jobs = jobs_of(all);
    const OffloadResults a = own().run(jobs), b = lanes().run(jobs);
    uint64_t compared = 0;
    for (size_t i = 0; i < jobs.size(); ++i) {
        if (b.statuses[i] != kernel::STATUS_done) continue;  // before Byzantium
        ++compared;
        using Seen = std::tuple<uint32_t, U256, U256, Hash, uint64_t>;
        const auto observed = [i](const OffloadResults& r) {
            std::map<Address, Seen> all_seen;
            for (const account_observation& o :
                 ResultOf::part(r.account_observations, r.records[i].account_observations))
                all_seen[r.account(o.row)] = {o.flags, o.balance, o.below, o.code_hash, o.nonce};
            return all_seen;
        };
        const auto done = [i](const OffloadResults& r) {
            std::map<Address, Seen> all_done;
            for (const account_effect& e : ResultOf::part(r.account_effects, r.records[i].account_effects))
                all_done[r.account(e.row)] = {e.flags, e.delta, {}, e.code_hash, e.nonce};
            return all_done;
        };
        const auto read = [i](const OffloadResults& r) {
            std::vector<Address> keys;
            for (const uint32_t row : ResultOf::part(r.accounts_read, r.records[i].accounts_read))
                keys.push_back(r.account(row));
            return keys;
        };
        ASSERT_EQ(observed(a), observed(b)) << i;
        ASSERT_EQ(done(a), done(b)) << i;
        ASSERT_EQ(read(a), read(b)) << i;
    }
    EXPECT_GT(compared, jobs.size() / 2);
}

kernel::kernel_status status_of(LaneRunner& runner, const Transfer& t) {
    const auto job = t.job();
    return runner.run({&job, 1}).statuses[0];
}

TEST_P(OwnTransfers, refuse_what_is_not_valid) {
    const auto status = [&](auto change) {
        Transfer t(Fork::prague);
        change(t);
        const auto got = status_of(own(), t);
        ExecutionContext fresh;
        EXPECT_EQ(execute_on_cpu(fresh, t.job()).has_value(), got == kernel::STATUS_done);
        return got;
    };
    const auto invalid = kernel::STATUS_ESCALATE_invalid_transaction;
    EXPECT_EQ(status([](Transfer&) {}), kernel::STATUS_done);
    EXPECT_EQ(status([](Transfer& t) { t.state.set_account(sender, 5, 300'001, {}); }), kernel::STATUS_done);
    EXPECT_EQ(status([](Transfer& t) { t.state.set_account(sender, 5, 300'000, {}); }), invalid);
    EXPECT_EQ(status([](Transfer& t) { t.tx.value = 1'000'000; }), invalid);
    EXPECT_EQ(status([](Transfer& t) { t.tx.gas_limit = 20'999; }), invalid);
    EXPECT_EQ(status([](Transfer& t) { t.tx.max_fee_per_gas = t.tx.max_priority_fee_per_gas = 6; }), invalid);
    EXPECT_EQ(status([](Transfer& t) { t.tx.nonce = ~uint64_t{0}; }), invalid);
    EXPECT_EQ(status([](Transfer& t) { t.state.set_account(sender, 5, 1'000'000, Bytes{0x00}); }), invalid);
    // The nonce is assumed, and observed.
    Transfer t(Fork::prague);
    t.tx.nonce = 6;
    const auto job = t.job();
    const OffloadResults results = own().run({&job, 1});
    EXPECT_EQ(results.statuses[0], kernel::STATUS_done);
    EXPECT_FALSE(observations_hold(results, 0, t.state));
}

/// Balances of which sums might wrap are the CPU's; just below, they are not.
TEST_P(OwnTransfers, leave_large_balances) {
    const U256 half = U256{1} << 255;
    for (const Address& who : {sender, recipient, beneficiary}) {
        Transfer t(Fork::prague);
        t.state.set_account(who, 5, half, {});
        EXPECT_EQ(status_of(own(), t), kernel::STATUS_ESCALATE_large_balance);
        t.state.set_account(who, 5, half - U256{1}, {});
        EXPECT_EQ(status_of(own(), t),
                  who == sender ? kernel::STATUS_done : kernel::STATUS_ESCALATE_large_balance);
        t.state.set_account(who, 5, half - U256{1'000'000}, {});
        EXPECT_EQ(status_of(own(), t), kernel::STATUS_done);
    }
}

/// Who calls code, is a precompile or lists something goes to evm.cl, in the same batch.
TEST_P(OwnTransfers, are_told_from_what_is_almost_one) {
    All all;
    Transfer& calls = all.emplace_back(Fork::prague);
    calls.state.set_account(recipient, 1, 0, Program().push(3).store(4).code());
    Transfer& delegated = all.emplace_back(Fork::prague);
    Bytes designator{0xef, 0x01, 0x00};
    append(designator, Address::from_low(0xdddd));
    delegated.state.set_account(recipient, 1, 0, designator);
    Transfer& from_delegated = all.emplace_back(Fork::prague);
    from_delegated.state.set_account(sender, 5, 1'000'000, designator);
    all.emplace_back(Fork::prague).tx.to = Address::from_low(4);
    Transfer& lists = all.emplace_back(Fork::prague);
    lists.tx.type = TxType::access_list;
    lists.tx.chain_id = 1;
    lists.tx.access_list.push_back({recipient, {}});
    all.emplace_back(Fork::prague).block.beneficiary = Address::from_low(3);
    all.emplace_back(Fork::prague);  // though others' pre-states have code at its recipient
    const auto jobs = jobs_of(all);
    const uint64_t before = own().offload().transfers().transfers;
    Tally tally;
    for (Transfer& t : all) t.tx.gas_limit = 60'000;
    compare_with_cpu(own(), context, jobs, tally);
    EXPECT_EQ(tally.equal, jobs.size());
    EXPECT_EQ(own().offload().transfers().transfers - before, 1U);
}

WARPEVM_ON_EACH_DEVICE(OwnTransfers);

}  // namespace
}  // namespace warpevm::test
