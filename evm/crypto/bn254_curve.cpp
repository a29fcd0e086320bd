// SPDX-License-Identifier: Apache-2.0
// Addition and scalar multiplication in G1.
#include "evm/crypto/bn254_curve.hpp"

#include <algorithm>

#include "evm/crypto/bn254_naf.hpp"

namespace warpevm::bn254 {
namespace {

/// (X / Z^2, Y / Z^3); Z is zero for infinity.
struct Jacobian {
    Fp x, y, z;
};

/// Z of the result is twice Y times Z. The formulas don't use the curve's constant term.
Jacobian twice(const Jacobian& a) {
    const Fp slope = thrice(square(a.x));
    const Fp yy = square(a.y);
    const Fp d = twice(twice(a.x * yy));
    const Fp x = square(slope) - twice(d);
    const Fp dx = d - x;
    const Fp minus_8yy = -twice(twice(twice(yy)));
    return {x, Fp{dot<2>({&slope.v, &minus_8yy.v}, {&dx.v, &yy.v})}, twice(a.y) * a.z};
}

/// a + b for a that is not infinity and not +-b: Z of the result is Z * h.
Jacobian add_distinct(const Jacobian& a, const Fp& h, const Fp& slope) {
    const Fp hh = square(h);
    const Fp minus_hhh = -(h * hh);
    const Fp v = a.x * hh;
    const Fp x = square(slope) + minus_hhh - twice(v);
    const Fp dx = v - x;
    return {x, Fp{dot<2>({&slope.v, &a.y.v}, {&dx.v, &minus_hhh.v})}, a.z * h};
}

/// What separates b from a, scaled to a's Z: both are zero where b = a, h alone is zero where b = -a.
struct Chord {
    Fp h, slope;
};
Chord chord(const Jacobian& a, const G1& b) {
    const Fp zz = square(a.z);
    return {b.x * zz - a.x, b.y * (a.z * zz) - a.y};
}

Jacobian add(const Jacobian& a, const G1& b) {
    if (a.z.is_zero()) return {b.x, b.y, Fp::one()};
    const Chord c = chord(a, b);
    if (!c.h.is_zero()) [[likely]]
        return add_distinct(a, c.h, c.slope);
    return c.slope.is_zero() ? twice(a) : Jacobian{};
}

constexpr unsigned window = 5;
constexpr size_t table_size = 1U << (window - 2);

/// The odd multiples 1, 3 ... 15 of a point as affine points of an isomorphic curve: (x, y) there is the
/// Jacobian point (x, y, z) here. Formulas without the curve's constant serve both, so that no inversion is
/// needed.
struct Table {
    std::array<G1, table_size> odd;
    Fp z;
};

Table make_table(const G1& point) {
    Table table;
    const Jacobian step = twice(Jacobian{point.x, point.y, Fp::one()});
    // On the curve scaled by step.z both 2 * point and point are affine.
    const Fp zz = square(step.z);
    const G1 affine_step{step.x, step.y};
    std::array<Fp, table_size> ratio;
    Jacobian sum{point.x * zz, point.y * (zz * step.z), Fp::one()};
    table.odd[0] = {sum.x, sum.y};
    for (size_t i = 1; i < table_size; ++i) {
        // The order r is prime and large: an odd multiple up to 13 is never plus or minus the double.
        const Chord c = chord(sum, affine_step);
        sum = add_distinct(sum, c.h, c.slope);
        ratio[i] = c.h;
        table.odd[i] = {sum.x, sum.y};
    }
    // Brings all the multiples to the last one's Z.
    Fp scale = ratio[table_size - 1];
    for (size_t i = table_size - 1; i-- > 0;) {
        const Fp ss = square(scale);
        table.odd[i] = {table.odd[i].x * ss, table.odd[i].y * (ss * scale)};
        if (i > 0) scale = scale * ratio[i];
    }
    table.z = sum.z * step.z;
    return table;
}

G1 to_affine(const Jacobian& a) {
    if (a.z.is_zero()) return {};
    const Fp i = inverse(a.z), ii = square(i);
    return {a.x * ii, a.y * (ii * i)};
}

G1 pick(const std::array<G1, table_size>& odd, int digit) {
    const G1& a = odd[static_cast<size_t>(digit < 0 ? -digit : digit) / 2];
    return digit < 0 ? G1{a.x, -a.y} : a;
}

}  // namespace

bool on_curve(const G1& a) {
    return square(a.y) == square(a.x) * a.x + Fp::from(3);
}

G1 operator+(const G1& a, const G1& b) {
    if (a.is_infinity()) return b;
    if (b.is_infinity()) return a;
    Fp slope;
    if (a.x == b.x) {
        // The group's order is odd: no point has y = 0.
        if (!(a.y == b.y)) return {};
        slope = thrice(square(a.x)) * inverse(twice(a.y));
    } else {
        slope = (b.y - a.y) * inverse(b.x - a.x);
    }
    const Fp x = square(slope) - a.x - b.x;
    return {x, slope * (a.x - x) - a.y};
}

G1 operator*(const G1& a, const U256& scalar) {
    if (a.is_infinity()) return a;
    const Split split = split_scalar(scalar);
    const Naf first = make_naf(split.first, window), second = make_naf(split.second, window);
    const Table table = make_table(a);
    std::array<G1, table_size> mapped;
    for (size_t i = 0; i < table_size; ++i)
        mapped[i] = {table.odd[i].x * beta, split.second_negative ? -table.odd[i].y : table.odd[i].y};

    Jacobian sum{};
    for (size_t i = std::max(first.length, second.length); i-- > 0;) {
        sum = twice(sum);
        if (first.digit[i] != 0) sum = add(sum, pick(table.odd, first.digit[i]));
        if (second.digit[i] != 0) sum = add(sum, pick(mapped, second.digit[i]));
    }
    sum.z = sum.z * table.z;
    return to_affine(sum);
}

}  // namespace warpevm::bn254
