// SPDX-License-Identifier: Apache-2.0
// KZG opening proofs with blst. Both points of G2 in the equation are constants, so their Miller-loop lines
// are kept.
#include "evm/crypto/kzg.hpp"

#include <blst.h>

#include <array>
#include <optional>

namespace warpevm {
namespace {

/// tau*G2 of the Ethereum KZG ceremony: the second of the 65 G2 points of the mainnet trusted setup
/// (trusted_setup.txt of c-kzg-4844, as in the npm package c-kzg 4.1.0), compressed.
constexpr std::array<uint8_t, 96> tau_g2{
    0xb5, 0xbf, 0xd7, 0xdd, 0x8c, 0xde, 0xb1, 0x28, 0x84, 0x3b, 0xc2, 0x87, 0x23, 0x0a, 0xf3, 0x89,
    0x26, 0x18, 0x70, 0x75, 0xcb, 0xfb, 0xef, 0xa8, 0x10, 0x09, 0xa2, 0xce, 0x61, 0x5a, 0xc5, 0x3d,
    0x29, 0x14, 0xe5, 0x87, 0x0c, 0xb4, 0x52, 0xd2, 0xaf, 0xaa, 0xab, 0x24, 0xf3, 0x49, 0x9f, 0x72,
    0x18, 0x5c, 0xbf, 0xee, 0x53, 0x49, 0x27, 0x14, 0x73, 0x44, 0x29, 0xb7, 0xb3, 0x86, 0x08, 0xe2,
    0x39, 0x26, 0xc9, 0x11, 0xcc, 0xec, 0xea, 0xc9, 0xa3, 0x68, 0x51, 0x47, 0x7b, 0xa4, 0xc6, 0x0b,
    0x08, 0x70, 0x41, 0xde, 0x62, 0x10, 0x00, 0xed, 0xc9, 0x8e, 0xda, 0xda, 0x20, 0xc1, 0xde, 0xf2};

using Lines = std::array<blst_fp6, 68>;

struct Setup {
    Lines g2;
    Lines tau_g2_lines;
};

/// That the constant decodes, and is tau times the generator, is a test (tests/crypto/kzg_test.cpp).
Setup prepare() {
    Setup setup;
    blst_precompute_lines(setup.g2.data(), blst_p2_affine_generator());
    blst_p2_affine tau;
    blst_p2_uncompress(&tau, tau_g2.data());
    blst_precompute_lines(setup.tau_g2_lines.data(), &tau);
    return setup;
}
const Setup& setup() {
    static const Setup prepared = prepare();
    return prepared;
}

std::optional<blst_p1_affine> read_g1(KzgPoint bytes) {
    blst_p1_affine point;
    if (blst_p1_uncompress(&point, bytes.data()) != BLST_SUCCESS) return std::nullopt;
    if (!blst_p1_affine_in_g1(&point)) return std::nullopt;
    return point;
}

std::optional<blst_scalar> read_scalar(const Bytes32& bytes) {
    blst_scalar scalar;
    blst_scalar_from_bendian(&scalar, bytes.bytes.data());
    if (!blst_scalar_fr_check(&scalar)) return std::nullopt;
    return scalar;
}

blst_p1 multiply(const blst_p1& point, const blst_scalar& scalar) {
    blst_p1 product;
    blst_p1_mult(&product, &point, scalar.b, 255);
    return product;
}

/// commitment - y*G1 + z*proof
blst_p1 left_point(const blst_p1_affine& commitment, const blst_scalar& z, const blst_scalar& y,
                   const blst_p1_affine& proof) {
    blst_p1 proof_point;
    blst_p1_from_affine(&proof_point, &proof);
    blst_p1 sum = multiply(*blst_p1_generator(), y);
    blst_p1_cneg(&sum, true);
    const blst_p1 z_proof = multiply(proof_point, z);
    blst_p1_add_or_double(&sum, &sum, &z_proof);
    blst_p1_add_or_double_affine(&sum, &sum, &commitment);
    return sum;
}

/// e(a, G2) == e(b, tau*G2)
bool pairings_equal(const blst_p1& a, const blst_p1_affine& b) {
    // The precomputed lines know nothing of the point at infinity, whose pairing is one.
    if (blst_p1_is_inf(&a) || blst_p1_affine_is_inf(&b))
        return blst_p1_is_inf(&a) && blst_p1_affine_is_inf(&b);
    blst_p1_affine a_affine;
    blst_p1_to_affine(&a_affine, &a);
    blst_fp12 left, right;
    blst_miller_loop_lines(&left, setup().g2.data(), &a_affine);
    blst_miller_loop_lines(&right, setup().tau_g2_lines.data(), &b);
    return blst_fp12_finalverify(&left, &right);
}

}  // namespace

bool verify_kzg_opening(const KzgOpening& opening) {
    const auto z = read_scalar(opening.z), y = read_scalar(opening.y);
    if (!z || !y) return false;
    const auto commitment = read_g1(opening.commitment), proof = read_g1(opening.proof);
    if (!commitment || !proof) return false;
    // EIP-4844's e(commitment - y*G1, G2) = e(proof, (tau - z)*G2), with the variable factor moved to G1.
    return pairings_equal(left_point(*commitment, *z, *y, *proof), *proof);
}

}  // namespace warpevm
