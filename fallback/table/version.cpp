// SPDX-License-Identifier: Apache-2.0
#include "fallback/table/version.hpp"

namespace warpevm {
namespace {

/// An address can't be predicted, so no choice of positions makes a deep tree.
uint32_t priority_of(const void* version, Position position) {
    return static_cast<uint32_t>(mix64(reinterpret_cast<uintptr_t>(version) ^ mix64(position)));
}

}  // namespace

AccountSum::AccountSum(Position at, const AccountEffect& e) {
    if (has(e, WIPED)) {
        wiped = at;
        return;
    }
    delta = e.delta;
    if (has(e, WROTE_NONCE)) nonce = e.nonce;
    if (has(e, WROTE_CODE)) code_hash = &e.code_hash;
    if (has(e, TOUCHED)) touched = at;
}

void AccountSum::then(const AccountSum& next) {
    if (next.wiped != 0) {
        const Position before = estimate;
        *this = next;
        if (estimate == 0) estimate = before;
        return;
    }
    delta += next.delta;
    if (next.nonce) nonce = next.nonce;
    if (next.code_hash != nullptr) code_hash = next.code_hash;
    if (next.touched != 0) touched = next.touched;
    if (next.estimate != 0) estimate = next.estimate;
}

/// In the order of the journal's end_transaction.
void AccountSum::apply_to(AccountState& state, bool state_clearing) const {
    if (wiped != 0) state = {.record = {}, .exists = false, .wiped = wiped};
    AccountRecord& record = state.record;
    if (nonce) record.nonce = *nonce;
    if (code_hash != nullptr) record.code_hash = *code_hash;
    record.balance += delta;
    if (touched != 0) state.exists = true;
    if (state_clearing && touched != 0 && is_empty(record))
        state = {.record = {}, .exists = false, .wiped = touched};
}

AccountVersion::AccountVersion(Position at, const AccountEffect& e)
    : position(at), priority(priority_of(this, at)), own(at, e) {}

void AccountVersion::sum_up() {
    if (left == nullptr) {
        sum = own;
    } else {
        sum = left->sum;
        sum.then(own);
    }
    if (right != nullptr) sum.then(right->sum);
}

SlotVersion::SlotVersion(Position at, const U256& v)
    : position(at), priority(priority_of(this, at)), value(&v) {}

}  // namespace warpevm
