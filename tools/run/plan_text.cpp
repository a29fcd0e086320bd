// SPDX-License-Identifier: Apache-2.0
#include "tools/run/plan_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace warpevm::tools {
namespace {

/// Groups that are shown before the rest is only counted.
constexpr size_t shown_groups = 12;

std::string sentences(const RouteReasons& reasons) {
    std::string text;
    for (size_t i = 0; i < route_reason_texts.size(); ++i)
        if (reasons.has(static_cast<RouteReason>(i)))
            text += fmt::format("      {}\n", route_reason_texts[i].sentence);
    return text;
}

std::string line(const PlannedGroup& g) {
    return fmt::format("    level {:>3}: {:>6} {:<11} {:>12} gas at most, to {}\n", g.group.level,
                       g.group.work.transactions, name(g.group.kind), g.group.work.gas,
                       g.answer.to_device ? "the device" : "the cores");
}

nlohmann::ordered_json keys(const RouteReasons& reasons) {
    auto out = nlohmann::ordered_json::array();
    for (size_t i = 0; i < route_reason_texts.size(); ++i)
        if (reasons.has(static_cast<RouteReason>(i))) out.push_back(std::string(route_reason_texts[i].key));
    return out;
}

nlohmann::ordered_json answer_json(const RouteAnswer& answer) {
    return {{"to", answer.to_device ? "device" : "cpu"},
            {"share", answer.share},
            {"core_ms", 1e3 * answer.core_seconds},
            {"shared_ms", 1e3 * answer.shared_seconds},
            {"reasons", keys(answer.reasons)}};
}

}  // namespace

std::string to_text(const WindowPlan& plan) {
    std::string text = fmt::format("    the cores are expected to take {:.2f} ms, with a device {:.2f} ms\n",
                                   1e3 * plan.whole.core_seconds, 1e3 * plan.whole.shared_seconds);
    if (plan.groups.empty()) return text + sentences(plan.whole.reasons);
    text += fmt::format("    {} of {} transactions to the device, which will have done {:.0f} % of them\n",
                        plan.to_device, plan.work.transactions, 100 * plan.share);
    text += fmt::format(
        "    accesses were known of {}; by gas limits the largest group has {},\n"
        "    and the critical path {}\n",
        plan.predicted, plan.largest_group, plan.critical_path);
    const RouteReasons* last = nullptr;
    for (size_t i = 0; i < std::min(shown_groups, plan.groups.size()); ++i) {
        const PlannedGroup& g = plan.groups[i];
        text += line(g);
        if (last == nullptr || *last != g.answer.reasons) text += sentences(g.answer.reasons);
        last = &g.answer.reasons;
    }
    if (plan.groups.size() > shown_groups)
        text += fmt::format("    and {} more groups\n", plan.groups.size() - shown_groups);
    return text;
}

nlohmann::ordered_json plan_json(const WindowPlan& plan) {
    auto groups = nlohmann::ordered_json::array();
    for (const PlannedGroup& g : plan.groups) {
        nlohmann::ordered_json one{{"level", g.group.level},
                                   {"kind", std::string(name(g.group.kind))},
                                   {"txs", g.group.work.transactions},
                                   {"gas_limits", g.group.work.gas},
                                   {"longest", g.group.work.longest}};
        one.update(answer_json(g.answer));
        groups.push_back(std::move(one));
    }
    return {{"whole", answer_json(plan.whole)},
            {"predicted", plan.predicted},
            {"to_device", plan.to_device},
            {"share", plan.share},
            {"critical_path_gas_limits", plan.critical_path},
            {"largest_group_gas_limits", plan.largest_group},
            {"groups", groups}};
}

}  // namespace warpevm::tools
