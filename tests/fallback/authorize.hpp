// SPDX-License-Identifier: Apache-2.0
// Authorizations signed by keys, so that one account can set its delegation and clear it again (EIP-7702).
#pragma once

#include "evm/types/transaction.hpp"
#include "tests/codec/signer.hpp"

namespace warpevm::test {

/// For every chain. The address zero clears. What is signed is keccak256(5 || rlp([chain_id, address,
/// nonce])).
inline Authorization authorize(const Signer& signer, const Address& to, uint64_t nonce) {
    EXPECT_LT(nonce, 0x80U) << "would be encoded in several bytes";
    Authorization a{.chain_id = 0, .address = to, .nonce = nonce};
    Bytes message{0x05, 0xd7, 0x80, 0x94};
    append(message, to);
    message.push_back(nonce == 0 ? 0x80 : static_cast<uint8_t>(nonce));
    signer.sign(keccak256(message), a);
    return a;
}

}  // namespace warpevm::test
