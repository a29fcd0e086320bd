// SPDX-License-Identifier: Apache-2.0
#include "host/simulate/simulator.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "evm/chain/edge.hpp"
#include "host/offload/self_test_lanes.hpp"
#include "host/simulate/call_runner.hpp"
#include "host/simulate/device_calls.hpp"

namespace warpevm {
namespace {

/// Bundles that a thread executes under one lease of codes.
constexpr size_t bundles_of_a_lease = 64;

/// By whether unknown state counts as absent.
struct OpenDevice {
    std::unique_ptr<Offload> offload[2];
};

DeviceResult<OpenDevice> open(DevicePrograms& programs, const OffloadOptions& options) {
    const std::string how = build_options(programs.device().info());
    auto program = programs.get("evm", how);
    if (!program) return tl::unexpected(program.error());
    auto transfers = programs.get("transfers", how);
    if (!transfers) return tl::unexpected(transfers.error());
    if (auto tested = self_test_lanes(programs.device(), *program); !tested)
        return tl::unexpected(tested.error());
    OpenDevice opened;
    for (const bool absent : {false, true}) {
        OffloadOptions own = options;
        own.unknown_is_absent = absent;
        opened.offload[absent] = std::make_unique<Offload>(programs.device(), *program, own, *transfers);
    }
    return opened;
}

}  // namespace

struct Simulator::Parts {
    explicit Parts(const SimulatorSettings& wanted)
        : settings(wanted), codes(std::make_shared<CodeCache>(wanted.code_cache_bytes)) {}

    const SimulatorSettings settings;
    const std::shared_ptr<CodeCache> codes;
    std::mutex device_lock;                         ///< who holds it uses the device
    std::future<DeviceResult<OpenDevice>> opening;  ///< in the background, since the first use
    std::optional<OpenDevice> device;
    mutable std::mutex lock;  ///< of the next ones
    std::vector<std::unique_ptr<CallRunner>> free;
    std::string lost_because;

    [[nodiscard]] unsigned threads() const {
        return settings.threads != 0 ? settings.threads : std::max(1U, std::thread::hardware_concurrency());
    }
    std::unique_ptr<CallRunner> take_runner();
    void give_back(std::unique_ptr<CallRunner> runner);
    [[nodiscard]] std::string lost() const {
        const std::lock_guard held(lock);
        return lost_because;
    }
    void lose(const DeviceError& error) {
        const std::lock_guard held(lock);
        lost_because = to_string(error);
    }

