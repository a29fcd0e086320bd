// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/verification.hpp"

#include <algorithm>

#include "evm/base/hex.hpp"
#include "evm/chain/system_contracts.hpp"

namespace warpevm {
namespace {

constexpr std::string_view not_given = "the block does not say it";

std::string text(uint64_t x) {
    return std::to_string(x);
}
std::string text(BytesView b) {
    return to_hex(b);
}

template <class T>
void compare(Verification& to, std::string_view field, ErrorCode code, const std::optional<T>& expected,
             const T& got) {
    if (!expected) {
        to.unchecked.push_back({field, std::string(not_given)});
        return;
    }
    to.checked.push_back(field);
    if (!(*expected == got)) to.mismatches.push_back({field, code, text(*expected), text(got), std::nullopt});
}

/// What was taken as zero of the contracts that hand out requests: it may have been in their queues.
size_t unknown_queue_slots(const BlockOutcome& outcome) {
    return static_cast<size_t>(std::ranges::count_if(outcome.assumed_slots, [](const SlotKey& key) {
        return key.address == withdrawal_requests_address || key.address == consolidation_requests_address;
    }));
}

}  // namespace

ExpectedResults expected_results(const Header& header) {
    return {header.gas_used,   header.logs_bloom,    header.receipts_root,
            header.state_root, header.blob_gas_used, header.requests_hash};
}

Error Verification::first_error() const {
    if (mismatches.empty()) return {};
    const Mismatch& m = mismatches.front();
    return {m.code, "expected " + m.expected + ", got " + m.got};
}

Verification verify(const BlockOutcome& outcome, const ExpectedResults& expected, const Rules& rules,
                    const StateRoot& state) {
    Verification v;
    compare(v, "gas_used", ErrorCode::result_gas_used, expected.gas_used, outcome.gas_used);
    if (rules.at_least(Fork::cancun))
        compare(v, "blob_gas_used", ErrorCode::result_blob_gas_used, expected.blob_gas_used,
                outcome.blob_gas_used);
    compare(v, "logs_bloom", ErrorCode::result_logs_bloom, expected.logs_bloom, outcome.logs_bloom);
    if (!rules.at_least(Fork::byzantium) && outcome.intermediate_roots.empty() &&
        !outcome.transactions.empty())
        v.unchecked.push_back(
            {"receipts_root", "receipts before Byzantium hold state roots, which need a complete state"});
    else
        compare(v, "receipts_root", ErrorCode::result_receipts_root, expected.receipts_root,
                outcome.receipts_root);
    if (rules.at_least(Fork::prague)) {
        const auto unknown = unknown_queue_slots(outcome);
        if (unknown != 0)
            v.unchecked.push_back(
                {"requests_hash", "the state does not hold " + std::to_string(unknown) +
                                      " slots of the system contracts of EIP-7002 and EIP-7251, whose queues "
                                      "are the requests"});
        else if (outcome.requests_hash)
            compare(v, "requests_hash", ErrorCode::result_requests_hash, expected.requests_hash,
                    *outcome.requests_hash);
        else
            v.unchecked.push_back({"requests_hash", "a system contract is not in the state"});
    }
    if (state.root)
        compare(v, "state_root", ErrorCode::result_state_root, expected.state_root, *state.root);
    else
        v.unchecked.push_back({"state_root", state.why_not});
    return v;
}

}  // namespace warpevm
