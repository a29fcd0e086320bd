// SPDX-License-Identifier: Apache-2.0
// What was decided of a window before it was executed, for people and for scripts.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "host/offload/window_plan.hpp"

namespace warpevm::tools {

/// Lines of at most 80 columns.
std::string to_text(const WindowPlan& plan);
nlohmann::ordered_json plan_json(const WindowPlan& plan);

}  // namespace warpevm::tools
