// SPDX-License-Identifier: Apache-2.0
// Programs that try one thing hard: recursion to the last depth with many live words, memory that grows in
// callers and callees while they hold on to input and output. Each frame calls itself once, so that the work
// is bounded by the depth whatever the gas.
#pragma once

#include "tests/fuzz/blocks/words.hpp"

namespace warpevm::fuzz {

/// A high stack, words made in the block of the call and alive across it, a call to oneself, and consumers.
Bytes make_deep_program(Random& random, const Surroundings& around);
/// Calls itself with input from its memory, grows, reads the input, copies the output: in any order, and
/// some of it again after the call.
Bytes make_growing_program(Random& random, const Surroundings& around);
/// Init code that creates what runs the same init code, down to the last depth or gas.
Bytes make_nested_creation(Random& random, const Surroundings& around);

}  // namespace warpevm::fuzz
