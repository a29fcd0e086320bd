// SPDX-License-Identifier: Apache-2.0
#include "host/engine/router.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>

namespace warpevm {
namespace {

using Clock = std::chrono::steady_clock;

/// The cores' seconds from which on it is worth reading what an earlier process left: a file, a tenth of a
/// millisecond.
constexpr double worth_reading = 20e-3;

/// A device, or the one that may be opened.
struct Used {
    explicit Used(const std::shared_ptr<AccessTable>& accesses)
        : learned(std::make_shared<Learned>(accesses)) {}
    const std::shared_ptr<Learned> learned;
    std::string entry;  ///< of its costs in the cache
    std::unique_ptr<DeviceWorker> worker{};
    std::string failed_because{};
    bool has_read = false;
    std::atomic<bool> has_measured{false};  ///< something that is worth keeping
};

/// Each was planned as if it were the only one.
void share_among(std::span<const std::shared_ptr<WindowPlan>> plans) {
    for (const auto& plan : plans) {
        if (plan->to_device == 0) continue;
        for (const auto& other : plans)
            if (other != plan && other->to_device != 0) plan->pace.others += 1 / other->pace.device;
        plan->share = plan->pace.share(static_cast<double>(plan->to_device));
    }
}

}  // namespace

/// Shared with the thread that opens the device, which may outlive the router.
struct Router::Shared : std::enable_shared_from_this<Shared> {
    explicit Shared(RouterSettings wanted) : settings(std::move(wanted)) {
        const auto accesses = std::make_shared<AccessTable>();
        const std::string threads = std::to_string(settings.threads);
        for (const auto& device : settings.devices) {
            Used& used = devices.emplace_back(accesses);
            used.entry = cache_entry(device->device().info(), {.name = "route", .options = threads}, "costs");
            used.worker = std::make_unique<DeviceWorker>(device, options_of(used));
            used.learned->device_opened(0, device->device().info().uses_host_cores);
        }
        // Of whichever will be found.
        if (devices.empty()) devices.emplace_back(accesses).entry = "route-costs-" + threads;
    }

    const RouterSettings settings;
    mutable std::mutex lock;  ///< of the following, but for what is thread-safe itself
    std::condition_variable changed;
    std::deque<Used> devices;
    bool was_asked = false, is_opening = false, is_closing = false;

    [[nodiscard]] DeviceWorkerOptions options_of(const Used& used) const {
        DeviceWorkerOptions options = settings.worker;
        options.learned = used.learned;
        options.number = static_cast<uint32_t>(devices.size() - 1);
        options.devices = static_cast<uint32_t>(std::max<size_t>(settings.devices.size(), 1));
        return options;
    }

    [[nodiscard]] DeviceState state(Used& used, RouteWish wish) {
        const std::lock_guard held(lock);
        if (used.worker) {
            if (!used.worker->lost_because().empty()) return DeviceState::lost;
            // Who asked for it gets it as soon as it is there.
            const bool on_cores = used.learned->costs().device.uses_host_cores;
            if (wish == RouteWish::device || used.worker->is_ready() || on_cores) return DeviceState::ready;
            used.worker->prepare();
            return DeviceState::opening;
        }
        if (is_opening) return DeviceState::opening;
        if (!used.failed_because.empty()) return DeviceState::lost;
        return settings.open && !was_asked ? DeviceState::unopened : DeviceState::none;
    }

    [[nodiscard]] uint32_t slots(const Used& used) const {
        const std::lock_guard held(lock);
        return used.worker ? used.worker->slots() : 1;
    }

    /// Once. True where there were some.
    bool read_costs(Used& used) {
        {
            const std::lock_guard held(lock);
            if (used.has_read || !settings.cache) return false;
            used.has_read = true;
        }
        const auto bytes = settings.cache->load(used.entry);
        const auto costs = bytes ? read_cost_model(*bytes) : std::nullopt;
        if (costs) used.learned->take(*costs);
        return costs.has_value();
    }

    [[nodiscard]] std::shared_ptr<WindowPlan> plan(Used& used, std::span<const BlockInput> window,
                                                   RouteWish wish) {
        // A device that takes all waits out each chain.
        const bool takes_all = wish == RouteWish::device && settings.worker.takes_all;
        RouteQuestion question{.most_levels = takes_all ? ~uint32_t{0} : settings.worker.most_rounds,
                               .slots = slots(used),
                               .device = state(used, wish),
                               .wish = wish,
                               .costs = used.learned->costs()};
        const auto answer = [&] {
            return std::make_shared<WindowPlan>(plan_window(window, used.learned->accesses(), question));
        };
        auto plan = answer();
        if (wish == RouteWish::faster && plan->whole.core_seconds > worth_reading &&
            question.device != DeviceState::none && read_costs(used)) {
            question.costs = used.learned->costs();
            plan = answer();
        }
        if (plan->to_device != 0) used.has_measured = true;
        if (question.device != DeviceState::unopened || !plan->whole.to_device) return plan;
        start_opening();
        question.device = DeviceState::opening;
        return answer();
    }

    void start_opening() {
        const std::lock_guard held(lock);
        if (was_asked || is_closing || !settings.open) return;
        was_asked = is_opening = true;
        std::thread([self = shared_from_this()] { self->open(); }).detach();
    }

