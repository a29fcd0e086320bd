// SPDX-License-Identifier: Apache-2.0
#include "host/senders/sender_driver.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "evm/chain/validity.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "host/device/program_sources.hpp"

namespace warpevm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Something to measure with: its r is the generator's x, so a key recovers.
Transaction sample(uint64_t nonce) {
    Transaction tx;
    tx.nonce = nonce;
    tx.gas_limit = 21000;
    tx.to = Address{};
    tx.r = {0x59F2815B16F81798ULL, 0x029BFCDB2DCE28D9ULL, 0x55A06295CE870B07ULL, 0x79BE667EF9DCBBACULL};
    tx.s = 12345;
    return tx;
}

double time_cpu() {
    constexpr size_t count = 16;
    const auto start = Clock::now();
    for (size_t i = 0; i < count; ++i) (void)recover_sender(sample(i), Fork::homestead, 1);
    return seconds_since(start) / count;
}

}  // namespace

std::string rates_entry(const std::string& source, const DeviceInfo& device) {
    const ProgramSource* kernels = find_program_source("recover");
    return cache_entry(device, {.name = "recover", .source = source, .options = std::string(kernels->sha256)},
                       "rates");
}

/// All that the thread uses, so that it may be left behind within a call that does not return.
struct SenderDriver::Work {
    Settings settings;
    std::thread thread;
    mutable std::mutex lock;  ///< over the members up to `batches`
    std::condition_variable changed;
    Status status;
    bool stopping = false, ended = false;
    std::deque<std::shared_ptr<SenderBatch>> batches;
    std::unique_ptr<RecoverEngine> engine;  ///< the thread's own

    /// What is in a slot: the batch's items in the order in which they were submitted.
    struct Flight {
        std::vector<size_t> items;
        bool used = false;
    };

    void run();
    DeviceResult<void> open();
    DeviceResult<double> time_device(size_t count);
    DeviceResult<RecoverRates> measure();
    void fail_with(const DeviceError& error);
    std::shared_ptr<SenderBatch> next_batch();
    DeviceResult<void> serve(SenderBatch& batch);
    DeviceResult<bool> submit(SenderBatch& batch, size_t slot, Flight& flight);
    DeviceResult<void> collect(SenderBatch& batch, size_t slot, Flight& flight);
    [[nodiscard]] size_t share(size_t unclaimed) const;
    [[nodiscard]] bool is_stopping() const {
        const std::lock_guard held(lock);
        return stopping;
    }
};

SenderDriver::SenderDriver(Settings settings) : m_work(std::make_shared<Work>()) {
    m_work->settings = std::move(settings);
    m_work->thread = std::thread([work = m_work] { work->run(); });
}

SenderDriver::~SenderDriver() {
    stop(0);
}

void SenderDriver::offer(std::shared_ptr<SenderBatch> batch) {
    const std::lock_guard held(m_work->lock);
    if (m_work->status.state == State::failed || m_work->stopping) return;
    batch->device_joins();
    m_work->batches.push_back(std::move(batch));
    m_work->changed.notify_all();
}

SenderDriver::Status SenderDriver::status() const {
    const std::lock_guard held(m_work->lock);
    return m_work->status;
}

const std::string& SenderDriver::name() const {
    return m_work->settings.source.name;
}

void SenderDriver::wait_until_ready() {
    std::unique_lock held(m_work->lock);
    m_work->changed.wait(held, [&] { return m_work->status.state != State::starting; });
}

bool SenderDriver::stop(double patience) {
    std::unique_lock held(m_work->lock);
    m_work->stopping = true;
    m_work->changed.notify_all();
    const bool ended = m_work->changed.wait_for(held, std::chrono::duration<double>(patience),
                                                [&] { return m_work->ended; });
    held.unlock();
    if (m_work->thread.joinable()) {
        if (ended)
            m_work->thread.join();
        else
            m_work->thread.detach();
    }
    return ended;
}

void SenderDriver::Work::run() {
    auto opened = open();
    if (opened) {
        while (const auto batch = next_batch()) {
            opened = serve(*batch);
            // Who waits for the device to leave may then ask why.
            if (!opened) fail_with(opened.error());
            batch->device_leaves();
            if (!opened) break;
        }
    }
    if (!opened) fail_with(opened.error());
    engine.reset();
    const std::lock_guard held(lock);
    for (const auto& batch : batches) batch->device_leaves();
    batches.clear();
    ended = true;
    changed.notify_all();
}

void SenderDriver::Work::fail_with(const DeviceError& error) {
    const std::lock_guard held(lock);
    status.state = State::failed;
    status.error = error;
    changed.notify_all();
}

DeviceResult<void> SenderDriver::Work::open() {
    auto made = settings.source.open();
    if (!made) return tl::unexpected(made.error());
    engine = std::move(*made);
    const auto rates = measure();
    if (!rates) return tl::unexpected(rates.error());
    const std::lock_guard held(lock);
    status.state = State::ready;
    status.rates = *rates;
    changed.notify_all();
    return {};
}

