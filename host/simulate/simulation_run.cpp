// SPDX-License-Identifier: Apache-2.0
#include "host/simulate/simulation_run.hpp"

namespace warpevm {

CallRoutes& CallRoutes::operator+=(const CallRoutes& more) {
    device += more.device;
    cpu += more.cpu;
    escalated += more.escalated;
    for (const auto& [why, count] : more.reasons) reasons[why] += count;
    return *this;
}

bool SimulationRun::goes_on() const {
    return m_left.load(std::memory_order_relaxed) != 0 &&
           m_bytes.load(std::memory_order_relaxed) < m_options.most_result_bytes &&
           (m_options.cancellation == nullptr || !m_options.cancellation->is_cancelled());
}

void SimulationRun::publish(size_t bundle, BundleResult&& result, By by) {
    uint8_t was = nobody;
    if (!result.is_done || !m_done[bundle].compare_exchange_strong(was, static_cast<uint8_t>(by))) return;
    size_t bytes = 0;
    for (const CallResult& call : result.calls) bytes += call.size();
    m_results[bundle] = std::move(result);
    m_bytes.fetch_add(bytes, std::memory_order_relaxed);
    const size_t left = m_left.fetch_sub(1, std::memory_order_relaxed) - 1;
    if (m_options.on_progress) m_options.on_progress(m_bundles.size() - left);
}

void SimulationRun::leave_rest(std::string_view why) {
    for (size_t i = 0; i < m_bundles.size(); ++i)
        if (!is_done(i) && m_reasons[i].empty()) m_reasons[i] = why;
}

Simulation SimulationRun::finish(std::string_view cpu_because) {
    Simulation simulation;
    CallRoutes& routes = simulation.routes;
    for (size_t i = 0; i < m_bundles.size(); ++i) {
        if (!is_done(i)) continue;
        const uint64_t calls = m_bundles[i].calls.size();
        if (m_done[i] == static_cast<uint8_t>(By::device)) {
            routes.device += calls;
            continue;
        }
        const bool was_left = !m_reasons[i].empty();
        (was_left ? routes.escalated : routes.cpu) += calls;
        routes.reasons[std::string(was_left ? m_reasons[i] : cpu_because)] += calls;
    }
    simulation.bundles = std::move(m_results);
    return simulation;
}

}  // namespace warpevm
