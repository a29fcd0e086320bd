// SPDX-License-Identifier: Apache-2.0
// What a call frame is given, how it can end, and what surrounds a transaction.
#pragma once

#include <span>
#include <string_view>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"
#include "evm/state/code.hpp"
#include "evm/state/observation.hpp"

namespace warpevm {

enum class Status : uint8_t {
#define WARPEVM_STATUS(name, number) name = number,
#include "evm/vm/status.def"
#undef WARPEVM_STATUS
};
std::string_view name(Status status);
/// An exceptional halt takes all gas of its frame (Yellow Paper 9.4.2).
constexpr bool is_exceptional(Status s) {
    return s >= Status::out_of_gas;
}

/// A message call or the run of a creation's init code (Yellow Paper 8 and 7).
struct Message {
    /// The account whose storage and balance the code works on (ADDRESS), and who called it (CALLER).
    Address recipient;
    Address sender;
    Row recipient_row = 0;
    Row sender_row = 0;
    /// CALLVALUE, in wei. A DELEGATECALL inherits it without a transfer.
    U256 value;
    bool transfers_value = false;
    bool is_static = false;
    int depth = 0;
    int64_t gas = 0;
    BytesView input;
    /// Where the code came from: decides about precompiles.
    Address code_address;
    const Code* code = nullptr;
};

/// How a frame ended. Its output is in the machine's buffer for its depth.
struct FrameResult {
    Status status = Status::success;
    int64_t gas_left = 0;
};

/// What all frames of one transaction share.
struct TransactionEnvironment {
    Address origin;
    U256 gas_price;
    std::span<const Hash> blob_hashes;
};

}  // namespace warpevm
