// SPDX-License-Identifier: Apache-2.0
// Throw-away keys that anyone can derive, and signatures with them. Never send anything of worth to their
// addresses.
#pragma once

#include <memory>

#include "evm/types/transaction.hpp"

struct secp256k1_context_struct;

namespace warpevm::workload {

struct Key {
    Bytes32 secret;
    Address address;
};

/// Signatures are deterministic (RFC 6979): the same key and transaction always give the same bytes.
class Signer {
  public:
    Signer();
    /// Key number `index`: its secret is keccak256("warpevm example key", index as 8 bytes, most significant
    /// first).
    [[nodiscard]] Key key(uint64_t index) const;
    /// Fills in the signature over everything else in `tx`.
    void sign(Transaction& tx, const Key& key) const;

  private:
    struct Destroy {
        void operator()(secp256k1_context_struct* context) const;
    };
    std::unique_ptr<secp256k1_context_struct, Destroy> m_context;
};

}  // namespace warpevm::workload
