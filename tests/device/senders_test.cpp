// SPDX-License-Identifier: Apache-2.0
// Whatever devices do, senders are those that recover_sender gives.
#include "host/senders/senders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "evm/codec/signature.hpp"
#include "host/device/faulty_device.hpp"
#include "host/senders/device_recover.hpp"
#include "host/senders/sender_driver.hpp"
#include "tests/cli/temporary_folder.hpp"
#include "tests/device/found_devices.hpp"
#include "tests/device/signed_transactions.hpp"

namespace warpevm {
namespace {

using test::SignedTransactions;

/// Batches until a device's thread, which nobody waits for, must have had its turn.
constexpr int most_tries = 200;

/// A source over a device that fails as the plan says.
RecoverSource faulty_source(const FoundDevice& found, FaultPlan plan) {
    return {found.info.name, found.info.uses_host_cores,
            [found, plan]() -> DeviceResult<std::unique_ptr<RecoverEngine>> {
                auto inner = found.open();
                if (!inner) return tl::unexpected(inner.error());
                auto faulty = std::make_shared<FaultyDevice>(std::move(*inner), plan);
                auto engine =
                    DeviceRecover::open(std::make_shared<DevicePrograms>(faulty, test::test_cache()));
                if (!engine) return tl::unexpected(engine.error());
                return std::unique_ptr<RecoverEngine>(std::move(*engine));
            }};
}

void expect_same(const SignedTransactions& s, std::span<const Result<Address>> got) {
    ASSERT_EQ(got.size(), s.expected.size());
    for (size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], s.expected[i]) << i;
}

TEST(Senders, OfNoneOneAndManyOnTheProcessor) {
    for (const unsigned threads : {1U, 2U, 7U}) {
        SenderRecovery recovery({.threads = threads, .use = DeviceUse::never});
        for (const size_t count : {0U, 1U, 8U, 9U, 500U}) {
            const SignedTransactions s(count);
            SenderReport report;
            expect_same(s, recovery.recover(s.requests, &report));
            EXPECT_EQ(report.cpu, count);
            EXPECT_EQ(report.device, 0U);
        }
    }
}

TEST(Senders, TwoMillionOnEachDevice) {
    if (std::getenv("WARPEVM_LARGE_TESTS") == nullptr)
        GTEST_SKIP() << "left out: it takes minutes; tools/test --full runs it (WARPEVM_LARGE_TESTS=1)";
    const SignedTransactions s(2000000);
    for (const FoundDevice& found : test::all_devices()) {
        SenderRecovery recovery({.use = DeviceUse::device_first,
                                 .devices = {recover_source(found, test::test_cache())},
                                 .cache = test::test_cache()});
        recovery.wait_until_ready();
        SenderReport report;
        expect_same(s, recovery.recover(s.requests, &report));
        EXPECT_GT(report.device, 1000000U) << report.why;
    }
}

TEST(Senders, AutomaticDoesNotLookForDevicesForAFewTransactions) {
    bool looked = false;
    SenderRecovery recovery({.find = [&] {
        looked = true;
        return std::vector<RecoverSource>{};
    }});
    const SignedTransactions s(200);
    SenderReport report;
    expect_same(s, recovery.recover(s.requests, &report));
    EXPECT_FALSE(looked);
    EXPECT_THAT(report.reasons, testing::ElementsAre(testing::Pair("recover_gain_below_cost", 200U)));
    EXPECT_THAT(report.why, testing::HasSubstr("opening a device"));
    EXPECT_THAT(report.why, testing::Not(testing::HasSubstr("need 0 us")));
}

class OnDevice : public testing::TestWithParam<FoundDevice> {};

TEST_P(OnDevice, AreTheSameAsOnTheProcessor) {
    SenderRecovery recovery({.threads = 2,
                             .use = DeviceUse::device_first,
                             .devices = {recover_source(GetParam(), test::test_cache())},
                             .cache = test::test_cache()});
    recovery.wait_until_ready();
    for (const size_t count : {0U, 1U, 7U, 65U, 300U}) {
        const SignedTransactions s(count);
        SenderReport report;
        expect_same(s, recovery.recover(s.requests, &report));
        const auto good = static_cast<size_t>(
            std::count_if(s.expected.begin(), s.expected.end(), [](const auto& r) { return r.has_value(); }));
        // All that has a sender came from the device: libsecp256k1 only confirms what has none.
        EXPECT_EQ(report.device, good) << report.why;
        EXPECT_EQ(report.cpu, count - good);
    }
}

TEST_P(OnDevice, WithoutFirstRightBatchesOverlapAndAgree) {
    // Rates that make it worth its while, whatever it is.
    const tools::TemporaryFolder folder;
    const auto rates = std::make_shared<ProgramCache>(folder.path());
    const DeviceInfo& info = GetParam().info;
    rates->store(rates_entry(info.name, info),
                 to_bytes({.launch = 0, .item = 1e-9, .cpu_item = 1e-3, .least = 1, .host_cores = false}));
    SenderRecovery recovery({.threads = 2,
                             .use = DeviceUse::when_faster,
                             .devices = {recover_source(GetParam(), test::test_cache())},
                             .cache = rates});
    recovery.wait_until_ready();
    const SignedTransactions s(4000);
    std::atomic<size_t> by_device = 0;
    // On a busy machine the processor may be done before the device's thread was woken.
    for (int round = 0; round < most_tries && by_device == 0; ++round) {
        std::vector<std::thread> callers;
        for (int i = 0; i < 3; ++i)
            callers.emplace_back([&] {
                SenderReport report;
                expect_same(s, recovery.recover(s.requests, &report));
                by_device += report.device;
            });
        for (std::thread& caller : callers) caller.join();
    }
    EXPECT_GT(by_device, 0U) << "the device was to take part";
}

TEST(OpenCl, HasADeviceToTest) {
    if (test::all_devices().size() == 1)
        GTEST_SKIP()
            << "left out: no OpenCL device can be used, so the tests of this program run on native alone";
}

INSTANTIATE_TEST_SUITE_P(Devices, OnDevice, testing::ValuesIn(test::all_devices()), test::device_label);

/// A failure at every place, at the first call and at later ones, for a moment and for good.
TEST(Faults, LoseNothing) {
    const SignedTransactions s(300);
    for (const FaultPoint point :
         {FaultPoint::build, FaultPoint::allocate, FaultPoint::upload, FaultPoint::enqueue,
          FaultPoint::read_back, FaultPoint::wait, FaultPoint::wrong_answer})
        for (const unsigned call : {1U, 2U, 3U, 12U, 40U})
            for (const DeviceFault fault : {DeviceFault::out_of_memory, DeviceFault::lost}) {
                SenderRecovery recovery(
                    {.threads = 2,
                     .use = DeviceUse::device_first,
                     .devices = {faulty_source(test::native_device(),
                                               {.point = point, .at_call = call, .fault = fault})}});
                SenderReport report;
                for (int batch = 0; batch < 2; ++batch) {
                    report = {};
                    // A device that lies is caught by its self-test only if it lies there: later lies are the
                    // next test's.
                    if (point == FaultPoint::wrong_answer && call > 1) continue;
                    expect_same(s, recovery.recover(s.requests, &report));
                    EXPECT_EQ(report.device + report.cpu, 300U);
                }
                if (call != 1) continue;
                const std::string reason(point == FaultPoint::wrong_answer ? "device_wrong_answer"
                                                                           : name(fault));
                EXPECT_THAT(report.reasons, testing::Contains(testing::Key(reason))) << report.why;
            }
}

TEST(Faults, AStalledDeviceIsNotWaitedFor) {
    const SignedTransactions s(300);
    std::promise<void> end_of_stall;
    const auto stall = [end = end_of_stall.get_future().share()] { end.wait(); };
    SenderRecovery recovery(
        {.threads = 2,
         .use = DeviceUse::when_faster,
         .devices = {faulty_source(test::native_device(), {.point = FaultPoint::stall, .stall = stall})}});
    expect_same(s, recovery.recover(s.requests));
    EXPECT_FALSE(recovery.close(0)) << "its first launch has not ended";
    end_of_stall.set_value();
    EXPECT_TRUE(recovery.close(60));
}

/// An engine on the host whose second batch never ends until it is let go.
class HangingEngine final : public RecoverEngine {
  public:
    struct Gate {
        std::mutex lock;
        std::condition_variable changed;
        bool open = false;
        bool waiting = false;
    };
    explicit HangingEngine(std::shared_ptr<Gate> gate) : m_gate(std::move(gate)) { m_info.name = "hanging"; }
    const DeviceInfo& info() const override { return m_info; }
    size_t slots() const override { return 2; }
    size_t capacity() const override { return 64; }
    size_t least() const override { return 1; }
    DeviceResult<size_t> submit(size_t slot, std::span<const Transaction* const> transactions) override {
        auto& results = m_results[slot];
        results.clear();
        for (const Transaction* tx : transactions) {
            const auto sender = recover_sender(*tx, Fork::cancun, 1);
            results.push_back(
                {sender ? RecoveredSender::Verdict::sender : RecoveredSender::Verdict::no_sender,
                 sender.value_or(Address{})});
        }
        return results.size();
    }
    DeviceResult<std::span<const RecoveredSender>> collect(size_t slot) override {
        // Measuring comes first, and must not hang.
        if (m_results[slot].size() > 50) {
            std::unique_lock held(m_gate->lock);
            m_gate->waiting = true;
            m_gate->changed.notify_all();
            m_gate->changed.wait(held, [&] { return m_gate->open; });
        }
        return std::span<const RecoveredSender>(m_results[slot]);
    }

