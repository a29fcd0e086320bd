// SPDX-License-Identifier: Apache-2.0
// Division of 256- and 512-bit integers by reciprocals: N. Moeller and T. Granlund, "Improved division by
// invariant integers" (2011), inside Knuth's algorithm D (TAOCP 4.3.1).
#include <array>

#include "evm/base/u256.hpp"

namespace warpevm {
namespace {

using u128 = unsigned __int128;

constexpr uint64_t low(u128 x) {
    return static_cast<uint64_t>(x);
}
constexpr uint64_t high(u128 x) {
    return static_cast<uint64_t>(x >> 64);
}
constexpr u128 join(uint64_t hi, uint64_t lo) {
    return static_cast<u128>(hi) << 64 | lo;
}
constexpr u128 wide_mul(uint64_t a, uint64_t b) {
    return static_cast<u128>(a) * b;
}

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

/// One step of algorithm D for a divisor of N >= 3 limbs with its top bit set: divides u[0..N], whose top
/// N limbs are below d, leaves the remainder in u[0..N-1] and returns the quotient's digit.
template <int N>
inline uint64_t divide_step(uint64_t* u, const uint64_t* d, u128 top, uint64_t v) {
    u128 r = join(u[N], u[N - 1]);
    uint64_t digit = ~0ULL;
    bool wrapped = false;
    if (r == top) [[unlikely]] {
        // 3-by-2 division would overflow; the digit is 2^64-1, or one less. Where the sum passes 2^128 the
        // digit is right: the remainder is below d, so the limbs below take it back under 2^128.
        r += u[N - 2];
        wrapped = r < top;
    } else {
        digit = divide_3by2(r, u[N - 2], top, v);
    }
    uint64_t borrow = 0;
    for (int i = 0; i < N - 2; ++i) {
        const u128 p = wide_mul(digit, d[i]) + borrow;
        borrow = high(p) + (u[i] < low(p));
        u[i] -= low(p);
    }
    const bool negative = !wrapped && r < borrow;
    r -= borrow;
    u[N - 2] = low(r);
    u[N - 1] = high(r);
    if (!negative) [[likely]]
        return digit;
    uint64_t carry = 0;
    for (int i = 0; i < N; ++i) {
        const u128 s = static_cast<u128>(u[i]) + d[i] + carry;
        u[i] = low(s);
        carry = high(s);
    }
    return digit - 1;
}

/// Divides the `size` limbs of u in place by a divisor of N >= 3 limbs. u[size] exists and is zero but for
/// the bits that normalisation shifted there. Quotient digits go to q unless it is null.
template <int N>
void divide_long(uint64_t* u, int size, const uint64_t* d, uint64_t* q) {
    const u128 top = join(d[N - 1], d[N - 2]);
    const uint64_t v = reciprocal(top);
    for (int j = size - N; j >= 0; --j) {
        const uint64_t digit = divide_step<N>(u + j, d, top, v);
        if (q != nullptr) q[j] = digit;
    }
}

void divide_by_1(uint64_t* u, int size, uint64_t d, uint64_t* q) {
    const uint64_t v = reciprocal(d);
    u128 r = u[size];
    for (int j = size - 1; j >= 0; --j) {
        r = join(low(r), u[j]);
        const uint64_t digit = divide_2by1(r, d, v);
        if (q != nullptr) q[j] = digit;
        u[j] = 0;
    }
    u[0] = low(r);
}

void divide_by_2(uint64_t* u, int size, u128 d, uint64_t* q) {
    const uint64_t v = reciprocal(d);
    u128 r = join(u[size], u[size - 1]);
    for (int j = size - 2; j >= 0; --j) {
        const uint64_t digit = divide_3by2(r, u[j], d, v);
        if (q != nullptr) q[j] = digit;
    }
    u[0] = low(r);
    u[1] = high(r);
}

/// The limbs of a number up to its highest one that is not zero.
constexpr int limb_count(const uint64_t* a, int size) {
    while (size > 0 && a[size - 1] == 0) --size;
    return size;
}

/// Divides the `size` limbs of a by b != 0: returns the remainder, writes `size` digits to q unless it is
/// null.
template <int M>
U256 divide_limbs(const uint64_t (&a)[M], const U256& b, uint64_t* q) {
    const int n = limb_count(b.limb, 4);
    const int m = limb_count(a, M);
    if (m < n) return {a[0], a[1], a[2], a[3]};

    const auto shift = static_cast<unsigned>(std::countl_zero(b.limb[n - 1]));
    const U256 d = b << shift;
    uint64_t u[M + 1] = {};
    for (int i = 0; i < m; ++i) {
        u[i] |= a[i] << shift;
        u[i + 1] = a[i] >> 1 >> (63 - shift);
    }
    if (n == 1)
        divide_by_1(u, m, d.limb[0], q);
    else if (n == 2)
        divide_by_2(u, m, join(d.limb[1], d.limb[0]), q);
    else if (n == 3)
        divide_long<3>(u, m, d.limb, q);
    else
        divide_long<4>(u, m, d.limb, q);
    U256 r;
    for (int i = 0; i < n; ++i) r.limb[i] = u[i];
    return r >> shift;
}

}  // namespace

Divided divide(const U256& a, const U256& b) {
    if (b.is_zero()) return {};
    Divided r;
    r.remainder = divide_limbs(a.limb, b, r.quotient.limb);
    return r;
}

U256 operator/(const U256& a, const U256& b) {
    return divide(a, b).quotient;
}

U256 operator%(const U256& a, const U256& b) {
    return divide(a, b).remainder;
}

U256 sdiv(const U256& a, const U256& b) {
    const U256 q = (a.negative() ? -a : a) / (b.negative() ? -b : b);
    return a.negative() != b.negative() ? -q : q;
}

U256 smod(const U256& a, const U256& b) {
    const U256 r = (a.negative() ? -a : a) % (b.negative() ? -b : b);
    return a.negative() ? -r : r;
}

U256 addmod(const U256& a, const U256& b, const U256& m) {
    if (m.is_zero()) return {};
    const Carried sum = add_carry(a, b);
    const uint64_t wide[5] = {sum.value.limb[0], sum.value.limb[1], sum.value.limb[2], sum.value.limb[3],
                              sum.carry};
    return divide_limbs(wide, m, nullptr);
}

U256 mulmod(const U256& a, const U256& b, const U256& m) {
    if (m.is_zero()) return {};
    uint64_t wide[8] = {};
    for (int i = 0; i < 4; ++i) {
        uint64_t carry = 0;
        for (int j = 0; j < 4; ++j) {
            const u128 t = wide_mul(a.limb[i], b.limb[j]) + wide[i + j] + carry;
            wide[i + j] = low(t);
            carry = high(t);
        }
        wide[i + 4] = carry;
    }
    return divide_limbs(wide, m, nullptr);
}

}  // namespace warpevm
