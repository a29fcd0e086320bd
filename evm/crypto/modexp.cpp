// SPDX-License-Identifier: Apache-2.0
// Modular exponentiation with GMP.
#include "evm/crypto/modexp.hpp"

#include <gmp.h>

#include <algorithm>

namespace warpevm {
namespace {

class Integer {
  public:
    Integer() { mpz_init(m_value); }
    explicit Integer(BytesView big_endian) : Integer() {
        constexpr size_t limb_size = sizeof(mp_limb_t);
        const size_t limbs = (big_endian.size() + limb_size - 1) / limb_size;
        if (limbs == 0) return;
        mp_limb_t* to = mpz_limbs_write(m_value, static_cast<mp_size_t>(limbs));
        for (size_t i = 0; i < limbs; ++i) {  // mpz_import takes a cycle and more for each byte
            const BytesView upper = big_endian.first(big_endian.size() - i * limb_size);
            to[i] = limb(upper.last(std::min(upper.size(), limb_size)));
        }
        mpz_limbs_finish(m_value, static_cast<mp_size_t>(limbs));
    }
    ~Integer() { mpz_clear(m_value); }
    Integer(const Integer&) = delete;
    Integer& operator=(const Integer&) = delete;

    mpz_ptr get() { return m_value; }
    mpz_srcptr get() const { return m_value; }

  private:
    static mp_limb_t limb(BytesView big_endian) {
        mp_limb_t value = 0;
        for (const uint8_t byte : big_endian) value = value << 8 | byte;
        return value;
    }

    mpz_t m_value;
};

/// Euler's function, by trial division.
unsigned long totient(unsigned long n) {
    unsigned long result = n;
    for (unsigned long p = 2; p * p <= n; ++p) {
        if (n % p != 0) continue;
        while (n % p == 0) n /= p;
        result -= result / p;
    }
    return n > 1 ? result - result / n : result;
}

/// Before EIP-7883 a small modulus makes each bit of a long exponent nearly free. By Euler's theorem in its
/// form for any base, a^e = a^(e mod phi + phi) modulo m where e is at least the highest power of a prime in
/// m.
/// Done where dividing costs less than squaring for each bit.
void shorten(Integer& exponent, const Integer& modulus) {
    const size_t bits = mpz_sizeinbase(modulus.get(), 2);
    if (bits > 32 || mpz_sizeinbase(exponent.get(), 2) < 64 + (size_t{1} << (bits + 1) / 2)) return;
    const unsigned long phi = totient(mpz_get_ui(modulus.get()));
    mpz_set_ui(exponent.get(), mpz_fdiv_ui(exponent.get(), phi) + phi);
}

}  // namespace

void modexp(const ModexpOperands& operands, std::span<uint8_t> result) {
    std::fill(result.begin(), result.end(), uint8_t{0});
    const Integer modulus{operands.modulus};
    if (mpz_sgn(modulus.get()) == 0) return;  // mpz_powm would abort

    const Integer base{operands.base};
    Integer exponent{operands.exponent};
    shorten(exponent, modulus);
    Integer power;
    mpz_powm(power.get(), base.get(), exponent.get(), modulus.get());
    if (mpz_sgn(power.get()) == 0) return;

    const size_t size = (mpz_sizeinbase(power.get(), 2) + 7) / 8;
    mpz_export(result.data() + (result.size() - size), nullptr, 1, 1, 1, 0, power.get());
}

}  // namespace warpevm
