// SPDX-License-Identifier: Apache-2.0
// Division of 256- and 512-bit integers by reciprocals: N. Moeller and T. Granlund, "Improved division by
// invariant integers" (2011), inside Knuth's algorithm D (TAOCP 4.3.1).
#include <array>

#include "evm/base/u256.hpp"

namespace warpevm {
namespace {

using namespace limbs;  // NOLINT(google-build-using-namespace): this file is those functions' own

/// First approximations of the reciprocal, by the divisor's top nine bits (the paper's table 1).
constexpr std::array<uint16_t, 256> seeds = [] {
    std::array<uint16_t, 256> t{};
    for (uint32_t i = 0; i < 256; ++i) t[i] = static_cast<uint16_t>(((1U << 19) - 3 * (1U << 8)) / (256 + i));
    return t;
}();

/// floor((2^128 - 1) / d) - 2^64 for d >= 2^63 (the paper's algorithm 2).
inline uint64_t reciprocal(uint64_t d) {
    const uint64_t v0 = seeds[(d >> 55) - 256];
    const uint64_t d40 = (d >> 24) + 1;
    const uint64_t v1 = (v0 << 11) - ((v0 * v0 * d40) >> 40) - 1;
    const uint64_t v2 = (v1 << 13) + ((v1 * ((1ULL << 60) - v1 * d40)) >> 47);
    const uint64_t odd = d & 1;
    const uint64_t d63 = (d >> 1) + odd;
    const uint64_t e = ((v2 >> 1) & (0 - odd)) - v2 * d63;
    const uint64_t v3 = (v2 << 31) + (high(wide_mul(v2, e)) >> 1);
    return v3 - high(wide_mul(v3, d) + d) - d;
}

/// floor((2^192 - 1) / d) - 2^64 for d >= 2^127 (algorithm 6).
inline uint64_t reciprocal(u128 d) {
    const uint64_t d1 = high(d), d0 = low(d);
    uint64_t v = reciprocal(d1);
    uint64_t p = d1 * v + d0;
    if (p < d0) {
        --v;
        if (p >= d1) {
            --v;
            p -= d1;
        }
        p -= d1;
    }
    const u128 t = wide_mul(v, d0);
    p += high(t);
    if (p < high(t)) {
        --v;
        if (join(p, low(t)) >= d) --v;
    }
    return v;
}

/// Quotient of u / d; `u` becomes the remainder. Needs high(u) < d, d >= 2^63 (algorithm 4).
inline uint64_t divide_2by1(u128& u, uint64_t d, uint64_t v) {
    const u128 q = wide_mul(v, high(u)) + u;
    uint64_t digit = high(q) + 1;
    uint64_t r = low(u) - digit * d;
    if (r > low(q)) {
        --digit;
        r += d;
    }
    if (r >= d) [[unlikely]] {
        ++digit;
        r -= d;
    }
    u = r;
    return digit;
}

/// Quotient of (u, u0) / d; `u` becomes the remainder. Needs u < d, d >= 2^127 (algorithm 5).
inline uint64_t divide_3by2(u128& u, uint64_t u0, u128 d, uint64_t v) {
    const u128 q = wide_mul(v, high(u)) + u;
    uint64_t digit = high(q);
    u128 r = join(low(u) - digit * high(d), u0) - wide_mul(low(d), digit) - d;
    ++digit;
    if (high(r) >= low(q)) {
        --digit;
        r += d;
    }
    if (r >= d) [[unlikely]] {
        ++digit;
        r -= d;
    }
    u = r;
    return digit;
}

/// The number that algorithm D reads, shifted so that the divisor's top bit is set: M limbs and the bits
/// above.
template <int M>
struct Dividend {
    uint64_t limb[M + 1];
    /// Limbs in use, the one for the bits above not counted.
    int size;

