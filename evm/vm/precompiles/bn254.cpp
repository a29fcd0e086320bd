// SPDX-License-Identifier: Apache-2.0
// BN254_ADD at 0x06, BN254_MUL at 0x07 (EIP-196) and BN254_PAIRING at 0x08 (EIP-197).
#include "evm/crypto/bn254.hpp"

#include "evm/vm/precompiles/padding.hpp"
#include "evm/vm/precompiles/run.hpp"

namespace warpevm::precompiles {

bool run_bn254_add(BytesView input, Fork, Bytes& output) {
    const auto points = padded<128>(input);
    output.resize(64);
    return bn254::add(points, std::span<uint8_t, 64>{output});
}

bool run_bn254_mul(BytesView input, Fork, Bytes& output) {
    const auto point_and_scalar = padded<96>(input);
    output.resize(64);
    return bn254::mul(point_and_scalar, std::span<uint8_t, 64>{output});
}

bool run_bn254_pairing(BytesView input, Fork, Bytes& output) {
    if (input.size() % 192 != 0) return false;
    const auto product_is_one = bn254::pairing_check(input);
    if (!product_is_one) return false;
    write_flag(output, *product_is_one);
    return true;
}

}  // namespace warpevm::precompiles
