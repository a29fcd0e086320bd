// SPDX-License-Identifier: Apache-2.0
// The records of records.h as C++ has them.
#pragma once

#include <type_traits>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"

namespace warpevm {

#define WARPEVM_U32 uint32_t
#define WARPEVM_U64 uint64_t
#define WARPEVM_WORD U256
#define WARPEVM_HASH Bytes32
#define WARPEVM_ADDRESS Address
#include "evm/types/records.h"
#undef WARPEVM_U32
#undef WARPEVM_U64
#undef WARPEVM_WORD
#undef WARPEVM_HASH
#undef WARPEVM_ADDRESS

/// Index of an account, or of a slot, among those of a window.
using Row = uint32_t;

using AccountObservation = account_observation;
using SlotObservation = slot_observation;
using AccountEffect = account_effect;
using SlotEffect = slot_effect;
using LogRecord = log_record;

/// Fields that the flags don't speak of are zero, so that equal records are equal in all fields.
inline bool operator==(const AccountObservation& x, const AccountObservation& y) {
    return x.balance == y.balance && x.below == y.below && x.code_hash == y.code_hash && x.nonce == y.nonce &&
           x.row == y.row && x.flags == y.flags;
}
inline bool operator==(const SlotObservation& x, const SlotObservation& y) {
    return x.value == y.value && x.row == y.row;
}
inline bool operator==(const AccountEffect& x, const AccountEffect& y) {
    return x.delta == y.delta && x.code_hash == y.code_hash && x.nonce == y.nonce && x.row == y.row &&
           x.flags == y.flags;
}
inline bool operator==(const SlotEffect& x, const SlotEffect& y) {
    return x.value == y.value && x.row == y.row;
}
inline bool operator==(const LogRecord& x, const LogRecord& y) {
    return x.address == y.address && x.topic_count == y.topic_count && x.first_topic == y.first_topic &&
           x.data_offset == y.data_offset && x.data_size == y.data_size;
}

/// Of what has flags.
template <class Record>
constexpr bool has(const Record& record, uint32_t flag) {
    return (record.flags & flag) != 0;
}

static_assert(sizeof(AccountObservation) == 112 && sizeof(SlotObservation) == 40);
static_assert(sizeof(AccountEffect) == 80 && sizeof(SlotEffect) == 40);
static_assert(sizeof(LogRecord) == 48 && sizeof(transaction_record) == 72);

}  // namespace warpevm
