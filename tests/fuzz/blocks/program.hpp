// SPDX-License-Identifier: Apache-2.0
// Random programs that know their stack: statements, loops and branches that run to their end unless they
// mean to fail.
#pragma once

#include "tests/fuzz/blocks/words.hpp"

namespace warpevm::fuzz {

/// What a program does most.
enum class Flavour : uint8_t { mixed, memory, calls, storage, computation, creations };
inline constexpr int flavours = 6;

struct ProgramShape {
    Flavour flavour = Flavour::mixed;
    uint32_t statements = 12;
    /// Offsets and sizes mostly stay below.
    uint64_t memory = 512;
    /// Words on the stack before the first statement.
    int height = 0;
    /// How many levels of creations its init codes may hold.
    int creations = 2;
};
ProgramShape some_shape(Random& random);

Bytes make_program(Random& random, const Surroundings& around, const ProgramShape& shape);
/// Init code: statements, then the deployment of a program; or one of the ways in which a creation fails.
Bytes make_initcode(Random& random, const Surroundings& around, int creations);

}  // namespace warpevm::fuzz
