// SPDX-License-Identifier: Apache-2.0
// The split of a scalar into two halves along BN254's endomorphism of G1.
#include "evm/crypto/bn254_curve.hpp"

namespace warpevm::bn254 {
namespace {

// The lattice of (a, b) with a + b lambda = 0 modulo r has the reduced basis (long_side, short_side) and
// (-short_side, middle_side), whose determinant is r.
constexpr Wide short_side = 2 * Wide{seed} + 1;
constexpr Wide middle_side = 6 * Wide{seed} * seed + 2 * Wide{seed};
constexpr Wide long_side = middle_side + short_side;

constexpr U256 to_u256(Wide a) {
    return {static_cast<uint64_t>(a), static_cast<uint64_t>(a >> 64), 0, 0};
}

/// a * 2^256 / r, rounded down, for a < r: long division, bit by bit.
constexpr U256 scaled_quotient(const U256& a) {
    U256 q, rest = a;
    for (int i = 0; i < 256; ++i) {
        rest = rest + rest;
        q = q + q;
        if (rest >= group_order) {
            rest = rest - group_order;
            q.limb[0] |= 1;
        }
    }
    return q;
}
constexpr U256 middle_quotient = scaled_quotient(to_u256(middle_side));
constexpr U256 short_quotient = scaled_quotient(to_u256(short_side));

/// The product's bits 256 to 383.
constexpr Wide high_half(const U256& a, const U256& b) {
    uint64_t product[8] = {};
    for (int i = 0; i < 4; ++i) {
        Wide carry = 0;
        for (int j = 0; j < 4; ++j) {
            carry += Wide{a.limb[i]} * b.limb[j] + product[i + j];
            product[i + j] = static_cast<uint64_t>(carry);
            carry >>= 64;
        }
        product[i + 4] = static_cast<uint64_t>(carry);
    }
    return product[4] | Wide{product[5]} << 64;
}
/// a * b for a, b < 2^128.
constexpr U256 full_product(Wide a, Wide b) {
    const auto a0 = static_cast<uint64_t>(a), a1 = static_cast<uint64_t>(a >> 64);
    const auto b0 = static_cast<uint64_t>(b), b1 = static_cast<uint64_t>(b >> 64);
    const U256 outer = add_carry(to_u256(Wide{a0} * b0), to_u256(Wide{a1} * b1) << 128).value;
    return outer + (to_u256(Wide{a0} * b1) << 64) + (to_u256(Wide{a1} * b0) << 64);
}
constexpr Wide low_half(const U256& a) {
    return a.limb[0] | Wide{a.limb[1]} << 64;
}

}  // namespace

Split split_scalar(const U256& scalar) {
    U256 k = scalar;
    while (k >= group_order) k = k - group_order;
    // (k, 0) is c * (long, short) - n * (-short, middle) for c = k middle / r and n = k short / r. Both
    // rounded down miss by some e and f in [0, 2), so that e * (long, short) - f * (-short, middle) is left:
    // its first half is in [0, 2 (long + short)), its second in (-2 middle, 2 short), all below 2^128.
    const Wide c = high_half(k, middle_quotient), n = high_half(k, short_quotient);
    const U256 first = k - full_product(c, long_side) - full_product(n, short_side);
    const U256 second = full_product(n, middle_side) - full_product(c, short_side);
    const bool negative = second.negative();
    return {low_half(first), low_half(negative ? -second : second), negative};
}

}  // namespace warpevm::bn254
