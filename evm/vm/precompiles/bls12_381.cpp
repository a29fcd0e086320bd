// SPDX-License-Identifier: Apache-2.0
// BLS12_G1ADD at 0x0b to BLS12_MAP_FP2_TO_G2 at 0x11 (EIP-2537), with blst.
#include "evm/vm/precompiles/bls12_381.hpp"

#include <vector>

#include "evm/vm/precompiles/run.hpp"

namespace warpevm::precompiles {
namespace {

using bls12_381::G1;
using bls12_381::G2;

/// Takes points outside the subgroup too: EIP-2537 asks only that they be on the curve.
template <class Group>
bool add(BytesView input, Bytes& output) {
    if (input.size() != 2 * Group::size) return false;
    const auto a = Group::read(input.data()), b = Group::read(input.data() + Group::size);
    if (!a || !b) return false;
    typename Group::Point sum;
    Group::from_affine(&sum, &*a);
    Group::add_affine(&sum, &sum, &*b);
    Group::write(output, sum);
    return true;
}

/// The pairs that count: blst's multi-scalar multiplication does not know the point at infinity.
template <class Group>
struct Terms {
    std::vector<typename Group::Affine> points;
    std::vector<blst_scalar> scalars;
};

template <class Group>
std::optional<Terms<Group>> read_terms(BytesView input) {
    constexpr size_t pair_size = Group::size + bls12_381::scalar_size;
    if (input.empty() || input.size() % pair_size != 0) return std::nullopt;
    Terms<Group> terms;
    terms.points.reserve(input.size() / pair_size);
    terms.scalars.reserve(input.size() / pair_size);
    for (size_t at = 0; at < input.size(); at += pair_size) {
        const uint8_t* pair = input.data() + at;
        const auto point = bls12_381::read_in_subgroup<Group>(pair);
        if (!point) return std::nullopt;
        // Any 256-bit scalar is allowed; reducing it modulo r changes nothing within the subgroup.
        blst_scalar scalar;
        const bool non_zero = blst_scalar_from_be_bytes(&scalar, pair + Group::size, bls12_381::scalar_size);
        if (!non_zero || Group::is_infinity(&*point)) continue;
        terms.points.push_back(*point);
        terms.scalars.push_back(scalar);
    }
    return terms;
}

template <class Group>
typename Group::Point sum_of_products(const Terms<Group>& terms) {
    constexpr size_t scalar_bits = 255;  // below r
    const size_t count = terms.points.size();
    typename Group::Point sum{};  // z = 0: infinity
    if (count == 0) return sum;
    if (count == 1) {
        Group::from_affine(&sum, terms.points.data());
        Group::multiply(&sum, &sum, terms.scalars[0].b, scalar_bits);
        return sum;
    }
    // A null pointer tells blst that the elements follow one another.
    const typename Group::Affine* points[] = {terms.points.data(), nullptr};
    const byte* scalars[] = {terms.scalars[0].b, nullptr};
    std::vector<limb_t> scratch(Group::msm_scratch_bytes(count) / sizeof(limb_t));
    Group::msm(&sum, points, count, scalars, scalar_bits, scratch.data());
    return sum;
}

template <class Group>
bool multiply_and_sum(BytesView input, Bytes& output) {
    const auto terms = read_terms<Group>(input);
    if (!terms) return false;
    Group::write(output, sum_of_products(*terms));
    return true;
}

/// The product of the pairings of (p[i], q[i]) is one. None is infinity.
bool pairing_product_is_one(const std::vector<G1::Affine>& p, const std::vector<G2::Affine>& q) {
    if (p.empty()) return true;
    const G1::Affine* ps[] = {p.data(), nullptr};
    const G2::Affine* qs[] = {q.data(), nullptr};
    blst_fp12 product;
    blst_miller_loop_n(&product, qs, ps, p.size());
    blst_final_exp(&product, &product);
    return blst_fp12_is_one(&product);
}

}  // namespace

bool run_bls12_g1add(BytesView input, Fork, Bytes& output) {
    return add<G1>(input, output);
}
bool run_bls12_g2add(BytesView input, Fork, Bytes& output) {
    return add<G2>(input, output);
}
bool run_bls12_g1msm(BytesView input, Fork, Bytes& output) {
    return multiply_and_sum<G1>(input, output);
}
bool run_bls12_g2msm(BytesView input, Fork, Bytes& output) {
    return multiply_and_sum<G2>(input, output);
}

bool run_bls12_pairing(BytesView input, Fork, Bytes& output) {
    constexpr size_t pair_size = G1::size + G2::size;
    if (input.empty() || input.size() % pair_size != 0) return false;
    std::vector<G1::Affine> ps;
    std::vector<G2::Affine> qs;
    ps.reserve(input.size() / pair_size);
    qs.reserve(input.size() / pair_size);
    for (size_t at = 0; at < input.size(); at += pair_size) {
        const auto p = bls12_381::read_in_subgroup<G1>(input.data() + at);
        const auto q = bls12_381::read_in_subgroup<G2>(input.data() + at + G1::size);
        if (!p || !q) return false;
        // A pairing with infinity is one.
        if (G1::is_infinity(&*p) || G2::is_infinity(&*q)) continue;
        ps.push_back(*p);
        qs.push_back(*q);
    }
    write_flag(output, pairing_product_is_one(ps, qs));
    return true;
}

bool run_bls12_map_fp(BytesView input, Fork, Bytes& output) {
    if (input.size() != bls12_381::fp_size) return false;
    const auto u = bls12_381::read_fp(input.data());
    if (!u) return false;
    G1::Point point;
    blst_map_to_g1(&point, &*u, nullptr);
    G1::write(output, point);
    return true;
}

bool run_bls12_map_fp2(BytesView input, Fork, Bytes& output) {
    if (input.size() != 2 * bls12_381::fp_size) return false;
    const auto u = bls12_381::read_fp2(input.data());
    if (!u) return false;
    G2::Point point;
    blst_map_to_g2(&point, &*u, nullptr);
    G2::write(output, point);
    return true;
}

}  // namespace warpevm::precompiles
