// SPDX-License-Identifier: Apache-2.0
// The permutation compiled once for each set of instructions that makes it faster.
#include "evm/crypto/keccak_backends.hpp"

#include <array>

// Vectors are passed between functions that are all inlined, so how they would be passed does not matter.
#pragma GCC diagnostic ignored "-Wpsabi"
#include "evm/crypto/keccak_permutation.hpp"
#include "evm/crypto/keccak_rows.hpp"

namespace warpevm::keccak {
namespace {

void permute_portable(uint64_t* words) {
    permute(words);
}

#if defined(__x86_64__)
template <size_t Lanes>
struct VectorOf {
    // may_alias: the words are plain integers to the sponge.
    using Type [[gnu::vector_size(8 * Lanes), gnu::may_alias]] = uint64_t;
};

template <size_t Lanes>
[[gnu::always_inline]] inline void permute_vectors(uint64_t* words) {
    using Vector = typename VectorOf<Lanes>::Type;
    auto* memory = reinterpret_cast<Vector*>(words);
    Vector a[state_lanes];
    for (size_t w = 0; w < state_lanes; ++w) a[w] = memory[w];
    permute(a);
    for (size_t w = 0; w < state_lanes; ++w) memory[w] = a[w];
}

[[gnu::target("bmi,bmi2")]] void permute_bmi(uint64_t* words) {
    permute(words);
}
[[gnu::target("avx512f")]] void permute_avx512_rows(uint64_t* words) {
    permute_rows(words);
}
[[gnu::target("avx2")]] void permute_avx2(uint64_t* words) {
    permute_vectors<4>(words);
}
[[gnu::target("avx512f,avx512vl")]] void permute_avx512(uint64_t* words) {
    permute_vectors<8>(words);
}
#endif

std::array<Backend, 5> detect() {
    std::array<Backend, 5> all{Backend{"portable", 1, true, permute_portable}};
#if defined(__x86_64__)
    const bool bmi = __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
    all[1] = {"bmi", 1, bmi, permute_bmi};
    all[2] = {"avx512_rows", 1, __builtin_cpu_supports("avx512f") != 0, permute_avx512_rows};
    all[3] = {"avx2", 4, __builtin_cpu_supports("avx2") != 0, permute_avx2};
    all[4] = {"avx512", 8, avx512, permute_avx512};
#endif
    return all;
}

const Backend& last_supported(size_t most_lanes) {
    const Backend* best = nullptr;
    for (const Backend& b : backends())
        if (b.supported && b.lanes <= most_lanes) best = &b;
    return *best;  // the portable one is always there
}

}  // namespace

std::span<const Backend> backends() {
    static const std::array<Backend, 5> all = detect();
    return all;
}

const Backend& best_single() {
    static const Backend& best = last_supported(1);
    return best;
}

const Backend& best_batch() {
    static const Backend& best = last_supported(8);
    return best;
}

}  // namespace warpevm::keccak
