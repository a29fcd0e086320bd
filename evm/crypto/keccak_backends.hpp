// SPDX-License-Identifier: Apache-2.0
// The permutations there are for this processor. Internal: tests force each of them, keccak256 and
// keccak256_batch take the best.
#pragma once

#include <span>
#include <string_view>

#include "evm/crypto/keccak.hpp"

namespace warpevm::keccak {

/// Permutes `lanes` states at once. Word w of state l is words[w * lanes + l]; 64-byte aligned.
using Permute = void (*)(uint64_t* words);

struct Backend {
    std::string_view name;
    size_t lanes;
    bool supported;
    Permute permute;
};

/// All of them, those that this processor lacks included; slower ones first among equal lanes.
std::span<const Backend> backends();
/// The last supported one with one lane, and the last supported one.
const Backend& best_single();
const Backend& best_batch();

/// As keccak256_batch, by the given backend, which must be supported.
void hash_all(const Backend& backend, std::span<const BytesView> messages, std::span<Hash> digests);

}  // namespace warpevm::keccak
