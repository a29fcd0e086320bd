// SPDX-License-Identifier: Apache-2.0
// Random calls on random states, alone and in bundles, with random overrides: equal on every backend.
#include <random>

#include "tests/fuzz/blocks/block.hpp"
#include "tests/simulate/on_all_backends.hpp"

namespace warpevm::test {
namespace {

/// Of accounts that the block knows.
StateOverrides random_overrides(const fuzz::FuzzBlock& block, std::mt19937_64& random) {
    StateOverrides overrides;
    std::vector<Address> known;
    for (const auto& [address, account] : block.accounts) known.push_back(address);
    for (uint64_t n = random() % 4; n != 0; --n) {
        AccountOverride account;
        if (random() % 2 == 0) account.balance = random() % 3 == 0 ? U256{0} : U256{random()};
        if (random() % 4 == 0) account.nonce = random() % 3;
        if (random() % 3 == 0) account.code = block.accounts.at(known[random() % known.size()]).code;
        for (uint64_t slots = random() % 3; slots != 0; --slots)
            account.slots.insert_or_assign(random() % 5, random() % 3);
        account.replaces_storage = random() % 2 == 0;
        overrides.set(known[random() % known.size()], std::move(account));
    }
    return overrides;
}

/// The block's transactions as calls, each on the block's pre-state; all of them as one bundle; pairs.
TEST(SimulatedAtRandom, calls_are_equal_on_every_backend) {
    constexpr uint64_t blocks = 250;
    CallRoutes routes;
    std::map<CallStatus, uint64_t> ends;
    for (uint64_t seed = 1; seed <= blocks && !testing::Test::HasFailure(); ++seed) {
        const testing::ScopedTrace trace(__FILE__, __LINE__, "seed " + std::to_string(seed));
        std::mt19937_64 random(seed);
        const fuzz::FuzzBlock made = fuzz::make_block(seed);
        const fuzz::PreparedBlock prepared(made);
        const SimulatedBlock block{prepared.input.rules, prepared.input.environment};
        const StateOverrides overrides = random_overrides(made, random);
        std::vector<SimulatedBundle> bundles;
        SimulatedBundle whole{.calls = {}, .block = &block};
        for (const BlockTransaction& tx : prepared.input.transactions) {
            SimulatedCall call{*tx.tx, tx.sender};
            call.tx.r = call.tx.s = 0;
            if (random() % 2 == 0) call.tx.max_fee_per_gas = call.tx.max_priority_fee_per_gas = 0;
            if (random() % 4 == 0) call.tx.max_fee_per_blob_gas = 0;
            if (random() % 4 == 0) call.sender = call.tx.to.value_or(call.sender);
            bundles.push_back({.calls = {call}, .block = &block});
            if (random() % 2 == 0) bundles.back().overrides = &overrides;
            whole.calls.push_back(call);
        }
        whole.overrides = random() % 2 == 0 ? &overrides : nullptr;
        bundles.push_back(whole);
        SimulationOptions options;
        if (random() % 2 == 0) options.on_missing_state = OnMissingState::assume_absent;
        for (const BundleResult& r : simulate(bundles, prepared.state, options, &routes))
            for (const CallResult& call : r.calls) ++ends[call.status];
    }
    std::printf("%lu calls: %lu by the device;", routes.calls(), routes.device);
    for (const auto& [why, count] : routes.reasons) std::printf(" %s %lu", why.c_str(), count);
    std::printf("\n");
    for (const auto& [status, count] : ends)
        std::printf("%s %lu, ", std::string(name(status)).c_str(), count);
    std::printf("\n");
    // Of what a device can do; an escalated call takes its bundle along.
    const uint64_t others = routes.reasons["ESCALATE_fork"] + routes.reasons["ESCALATE_invalid_transaction"] +
                            routes.reasons["exceptional_halt"];
    EXPECT_GT(routes.device * 4, (routes.calls() - others) * 3);
    for (const CallStatus status :
         {CallStatus::success, CallStatus::reverted, CallStatus::failed, CallStatus::invalid})
        EXPECT_GT(ends[status], 20U);
}

}  // namespace
}  // namespace warpevm::test
