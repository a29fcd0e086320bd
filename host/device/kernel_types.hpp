// SPDX-License-Identifier: Apache-2.0
// The host's view of what it exchanges with kernels.
#pragma once

#include <cstdint>

namespace warpevm::kernels {

#include "kernels/shared.h"

}  // namespace warpevm::kernels
