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
        mpz_import(m_value, big_endian.size(), 1, 1, 1, 0, big_endian.data());
    }
    ~Integer() { mpz_clear(m_value); }
    Integer(const Integer&) = delete;
    Integer& operator=(const Integer&) = delete;

    mpz_ptr get() { return m_value; }
    mpz_srcptr get() const { return m_value; }

  private:
    mpz_t m_value;
};

}  // namespace

void modexp(const ModexpOperands& operands, std::span<uint8_t> result) {
    std::fill(result.begin(), result.end(), uint8_t{0});
    const Integer modulus{operands.modulus};
    if (mpz_sgn(modulus.get()) == 0) return;  // mpz_powm would abort

    const Integer base{operands.base}, exponent{operands.exponent};
    Integer power;
    mpz_powm(power.get(), base.get(), exponent.get(), modulus.get());
    if (mpz_sgn(power.get()) == 0) return;

    const size_t size = (mpz_sizeinbase(power.get(), 2) + 7) / 8;
    mpz_export(result.data() + (result.size() - size), nullptr, 1, 1, 1, 0, power.get());
}

}  // namespace warpevm
