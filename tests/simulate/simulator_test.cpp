// SPDX-License-Identifier: Apache-2.0
// The simulator around the calls: devices that fail, limits of memory, cancellation, states that throw.
#include <thread>

#include "host/device/faulty_device.hpp"
#include "host/device/native_device.hpp"
#include "tests/simulate/on_all_backends.hpp"

namespace warpevm::test {
namespace {

/// Calls that end in different launches, alone and in bundles.
Scene some_calls() {
    Scene scene;
    Program p;
    p.push(0).op(OP_SLOAD).push(1).op(OP_ADD).op(OP_DUP1).store(0).op(OP_DUP1).log();
    p.push(700).op(OP_BLOCKHASH).op(OP_POP);
    scene.set_code(contract, answer(p));
    scene.set_code(other, Program().call(OP_CALL, contract, 0, 100'000).op(OP_POP).op(OP_INVALID));
    for (int i = 0; i < 12; ++i) {
        scene.call(i % 4 == 3 ? other : contract);
        SimulatedBundle& bundle = scene.bundles.back();
        if (i % 3 == 0) bundle.calls.push_back(bundle.calls[0]);
    }
    return scene;
}

TEST(Simulator, a_device_may_fail_at_any_call) {
    Scene scene = some_calls();
    const auto expected = scene.run();
    uint64_t lost = 0, done = 0;
    for (const bool takes_all : {true, false})
        for (const FaultPoint point : {FaultPoint::build, FaultPoint::allocate, FaultPoint::upload,
                                       FaultPoint::enqueue, FaultPoint::read_back, FaultPoint::wait})
            for (const unsigned call : {1U, 2U, 3U, 5U, 8U, 13U, 40U, 80U, 120U, 160U}) {
                auto device = std::make_unique<FaultyDevice>(open_native_device(1),
                                                             FaultPlan{.point = point, .at_call = call});
                SimulatorSettings settings{.threads = 2,
                                           .device = std::make_shared<DevicePrograms>(
                                               std::move(device), std::make_shared<ProgramCache>("")),
                                           .device_takes_all = takes_all};
                settings.offload.slice = 20;
                settings.offload.most_lanes = 5;
                Simulator simulator(settings);
                const auto got = simulator.run(BackendKind::device, scene.bundles, scene.state);
                ASSERT_TRUE(got) << to_string(got.error());
                ASSERT_EQ(got->bundles, expected);
                done += got->routes.device;
                if (simulator.device_lost_because().empty()) continue;
                ++lost;
                // And stays lost.
                const auto again = simulator.run(BackendKind::device, scene.bundles, scene.state);
                ASSERT_TRUE(again);
                ASSERT_EQ(again->bundles, expected);
                EXPECT_EQ(again->routes.device, 0U);
                // Racing, the CPU may be done before anybody asks for the device.
                if (takes_all) {
                    EXPECT_EQ(again->routes.reasons.at("device_lost"), again->routes.calls());
                }
            }
    std::printf("%lu devices were lost, %lu calls were done by others or before\n", lost, done);
    EXPECT_GT(lost, 20U);
    EXPECT_GT(done, 100U);
}

TEST(Simulator, says_that_there_is_no_device) {
    Scene scene = some_calls();
    Simulator simulator({.threads = 2});
    const auto got = simulator.run(BackendKind::device, scene.bundles, scene.state);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->routes.cpu, got->routes.calls());
    EXPECT_EQ(got->routes.reasons.at("no_device"), got->routes.calls());
}

/// What is left out can be done in further runs.
TEST(Simulator, leaves_out_what_results_have_no_memory_for) {
    Scene scene;
    scene.set_code(contract, Program().push(100'000).push(0).op(OP_RETURN));
    for (int i = 0; i < 50; ++i) scene.call(contract);
    for (const BackendKind backend : {BackendKind::serial, BackendKind::cpu, BackendKind::device}) {
        SimulatorSettings settings{.threads = 2, .device = native_programs(), .device_takes_all = true};
        settings.offload.most_lanes = 4;
        Simulator simulator(settings);
        const auto got = simulator.run(backend, scene.bundles, scene.state, {.most_result_bytes = 1'000'000});
        ASSERT_TRUE(got);
        size_t done = 0;
        for (const BundleResult& r : got->bundles) done += r.is_done ? 1 : 0;
        EXPECT_GE(done, 9U);
        EXPECT_LE(done, 20U);
        EXPECT_EQ(got->routes.calls(), done);
        const auto one = simulator.run(backend, scene.bundles, scene.state, {.most_result_bytes = 1});
        ASSERT_TRUE(one);
        EXPECT_GE(one->routes.calls(), 1U);
        EXPECT_LE(one->routes.calls(), 4U);
    }
}

TEST(Simulator, is_cancelled) {
    Scene scene;
    scene.set_code(contract, Program().op(OP_JUMPDEST).push(0).op(OP_JUMP));
    for (int i = 0; i < 1000; ++i) scene.call(contract, {}, 0, 1'000'000'000);
    for (const BackendKind backend : {BackendKind::serial, BackendKind::cpu, BackendKind::device}) {
        Simulator simulator({.threads = 2, .device = native_programs()});
        Cancellation cancellation;
        std::thread soon([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            cancellation.cancel();
        });
        const auto got = simulator.run(backend, scene.bundles, scene.state, {.cancellation = &cancellation});
        soon.join();
        ASSERT_TRUE(got);
        EXPECT_FALSE(got->bundles.back().is_done && got->bundles.front().is_done);
    }
}

class ThrowingState final : public StateView {
  public:
    void read_accounts(std::span<const Address>, std::span<Read<AccountRecord>>) const override {
        throw std::runtime_error("the store is gone");
    }
    void read_slots(std::span<const SlotKey>, std::span<Read<U256>>) const override {}
    void read_codes(std::span<const Hash>, std::span<Read<BytesView>>) const override {}
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t) const override { return {}; }
};

TEST(Simulator, a_state_that_throws_gives_no_answers) {
    Scene scene;
    for (int i = 0; i < 5; ++i) scene.call(contract);
    const auto results = simulate(scene.bundles, ThrowingState{});
    for (const BundleResult& r : results) EXPECT_EQ(r.calls[0].error.code, ErrorCode::state_failed);
}

TEST(Simulator, a_progress_function_that_throws_ends_it) {
    Scene scene;
    for (int i = 0; i < 5; ++i) scene.call(contract);
    Simulator simulator({.threads = 2});
    for (const BackendKind backend : {BackendKind::serial, BackendKind::cpu}) {
        const auto got = simulator.run(backend, scene.bundles, scene.state,
                                       {.on_progress = [](size_t) { throw std::runtime_error("no"); }});
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().code, ErrorCode::callback_failed);
    }
    EXPECT_TRUE(simulator.run(BackendKind::cpu, scene.bundles, scene.state));
}

TEST(Simulator, several_at_once) {
    Scene scene = some_calls();
    const auto expected = scene.run();
    Simulator simulator({.threads = 2, .device = native_programs()});
    std::vector<std::thread> threads;
    std::atomic<int> equal{0};
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 5; ++i) {
                const auto got = simulator.run(t % 2 == 0 ? BackendKind::device : BackendKind::cpu,
                                               scene.bundles, scene.state);
                equal += got && got->bundles == expected ? 1 : 0;
            }
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(equal, 20);
}

}  // namespace
}  // namespace warpevm::test
