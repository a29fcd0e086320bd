// SPDX-License-Identifier: Apache-2.0
// The precompiled contracts, 0x01 to 0x11 and P256VERIFY at 0x100: pure functions with a price.
#pragma once

#include <cstdint>

#include "evm/base/bytes.hpp"
#include "evm/types/fork.hpp"

namespace warpevm {

struct Precompile {
    /// Gas for this input under `fork`; 2^64-1 where it is beyond counting. Called before run; never fails.
    uint64_t (*gas)(BytesView input, Fork fork);
    /// Replaces `output` with the result. False: the call fails and consumes all its gas. Pure and
    /// thread-safe.
    bool (*run)(BytesView input, Fork fork, Bytes& output);
    /// "ECREC", as EIP-7910 names it.
    const char* name;
};

/// The precompile at `address` under `fork`, or null. Fast for addresses that are none.
const Precompile* find_precompile(const Address& address, Fork fork);

}  // namespace warpevm
