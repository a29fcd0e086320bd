// SPDX-License-Identifier: Apache-2.0
// Integers modulo the BN254 field prime p in Montgomery form: a is held as a * 2^256 mod p, always below p.
#pragma once

#include <optional>
#include <type_traits>

#include "evm/crypto/bn254_limbs.hpp"
#include "evm/crypto/bn254_limbs_x86.hpp"

namespace warpevm::bn254 {

#if defined(__x86_64__)
using NativeOps = X86Ops;
#else
using NativeOps = PortableOps;
#endif

/// 2^n mod p.
constexpr Limbs power_of_two(unsigned n) {
    Limbs a{1};
    for (unsigned i = 0; i < n; ++i) a = PortableOps::add(a, a);
    return a;
}

/// dot_with for the processor at hand; N is 1, 2, 4 or 6.
template <size_t N>
Limbs dot(const Factors<N>& a, const Factors<N>& b);

struct Fp {
    Limbs v{};

    static constexpr Fp zero() { return {}; }
    static constexpr Fp one() { return {power_of_two(256)}; }
    /// The number's residue; the number must be below p.
    static constexpr Fp from(const U256& a);
    /// The canonical representative, below p.
    [[nodiscard]] constexpr U256 value() const;
    [[nodiscard]] constexpr bool is_zero() const { return (v[0] | v[1] | v[2] | v[3]) == 0; }
    constexpr bool operator==(const Fp& o) const {
        return ((v[0] ^ o.v[0]) | (v[1] ^ o.v[1]) | (v[2] ^ o.v[2]) | (v[3] ^ o.v[3])) == 0;
    }
};

constexpr Fp operator+(const Fp& a, const Fp& b) {
    if (std::is_constant_evaluated()) return {PortableOps::add(a.v, b.v)};
    return {NativeOps::add(a.v, b.v)};
}
constexpr Fp operator-(const Fp& a, const Fp& b) {
    if (std::is_constant_evaluated()) return {PortableOps::sub(a.v, b.v)};
    return {NativeOps::sub(a.v, b.v)};
}
constexpr Fp operator-(const Fp& a) {
    return Fp::zero() - a;
}
constexpr Fp operator*(const Fp& a, const Fp& b) {
    if (std::is_constant_evaluated()) return {dot_with<PortableOps, 1>({&a.v}, {&b.v})};
    return {dot<1>({&a.v}, {&b.v})};
}
constexpr Fp twice(const Fp& a) {
    return a + a;
}
constexpr Fp thrice(const Fp& a) {
    return a + a + a;
}
constexpr Fp square(const Fp& a) {
    return a * a;
}

constexpr Fp Fp::from(const U256& a) {
    return Fp{{a.limb[0], a.limb[1], a.limb[2], a.limb[3]}} * Fp{power_of_two(512)};
}
constexpr U256 Fp::value() const {
    const Fp plain = *this * Fp{{1}};
    return {plain.v[0], plain.v[1], plain.v[2], plain.v[3]};
}

/// p - a, not reduced: p for zero. Only a factor of a product may have this value.
inline Limbs loose_negation(const Fp& a) {
    return NativeOps::sub_wrapping(prime_limbs, a.v);
}

/// 9a + b, which the multiplication by 9 + u in the tower needs all the time.
Fp nine_times_plus(const Fp& a, const Fp& b);

/// 1/a, and zero for zero. The time depends on a.
Fp inverse(const Fp& a);

}  // namespace warpevm::bn254
