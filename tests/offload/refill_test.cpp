// SPDX-License-Identifier: Apache-2.0
// More jobs than lanes: whoever has ended gives its lane to the next, while others go on.
#include "tests/offload/lanes.hpp"
#include "tests/offload/random_scene.hpp"

namespace warpevm::test {
namespace {

/// Turns round as often as the first word of its data says; then logs what the transaction and its block
/// brought along.
Bytes looping() {
    Program p;
    p.push(0).op(OP_CALLDATALOAD).op(OP_JUMPDEST).push(1).op(OP_SWAP1).op(OP_SUB).op(OP_DUP1).push(3);
    p.op(OP_JUMPI).push(32).op(OP_CALLDATALOAD).log().op(OP_CALLDATASIZE).log().op(OP_NUMBER).log();
    p.push(1).op(OP_NUMBER).op(OP_SUB).op(OP_BLOCKHASH).log().push(1).op(OP_SLOAD).log().push(1).store(2);
    return p.code();
}

/// So many turns, the job's number, and more bytes.
Bytes data_of(uint64_t turns, uint64_t number, size_t more) {
    Bytes data;
    append(data, to_bytes32(U256{turns}));
    append(data, to_bytes32(U256{number}));
    data.resize(data.size() + more, static_cast<uint8_t>(number));
    return data;
}

class Refills : public Lanes {
  protected:
    Refills() {
        scene.state.set_account(scene_contract, 1, 50, looping());
        scene.state.set_slot(scene_contract, 1, 77);
        for (uint64_t i = 0; i < 10; ++i) {
            m_blocks.push_back(scene.block());
            m_blocks.back().number = 900 + i;
        }
    }
    /// Jobs that end in few launches, and those of `longest` in more than a hundred. They are of ten blocks.
    void call(size_t jobs, const std::vector<size_t>& longest, size_t more_data = 0) {
        for (size_t i = 0; i < jobs; ++i) {
            const bool is_long = std::find(longest.begin(), longest.end(), i) != longest.end();
            scene.call(scene_contract, data_of(is_long ? 5000 : 10, i, more_data), 20'000'000).environment =
                &m_blocks[i % m_blocks.size()];
        }
    }
    static OffloadOptions few(uint32_t lanes, Images images = Images::always) {
        OffloadOptions options;
        options.slice = 100;
        options.most_lanes = lanes;
        options.images = images;
        return options;
    }

    Scene scene{Fork::prague};

