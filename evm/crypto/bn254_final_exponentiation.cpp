// SPDX-License-Identifier: Apache-2.0
// The final exponentiation of the pairing.
#include "evm/crypto/bn254_naf.hpp"
#include "evm/crypto/bn254_pairing.hpp"

namespace warpevm::bn254 {
namespace {

constexpr unsigned window = 4;
constexpr Naf seed_naf = make_naf(seed, window);

/// a^x for a in the cyclotomic subgroup, where conjugates are inverses.
Fp12 power_of_seed(const Fp12& a) {
    std::array<Fp12, 1U << (window - 2)> odd;
    const Fp12 aa = cyclotomic_square(a);
    odd[0] = a;
    for (size_t i = 1; i < odd.size(); ++i) odd[i] = odd[i - 1] * aa;
    const auto pick = [&](int digit) -> Fp12 {
        return digit > 0 ? odd[static_cast<size_t>(digit) / 2]
                         : conjugate(odd[static_cast<size_t>(-digit) / 2]);
    };
    Fp12 result = pick(seed_naf.digit[seed_naf.length - 1]);
    for (size_t i = seed_naf.length - 1; i-- > 0;) {
        result = cyclotomic_square(result);
        if (seed_naf.digit[i] != 0) result = result * pick(seed_naf.digit[i]);
    }
    return result;
}

/// f^((p^6 - 1)(p^2 + 1)), which lies in the cyclotomic subgroup.
Fp12 easy_part(const Fp12& f) {
    const Fp12 g = conjugate(f) * inverse(f);
    return frobenius_squared(g) * g;
}

/// f^(2x (6x^2 + 3x + 1) (p^4 - p^2 + 1) / r), by Fuentes-Castaneda, Knapp and Rodriguez-Henriquez, "Faster
/// Hashing to G2" (2011). To the base p this exponent has the digits 1 + 6x + 12x^2 + 12x^3, 4x + 6x^2 +
/// 12x^3, 6x + 6x^2 + 12x^3 and -1 + 4x + 6x^2 + 12x^3.
Fp12 hard_part(const Fp12& f) {
    const Fp12 f2x = cyclotomic_square(power_of_seed(f));
    const Fp12 f6x = cyclotomic_square(f2x) * f2x;
    const Fp12 f6x2 = power_of_seed(f6x);
    const Fp12 f12x3 = power_of_seed(cyclotomic_square(f6x2));
    const Fp12 third = f12x3 * f6x2 * f6x;
    const Fp12 second = third * conjugate(f2x);
    const Fp12 first = third * f6x2 * f;
    const Fp12 fourth = second * conjugate(f);
    return first * frobenius(second) * frobenius_squared(third * frobenius(fourth));
}

}  // namespace

Fp12 final_exponentiation(const Fp12& f) {
    return hard_part(easy_part(f));
}

}  // namespace warpevm::bn254
