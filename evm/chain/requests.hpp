// SPDX-License-Identifier: Apache-2.0
// Requests of the execution layer to the consensus layer (EIP-7685): deposits from logs, and what system
// contracts hand out.
#pragma once

#include <span>

#include "evm/base/result.hpp"
#include "evm/chain/outcome.hpp"

namespace warpevm {

enum class RequestType : uint8_t {
    deposit = 0,        ///< EIP-6110
    withdrawal = 1,     ///< EIP-7002
    consolidation = 2,  ///< EIP-7251
};

/// The deposit requests in the logs of `deposit_contract`, one after the other, without type byte. A deposit
/// log whose layout is not exactly the deposit contract's is the error deposit_log.
Result<Bytes> deposit_requests(const Logs& logs, const Address& deposit_contract);

/// Appends the request list of one type to `requests`, unless it is empty.
void add_requests(std::vector<Bytes>& requests, RequestType type, BytesView data);

/// sha256 over the sha256 of each (EIP-7685).
Hash requests_hash(std::span<const Bytes> requests);

}  // namespace warpevm
