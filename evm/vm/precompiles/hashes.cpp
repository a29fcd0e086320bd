// SPDX-License-Identifier: Apache-2.0
// SHA256 at 0x02, RIPEMD160 at 0x03 and ID at 0x04 (Yellow Paper, appendix E).
#include "evm/crypto/message_digest.hpp"
#include "evm/vm/precompiles/run.hpp"

namespace warpevm::precompiles {

bool run_sha256(BytesView input, Fork, Bytes& output) {
    const Hash hash = sha256(input);
    output.assign(hash.bytes.begin(), hash.bytes.end());
    return true;
}

bool run_ripemd160(BytesView input, Fork, Bytes& output) {
    const auto hash = ripemd160(input);
    output.assign(12, 0);
    append(output, hash);
    return true;
}

bool run_identity(BytesView input, Fork, Bytes& output) {
    output.assign(input.begin(), input.end());
    return true;
}

}  // namespace warpevm::precompiles
