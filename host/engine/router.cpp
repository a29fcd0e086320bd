// SPDX-License-Identifier: Apache-2.0
#include "host/engine/router.hpp"

#include <chrono>
#include <thread>

namespace warpevm {
namespace {

using Clock = std::chrono::steady_clock;

/// The cores' seconds from which on it is worth reading what an earlier process left: a file, a tenth of a
/// millisecond.
constexpr double worth_reading = 20e-3;

}  // namespace

/// Shared with the thread that opens the device, which may outlive the router.
struct Router::Shared : std::enable_shared_from_this<Shared> {
    explicit Shared(RouterSettings wanted) : settings(std::move(wanted)) {
        settings.worker.learned = learned;
        if (!settings.device) return;
        worker = std::make_unique<DeviceWorker>(settings.device, settings.worker);
        learned->device_opened(0, settings.device->device().info().uses_host_cores);
    }

    RouterSettings settings;
    const std::shared_ptr<Learned> learned = std::make_shared<Learned>();
    mutable std::mutex lock;  ///< of the following
    std::condition_variable changed;
    std::unique_ptr<DeviceWorker> worker;
    std::string failed_because;
    bool was_asked = false, is_opening = false, is_closing = false, has_read = false;
    std::atomic<bool> has_measured{false};  ///< something that is worth keeping

    /// Of a device that was given, its own; else of whichever will be found.
    [[nodiscard]] std::string entry() const {
        const std::string threads = std::to_string(settings.threads);
        if (!settings.device) return "route-costs-" + threads;
        return cache_entry(settings.device->device().info(), {.name = "route", .options = threads}, "costs");
    }

    [[nodiscard]] DeviceState state(RouteWish wish) {
        const std::lock_guard held(lock);
        if (worker) {
            if (!worker->lost_because().empty()) return DeviceState::lost;
            // Who asked for it gets it as soon as it is there.
            const bool on_cores = learned->costs().device.uses_host_cores;
            if (wish == RouteWish::device || worker->is_ready() || on_cores) return DeviceState::ready;
            worker->prepare();
            return DeviceState::opening;
        }
        if (is_opening) return DeviceState::opening;
        if (!failed_because.empty()) return DeviceState::lost;
        return settings.open && !was_asked ? DeviceState::unopened : DeviceState::none;
    }

    /// Once. True where there were some.
    bool read_costs() {
        {
            const std::lock_guard held(lock);
            if (has_read || !settings.cache) return false;
            has_read = true;
        }
        const auto bytes = settings.cache->load(entry());
        const auto costs = bytes ? read_cost_model(*bytes) : std::nullopt;
        if (costs) learned->take(*costs);
        return costs.has_value();
    }

    void start_opening() {
        const std::lock_guard held(lock);
        if (was_asked || is_closing || !settings.open) return;
        was_asked = is_opening = true;
        std::thread([self = shared_from_this()] { self->open(); }).detach();
    }

    void open() {
        const auto begin = Clock::now();
        std::unique_ptr<DeviceWorker> opened;
        std::string why;
        try {
            auto programs = settings.open();
            if (!programs) {
                why = to_string(programs.error());
            } else if (*programs) {
                const bool on_cores = (*programs)->device().info().uses_host_cores;
                opened = std::make_unique<DeviceWorker>(*programs, settings.worker);
                if (!on_cores) {  // else it would only take from the cores what it gives
                    opened->prepare();
                    opened->wait_until_ready();
                }
                learned->device_opened(std::chrono::duration<double>(Clock::now() - begin).count(), on_cores);
                has_measured = true;
            }
        } catch (const std::exception& problem) {  // the caller's function, or no memory
            why = problem.what();
        }
        const std::lock_guard held(lock);
        worker = std::move(opened);
        failed_because = why;
        is_opening = false;
        changed.notify_all();
    }
};

Router::Router(RouterSettings settings) : m_shared(std::make_shared<Shared>(std::move(settings))) {}
Router::~Router() {
    constexpr double patience = 60;
    close(patience);
}

std::shared_ptr<const WindowPlan> Router::plan(std::span<const BlockInput> window, RouteWish wish) {
    Shared& s = *m_shared;
    // A device that takes all waits out each chain.
    const bool takes_all = wish == RouteWish::device && s.settings.worker.takes_all;
    RouteQuestion question{.most_levels = takes_all ? ~uint32_t{0} : s.settings.worker.most_rounds,
                           .device = s.state(wish),
                           .wish = wish,
                           .costs = s.learned->costs()};
    const auto answer = [&] {
        return std::make_shared<WindowPlan>(plan_window(window, s.learned->accesses, question));
    };
    auto plan = answer();
    if (wish == RouteWish::faster && plan->whole.core_seconds > worth_reading &&
        question.device != DeviceState::none && s.read_costs()) {
        question.costs = s.learned->costs();
        plan = answer();
    }
    if (plan->to_device != 0) s.has_measured = true;
    if (question.device != DeviceState::unopened || !plan->whole.to_device) return plan;
    s.start_opening();
    question.device = DeviceState::opening;
    return answer();
}

Borrower Router::borrower(std::shared_ptr<const WindowPlan> plan, const ExecutionOptions& options) {
    Shared& s = *m_shared;
    const std::lock_guard held(s.lock);
    if (!s.worker || !plan->whole.to_device) return {};
    // Tests ask where work ran: all of it is the device's.
    if (s.settings.worker.takes_all) return s.worker->borrower(options);
    if (plan->to_device == 0) return {};
    return s.worker->borrower(options, std::move(plan));
}

void Router::cores_did(const Work& work, double seconds) {
    m_shared->learned->cores_did(work, seconds);
}

std::string Router::lost_because() const {
    const std::lock_guard held(m_shared->lock);
    return m_shared->worker ? m_shared->worker->lost_because() : m_shared->failed_because;
}

CostModel Router::costs() const {
    return m_shared->learned->costs();
}

void Router::wait_until_ready() {
    std::unique_lock held(m_shared->lock);
    m_shared->changed.wait(held, [&] { return !m_shared->is_opening; });
    if (!m_shared->worker) return;
    m_shared->worker->prepare();
    m_shared->worker->wait_until_ready();
}

bool Router::close(double patience) {
    Shared& s = *m_shared;
    std::unique_lock held(s.lock);
    s.is_closing = true;
    const bool all =
        s.changed.wait_for(held, std::chrono::duration<double>(patience), [&] { return !s.is_opening; });
    if (!all) return false;
    if (s.has_measured && s.settings.cache) s.settings.cache->store(s.entry(), to_bytes(s.learned->costs()));
    if (!s.worker) return true;
    if (!s.worker->stop(patience)) return false;
    s.failed_because = s.worker->lost_because();
    s.worker = nullptr;
    return true;
}

}  // namespace warpevm
