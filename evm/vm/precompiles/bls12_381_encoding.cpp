// SPDX-License-Identifier: Apache-2.0
// Reading and writing EIP-2537's field elements and points.
#include <algorithm>
#include <array>

#include "evm/vm/precompiles/bls12_381.hpp"

namespace warpevm::precompiles::bls12_381 {
namespace {

constexpr size_t padding = 16;
constexpr size_t number_size = 48;

/// The field's prime p.
constexpr std::array<uint8_t, number_size> prime{
    0x1a, 0x01, 0x11, 0xea, 0x39, 0x7f, 0xe6, 0x9a, 0x4b, 0x1b, 0xa7, 0xb6, 0x43, 0x4b, 0xac, 0xd7,
    0x64, 0x77, 0x4b, 0x84, 0xf3, 0x85, 0x12, 0xbf, 0x67, 0x30, 0xd2, 0xa0, 0xf6, 0xb0, 0xf6, 0x24,
    0x1e, 0xab, 0xff, 0xfe, 0xb1, 0x53, 0xff, 0xff, 0xb9, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xaa, 0xab};

/// `to` holds zeros already.
void write_fp(uint8_t* to, const blst_fp& x) {
    blst_bendian_from_fp(to + padding, &x);
}

void write_fp2(uint8_t* to, const blst_fp2& x) {
    write_fp(to, x.fp[0]);
    write_fp(to + fp_size, x.fp[1]);
}

}  // namespace

std::optional<blst_fp> read_fp(const uint8_t* from) {
    if (std::any_of(from, from + padding, [](uint8_t b) { return b != 0; })) return std::nullopt;
    if (std::memcmp(from + padding, prime.data(), number_size) >= 0) return std::nullopt;
    blst_fp x;
    blst_fp_from_bendian(&x, from + padding);
    return x;
}

std::optional<blst_fp2> read_fp2(const uint8_t* from) {
    const auto c0 = read_fp(from), c1 = read_fp(from + fp_size);
    if (!c0 || !c1) return std::nullopt;
    return blst_fp2{{*c0, *c1}};
}

std::optional<G1::Affine> G1::read(const uint8_t* from) {
    const auto x = read_fp(from), y = read_fp(from + fp_size);
    if (!x || !y) return std::nullopt;
    const Affine point{*x, *y};
    if (!blst_p1_affine_is_inf(&point) && !blst_p1_affine_on_curve(&point)) return std::nullopt;
    return point;
}

std::optional<G2::Affine> G2::read(const uint8_t* from) {
    const auto x = read_fp2(from), y = read_fp2(from + 2 * fp_size);
    if (!x || !y) return std::nullopt;
    const Affine point{*x, *y};
    if (!blst_p2_affine_is_inf(&point) && !blst_p2_affine_on_curve(&point)) return std::nullopt;
    return point;
}

void G1::write(Bytes& output, const Point& point) {
    output.assign(size, 0);
    if (blst_p1_is_inf(&point)) return;
    Affine affine;
    blst_p1_to_affine(&affine, &point);
    write_fp(output.data(), affine.x);
    write_fp(output.data() + fp_size, affine.y);
}

void G2::write(Bytes& output, const Point& point) {
    output.assign(size, 0);
    if (blst_p2_is_inf(&point)) return;
    Affine affine;
    blst_p2_to_affine(&affine, &point);
    write_fp2(output.data(), affine.x);
    write_fp2(output.data() + 2 * fp_size, affine.y);
}

}  // namespace warpevm::precompiles::bls12_381
