// SPDX-License-Identifier: Apache-2.0
#include "host/senders/senders.hpp"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "host/senders/device_recover.hpp"
#include "host/senders/sender_driver.hpp"

namespace warpevm {
namespace {

using Clock = std::chrono::steady_clock;

/// What a thread claims at once: long against the claim (nanoseconds), short against a block.
constexpr size_t grain = 8;
/// Until this machine has told: one recovery on a thread, and opening a device with its programs built
/// before.
constexpr double prior_cpu_seconds = 50e-6, prior_opening_seconds = 1.0;

/// Where the time that opening took is kept; it belongs to no device, since it is asked for before there is
/// one.
constexpr const char* opening_entry = "recover-opening";

std::string seconds_text(double seconds) {
    return std::to_string(static_cast<long long>(seconds * 1e6)) + " us";
}

}  // namespace

struct SenderRecovery::Shared : std::enable_shared_from_this<Shared> {
    SenderOptions options;
    tbb::task_arena arena;
    std::mutex lock;  ///< over the drivers
    std::vector<std::unique_ptr<SenderDriver>> drivers;
    bool looked = false, looking = false, closing = false;
    std::condition_variable changed;
    std::atomic<double> cpu_item{prior_cpu_seconds};

    explicit Shared(SenderOptions o) : options(std::move(o)), arena(static_cast<int>(options.threads)) {}