    enum class From : uint8_t { front, back };
    Result<void> work(SimulationRun& run, const StateView& state, std::atomic<size_t>& claimed, From from);
    Result<void> work_on_threads(SimulationRun& run, const StateView& state, unsigned count, From from);
    bool wait_until_open(const SimulationRun& run);
    void run_on_device(SimulationRun& run, const StateView& state);
    Result<void> race(SimulationRun& run, const StateView& state);
};

std::unique_ptr<CallRunner> Simulator::Parts::take_runner() {
    {
        const std::lock_guard held(lock);
        if (!free.empty()) {
            auto runner = std::move(free.back());
            free.pop_back();
            return runner;
        }
    }
    return std::make_unique<CallRunner>(codes);
}

void Simulator::Parts::give_back(std::unique_ptr<CallRunner> runner) {
    const std::lock_guard held(lock);
    free.push_back(std::move(runner));
}

/// What a thread does: claims bundles in turn and executes those that nobody has done.
Result<void> Simulator::Parts::work(SimulationRun& run, const StateView& state, std::atomic<size_t>& claimed,
                                    From from) {
    return run_guarded(state, [&](const StateView& guarded) -> Result<void> {
        std::unique_ptr<CallRunner> runner = take_runner();
        const SimulationOptions& options = run.options();
        const size_t count = run.bundles().size();
        size_t executed = 0;
        while (run.goes_on()) {
            const size_t k = claimed.fetch_add(1, std::memory_order_relaxed);
            if (k >= count) break;
            const size_t i = from == From::front ? k : count - 1 - k;
            if (run.is_done(i)) continue;
            if (executed++ % bundles_of_a_lease == 0)
                runner->begin({options.on_missing_state, options.interpreter, options.cancellation});
            run.publish(i, runner->run(run.bundles()[i], guarded), SimulationRun::By::cpu);
        }
        runner->end();
        give_back(std::move(runner));
        return {};
    });
}

/// The calling thread is one of them.
Result<void> Simulator::Parts::work_on_threads(SimulationRun& run, const StateView& state, unsigned count,
                                               From from) {
    std::atomic<size_t> claimed{0};
    std::vector<Result<void>> ended(count);
    std::vector<std::jthread> others;  // joined before what they use is gone
    const auto as_many = static_cast<unsigned>(std::min<size_t>(count, run.bundles().size()));
    for (unsigned t = 1; t < as_many; ++t)
        others.emplace_back([&, t] { ended[t] = work(run, state, claimed, from); });
    ended[0] = work(run, state, claimed, from);
    others.clear();
    for (const Result<void>& end : ended)
        if (!end) return end;
    return {};
}

/// False where the device can't be had, or everything was done before it could.
bool Simulator::Parts::wait_until_open(const SimulationRun& run) {
    if (device) return true;
    if (!opening.valid())
        opening = std::async(std::launch::async, [this] { return open(*settings.device, settings.offload); });
    while (opening.wait_for(std::chrono::milliseconds(5)) != std::future_status::ready)
        if (!run.goes_on()) return false;
    auto opened = opening.get();
    if (!opened) {
        lose(opened.error());
        return false;
    }
    device = std::move(*opened);
    return true;
}

void Simulator::Parts::run_on_device(SimulationRun& run, const StateView& state) {
    const std::lock_guard held(device_lock);
    const GuardedView guarded(state);
    try {
        if (lost().empty() && wait_until_open(run)) {
            const bool absent = run.options().on_missing_state == OnMissingState::assume_absent;
            const auto done = DeviceCalls(*device->offload[absent], guarded, run).execute();
            if (!done) lose(done.error());
        }
    } catch (const std::exception&) {  // no memory: the CPU does it
        return run.leave_rest("out_of_memory");
    }
    if (!lost().empty()) run.leave_rest("device_lost");
}

/// Threads begin at the end, so that they meet the device last.
Result<void> Simulator::Parts::race(SimulationRun& run, const StateView& state) {
    if (settings.device_takes_all) {
        run_on_device(run, state);
        return work_on_threads(run, state, threads(), From::front);
    }
    std::jthread on_device([&] { run_on_device(run, state); });
    Result<void> ended = work_on_threads(run, state, threads(), From::back);
    on_device.join();
    return ended;
}

Simulator::Simulator(const SimulatorSettings& settings) : m_parts(std::make_unique<Parts>(settings)) {}
Simulator::~Simulator() = default;

std::string Simulator::device_lost_because() const {
    return m_parts->lost();
}

Result<Simulation> Simulator::run(BackendKind backend, std::span<const SimulatedBundle> bundles,
                                  const StateView& state, const SimulationOptions& options) {
    try {
        SimulationRun run(bundles, options);
        const bool has_device = backend == BackendKind::device && m_parts->settings.device != nullptr;
        const unsigned threads = backend == BackendKind::serial ? 1 : m_parts->threads();
        const Result<void> ended = has_device
                                       ? m_parts->race(run, state)
                                       : m_parts->work_on_threads(run, state, threads, Parts::From::front);
        if (!ended) return tl::unexpected(ended.error());
        return run.finish(backend == BackendKind::serial   ? "serial_backend"
                          : backend != BackendKind::device ? "cpu_backend"
                          : has_device                     ? "claimed_by_cpu"
                                                           : "no_device");
    } catch (...) {
        return tl::unexpected(error_of(std::current_exception()));
    }
}

}  // namespace warpevm
