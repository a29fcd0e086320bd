// SPDX-License-Identifier: Apache-2.0
#include "tools/common/routes_json.hpp"

namespace warpevm::tools {

nlohmann::ordered_json routes_json(const RouteReport& report) {
    const uint64_t device = report[Route::elsewhere], escalated = report[Route::elsewhere_stale];
    auto reasons = nlohmann::ordered_json::object();
    for (size_t i = 0; i < route_texts.size(); ++i)
        if (const uint64_t count = report[static_cast<Route>(i)]; count != 0)
            reasons[std::string(route_texts[i].name)] = count;
    for (const auto& [why, count] : report.given_back) reasons[why] = count;
    for (const auto& [why, count] : report.not_lent) reasons[why] = count;
    return {{"device", device},
            {"cpu", report.transactions() - device - escalated},
            {"escalated", escalated},
            {"reasons", reasons}};
}

}  // namespace warpevm::tools
