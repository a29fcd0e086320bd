// SPDX-License-Identifier: Apache-2.0
// The modular inverse by Bernstein and Yang's division steps ("Fast constant-time gcd computation and modular
// inversion", 2019), here in variable time: 62 steps at a time on the low words, then one matrix applied to
// all limbs.
#include <algorithm>
#include <bit>

#include "evm/crypto/bn254_field.hpp"

namespace warpevm::bn254 {
namespace {

using SignedWide = __int128;

constexpr int digit_bits = 62;
constexpr int64_t digit_mask = static_cast<int64_t>(~0ULL >> (64 - digit_bits));
constexpr size_t digit_count = 5;

/// A signed number of base 2^62: every digit but the last is in [0, 2^62), the last carries the sign.
using Digits = std::array<int64_t, digit_count>;

constexpr Digits to_digits(const Limbs& a) {
    constexpr uint64_t mask = digit_mask;
    return {static_cast<int64_t>(a[0] & mask), static_cast<int64_t>((a[0] >> 62 | a[1] << 2) & mask),
            static_cast<int64_t>((a[1] >> 60 | a[2] << 4) & mask),
            static_cast<int64_t>((a[2] >> 58 | a[3] << 6) & mask), static_cast<int64_t>(a[3] >> 56)};
}
/// The number must be in [0, 2^256).
constexpr Limbs to_limbs(const Digits& d) {
    const auto u = [&](size_t i) { return static_cast<uint64_t>(d[i]); };
    return {u(0) | u(1) << 62, u(1) >> 2 | u(2) << 60, u(2) >> 4 | u(3) << 58, u(3) >> 6 | u(4) << 56};
}
constexpr Digits prime_digits = to_digits(prime_limbs);

/// 62 division steps map (f, g) to (u f + v g, q f + r g) / 2^62. |u| + |v| and |q| + |r| are at most 2^62.
struct Matrix {
    int64_t u, v, q, r;
};

/// Runs 62 division steps on the low 64 bits of f (odd) and g, which alone decide them. `eta` is the negated
/// delta of the paper. Runs of even g are one shift, and up to six odd steps that don't swap are one
/// multiplication.
Matrix division_steps(int& eta, uint64_t f, uint64_t g) {
    uint64_t u = 1, v = 0, q = 0, r = 1;
    int left = digit_bits;
    while (true) {
        // The sentinel bit stops the count at the last step.
        const int zeros = std::countr_zero(g | (~0ULL << left));
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        eta -= zeros;
        left -= zeros;
        if (left == 0) break;
        if (eta < 0) {
            eta = -eta;
            f = std::exchange(g, 0 - f);
            u = std::exchange(q, 0 - u);
            v = std::exchange(r, 0 - v);
        }
        // eta + 1 steps at most until the next swap. f * (f^2 - 2) = -1/f modulo 64, since (f^2 - 1)^2 = 0
        // modulo 64.
        const int steps = std::min({eta + 1, left, 6});
        const uint64_t w = (f * g * (f * f - 2)) & ((1ULL << steps) - 1);
        g += w * f;
        q += w * u;
        r += w * v;
    }
    return {static_cast<int64_t>(u), static_cast<int64_t>(v), static_cast<int64_t>(q),
            static_cast<int64_t>(r)};
}

/// (f, g) becomes the matrix times (f, g); both divisions by 2^62 are exact. Only the lowest `count` digits
/// are in use.
void update_values(Digits& f, Digits& g, const Matrix& m, size_t count) {
    SignedWide cf = SignedWide{m.u} * f[0] + SignedWide{m.v} * g[0];
    SignedWide cg = SignedWide{m.q} * f[0] + SignedWide{m.r} * g[0];
    for (size_t i = 1; i < count; ++i) {
        cf = (cf >> digit_bits) + SignedWide{m.u} * f[i] + SignedWide{m.v} * g[i];
        cg = (cg >> digit_bits) + SignedWide{m.q} * f[i] + SignedWide{m.r} * g[i];
        f[i - 1] = static_cast<int64_t>(cf) & digit_mask;
        g[i - 1] = static_cast<int64_t>(cg) & digit_mask;
    }
    f[count - 1] = static_cast<int64_t>(cf >> digit_bits);
    g[count - 1] = static_cast<int64_t>(cg >> digit_bits);
}

/// The multiple of p that makes u d + v e + multiple * p divisible by 2^62, and that keeps the result of the
/// division in (-2p, p) when d and e are: a negative d or e first counts as d + p or e + p.
int64_t multiple_of_prime(int64_t a, int64_t b, const Digits& d, const Digits& e) {
    constexpr auto inverse = 0 - montgomery_factor;
    const int64_t lift = (a & (d.back() >> 63)) + (b & (e.back() >> 63));
    const uint64_t low = static_cast<uint64_t>(a) * static_cast<uint64_t>(d[0]) +
                         static_cast<uint64_t>(b) * static_cast<uint64_t>(e[0]);
    return lift - (static_cast<int64_t>(inverse * low + static_cast<uint64_t>(lift)) & digit_mask);
}

/// (d, e) becomes the matrix times (d, e) / 2^62 modulo p.
void update_cofactors(Digits& d, Digits& e, const Matrix& m) {
    const int64_t kd = multiple_of_prime(m.u, m.v, d, e);
    const int64_t ke = multiple_of_prime(m.q, m.r, d, e);
    SignedWide cd = 0, ce = 0;
    for (size_t i = 0; i < digit_count; ++i) {
        const int64_t di = d[i], ei = e[i];
        cd += SignedWide{m.u} * di + SignedWide{m.v} * ei + SignedWide{kd} * prime_digits[i];
        ce += SignedWide{m.q} * di + SignedWide{m.r} * ei + SignedWide{ke} * prime_digits[i];
        if (i > 0) {
            d[i - 1] = static_cast<int64_t>(cd) & digit_mask;
            e[i - 1] = static_cast<int64_t>(ce) & digit_mask;
        }
        cd >>= digit_bits;
        ce >>= digit_bits;
    }
    d.back() = static_cast<int64_t>(cd);
    e.back() = static_cast<int64_t>(ce);
}

/// Drops the top digits of f and g where they only repeat the sign, which moves into the digit below.
size_t shrink(Digits& f, Digits& g, size_t count) {
    const auto sign_only = [](int64_t top) { return top == 0 || top == -1; };
    while (count > 1 && sign_only(f[count - 1]) && sign_only(g[count - 1])) {
        f[count - 2] |= static_cast<int64_t>(static_cast<uint64_t>(f[count - 1]) << digit_bits);
        g[count - 2] |= static_cast<int64_t>(static_cast<uint64_t>(g[count - 1]) << digit_bits);
        --count;
    }
    return count;
}

uint64_t low_bits(const Digits& a, size_t count) {
    const auto low = static_cast<uint64_t>(a[0]);
    return count > 1 ? low | static_cast<uint64_t>(a[1]) << digit_bits : low;
}

bool all_zero(const Digits& a, size_t count) {
    for (size_t i = 0; i < count; ++i)
        if (a[i] != 0) return false;
    return true;
}

/// d or -d, from (-2p, p), as the residue below p.
Limbs normalize(const Digits& d, bool negate) {
    Digits a{};
    SignedWide carry = 0;
    for (size_t i = 0; i < digit_count; ++i) {
        // Both signs are first lifted by 2p, to (0, 3p) and (p, 4p).
        carry += 2 * SignedWide{prime_digits[i]} + (negate ? -d[i] : d[i]);
        a[i] = static_cast<int64_t>(carry) & digit_mask;
        carry >>= digit_bits;
    }
    Limbs r = to_limbs(a);
    for (int i = 0; i < 3; ++i) r = NativeOps::reduce_once(r);
    return r;
}

/// 1/a modulo p for plain integers.
/// Invariant: d * a = f and e * a = g modulo p. Once g is zero, f is the gcd, 1 or -1.
Limbs inverse_of_integer(const Limbs& a) {
    Digits f = prime_digits, g = to_digits(a), d{}, e{1};
    size_t count = digit_count;
    int eta = -1;
    while (!all_zero(g, count)) {
        const Matrix m = division_steps(eta, low_bits(f, count), low_bits(g, count));
        update_values(f, g, m, count);
        update_cofactors(d, e, m);
        count = shrink(f, g, count);
    }
    return normalize(d, f[count - 1] < 0);
}

}  // namespace

Fp inverse(const Fp& a) {
    if (a.is_zero()) return a;
    // 1/(a R) times R^3 / R is R/a, the Montgomery form of the inverse.
    constexpr Fp correction{power_of_two(3 * 256)};
    return Fp{inverse_of_integer(a.v)} * correction;
}

}  // namespace warpevm::bn254
