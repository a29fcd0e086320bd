// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include "fallback/routes.hpp"

namespace warpevm::tools {

/// {"device":…,"cpu":…,"escalated":…,"reasons":{…}} (CLI.md), the reasons by the executor's own names.
nlohmann::ordered_json routes_json(const RouteReport& report);

}  // namespace warpevm::tools
