// SPDX-License-Identifier: Apache-2.0
// The pieces of the wire codec that its files share: one object read from, or appended to, a longer RLP.
#pragma once

#include "evm/codec/rlp.hpp"
#include "evm/codec/wire.hpp"

namespace warpevm {

/// decode_transaction for bytes that begin at `offset` of a longer input.
Result<Transaction> decode_envelope(BytesView bytes, size_t offset);

Result<Header> read_header(rlp::Reader& from);
void write_header(rlp::Writer& out, const Header& header);
Result<Withdrawal> read_withdrawal(rlp::Reader& from);
void write_withdrawal(rlp::Writer& out, const Withdrawal& withdrawal);

}  // namespace warpevm
