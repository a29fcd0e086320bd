// SPDX-License-Identifier: Apache-2.0
// Token transfers and exchanges, over images and over raw bytecode in one launch each, with the kernels'
// time.
#include <cstdlib>

#include "bench/workload/contracts.hpp"
#include "bench/workload/scenario.hpp"
#include "tests/offload/lanes.hpp"

namespace warpevm::test {
namespace {

class Workload : public Lanes {
  protected:
    /// `likely`: each job's slots.
    void run(const workload::PreparedBlock& block, std::string_view what,
             const std::vector<std::vector<SlotKey>>& likely) {
        std::vector<OffloadJob> jobs;
        for (size_t i = 0; i < block.input.transactions.size(); ++i) {
            const BlockTransaction& tx = block.input.transactions[i];
            jobs.push_back({tx.tx, tx.sender, &block.input.rules, &block.input.environment, &block.state});
            if (!likely.empty()) jobs.back().likely_slots = likely[i];
        }
        uint64_t launches[2]{};
        for (int round = 0; round < 3; ++round)
            for (const Images images : {Images::never, Images::worth}) {
                const OffloadResults results = runner(50'000, images).run(jobs);
                launches[images == Images::worth] = results.launches;
                std::printf(
                    "%s, %s: %zu %s, %lu launches, kernels %.1f ns a transaction\n", GetParam(),
                    images == Images::never ? "bytecode" : "images", jobs.size(), what.data(),
                    results.launches,
                    static_cast<double>(results.kernel_nanoseconds) / static_cast<double>(jobs.size()));
                for (const auto status : results.statuses) ASSERT_EQ(status, kernel::STATUS_done);
                for (size_t i = 0; i < jobs.size() && round == 0; ++i)
                    ASSERT_EQ(executed_in_lane(results, i, jobs[i]), *execute_on_cpu(context, jobs[i])) << i;
            }
        EXPECT_EQ(launches[0], launches[1]);
        if (std::getenv("WARPEVM_IMAGES") != nullptr) return;
        EXPECT_NE(runner(50'000, Images::worth).images(), 0U) << "the codes are worth images";
        EXPECT_EQ(runner(50'000, Images::never).images(), 0U);
    }
};

TEST_P(Workload, token_transfers) {
    const auto block = workload::independent_token_transfers({.transactions = 2000}, 0);
    std::vector<std::vector<SlotKey>> likely;
    for (const BlockTransaction& tx : block.input.transactions) {
        Address to;
        std::copy_n(tx.tx->data.begin() + 16, 20, to.bytes.begin());
        likely.push_back({{*tx.tx->to, workload::token_balance_slot(tx.sender)},
                          {*tx.tx->to, workload::token_balance_slot(to)}});
    }
    run(block, "token transfers", likely);
}

/// Nothing is known beforehand but what a transaction names: both balances are asked for.
TEST_P(Workload, token_transfers_stay_within_their_budgets) {
    const auto block = workload::independent_token_transfers({.transactions = 2000}, 0);
    std::vector<OffloadJob> jobs;
    for (const BlockTransaction& tx : block.input.transactions)
        jobs.push_back({tx.tx, tx.sender, &block.input.rules, &block.input.environment, &block.state});
    const OffloadResults results = runner(50'000, Images::worth).run(jobs);
    for (const auto status : results.statuses) ASSERT_EQ(status, kernel::STATUS_done);
    EXPECT_EQ(results.parks, 2 * jobs.size());
    EXPECT_LE(results.traffic.up(), 400 * jobs.size());
    EXPECT_LE(results.traffic.down(), 900 * jobs.size());
}

TEST_P(Workload, exchanges) {
    run(workload::independent_swaps({.transactions = 500}, 0), "exchanges", {});
}

WARPEVM_ON_EACH_DEVICE(Workload);

}  // namespace
}  // namespace warpevm::test
