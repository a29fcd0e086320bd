// SPDX-License-Identifier: Apache-2.0
// Calls a precompile as the interpreter does: look up, price, run.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "evm/base/hex.hpp"
#include "evm/base/u256.hpp"
#include "evm/vm/precompiles.hpp"

namespace warpevm::test {

inline Bytes hex(std::string_view s) {
    return bytes_from_hex(s).value();
}

inline Bytes word(const U256& a) {
    const Bytes32 bytes = to_bytes32(a);
    return {bytes.bytes.begin(), bytes.bytes.end()};
}

template <class... Parts>
Bytes concat(const Parts&... parts) {
    Bytes all;
    (append(all, parts), ...);
    return all;
}

inline const Precompile& precompile(uint64_t address, Fork fork) {
    const Precompile* found = find_precompile(Address::from_low(address), fork);
    if (found == nullptr) throw std::logic_error("no precompile at " + std::to_string(address));
    return *found;
}

inline uint64_t gas(uint64_t address, Fork fork, BytesView input) {
    return precompile(address, fork).gas(input, fork);
}

/// The output in hexadecimal, "failed" where the call fails. The output buffer holds something before, as the
/// interpreter's may.
inline std::string call(uint64_t address, Fork fork, BytesView input) {
    Bytes output(7, 0xee);
    return precompile(address, fork).run(input, fork, output) ? to_hex(output) : "failed";
}

}  // namespace warpevm::test
