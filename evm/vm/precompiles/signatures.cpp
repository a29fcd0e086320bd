// SPDX-License-Identifier: Apache-2.0
// ECREC at 0x01 (Yellow Paper, appendix E) and P256VERIFY at 0x100 (EIP-7951). A wrong signature is no
// failure: the call succeeds and returns nothing.
#include "evm/crypto/p256.hpp"
#include "evm/crypto/secp256k1.hpp"
#include "evm/vm/precompiles/padding.hpp"
#include "evm/vm/precompiles/run.hpp"

namespace warpevm::precompiles {

bool run_ecrecover(BytesView input, Fork, Bytes& output) {
    output.clear();
    const auto words = padded<128>(input);
    Hash digest;
    std::memcpy(digest.bytes.data(), words.data(), 32);
    const U256 v = load_be(words.data() + 32);
    if (v != U256{27} && v != U256{28}) return true;

    const auto y_parity = static_cast<uint8_t>(v.limb[0] - 27);
    const auto signer =
        recover_address(digest, load_be(words.data() + 64), load_be(words.data() + 96), y_parity);
    if (!signer) return true;
    output.assign(12, 0);
    append(output, *signer);
    return true;
}

bool run_p256verify(BytesView input, Fork, Bytes& output) {
    output.clear();
    if (input.size() != 160) return true;
    Hash digest;
    std::memcpy(digest.bytes.data(), input.data(), 32);
    const P256Signature signature{load_be(input.data() + 32), load_be(input.data() + 64)};
    const P256PublicKey key{load_be(input.data() + 96), load_be(input.data() + 128)};
    if (p256_verify(digest, signature, key)) write_flag(output, true);
    return true;
}

}  // namespace warpevm::precompiles