    void start(std::vector<RecoverSource> sources);
    [[nodiscard]] double opening_seconds() const;
    void look_for_devices();
    void wait_until_ready();
    bool worth_opening(size_t count);
    void work(SenderBatch& batch);
    void run(const std::shared_ptr<SenderBatch>& batch);
    void explain(const SenderBatch& batch, SenderReport& report);
    void explain_driver(const SenderDriver& driver, size_t count, size_t left, SenderReport& report) const;
};

SenderRecovery::SenderRecovery(SenderOptions options) {
    // More threads than cores gain nothing here, and TBB warns of them.
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    options.threads = options.threads == 0 ? cores : std::min(options.threads, cores);
    m_shared = std::make_shared<Shared>(std::move(options));
    const DeviceUse use = m_shared->options.use;
    if (use == DeviceUse::when_faster || use == DeviceUse::device_first)
        m_shared->start(m_shared->options.devices);
}

SenderRecovery::~SenderRecovery() {
    constexpr double patience = 60;
    close(patience);
}

void SenderRecovery::Shared::start(std::vector<RecoverSource> sources) {
    const std::lock_guard held(lock);
    if (closing) return;
    for (RecoverSource& source : sources)
        drivers.push_back(std::make_unique<SenderDriver>(
            SenderDriver::Settings{.source = std::move(source),
                                   .threads = options.threads,
                                   .device_first = options.use == DeviceUse::device_first,
                                   .cache = options.cache}));
}

double SenderRecovery::Shared::opening_seconds() const {
    double seconds = 0;
    if (options.cache)
        if (const auto bytes = options.cache->load(opening_entry); bytes && bytes->size() == sizeof seconds) {
            std::memcpy(&seconds, bytes->data(), sizeof seconds);
            if (seconds > 0) return seconds;
        }
    return prior_opening_seconds;
}

/// On a thread of its own, which keeps what it uses alive: drivers take their time to start.
void SenderRecovery::Shared::look_for_devices() {
    const std::lock_guard held(lock);
    if (looked || !options.find) return;
    looked = looking = true;
    std::thread([self = shared_from_this()] {
        const auto begin = Clock::now();
        self->start(self->options.find());
        self->wait_until_ready();
        const double taken = std::chrono::duration<double>(Clock::now() - begin).count();
        if (self->options.cache)
            self->options.cache->store(opening_entry,
                                       {reinterpret_cast<const uint8_t*>(&taken), sizeof taken});
        const std::lock_guard inner(self->lock);
        self->looking = false;
        self->changed.notify_all();
    }).detach();
}

/// Drivers are never removed, so what is waited for stays where it is.
void SenderRecovery::Shared::wait_until_ready() {
    std::vector<SenderDriver*> all;
    {
        const std::lock_guard held(lock);
        for (const auto& driver : drivers) all.push_back(driver.get());
    }
    for (SenderDriver* driver : all) driver->wait_until_ready();
}

bool SenderRecovery::Shared::worth_opening(size_t count) {
    const double alone = static_cast<double>(count) * cpu_item.load() / options.threads;
    // A device can at best save all of it.
    return alone > opening_seconds();
}

/// One thread's part: what is left, then what devices hold.
void SenderRecovery::Shared::work(SenderBatch& batch) {
    const auto begin = Clock::now();
    size_t done = 0;
    for (auto range = batch.claim_front(grain); range.size() != 0; range = batch.claim_front(grain)) {
        for (size_t i = range.begin; i < range.end; ++i) batch.compute(i);
        done += range.size();
    }
    if (done != 0)
        cpu_item = std::chrono::duration<double>(Clock::now() - begin).count() / static_cast<double>(done);
    for (size_t i = batch.take_back(); i != batch.size(); i = batch.take_back()) batch.compute(i);
}

void SenderRecovery::Shared::run(const std::shared_ptr<SenderBatch>& batch) {
    const size_t count = batch->size();
    if (options.use == DeviceUse::automatic && worth_opening(count)) look_for_devices();
    {
        const std::lock_guard held(lock);
        for (const auto& driver : drivers) driver->offer(batch);
    }
    if (options.use == DeviceUse::device_first) batch->wait_for_devices();
    const size_t threads = std::min<size_t>(options.threads, (count + grain - 1) / grain);
    if (threads <= 1) return work(*batch);
    arena.execute([&] {
        tbb::parallel_for(
            size_t{0}, threads, [&](size_t) { work(*batch); }, tbb::simple_partitioner());
    });
}

void SenderRecovery::Shared::explain_driver(const SenderDriver& driver, size_t count, size_t left,
                                            SenderReport& report) const {
    const SenderDriver::Status status = driver.status();
    if (status.state == SenderDriver::State::starting) {
        report.reasons["recover_device_starting"] = left;
        report.why = driver.name() + " is not ready yet";
        return;
    }
    if (status.state == SenderDriver::State::failed) {
        report.reasons[std::string(name(status.error.fault))] = left;
        report.why = to_string(status.error) + "; the CPU does its work";
        return;
    }
    const auto from = crossover(status.rates, options.threads);
    const std::string rates = driver.name() + " takes " + seconds_text(status.rates.launch) + " and " +
                              seconds_text(status.rates.item) + " each, a thread " +
                              seconds_text(status.rates.cpu_item);
    if (report.device != 0) {
        report.reasons["recover_shared"] = left;
        report.why = "shared: " + rates;
    } else if (!from) {
        report.reasons["recover_cpu_faster"] = left;
        report.why = "the processor is faster: " + rates;
    } else if (count < *from) {
        report.reasons["recover_too_small"] = left;
        report.why = "it pays from " + std::to_string(*from) + " on: " + rates;
    } else {
        report.reasons["recover_device_busy"] = left;
        report.why = driver.name() + " was busy with another batch";
    }
}

void SenderRecovery::Shared::explain(const SenderBatch& batch, SenderReport& report) {
    report.cpu = batch.settled_by(SettledBy::cpu);
    report.device = batch.settled_by(SettledBy::device);
    const std::lock_guard held(lock);
    for (const auto& driver : drivers) {
        if (!report.device_name.empty()) report.device_name += ", ";
        report.device_name += driver->name();
    }
    if (report.cpu == 0) return;
    if (!drivers.empty()) return explain_driver(*drivers.front(), batch.size(), report.cpu, report);
    if (options.use != DeviceUse::automatic) {
        report.reasons["recover_no_device"] = report.cpu;
        report.why = "no device was asked for";
    } else if (looked) {
        report.reasons["recover_no_device"] = report.cpu;
        report.why = "there is no device with cores of its own, or it is not found yet";
    } else {
        report.reasons["recover_gain_below_cost"] = report.cpu;
        report.why = "all cores need " +
                     seconds_text(static_cast<double>(batch.size()) * cpu_item.load() / options.threads) +
                     ", opening a device about " + seconds_text(opening_seconds());
    }
}

std::vector<Result<Address>> SenderRecovery::recover(std::span<const SenderRequest> requests,
                                                     SenderReport* report) {
    if (requests.empty()) return {};
    const auto batch = std::make_shared<SenderBatch>(requests);
    m_shared->run(batch);
    auto results = batch->close();
    if (report) m_shared->explain(*batch, *report);
    return results;
}

void SenderRecovery::wait_until_ready() {
    m_shared->wait_until_ready();
}

bool SenderRecovery::close(double patience) {
    std::unique_lock held(m_shared->lock);
    m_shared->closing = true;
    bool all = true;
    for (const auto& driver : m_shared->drivers) all = driver->stop(patience) && all;
    return m_shared->changed.wait_for(held, std::chrono::duration<double>(patience), [&] {
        return !m_shared->looking;
    }) && all;
}

std::vector<RecoverSource> find_recover_sources(const std::shared_ptr<ProgramCache>& cache) {
    const DeviceSearch search = find_devices();
    for (const FoundDevice& device : search.found)
        if (device.info.refused.empty() && !device.info.uses_host_cores)
            return {recover_source(device, cache)};
    return {};
}

}  // namespace warpevm