  private:
    std::vector<BlockEnvironment> m_blocks;
};

TEST_P(Refills, nobody_waits_for_the_longest) {
    constexpr size_t longest = 3;
    call(100, {longest});
    for (const Images images : {Images::always, Images::never}) {
        LaneRunner lanes(GetParam(), few(8, images));
        const uint64_t alone = lanes.run({&scene.jobs[longest], 1}).launches;
        EXPECT_GT(alone, 100U);
        size_t told = 0;
        const OffloadResults all =
            lanes.run(scene.jobs, [&](const OffloadResults&, std::span<const size_t> jobs) {
                if (std::find(jobs.begin(), jobs.end(), longest) != jobs.end()) {
                    EXPECT_EQ(told, 99U) << "before the longest";
                }
                told += jobs.size();
            });
        EXPECT_EQ(told, 100U);
        EXPECT_LE(all.launches, alone);  // others may have asked for the block's hash
        compare_with_cpu(lanes, context, scene.jobs, tally);
    }
}

/// Data, block and hashes of lanes that go on, while others begin beside them, or wait for memory to do so.
TEST_P(Refills, what_lanes_began_with_stays) {
    call(60, {0, 1, 17, 40}, 1000);
    for (const uint32_t lanes : {1U, 2U, 3U, 8U})
        for (const uint64_t memory : {uint64_t{1}, uint64_t{40'000}, uint64_t{1} << 20}) {
            const testing::ScopedTrace trace(__FILE__, __LINE__, std::to_string(lanes) + " lanes");
            OffloadOptions options = few(lanes);
            options.input_memory = memory;
            LaneRunner runner(GetParam(), options);
            compare_with_cpu(runner, context, scene.jobs, tally);
        }
}

TEST_P(Refills, random_programs_come_out_in_one_lane_as_in_many) {
    std::vector<std::unique_ptr<Scene>> scenes;
    std::vector<OffloadJob> jobs;
    for (uint64_t seed = 0; seed < 600; ++seed) {
        scenes.push_back(random_scene(seed, lane_forks[seed % std::size(lane_forks)]));
        jobs.push_back(scenes.back()->jobs.front());
    }
    for (const uint32_t lanes : {1U, 2U, 3U, 20U}) {
        const testing::ScopedTrace trace(__FILE__, __LINE__, std::to_string(lanes) + " lanes");
        LaneRunner runner(GetParam(), few(lanes));
        compare_with_cpu(runner, context, jobs, tally, /*must_finish=*/false);
    }
    EXPECT_GE(tally.share_done(), 0.999);
}

/// Those that have ended are done; those that run and those that have not begun are not. Each is told once.
TEST_P(Refills, end_where_nobody_wants_them) {
    call(100, {3, 30});
    LaneRunner lanes(GetParam(), few(8));
    std::vector<int> told(scene.jobs.size());
    int asked = 0;
    const OffloadResults results = lanes.run(
        scene.jobs,
        [&](const OffloadResults&, std::span<const size_t> jobs) {
            for (const size_t job : jobs) ++told[job];
        },
        [&] { return ++asked <= 20; });
    EXPECT_EQ(results.launches, 20U);
    EXPECT_EQ(std::count(told.begin(), told.end(), 1), 100);
    size_t done = 0;
    for (size_t i = 0; i < scene.jobs.size(); ++i) {
        if (results.statuses[i] == kernel::STATUS_ESCALATE_unwanted) continue;
        ASSERT_EQ(results.statuses[i], kernel::STATUS_done);
        EXPECT_EQ(executed_in_lane(results, i, scene.jobs[i]), execute_on_cpu(context, scene.jobs[i])) << i;
        ++done;
    }
    EXPECT_EQ(results.statuses[3], kernel::STATUS_ESCALATE_unwanted);
    EXPECT_EQ(results.statuses[99], kernel::STATUS_ESCALATE_unwanted);
    EXPECT_GT(done, 10U);
    EXPECT_LT(done, 90U);
}

WARPEVM_ON_EACH_DEVICE(Refills);

/// However much call data there is.
TEST(Refill, keeps_the_memory_of_inputs_bounded) {
    Scene scene(Fork::prague);
    scene.state.set_account(scene_contract, 1, 50, looping());
    constexpr size_t data = 10'000;
    for (uint64_t i = 0; i < 200; ++i)
        scene.call(scene_contract, data_of(i == 0 ? 5000 : 10, i, data), 20'000'000);
    const auto device = open_native_device(1);
    const auto program = device->build({.name = "evm"});
    ASSERT_TRUE(program);
    LaneMemory memory(*device, *program, 1, Images::never);
    ASSERT_TRUE(memory.fill(memory.forks, bytes_of(fork_records()), &Traffic::tables));
    OffloadOptions options;
    options.input_memory = 100'000;
    OffloadResults results;
    results.statuses.resize(scene.jobs.size());
    results.records.resize(scene.jobs.size());
    results.codes_of.resize(scene.jobs.size());
    std::vector<size_t> all(scene.jobs.size());
    std::iota(all.begin(), all.end(), size_t{0});
    const LaneLimits limits = usual_lane_limits();
    const LaneStage stage{.limits = limits, .lanes = 20, .is_last = true, .on_final = {}, .is_wanted = {}};
    ASSERT_TRUE(LaneBatch(memory, options, stage, scene.jobs, all).run(results));
    EXPECT_EQ(std::count(results.statuses.begin(), results.statuses.end(), kernel::STATUS_done), 200);
    // A buffer grows to twice of what is needed, and one job may go beyond.
    EXPECT_LE(memory.inputs->size(), 2 * (options.input_memory + data + 1000));
    EXPECT_GE(memory.traffic.call_data, 200 * data);
}

}  // namespace
}  // namespace warpevm::test
