// SPDX-License-Identifier: Apache-2.0
// What a lane hands in is what the CPU's journal records, field by field: observations, effects, and what was
// read in which order. Over random programs, plainly interpreted (the fast loop may look at state before it
// fails).
#include "evm/chain/transaction_execution.hpp"
#include "tests/offload/lanes.hpp"
#include "tests/offload/random_scene.hpp"
#include "tests/state/recorded_transaction.hpp"

namespace warpevm::test {
namespace {

struct Records {
    TransactionRun told;
    std::vector<Address> accounts_read;
};

Records recorded_by_cpu(ExecutionContext& context, const OffloadJob& job) {
    Records records;
    Journal<true> journal(*job.state, context.codes());
    Logs logs;
    Machine<true> machine(journal, context.buffers(), logs, *job.rules, *job.environment);
    machine.set_interpreter(Interpreter::plain);
    journal.begin_block(true);
    records.told.outcome = execute_transaction(machine, {.tx = job.tx, .sender = job.sender},
                                               {.gas = ~uint64_t{0}, .blob_gas = 0});
    tell(journal, records.told);
    for (Row row = 0; row < journal.account_count(); ++row)
        records.accounts_read.push_back(journal.address(row));
    return records;
}

Records recorded_in_lane(const OffloadResults& r, size_t number) {
    Records records;
    const transaction_record& t = r.records[number];
    const auto each = [](const record_range& range, const auto& column, const auto& use) {
        for (uint32_t i = range.first; i < range.first + range.count; ++i) use(column[i]);
    };
    each(t.account_observations, r.account_observations, [&](account_observation o) {
        const Address at = r.account(std::exchange(o.row, 0));
        EXPECT_TRUE(records.told.accounts.emplace(at, o).second);
    });
    each(t.account_effects, r.account_effects, [&](account_effect e) {
        const Address at = r.account(std::exchange(e.row, 0));
        EXPECT_TRUE(records.told.effects.emplace(at, e).second);
    });
    each(t.slot_observations, r.slot_observations,
         [&](const slot_observation& o) { records.told.slots.emplace(r.slot(o.row), o.value); });
    each(t.slot_effects, r.slot_effects,
         [&](const slot_effect& e) { records.told.writes.emplace(r.slot(e.row), e.value); });
    each(t.accounts_read, r.accounts_read,
         [&](uint32_t row) { records.accounts_read.push_back(r.account(row)); });
    return records;
}

/// The CPU notes some accounts of which it then observed nothing.
void drop_empty(std::map<Address, AccountObservation>& observations) {
    std::erase_if(observations, [](const auto& o) { return o.second == AccountObservation{}; });
}

class LaneRecords : public Lanes {};

TEST_P(LaneRecords, are_those_of_the_cpu) {
    uint64_t compared = 0;
    for (uint64_t first = 5000; first < 9000 && !HasFailure(); first += 200) {
        std::vector<std::unique_ptr<Scene>> scenes;
        std::vector<OffloadJob> jobs;
        for (uint64_t seed = first; seed < first + 200; ++seed) {
            scenes.push_back(random_scene(seed, lane_forks[seed % std::size(lane_forks)]));
            jobs.push_back(scenes.back()->jobs.front());
        }
        const Images images = first / 200 % 4 == 0 ? Images::never : Images::always;
        const OffloadResults results = runner(50'000, images).run(jobs);
        for (size_t i = 0; i < jobs.size(); ++i) {
            const testing::ScopedTrace trace(__FILE__, __LINE__, "seed " + std::to_string(first + i));
            if (results.statuses[i] != kernel::STATUS_done) continue;
            Records expected = recorded_by_cpu(context, jobs[i]);
            if (expected.told.outcome.invalid.code != ErrorCode::none) continue;
            drop_empty(expected.told.accounts);
            const Records got = recorded_in_lane(results, i);
            EXPECT_EQ(got.told.accounts, expected.told.accounts);
            EXPECT_EQ(got.told.slots, expected.told.slots);
            EXPECT_EQ(got.told.effects, expected.told.effects);
            EXPECT_EQ(got.told.writes, expected.told.writes);
            EXPECT_EQ(got.accounts_read, expected.accounts_read);
            ++compared;
        }
        context.codes().clear();
    }
    EXPECT_GT(compared, 3000U);
}

WARPEVM_ON_EACH_DEVICE(LaneRecords);

}  // namespace
}  // namespace warpevm::test
