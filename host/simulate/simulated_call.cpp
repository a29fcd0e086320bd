// SPDX-License-Identifier: Apache-2.0
#include "host/simulate/simulated_call.hpp"

namespace warpevm {

std::string_view name(CallStatus status) {
    switch (status) {
        case CallStatus::success: return "success";
        case CallStatus::reverted: return "reverted";
        case CallStatus::failed: return "failed";
        case CallStatus::invalid: return "invalid";
        case CallStatus::no_answer: return "no_answer";
    }
    return "unknown";
}

size_t CallResult::size() const {
    const Logs::Mark held = logs.mark();
    return sizeof *this + output.size() + held.records * sizeof(LogRecord) + held.topics * sizeof(Bytes32) +
           held.data + assumed_accounts.size() * sizeof(Address) + assumed_slots.size() * sizeof(SlotKey) +
           error.detail.size();
}

}  // namespace warpevm