    void open() {
        const auto begin = Clock::now();
        Used& used = devices.front();
        std::unique_ptr<DeviceWorker> opened;
        std::string why;
        try {
            auto programs = settings.open();
            if (!programs) {
                why = to_string(programs.error());
            } else if (*programs) {
                const bool on_cores = (*programs)->device().info().uses_host_cores;
                opened = std::make_unique<DeviceWorker>(*programs, options_of(used));
                if (!on_cores) {  // else it would only take from the cores what it gives
                    opened->prepare();
                    opened->wait_until_ready();
                }
                used.learned->device_opened(std::chrono::duration<double>(Clock::now() - begin).count(),
                                            on_cores);
                used.has_measured = true;
            }
        } catch (const std::exception& problem) {  // the caller's function, or no memory
            why = problem.what();
        }
        const std::lock_guard held(lock);
        used.worker = std::move(opened);
        used.failed_because = why;
        is_opening = false;
        changed.notify_all();
    }
};

Router::Router(RouterSettings settings) : m_shared(std::make_shared<Shared>(std::move(settings))) {}
Router::~Router() {
    constexpr double patience = 60;
    close(patience);
}

RoutedWindow Router::plan(std::span<const BlockInput> window, RouteWish wish) {
    std::vector<std::shared_ptr<WindowPlan>> plans;
    for (Used& used : m_shared->devices) plans.push_back(m_shared->plan(used, window, wish));
    if (plans.size() > 1) share_among(plans);
    RoutedWindow routed;
    routed.of_device.assign(plans.begin(), plans.end());
    const auto sends_less = [](const auto& a, const auto& b) { return a->to_device < b->to_device; };
    routed.plan = *std::max_element(plans.begin(), plans.end(), sends_less);
    return routed;
}

Borrower Router::borrower(const RoutedWindow& routed, const ExecutionOptions& options,
                          const std::shared_ptr<Timeline>& timeline) {
    Shared& s = *m_shared;
    const std::lock_guard held(s.lock);
    std::vector<Borrower> borrowers;
    for (size_t i = 0; i < s.devices.size(); ++i) {
        const auto& plan = routed.of_device[i];
        if (!s.devices[i].worker || !plan->whole.to_device) continue;
        // Tests ask where work ran: all of it is the device's.
        const bool takes_all = s.settings.worker.takes_all;
        if (!takes_all && plan->to_device == 0) continue;
        borrowers.push_back(s.devices[i].worker->borrower(options, takes_all ? nullptr : plan, timeline));
    }
    if (borrowers.size() < 2) return borrowers.empty() ? Borrower{} : std::move(borrowers.front());
    return [borrowers = std::move(borrowers)](const std::shared_ptr<Loans>& loans,
                                              std::span<const BlockInput> window) {
        for (const Borrower& each : borrowers) each(loans, window);
    };
}

void Router::learn(const Work& window, bool was_shared, uint64_t from_devices, double seconds) {
    // A commit loop that waits for devices says nothing of the cores.
    if (from_devices != 0 && m_shared->settings.worker.takes_all) return;
    const double part =
        static_cast<double>(from_devices) / static_cast<double>(std::max<uint64_t>(window.transactions, 1));
    const Work rest{.transactions = window.transactions - std::min(window.transactions, from_devices),
                    .gas = static_cast<uint64_t>((1 - part) * static_cast<double>(window.gas)),
                    .longest = window.longest};
    for (Used& used : m_shared->devices) {
        Learned& learned = *used.learned;
        if (from_devices != 0) learned.shared(rest, from_devices, seconds);
        // Beside a device that was late the cores are slower, if at all.
        else if (!was_shared || seconds < learned.costs().cores.seconds(window))
            learned.cores_did(window, seconds);
    }
}

std::string Router::lost_because() const {
    const std::lock_guard held(m_shared->lock);
    std::string all;
    for (const Used& used : m_shared->devices) {
        const std::string why = used.worker ? used.worker->lost_because() : used.failed_because;
        if (!why.empty()) all += (all.empty() ? "" : "; ") + why;
    }
    return all;
}

CostModel Router::costs() const {
    return m_shared->devices.front().learned->costs();
}

void Router::wait_until_ready() {
    std::unique_lock held(m_shared->lock);
    m_shared->changed.wait(held, [&] { return !m_shared->is_opening; });
    for (Used& used : m_shared->devices)
        if (used.worker) used.worker->prepare();
    for (Used& used : m_shared->devices)
        if (used.worker) used.worker->wait_until_ready();
}

bool Router::close(double patience) {
    Shared& s = *m_shared;
    const auto until =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(patience));
    std::unique_lock held(s.lock);
    s.is_closing = true;
    if (!s.changed.wait_until(held, until, [&] { return !s.is_opening; })) return false;
    for (Used& used : s.devices) {
        if (used.has_measured && s.settings.cache)
            s.settings.cache->store(used.entry, to_bytes(used.learned->costs()));
        if (!used.worker) continue;
        const double left = std::chrono::duration<double>(until - Clock::now()).count();
        if (!used.worker->stop(std::max(left, 0.0))) return false;
        used.failed_because = used.worker->lost_because();
        used.worker = nullptr;
    }
    return true;
}

}  // namespace warpevm
