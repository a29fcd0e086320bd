// SPDX-License-Identifier: Apache-2.0
#include "host/offload/route.hpp"

#include <bit>

namespace warpevm {
namespace {

Pace pace_of(const RouteQuestion& q) {
    if (q.work.transactions == 0) return {};
    const DeviceCosts& device = q.costs.device;
    const auto count = static_cast<double>(q.work.transactions);
    return {// A chain of levels pays for each of them.
            .fixed = (q.shares_batch ? 0 : device.batch * q.level) +
                     device.lane_gas * static_cast<double>(q.work.longest),
            .device = (device.each(q.work) / count + device.packing) / q.slots,
            .cores = q.costs.cores.seconds(q.work) / count,
            .merging = device.merging};
}

}  // namespace

double Pace::share(double transactions) const {
    if (merging >= cores || fixed >= cores * transactions) return 0;
    // All end at the time t: the device does (t - fixed) / device, the others do others * t, and the cores do
    // the rest and merge what was done elsewhere.
    const double gain = cores - merging;
    const double t = (cores * transactions + gain * fixed / device) / (1 + gain * (1 / device + others));
    if (t <= fixed) return 0;
    return std::min((t - fixed) / (device * transactions), 1 / (1 + device * others));
}

double Pace::seconds(double transactions, double share) const {
    const double there = share == 0 ? 0 : fixed + share * device * transactions;
    return std::max(there, ((1 - share) * cores + share * merging) * transactions);
}

RouteReason RouteReasons::first() const {
    return static_cast<RouteReason>(std::countr_zero(m_bits));
}

RouteAnswer route(const RouteQuestion& q) {
    RouteAnswer a;
    const DeviceCosts& device = q.costs.device;
    a.core_seconds = a.shared_seconds = q.costs.cores.seconds(q.work);
    const auto against = [&](bool so, RouteReason reason) {
        if (so) a.reasons.add(reason);
    };
    against(q.wish == RouteWish::cores, RouteReason::asked_for_cores);
    against(q.device == DeviceState::none, RouteReason::no_device);
    against(q.device == DeviceState::lost, RouteReason::device_lost);
    against(!q.supported, RouteReason::unsupported);
    against(q.level > q.most_levels, RouteReason::deep_chain);
    const auto count = static_cast<double>(q.work.transactions);
    a.pace = pace_of(q);
    if (q.wish == RouteWish::device) {
        if (!a.reasons.empty()) return a;
        a.reasons.add(RouteReason::asked_for_device);
        a.to_device = true;
        a.share = a.pace.share(count);
        a.shared_seconds = a.pace.seconds(count, a.share);
        return a;
    }
    if (device.uses_host_cores) {  // what it gains, the cores lose
        const double there = a.pace.fixed + (a.pace.device + a.pace.merging) * count;
        const bool faster = there < a.core_seconds;
        against(!faster, RouteReason::device_uses_host_cores);
        a.share = faster ? 1 : 0;
        a.shared_seconds = std::min(there, a.core_seconds);
    } else {
        a.share = a.pace.share(count);
        a.shared_seconds = a.pace.seconds(count, a.share);
        const double lane = device.lane_gas * static_cast<double>(q.work.longest);
        const bool is_late = a.pace.fixed >= a.core_seconds, is_long = lane >= a.core_seconds;
        against(a.pace.merging >= a.pace.cores, RouteReason::merging_costs_more);
        against(is_late && (!is_long || a.pace.fixed - lane >= a.core_seconds), RouteReason::too_small);
        against(is_long, RouteReason::long_lane);
    }
    against(q.device == DeviceState::opening, RouteReason::device_opening);
    against(q.device == DeviceState::unopened && a.core_seconds - a.shared_seconds <= device.opening,
            RouteReason::opening_costs_more);
    if (!a.reasons.empty()) {
        a.share = 0;
        return a;
    }
    a.reasons.add(RouteReason::pays);
    a.to_device = true;
    return a;
}

}  // namespace warpevm
