// SPDX-License-Identifier: Apache-2.0
// The sum of products for the processor at hand, and multiplication by nine.
#include "evm/crypto/bn254_field.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace warpevm::bn254 {

#if defined(__x86_64__)
namespace {

/// BMI2 and ADX (CPUID leaf 7, EBX bits 8 and 19); neither needs the operating system's support.
bool detect_adx() {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
    return (ebx >> 8 & 1) != 0 && (ebx >> 19 & 1) != 0;
}
const bool has_adx = detect_adx();

}  // namespace

template <size_t N>
Limbs dot(const Factors<N>& a, const Factors<N>& b) {
    if (has_adx) [[likely]]
        return dot_with<AdxOps, N>(a, b);
    return dot_with<X86Ops, N>(a, b);
}
#else
template <size_t N>
Limbs dot(const Factors<N>& a, const Factors<N>& b) {
    return dot_with<PortableOps, N>(a, b);
}
#endif

template Limbs dot(const Factors<1>&, const Factors<1>&);
template Limbs dot(const Factors<2>&, const Factors<2>&);
template Limbs dot(const Factors<4>&, const Factors<4>&);
template Limbs dot(const Factors<6>&, const Factors<6>&);

namespace {

/// 0, p, 2p ... 9p modulo 2^256.
constexpr std::array<Limbs, 10> make_multiples_of_prime() {
    std::array<Limbs, 10> m{};
    for (size_t i = 1; i < m.size(); ++i) m[i] = add_wrapping(m[i - 1], prime_limbs);
    return m;
}
constexpr std::array<Limbs, 10> multiples_of_prime = make_multiples_of_prime();
/// The top 14 bits of p.
constexpr uint64_t prime_top = prime_limbs[3] >> 48;

}  // namespace

Fp nine_times_plus(const Fp& a, const Fp& b) {
    Sum s{b.v[0], b.v[1], b.v[2], b.v[3]};
    PortableOps::add_row<false>(s, 9, a.v);
    // The sum is below 10p. Dividing its top by one more than p's top never overestimates the quotient, and
    // by the sizes (10/12389 + 1/12389 < 1) underestimates by one at most: what is left is below 2p and one
    // step reduces it.
    const uint64_t quotient = (s.t4 << 16 | s.t3 >> 48) / (prime_top + 1);
    return {NativeOps::reduce_once(
        NativeOps::sub_wrapping({s.t0, s.t1, s.t2, s.t3}, multiples_of_prime[quotient]))};
}

}  // namespace warpevm::bn254
