// SPDX-License-Identifier: Apache-2.0
#include "host/offload/window_plan.hpp"

#include <chrono>

namespace warpevm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Those of a batch that is launched anyway: what is left to decide is which are not worth their lanes.
void route_groups(WindowPlan& plan, const RouteQuestion& question) {
    for (PlannedGroup& g : plan.groups) {
        RouteQuestion q = question;
        q.work = g.group.work;
        q.level = g.group.level;
        q.supported = g.group.kind != GroupKind::unsupported;
        q.shares_batch = true;
        g.answer = route(q);
        plan.largest_group = std::max(plan.largest_group, g.group.work.gas);
    }
}

/// Together they must pay for the batch. Otherwise all stay, for the reason that the whole has then.
void judge_together(WindowPlan& plan, const RouteQuestion& question) {
    RouteQuestion q = question;
    for (const PlannedGroup& g : plan.groups)
        if (g.answer.to_device) {
            q.work += g.group.work;
            q.level = std::max(q.level, g.group.level);
        }
    if (q.work.transactions == 0) return;
    const RouteAnswer together = route(q);
    plan.share = together.share;
    plan.pace = together.pace;
    if (together.to_device) return;
    for (PlannedGroup& g : plan.groups)
        if (g.answer.to_device) g.answer = together;
}

}  // namespace

WindowPlan plan_window(std::span<const BlockInput> window, const AccessTable& known,
                       const RouteQuestion& question) {
    WindowPlan plan;
    const auto begin = Clock::now();
    RouteQuestion q = question;
    plan.work = q.work = work_of(window);
    plan.whole = route(q);
    plan.route_seconds = seconds_since(begin);
    // Before it is open, it is enough to know that it would pay.
    if (!plan.whole.to_device || question.device != DeviceState::ready) return plan;

    const auto partitioned = Clock::now();
    Partition parts = partition(window, known);
    plan.partition_seconds = seconds_since(partitioned);
    const auto routed = Clock::now();
    for (const Group& group : parts.groups) plan.groups.push_back({.group = group, .answer = {}});
    plan.group_of = std::move(parts.group_of);
    plan.level_of = std::move(parts.level_of);
    plan.predicted = parts.predicted;
    plan.critical_path = parts.critical_path;
    route_groups(plan, question);
    judge_together(plan, question);
    for (size_t i = 0; i < plan.level_of.size(); ++i) {
        if (plan.groups[plan.group_of[i]].answer.to_device)
            ++plan.to_device;
        else
            plan.level_of[i] = 0;
    }
    plan.route_seconds += seconds_since(routed);
    return plan;
}

}  // namespace warpevm
