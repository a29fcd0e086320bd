// SPDX-License-Identifier: Apache-2.0
#include "host/offload/route.hpp"

#include <bit>

namespace warpevm {
namespace {

/// Both begin at once, and meet: the device from the end, the cores from the beginning. `fixed` is what the
/// device takes for anything, `each` for all of it, `packing` what all of it takes the cores.
struct Meeting {
    double share = 0, seconds = 0;
};
Meeting meet(double cores, double fixed, double each, double packing) {
    if (packing >= cores || fixed >= cores) return {0, cores};
    // fixed + share * each = (1 - share) * cores + share * packing
    const double share = std::min(1.0, (cores - fixed) / (each + cores - packing));
    return {share, std::max(fixed + share * each, (1 - share) * cores + share * packing)};
}

}  // namespace

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
    if (q.wish == RouteWish::device) {
        if (!a.reasons.empty()) return a;
        a.reasons.add(RouteReason::asked_for_device);
        a.to_device = true;
        a.share = 1;
        return a;
    }
    // A chain of levels pays for each of them.
    const double batch = q.shares_batch ? 0 : device.batch * q.level;
    const double lane = device.lane_gas * static_cast<double>(q.work.longest);
    const double fixed = batch + lane;
    const double each = device.each(q.work);
    const double packing = device.packing * static_cast<double>(q.work.transactions);
    if (device.uses_host_cores) {  // what it gains, the cores lose
        const double there = fixed + each + packing;
        const bool faster = there < a.core_seconds;
        against(!faster, RouteReason::device_uses_host_cores);
        a.share = faster ? 1 : 0;
        a.shared_seconds = std::min(there, a.core_seconds);
    } else {
        const Meeting m = meet(a.core_seconds, fixed, each, packing);
        a.share = m.share;
        a.shared_seconds = m.seconds;
        const bool is_late = fixed >= a.core_seconds, is_long = lane >= a.core_seconds;
        against(packing >= a.core_seconds, RouteReason::packing_costs_more);
        against(is_late && (!is_long || batch >= a.core_seconds), RouteReason::too_small);
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
