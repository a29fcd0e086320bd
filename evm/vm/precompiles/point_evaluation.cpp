// SPDX-License-Identifier: Apache-2.0
// KZG_POINT_EVALUATION at 0x0a (EIP-4844): that a blob's polynomial takes a value at a point.
#include "evm/base/u256.hpp"
#include "evm/crypto/kzg.hpp"
#include "evm/crypto/message_digest.hpp"
#include "evm/vm/precompiles/run.hpp"

namespace warpevm::precompiles {
namespace {

constexpr uint8_t versioned_hash_version_kzg = 0x01;
constexpr uint64_t field_elements_per_blob = 4096;
constexpr U256 bls_modulus{0xffffffff00000001ULL, 0x53bda402fffe5bfeULL, 0x3339d80809a1d805ULL,
                           0x73eda753299d7d48ULL};

Bytes32 word(BytesView input, size_t offset) {
    Bytes32 result;
    std::memcpy(result.bytes.data(), input.data() + offset, 32);
    return result;
}

Hash versioned_hash(KzgPoint commitment) {
    Hash hash = sha256(commitment);
    hash.bytes[0] = versioned_hash_version_kzg;
    return hash;
}

}  // namespace

/// Versioned hash 32, z 32, y 32, commitment 48, proof 48.
bool run_point_evaluation(BytesView input, Fork, Bytes& output) {
    if (input.size() != 192) return false;
    const KzgOpening opening{input.subspan<96, 48>(), word(input, 32), word(input, 64),
                             input.subspan<144, 48>()};
    if (versioned_hash(opening.commitment) != word(input, 0)) return false;
    if (!verify_kzg_opening(opening)) return false;
    output.resize(64);
    store_be(output.data(), U256{field_elements_per_blob});
    store_be(output.data() + 32, bls_modulus);
    return true;
}

}  // namespace warpevm::precompiles
