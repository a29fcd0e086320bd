// SPDX-License-Identifier: Apache-2.0
// Signed transactions with bad ones mixed in, and what recover_sender says of each.
#pragma once

#include "bench/workload/keys.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/secp256k1.hpp"
#include "host/senders/sender_batch.hpp"

namespace warpevm::test {

struct SignedTransactions {
    Rules rules{.fork = Fork::cancun, .chain_id = 1, .blobs = {}};
    std::vector<Transaction> transactions;
    std::vector<SenderRequest> requests;
    std::vector<Result<Address>> expected;

    /// Every third is spoiled in one of nine ways.
    explicit SignedTransactions(size_t count) {
        const workload::Signer signer;
        // Signing is slow, so there are few different ones.
        constexpr size_t different = 64;
        for (size_t i = 0; i < count; ++i) {
            if (i >= different) {
                transactions.push_back(transactions[i % different]);
                spoil(transactions.back(), i);
                continue;
            }
            Transaction& tx = transactions.emplace_back();
            tx.type = static_cast<TxType>(i % 3);
            if (tx.type != TxType::legacy || i % 2 == 0) tx.chain_id = 1;
            tx.nonce = i;
            tx.gas_limit = 21000;
            tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 1000 + i;
            tx.to = Address::from_low(i);
            tx.data.resize(i * 3);
            signer.sign(tx, signer.key(i));
        }
        for (const Transaction& tx : transactions) {
            requests.push_back({&tx, &rules});
            expected.push_back(recover_sender(tx, rules.fork, rules.chain_id));
        }
    }

  private:
    static void spoil(Transaction& tx, size_t i) {
        if (i % 3 != 0) return;
        switch (i / 3 % 9) {
            case 0: tx.r = 0; break;
            case 1: tx.s = 0; break;
            case 2: tx.r = secp256k1_order; break;
            case 3: tx.s = secp256k1_order - U256(1); break;
            case 4: tx.chain_id = 2; break;
            case 5: tx.y_parity ^= 1; break;
            case 6: tx.y_parity = 2; break;
            case 7: tx.r = tx.r ^ U256(i); break;
            default: tx.r = secp256k1_order - U256(1 + i); break;
        }
    }
};

}  // namespace warpevm::test
