// SPDX-License-Identifier: Apache-2.0
// Statements of random programs that enter other frames: calls, calls of precompiles, creations.
#pragma once

#include "tests/fuzz/blocks/words.hpp"

namespace warpevm::fuzz {

/// A call of any kind to anything; leaves its result on the stack.
void push_call(Scribe& s);
/// To itself, behind a guard: only while the input's first word has counted to less than a limit, or while
/// enough gas is left. Leaves the result, or 0.
void push_recursion(Scribe& s);
/// With input that suits it, from memory.
void push_precompile_call(Scribe& s);
/// CREATE or CREATE2 of `initcode`, which may fail; leaves the address.
void push_creation(Scribe& s, const Bytes& initcode);

/// Does something with the word on top, and removes it.
void use_result(Scribe& s);
/// Reads return data, mostly within their bounds. Changes no height.
void read_return_data(Scribe& s);

}  // namespace warpevm::fuzz
