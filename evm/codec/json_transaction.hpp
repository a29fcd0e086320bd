// SPDX-License-Identifier: Apache-2.0
// Transactions as JSON-RPC and geth's tools write them.
#pragma once

#include "evm/codec/json.hpp"
#include "evm/types/transaction.hpp"

namespace warpevm::json {

/// A transaction and what its JSON says beside it.
struct GivenTransaction {
    Transaction tx;
    std::optional<Address> from;
    std::optional<Hash> hash;
    /// Its type has an access list and the JSON has none; without a signature that is an empty one.
    bool lacks_access_list = false;
    /// Not none: the signature's v is not one that the protocol knows.
    Error invalid{};
    /// The key to sign with, and whether with replay protection (EIP-155); only tools' input has them.
    std::optional<Bytes32> secret_key;
    bool is_protected = true;
};

Result<void> read(const Value& value, GivenTransaction& into);

/// Sets chain id and parity of a legacy signature from its v (27, 28, or 35 and above by EIP-155).
/// Fails with tx_bad_signature for any other v.
Result<void> apply_legacy_v(const U256& v, Transaction& tx);

}  // namespace warpevm::json
