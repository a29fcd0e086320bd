// SPDX-License-Identifier: Apache-2.0
// Random programs in lanes against the CPU, and what their observations are worth: on any pre-state where
// they hold, the CPU does what the lane did. WARPEVM_RANDOM_PROGRAMS says how many there are (of each kind,
// in thousands), WARPEVM_RANDOM_SEED where they begin.
#include <cstdlib>
#include <random>

#include "tests/offload/lanes.hpp"
#include "tests/offload/random_scene.hpp"
#include "tests/vm/program_maker.hpp"

namespace warpevm::test {
namespace {

uint64_t setting(const char* name, uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Bytes of which few programs come to anything.
Bytes garbage(std::mt19937_64& random) {
    Bytes code(random() % 200);
    for (uint8_t& byte : code) {
        byte = static_cast<uint8_t>(random());
        if (random() % 2 == 0) byte = static_cast<uint8_t>(OP_PUSH1 + random() % 3);
    }
    return code;
}

class Random : public Lanes {
  protected:
    /// Runs scenes in batches, so that lanes of many pre-states and environments share launches.
    template <class Make>
    void run(uint64_t count, Make make) {
        const uint64_t first = setting("WARPEVM_RANDOM_SEED", 1);
        count = setting("WARPEVM_RANDOM_PROGRAMS", 0) * 1000 + count;
        constexpr uint64_t batch = 200;
        for (uint64_t seed = first; seed < first + count && !HasFailure(); seed += batch) {
            const testing::ScopedTrace trace(__FILE__, __LINE__, "from seed " + std::to_string(seed));
            std::vector<std::unique_ptr<Scene>> scenes;
            std::vector<OffloadJob> jobs;
            for (uint64_t i = 0; i < batch; ++i) {
                scenes.push_back(make(seed + i, lane_forks[(seed + i) % std::size(lane_forks)]));
                jobs.push_back(scenes.back()->jobs.front());
            }
            const uint64_t n = seed / batch;
            const Images images = n % 3 == 0 ? Images::never : Images::always;
            compare_with_cpu(runner(n % 2 == 0 ? 50'000 : 10, images), context, jobs, tally,
                             /*must_finish=*/false);
            context.codes().clear();
        }
        std::printf("%lu programs: %lu equal, %lu parks, %lu launches;", count, tally.equal, tally.parks,
                    tally.launches);
        for (const auto& [end, number] : tally.ends) std::printf(" %s %lu", end.c_str(), number);
        std::printf("\n");
        // One in some ten thousand waits for the host more often than it may.
        EXPECT_GE(tally.share_done(), 0.9995);
    }
};

TEST_P(Random, calls_and_creations) {
    run(4000, random_scene);
}

TEST_P(Random, instructions) {
    run(4000, [](uint64_t seed, Fork fork) {
        auto scene = std::make_unique<Scene>(fork);
        scene->state.set_account(scene_contract, 1, 1000, ProgramMaker(seed).make());
        scene->state.set_account(one, 1, 1, {});
        scene->call(scene_contract, Bytes(seed % 70, 9), 21'500 + seed * 37 % 300'000, seed % 3);
        return scene;
    });
}

TEST_P(Random, garbage_code) {
    run(4000, [](uint64_t seed, Fork fork) {
        std::mt19937_64 random(seed);
        auto scene = std::make_unique<Scene>(fork);
        scene->state.set_account(scene_contract, 1, 1000, garbage(random));
        if (seed % 5 == 0)
            scene->call(std::nullopt, garbage(random), 100'000 + random() % 300'000);
        else
            scene->call(scene_contract, Bytes(seed % 70, 9), 22'000 + random() % 300'000, seed % 3);
        return scene;
    });
}

// ---- perturbed pre-states

/// One random change of what the job's observations speak of, or of something else.
void perturb(MemoryState& state, const OffloadResults& results, size_t number, std::mt19937_64& random) {
    const transaction_record& record = results.records[number];
    if (record.slot_observations.count != 0 && random() % 3 == 0) {
        const uint32_t i =
            record.slot_observations.first + static_cast<uint32_t>(random() % record.slot_observations.count);
        const SlotKey key = results.slot(results.slot_observations[i].row);
        if (state.read_account(key.address).knowledge == Knowledge::value)
            state.set_slot(key.address, key.slot, random() % 4);
        return;
    }
    const uint32_t used =
        record.accounts_read.first + static_cast<uint32_t>(random() % record.accounts_read.count);
    const Address address = results.account(results.accounts_read[used]);
    const AccountRecord was = state.read_account(address).value;
    const Bytes code(state.code(was.code_hash).begin(), state.code(was.code_hash).end());
    U256 balance = was.balance;
    uint64_t nonce = was.nonce;
    switch (random() % 8) {
        case 0: nonce += random() % 2; break;
        case 1: return state.set_absent(address);
        case 2: return state.set_account(address, nonce, balance, Bytes{OP_GAS, 0x60, 1, OP_SSTORE});
        case 3: balance = random() % 3; break;
        default: break;
    }
    const record_range& observed = record.account_observations;
    for (uint32_t i = observed.first; i < observed.first + observed.count; ++i) {
        const account_observation& o = results.account_observations[i];
        if (results.account(o.row) != address || random() % 2 == 0) continue;
        // Round the bounds.
        const U256& bound = (o.flags & OBSERVED_BELOW) != 0 && random() % 2 == 0 ? o.below : o.balance;
        balance = bound + random() % 3 - 1;
    }
    if (balance.negative()) balance = 0;
    state.set_account(address, nonce, balance, code);
}

class Observations : public Lanes {};

TEST_P(Observations, are_sufficient) {
    constexpr uint64_t batch = 100, batches = 20, variants = 12;
    std::mt19937_64 random(99);
    uint64_t held = 0, failed = 0, changed = 0;
    for (uint64_t b = 0; b < batches && !HasFailure(); ++b) {
        std::vector<std::unique_ptr<Scene>> scenes;
        std::vector<OffloadJob> jobs;
        for (uint64_t i = 0; i < batch; ++i) {
            const uint64_t seed = 1'000'000 + b * batch + i;
            scenes.push_back(random_scene(seed, lane_forks[seed % std::size(lane_forks)]));
            jobs.push_back(scenes.back()->jobs.front());
        }
        const OffloadResults results = runner().run(jobs);
        for (size_t i = 0; i < jobs.size(); ++i) {
            if (results.statuses[i] != kernel::STATUS_done) continue;
            const Executed before = executed_in_lane(results, i, jobs[i]);
            for (uint64_t v = 0; v < variants; ++v) {
                MemoryState state = scenes[i]->state;
                perturb(state, results, i, random);
                OffloadJob job = jobs[i];
                job.state = &state;
                const auto expected = execute_on_cpu(context, job);
                if (!observations_hold(results, i, state)) {
                    ++failed;
                    changed += !expected || expected->gas_used != before.gas_used;
                    continue;
                }
                ++held;
                ASSERT_TRUE(expected) << "seed " << 1'000'000 + b * batch + i;
                ASSERT_EQ(executed_in_lane(results, i, job), *expected)
                    << "seed " << 1'000'000 + b * batch + i;
            }
        }
        context.codes().clear();
    }
    std::printf("%lu perturbations within the observations, %lu outside (%lu of them used other gas)\n", held,
                failed, changed);
    EXPECT_GT(held, 1000U);
    EXPECT_GT(failed, 1000U);
}

WARPEVM_ON_EACH_DEVICE(Random);
WARPEVM_ON_EACH_DEVICE(Observations);

}  // namespace
}  // namespace warpevm::test
