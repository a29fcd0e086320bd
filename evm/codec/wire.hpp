// SPDX-License-Identifier: Apache-2.0
// Transactions, headers, withdrawals and blocks between bytes and values, exactly as on the wire.
#pragma once

#include <span>

#include "evm/base/result.hpp"
#include "evm/types/block.hpp"
#include "evm/types/fork.hpp"

namespace warpevm {

/// Decodes a transaction in its envelope form: type byte and payload (EIP-2718), or a legacy list.
/// Checks the form only; blob transactions with a sidecar (network form) are refused with tx_blob_sidecar.
Result<Transaction> decode_transaction(BytesView bytes);
/// The envelope form. In a block, typed transactions are wrapped as RLP strings; that is the block codec's
/// work.
Bytes encode_transaction(const Transaction& tx);
/// keccak256 of the envelope form.
Hash transaction_hash(const Transaction& tx);
/// The digest that the sender signed (EIP-155 where chain_id is given, EIP-2718 types).
Hash signing_hash(const Transaction& tx);

Result<Header> decode_header(BytesView bytes);
Bytes encode_header(const Header& header);
Hash header_hash(const Header& header);
/// keccak256 of the RLP list of ommer headers.
Hash ommers_hash(std::span<const Header> ommers);
Bytes encode_withdrawal(const Withdrawal& withdrawal);

Result<Block> decode_block(BytesView bytes);
Bytes encode_block(const Block& block);

}  // namespace warpevm
