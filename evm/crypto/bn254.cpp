// SPDX-License-Identifier: Apache-2.0
// The precompiles' encoding of BN254 points, with its checks.
#include "evm/crypto/bn254.hpp"

#include <array>

#include "evm/crypto/bn254_pairing.hpp"

namespace warpevm::bn254 {
namespace {

constexpr size_t word = 32;
constexpr size_t pair_size = 6 * word;

std::optional<Fp> read_coordinate(const uint8_t* from) {
    const U256 a = load_be(from);
    if (a >= field_prime) return std::nullopt;
    return Fp::from(a);
}

/// Imaginary part first, as EIP-197 has it.
std::optional<Fp2> read_fp2(const uint8_t* from) {
    const auto im = read_coordinate(from), re = read_coordinate(from + word);
    if (!im || !re) return std::nullopt;
    return Fp2{*re, *im};
}

std::optional<G1> read_g1(const uint8_t* from) {
    const auto x = read_coordinate(from), y = read_coordinate(from + word);
    if (!x || !y) return std::nullopt;
    const G1 a{*x, *y};
    if (!a.is_infinity() && !on_curve(a)) return std::nullopt;
    return a;
}

/// On the twist; whether in G2 is the Miller loop's finding.
std::optional<Twist> read_twist(const uint8_t* from) {
    const auto x = read_fp2(from), y = read_fp2(from + 2 * word);
    if (!x || !y) return std::nullopt;
    const Twist a{*x, *y};
    if (!a.is_infinity() && !on_curve(a)) return std::nullopt;
    return a;
}

void write_g1(const G1& a, uint8_t* to) {
    store_be(to, a.x.value());
    store_be(to + word, a.y.value());
}

}  // namespace

bool add(std::span<const uint8_t, 128> input, std::span<uint8_t, 64> output) {
    const auto a = read_g1(input.data()), b = read_g1(input.data() + 2 * word);
    if (!a || !b) return false;
    write_g1(*a + *b, output.data());
    return true;
}

bool mul(std::span<const uint8_t, 96> input, std::span<uint8_t, 64> output) {
    const auto a = read_g1(input.data());
    if (!a) return false;
    write_g1(*a * load_be(input.data() + 2 * word), output.data());
    return true;
}

std::optional<bool> pairing_check(BytesView input) {
    if (input.size() % pair_size != 0) return std::nullopt;
    Fp12 f = Fp12::one();
    std::array<Pair, 16> batch;
    size_t count = 0;
    for (size_t at = 0; at < input.size(); at += pair_size) {
        const auto p = read_g1(input.data() + at);
        const auto q = read_twist(input.data() + at + 2 * word);
        if (!p || !q) return std::nullopt;
        if (q->is_infinity()) continue;
        batch[count++] = {*p, *q};
        if (count < batch.size()) continue;
        if (!miller_loop(batch, f)) return std::nullopt;
        count = 0;
    }
    if (!miller_loop(std::span(batch).first(count), f)) return std::nullopt;
    return final_exponentiation(f) == Fp12::one();
}

}  // namespace warpevm::bn254
