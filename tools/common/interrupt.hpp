// SPDX-License-Identifier: Apache-2.0
// Ctrl-C: the first one asks the running command to stop at the next case or block, the second one ends the
// program.
#pragma once

namespace warpevm::tools {

void install_interrupt_handler();
/// True once the user has asked to stop. Thread-safe.
bool interrupted();

}  // namespace warpevm::tools
