// SPDX-License-Identifier: Apache-2.0
// The work of each precompile: run_<identifier>, with the contract of Precompile::run.
#pragma once

#include "evm/base/bytes.hpp"
#include "evm/types/fork.hpp"

namespace warpevm::precompiles {

#define WARPEVM_PRECOMPILE(address, since, id, gas, name) \
    bool run_##id(BytesView input, Fork fork, Bytes& output);
#include "evm/vm/precompiles/precompiles.def"
#undef WARPEVM_PRECOMPILE

/// 32 bytes holding 1, or 0: how yes-or-no precompiles answer.
inline void write_flag(Bytes& output, bool value) {
    output.assign(32, 0);
    output[31] = value ? 1 : 0;
}

}  // namespace warpevm::precompiles