  private:
    std::shared_ptr<Gate> m_gate;
    DeviceInfo m_info;
    std::array<std::vector<RecoveredSender>, 2> m_results;
};

TEST(Faults, WhatAHangingDeviceHoldsIsTakenBack) {
    const auto gate = std::make_shared<HangingEngine::Gate>();
    const auto cache_folder =
        std::filesystem::temp_directory_path() / ("warpevm-test-hang-" + std::to_string(getpid()));
    const auto cache = std::make_shared<ProgramCache>(cache_folder);
    // Rates from the cache make it claim whole slots at once.
    const DeviceInfo info{.name = "hanging"};
    cache->store(rates_entry("hanging", info),
                 to_bytes({.launch = 0, .item = 1e-9, .cpu_item = 1e-3, .least = 1, .host_cores = false}));
    {
        SenderRecovery recovery({.threads = 2,
                                 .use = DeviceUse::when_faster,
                                 .devices = {{"hanging", false,
                                              [gate]() -> DeviceResult<std::unique_ptr<RecoverEngine>> {
                                                  return std::make_unique<HangingEngine>(gate);
                                              }}},
                                 .cache = cache});
        recovery.wait_until_ready();
        const SignedTransactions s(2000);
        const auto is_hanging = [&] {
            const std::lock_guard held(gate->lock);
            return gate->waiting;
        };
        // On a busy machine the processor may be done before the device's thread was woken.
        for (int batch = 0; batch < most_tries && !is_hanging(); ++batch)
            expect_same(s, recovery.recover(s.requests));
        EXPECT_TRUE(is_hanging()) << "the device was to take part";
        EXPECT_FALSE(recovery.close(0));
        const std::lock_guard held(gate->lock);
        gate->open = true;
        gate->changed.notify_all();
    }
    std::filesystem::remove_all(cache_folder);
}

TEST(Senders, AutomaticOpensADeviceOnceThatIsWorthIt) {
    const auto gate = std::make_shared<HangingEngine::Gate>();
    gate->open = true;
    const tools::TemporaryFolder folder;
    const auto cache = std::make_shared<ProgramCache>(folder.path());
    // Last time opening took a nanosecond, so any batch is worth it; the rates make the device take part.
    const double opening = 1e-9;
    cache->store("recover-opening", {reinterpret_cast<const uint8_t*>(&opening), sizeof opening});
    cache->store(rates_entry("hanging", {.name = "hanging"}),
                 to_bytes({.launch = 0, .item = 1e-9, .cpu_item = 1e-3, .least = 1, .host_cores = false}));
    std::atomic<unsigned> looked = 0;
    const auto find = [&looked, gate] {
        ++looked;
        return std::vector<RecoverSource>{
            {"hanging", false, [gate]() -> DeviceResult<std::unique_ptr<RecoverEngine>> {
                 return std::make_unique<HangingEngine>(gate);
             }}};
    };
    SenderRecovery recovery({.threads = 2, .use = DeviceUse::automatic, .find = find, .cache = cache});
    const SignedTransactions s(500);
    SenderReport report;
    for (int batch = 0; batch < most_tries && report.device == 0; ++batch) {
        report = {};
        expect_same(s, recovery.recover(s.requests, &report));
    }
    EXPECT_GT(report.device, 0U) << report.why;
    EXPECT_EQ(looked, 1U);
    EXPECT_TRUE(recovery.close(10));
    // What opening took is remembered for the next process.
    EXPECT_NE(cache->load("recover-opening"), Bytes(sizeof opening));
}

TEST(Rates, SayFromWhereADevicePays) {
    // 1 ms fixed, 1 us each, against 50 us on each of two threads: 25 us.
    const RecoverRates rates{
        .launch = 1e-3, .item = 1e-6, .cpu_item = 50e-6, .least = 100, .host_cores = false};
    const auto from = crossover(rates, 2);
    ASSERT_TRUE(from);
    EXPECT_EQ(*from, 100U);
    RecoverRates slow = rates;
    slow.launch = 10.01e-3;
    EXPECT_EQ(crossover(slow, 2), 405U);
    EXPECT_EQ(device_share(slow, 2, 404, 100000), 0U);
    EXPECT_GT(device_share(slow, 2, 405, 100000), 0U);
    // More threads need the device less.
    EXPECT_GT(*crossover(slow, 16), *crossover(slow, 2));
    EXPECT_EQ(device_share(slow, 2, 1000000, 5000), 5000U);
    EXPECT_EQ(device_share(slow, 2, 0, 5000), 0U);
}

TEST(Rates, ADeviceOnTheHostsCoresMustBeFasterThanAllOfThem) {
    const RecoverRates rates{.launch = 0, .item = 30e-6, .cpu_item = 50e-6, .least = 1, .host_cores = true};
    EXPECT_EQ(crossover(rates, 2), std::nullopt);
    EXPECT_EQ(device_share(rates, 2, 1000000, 5000), 0U);
    EXPECT_TRUE(crossover(rates, 1));
}

TEST(Rates, SurviveTheDiskAndRubbishDoesNot) {
    const RecoverRates rates{
        .launch = 1e-3, .item = 1e-6, .cpu_item = 50e-6, .least = 100, .host_cores = true};
    EXPECT_EQ(read_rates(to_bytes(rates)), rates);
    EXPECT_EQ(read_rates(Bytes{1, 2}), std::nullopt);
    EXPECT_EQ(read_rates(Bytes(40, 0xff)), std::nullopt);
    EXPECT_EQ(read_rates(Bytes(40, 0)), std::nullopt);
}

}  // namespace
}  // namespace warpevm
