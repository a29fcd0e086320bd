// SPDX-License-Identifier: Apache-2.0
// `t8n`: geth's transition tool.
#include "tools/cli/commands.hpp"
#include "tools/t8n/transition.hpp"

namespace warpevm::tools {

int command_t8n(const T8nOptions& options) {
    return run_t8n(options);
}

}  // namespace warpevm::tools
