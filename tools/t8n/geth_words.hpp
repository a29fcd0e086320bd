// SPDX-License-Identifier: Apache-2.0
// The protocol's faults in go-ethereum's words, by which the tools around it recognise them.
#pragma once

#include <string>

#include "evm/base/bytes.hpp"
#include "evm/base/result.hpp"

namespace warpevm::tools {

/// What the words may speak of beside the error itself.
struct Concerned {
    Address sender;    ///< of the transaction
    size_t index = 0;  ///< its place in the list
};

/// The error as geth words it; our own sentence where the protocol has no part in it.
std::string geth_words(const Error& error, const Concerned& of);
/// The words of errors.def's protocol reasons before anything is filled in; null where there are none.
const char* geth_words_of(ErrorCode code);

/// The address with its checksum in the case of its letters (EIP-55).
std::string checksummed(const Address& address);

}  // namespace warpevm::tools