DeviceResult<double> SenderDriver::Work::time_device(size_t count) {
    std::vector<Transaction> transactions;
    transactions.reserve(count);
    for (size_t i = 0; i < count; ++i) transactions.push_back(sample(i));
    std::vector<const Transaction*> pointers;
    pointers.reserve(count);
    for (const Transaction& tx : transactions) pointers.push_back(&tx);
    const auto start = Clock::now();
    if (auto done = engine->submit(0, pointers); !done) return tl::unexpected(done.error());
    if (auto done = engine->collect(0); !done) return tl::unexpected(done.error());
    return seconds_since(start);
}

/// Two sizes give the fixed cost and the cost of each; the larger is as small as a clock can tell apart.
DeviceResult<RecoverRates> SenderDriver::Work::measure() {
    constexpr double clearly = 0.005;
    const RecoverSource& source = settings.source;
    const std::string entry = rates_entry(source.name, engine->info());
    if (settings.cache)
        if (const auto bytes = settings.cache->load(entry))
            if (const auto rates = read_rates(*bytes)) return *rates;
    RecoverRates rates{
        .cpu_item = time_cpu(), .least = engine->least(), .host_cores = source.uses_host_cores};
    // The first launch of all may compile.
    if (const auto first = time_device(rates.least); !first) return tl::unexpected(first.error());
    const auto small = time_device(rates.least);
    if (!small) return tl::unexpected(small.error());
    size_t count = rates.least;
    double large = *small;
    while (large < std::max(clearly, 3 * *small) && count < engine->capacity()) {
        count = std::min(4 * count, engine->capacity());
        const auto taken = time_device(count);
        if (!taken) return tl::unexpected(taken.error());
        large = *taken;
    }
    const auto n = static_cast<double>(count), least = static_cast<double>(rates.least);
    rates.item = count > rates.least && large > *small ? (large - *small) / (n - least) : large / n;
    rates.launch = std::max(0.0, *small - rates.item * least);
    if (settings.cache) settings.cache->store(entry, to_bytes(rates));
    return rates;
}

std::shared_ptr<SenderBatch> SenderDriver::Work::next_batch() {
    std::unique_lock held(lock);
    changed.wait(held, [&] { return stopping || !batches.empty(); });
    if (stopping) return nullptr;
    auto batch = batches.front();
    batches.pop_front();
    return batch;
}

size_t SenderDriver::Work::share(size_t unclaimed) const {
    if (settings.device_first) return std::min(unclaimed, engine->capacity());
    return device_share(status.rates, settings.threads, unclaimed, engine->capacity());
}

DeviceResult<void> SenderDriver::Work::serve(SenderBatch& batch) {
    std::vector<Flight> flights(engine->slots());
    DeviceResult<bool> more = true;
    size_t slot = 0;
    for (; *more && !is_stopping(); slot = (slot + 1) % flights.size()) {
        if (auto done = collect(batch, slot, flights[slot]); !done) return done;
        more = submit(batch, slot, flights[slot]);
        if (!more) return tl::unexpected(more.error());
    }
    for (size_t i = 0; i < flights.size(); ++i, slot = (slot + 1) % flights.size())
        if (auto done = collect(batch, slot, flights[slot]); !done) return done;
    return {};
}

/// False where there is nothing more for the device to take.
DeviceResult<bool> SenderDriver::Work::submit(SenderBatch& batch, size_t slot, Flight& flight) {
    const size_t wanted = share(batch.unclaimed());
    if (wanted == 0 || !batch.begin_reading()) return false;
    const SenderBatch::Range range = batch.claim_back(wanted);
    std::vector<const Transaction*> transactions;
    for (size_t i = range.begin; i < range.end; ++i) {
        const SenderRequest& request = batch.request(i);
        const auto checked = check_signature(*request.tx, request.rules->fork, request.rules->chain_id);
        if (checked) {
            transactions.push_back(request.tx);
            flight.items.push_back(i);
        } else {
            batch.settle(i, tl::unexpected(checked.error()), SettledBy::cpu);
        }
    }
    DeviceResult<size_t> submitted = size_t{0};
    if (!transactions.empty()) submitted = engine->submit(slot, transactions);
    batch.end_reading();
    if (!submitted) return tl::unexpected(submitted.error());
    // What did not fit is in the list of what threads take back.
    flight.items.resize(*submitted);
    flight.used = *submitted != 0;
    return range.size() != 0;
}

DeviceResult<void> SenderDriver::Work::collect(SenderBatch& batch, size_t slot, Flight& flight) {
    if (!flight.used) return {};
    const auto results = engine->collect(slot);
    if (!results) return tl::unexpected(results.error());
    // Threads take back what has no sender: libsecp256k1 has the last word before a block is refused for it.
    for (size_t i = 0; i < results->size(); ++i)
        if (const RecoveredSender& r = (*results)[i]; r.verdict == RecoveredSender::Verdict::sender)
            batch.settle(flight.items[i], r.address, SettledBy::device);
    flight.items.clear();
    flight.used = false;
    return {};
}

}  // namespace warpevm
