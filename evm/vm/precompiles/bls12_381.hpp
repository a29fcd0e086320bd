// SPDX-License-Identifier: Apache-2.0
// EIP-2537's encodings of field elements and points, and the two groups under one set of names.
#pragma once

#include <blst.h>

#include <optional>

#include "evm/base/bytes.hpp"

namespace warpevm::precompiles::bls12_381 {

/// A base field element is 64 bytes: 16 zeros, then the number below p, most significant byte first.
inline constexpr size_t fp_size = 64;
inline constexpr size_t scalar_size = 32;

/// Nothing where a leading byte is set or the number is not below p. `from` holds fp_size bytes.
std::optional<blst_fp> read_fp(const uint8_t* from);
/// c0, then c1: the element c0 + c1*v. `from` holds 2 * fp_size bytes.
std::optional<blst_fp2> read_fp2(const uint8_t* from);

struct G1 {
    using Point = blst_p1;
    using Affine = blst_p1_affine;
    static constexpr size_t size = 2 * fp_size;

    /// A point of the curve, in the subgroup or not; all zeros is infinity. `from` holds `size` bytes.
    static std::optional<Affine> read(const uint8_t* from);
    /// Replaces `output`.
    static void write(Bytes& output, const Point& point);

    static constexpr auto is_infinity = blst_p1_affine_is_inf;
    static constexpr auto in_subgroup = blst_p1_affine_in_g1;
    static constexpr auto from_affine = blst_p1_from_affine;
    static constexpr auto add_affine = blst_p1_add_or_double_affine;
    static constexpr auto multiply = blst_p1_mult;
    static constexpr auto msm_scratch_bytes = blst_p1s_mult_pippenger_scratch_sizeof;
    static constexpr auto msm = blst_p1s_mult_pippenger;
};

struct G2 {
    using Point = blst_p2;
    using Affine = blst_p2_affine;
    static constexpr size_t size = 4 * fp_size;

    static std::optional<Affine> read(const uint8_t* from);
    static void write(Bytes& output, const Point& point);

    static constexpr auto is_infinity = blst_p2_affine_is_inf;
    static constexpr auto in_subgroup = blst_p2_affine_in_g2;
    static constexpr auto from_affine = blst_p2_from_affine;
    static constexpr auto add_affine = blst_p2_add_or_double_affine;
    static constexpr auto multiply = blst_p2_mult;
    static constexpr auto msm_scratch_bytes = blst_p2s_mult_pippenger_scratch_sizeof;
    static constexpr auto msm = blst_p2s_mult_pippenger;
};

/// As read, and an element of the subgroup of order r (infinity is one).
template <class Group>
std::optional<typename Group::Affine> read_in_subgroup(const uint8_t* from) {
    auto point = Group::read(from);
    if (point && !Group::in_subgroup(&*point)) point.reset();
    return point;
}

}  // namespace warpevm::precompiles::bls12_381
