// SPDX-License-Identifier: Apache-2.0
// How fast a device and the processor recover, and what follows from that: pure functions of measured
// numbers.
#pragma once

#include <cstddef>
#include <optional>

#include "evm/base/bytes.hpp"

namespace warpevm {

/// Seconds, measured on this machine.
struct RecoverRates {
    double launch = 0;        ///< a slot's fixed cost
    double item = 0;          ///< each transaction's, beyond that
    double cpu_item = 0;      ///< one transaction on one thread of the processor
    size_t least = 1;         ///< what one launch takes anyway
    bool host_cores = false;  ///< the device computes on the processor's own cores
    bool operator==(const RecoverRates&) const = default;
};

/// How many of `unclaimed` transactions the device should claim now, so that it ends before `threads` threads
/// would have done all of them; 0: none. Half of its fair share, so that a wrong estimate costs little.
size_t device_share(const RecoverRates& rates, unsigned threads, size_t unclaimed, size_t capacity);

/// The least batch from which the device takes part; nothing where it never does.
std::optional<size_t> crossover(const RecoverRates& rates, unsigned threads);

/// The form in which rates lie in the cache; nothing where the bytes are none.
Bytes to_bytes(const RecoverRates& rates);
std::optional<RecoverRates> read_rates(BytesView bytes);

}  // namespace warpevm
