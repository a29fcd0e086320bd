// SPDX-License-Identifier: Apache-2.0
// What is fuzzed: functions over arbitrary bytes, run by libFuzzer (libfuzzer/) and by the seeded test
// (targets_test.cpp) alike.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "evm/base/bytes.hpp"

namespace warpevm::fuzz {

class Target {
  public:
    Target() = default;
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    virtual ~Target() = default;

    /// Runs one input; true where it was taken as well-formed. Throws Broken where a property does not hold.
    virtual bool run(BytesView input) = 0;
    /// Inputs to start from, made by our own code; always the same ones.
    [[nodiscard]] virtual std::vector<Bytes> seeds() const = 0;
};

struct Broken : std::logic_error {
    using std::logic_error::logic_error;
};
inline void require(bool holds, const std::string& property) {
    if (!holds) throw Broken(property);
}

/// An input whose first byte selects what the rest is read as; an empty one selects the first.
struct Selected {
    size_t which = 0;
    BytesView rest;
};
inline Selected select(BytesView input, size_t choices) {
    if (input.empty()) return {};
    return {input[0] % choices, input.subspan(1)};
}
inline Bytes selecting(size_t which, BytesView rest) {
    Bytes input{static_cast<uint8_t>(which)};
    append(input, rest);
    return input;
}

std::unique_ptr<Target> make_rlp_target();          ///< the generic reader
std::unique_ptr<Target> make_wire_target();         ///< transactions, headers, blocks
std::unique_ptr<Target> make_json_target();         ///< blocks, pre-states, t8n's inputs, state tests, chains
std::unique_ptr<Target> make_precompiles_target();  ///< points, scalars and lengths inside calls' inputs
std::unique_ptr<Target> make_loops_target();        ///< the fast loop against the plain one

}  // namespace warpevm::fuzz
