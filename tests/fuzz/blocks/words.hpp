// SPDX-License-Identifier: Apache-2.0
// Single operands of random programs: words, places in memory, keys, addresses, gas.
#pragma once

#include <vector>

#include "tests/fuzz/blocks/code.hpp"
#include "tests/fuzz/blocks/random.hpp"

namespace warpevm::fuzz {

/// What a program may refer to.
struct Surroundings {
    Fork fork = Fork::osaka;
    uint64_t number = 1;
    std::vector<Address> contracts;
    /// Externally owned, delegated, absent, the beneficiary, system contracts.
    std::vector<Address> others;
};

/// What the parts of a program share while it is written.
struct Scribe {
    Scribe(Random& r, const Surroundings& s, uint64_t reach)
        : random(r), around(s), code(s.fork), memory(reach) {}
    Random& random;
    const Surroundings& around;
    Code code;
    /// Offsets and sizes mostly stay below.
    uint64_t memory;
    /// Words of the stack that belong to the statements around this one.
    int floor = 0;

    [[nodiscard]] int free_words() const { return code.height() - floor; }
};

/// Any word, from constants, the environment, memory, storage and what was computed before.
void push_word(Scribe& s, int nesting = 2);
/// One of a few storage keys, or now and then any word.
void push_key(Scribe& s);
/// A place in memory: mostly small, now and then at an edge where memory or its pages grow, seldom absurd.
void push_place(Scribe& s);
/// A number of bytes to be read or written.
void push_extent(Scribe& s);
/// Constants for both.
uint64_t some_place(Scribe& s);
uint64_t some_extent(Scribe& s);

Address some_contract(Scribe& s);
/// Of anything that there is or is not; sometimes with bits above the address.
void push_address(Scribe& s);
/// What a call hands on: a part of what is left, what data say, a constant, or all.
void push_gas(Scribe& s);
/// 0 mostly, else small, else more than there is.
void push_value(Scribe& s);

}  // namespace warpevm::fuzz