    Dividend(const uint64_t (&a)[M], int used, unsigned shift) : size(used) {
        limb[0] = a[0] << shift;
        for (int i = 1; i < M; ++i) limb[i] = shift_left(a[i], a[i - 1], shift);
        limb[M] = shift_left(0, a[M - 1], shift);
    }
};

/// What a division leaves: N limbs, in registers.
template <int N>
struct Remainder {
    /// The two top limbs.
    u128 top;
    /// The N - 2 limbs below them; what lies above bit 64 * (N - 2) is zero.
    u128 rest;
};

/// One step of algorithm D for a divisor (d, d_rest) of N = 3 or 4 limbs with its top bit set: brings down
/// the dividend's limb `next` and returns the quotient's digit.
template <int N>
[[gnu::always_inline]] inline uint64_t divide_step(Remainder<N>& r, uint64_t next, u128 d, u128 d_rest,
                                                   uint64_t v) {
    const uint64_t third = N == 4 ? high(r.rest) : low(r.rest);
    u128 rest = N == 4 ? join(low(r.rest), next) : u128{next};
    u128 top = r.top;
    uint64_t digit = ~0ULL;
    bool wrapped = false;
    if (top == d) [[unlikely]] {
        // 3-by-2 division would overflow; the digit is 2^64-1, or one less. Where the sum passes 2^128 the
        // digit is right: the remainder is below the divisor, so the limbs below take it back under 2^128.
        top += third;
        wrapped = top < d;
    } else {
        digit = divide_3by2(top, third, d, v);
    }
    const u128 p0 = wide_mul(digit, low(d_rest));
    const u128 p1 = N == 4 ? wide_mul(digit, high(d_rest)) + high(p0) : u128{0};
    const u128 product = N == 4 ? join(low(p1), low(p0)) : u128{low(p0)};
    const uint64_t borrow = (N == 4 ? high(p1) : high(p0)) + (rest < product);
    rest -= product;
    const bool negative = !wrapped && top < borrow;
    top -= borrow;
    if (negative) [[unlikely]] {
        --digit;
        rest = N == 4 ? rest : u128{low(rest)};
        rest += d_rest;
        top += d + (N == 4 ? rest < d_rest : high(rest) != 0);
    }
    r.top = top;
    r.rest = N == 4 ? rest : u128{low(rest)};
    return digit;
}

template <int N, int M>
[[gnu::always_inline]] inline U256 divide_long(const Dividend<M>& u, const U256& d, uint64_t* q) {
    const u128 d_top = join(d.limb[N - 1], d.limb[N - 2]);
    const u128 d_rest = N == 4 ? join(d.limb[1], d.limb[0]) : u128{d.limb[0]};
    const uint64_t v = reciprocal(d_top);
    const uint64_t* p = u.limb + u.size;
    Remainder<N> r{join(p[0], p[-1]), N == 4 ? join(p[-2], p[-3]) : u128{p[-2]}};
    for (int j = u.size - N; j >= 0; --j) {
        const uint64_t digit = divide_step(r, u.limb[j], d_top, d_rest, v);
        if (q != nullptr) q[j] = digit;
    }
    if constexpr (N == 4) return {low(r.rest), high(r.rest), low(r.top), high(r.top)};
    return {low(r.rest), low(r.top), high(r.top), 0};
}

template <int M>
[[gnu::always_inline]] inline U256 divide_by_1(const Dividend<M>& u, uint64_t d, uint64_t* q) {
    const uint64_t v = reciprocal(d);
    u128 r = u.limb[u.size];
    for (int j = u.size - 1; j >= 0; --j) {
        r = join(low(r), u.limb[j]);
        const uint64_t digit = divide_2by1(r, d, v);
        if (q != nullptr) q[j] = digit;
    }
    return low(r);
}

template <int M>
[[gnu::always_inline]] inline U256 divide_by_2(const Dividend<M>& u, u128 d, uint64_t* q) {
    const uint64_t v = reciprocal(d);
    u128 r = join(u.limb[u.size], u.limb[u.size - 1]);
    for (int j = u.size - 2; j >= 0; --j) {
        const uint64_t digit = divide_3by2(r, u.limb[j], d, v);
        if (q != nullptr) q[j] = digit;
    }
    return {low(r), high(r), 0, 0};
}

/// The limbs of a number up to its highest one that is not zero.
constexpr int limb_count(const uint64_t* a, int size) {
    while (size > 0 && a[size - 1] == 0) --size;
    return size;
}

/// Divides a by b != 0: returns the remainder, writes the quotient's digits to q unless it is null. Inlined
/// into each caller, so that one which wants only the quotient or the remainder pays only for that.
template <int M>
[[gnu::always_inline]] inline U256 divide_limbs(const uint64_t (&a)[M], const U256& b, uint64_t* q) {
    const int n = limb_count(b.limb, 4);
    const int m = limb_count(a, M);
    if (m < n) return {a[0], a[1], a[2], a[3]};
    if (m <= 1) {
        if (q != nullptr) q[0] = a[0] / b.limb[0];
        return a[0] % b.limb[0];
    }
    const auto shift = static_cast<unsigned>(std::countl_zero(b.limb[n - 1]));
    const Dividend<M> u(a, m, shift);
    U256 d{b.limb[0] << shift, shift_left(b.limb[1], b.limb[0], shift),
           shift_left(b.limb[2], b.limb[1], shift), shift_left(b.limb[3], b.limb[2], shift)};
    U256 r;
    if (n == 1)
        r = divide_by_1(u, d.limb[0], q);
    else if (n == 2)
        r = divide_by_2(u, join(d.limb[1], d.limb[0]), q);
    else if (n == 3)
        r = divide_long<3>(u, d, q);
    else
        r = divide_long<4>(u, d, q);
    return {shift_right(r.limb[1], r.limb[0], shift), shift_right(r.limb[2], r.limb[1], shift),
            shift_right(r.limb[3], r.limb[2], shift), r.limb[3] >> shift};
}

}  // namespace

Divided divide(const U256& a, const U256& b) {
    if (b.is_zero()) return {};
    Divided r;
    r.remainder = divide_limbs(a.limb, b, r.quotient.limb);
    return r;
}

U256 operator/(const U256& a, const U256& b) {
    if (b.is_zero()) return {};
    U256 q;
    divide_limbs(a.limb, b, q.limb);
    return q;
}

U256 operator%(const U256& a, const U256& b) {
    if (b.is_zero()) return {};
    return divide_limbs(a.limb, b, nullptr);
}

U256 sdiv(const U256& a, const U256& b) {
    const U256 q = (a.negative() ? -a : a) / (b.negative() ? -b : b);
    return a.negative() != b.negative() ? -q : q;
}

U256 smod(const U256& a, const U256& b) {
    const U256 r = (a.negative() ? -a : a) % (b.negative() ? -b : b);
    return a.negative() ? -r : r;
}

/// a - m where that is not negative.
static U256 subtract_once(const U256& a, const U256& m) {
    const Carried d = sub_borrow(a, m);
    return d.carry ? a : d.value;
}

U256 addmod(const U256& a, const U256& b, const U256& m) {
    if (m.is_zero()) return {};
    const uint64_t top = m.limb[3];
    if (top != 0 && a.limb[3] <= top && b.limb[3] <= top) {
        // Each operand is below 2m, because it passes m by less than 2^192 <= m.
        const U256 x = subtract_once(a, m);
        const Carried sum = add_carry(x, subtract_once(b, m));
        const Carried reduced = sub_borrow(sum.value, m);
        return sum.carry || !reduced.carry ? reduced.value : sum.value;
    }
    const Carried sum = add_carry(a, b);
    const uint64_t wide[5] = {sum.value.limb[0], sum.value.limb[1], sum.value.limb[2], sum.value.limb[3],
                              sum.carry};
    return divide_limbs(wide, m, nullptr);
}

U256 mulmod(const U256& a, const U256& b, const U256& m) {
    if (m.is_zero()) return {};
    uint64_t wide[8];
    limbs::mul_wide(wide, a.limb, b.limb);
    return divide_limbs(wide, m, nullptr);
}

}  // namespace warpevm
