// SPDX-License-Identifier: Apache-2.0
#include "tools/common/difference.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evm/base/hex.hpp"

namespace warpevm::tools {
namespace {

std::string text(const TransactionOutcome& tx) {
    return fmt::format("{} with {} gas and {} logs", tx.success ? "success" : "failure", tx.gas_used,
                       tx.log_count);
}

std::string text(const Verdict& verdict) {
    return verdict.valid() ? "a valid block" : to_string(verdict.error);
}

}  // namespace

bool same_results(const BlockOutcome& a, const BlockOutcome& b) {
    return a.verdict == b.verdict && a.transactions == b.transactions && a.logs == b.logs &&
           a.cumulative_gas == b.cumulative_gas && a.intermediate_roots == b.intermediate_roots &&
           a.gas_used == b.gas_used && a.blob_gas_used == b.blob_gas_used && a.requests == b.requests &&
           a.logs_bloom == b.logs_bloom && a.receipts_root == b.receipts_root &&
           a.requests_hash == b.requests_hash && a.diff == b.diff;
}

Difference first_difference(const BlockOutcome& expected, const BlockOutcome& got) {
    if (!(expected.verdict == got.verdict))
        return {text(expected.verdict), text(got.verdict), got.verdict.tx};
    for (size_t i = 0; i < std::min(expected.transactions.size(), got.transactions.size()); ++i)
        if (!(expected.transactions[i] == got.transactions[i]))
            return {text(expected.transactions[i]), text(got.transactions[i]), i};
    if (expected.gas_used != got.gas_used)
        return {std::to_string(expected.gas_used), std::to_string(got.gas_used), std::nullopt};
    if (expected.receipts_root != got.receipts_root)
        return {to_hex(expected.receipts_root), to_hex(got.receipts_root), std::nullopt};
    const auto what = [&] {
        if (!(expected.logs == got.logs)) return "logs";
        if (expected.requests != got.requests || expected.requests_hash != got.requests_hash)
            return "requests";
        if (!(expected.diff == got.diff)) return "state difference";
        return same_results(expected, got) ? "assumed reads" : "outcome";
    };
    return {fmt::format("the same {}", what()), "another one", std::nullopt};
}

std::string to_string(const Difference& d) {
    return (d.tx ? fmt::format("transaction {}: ", *d.tx) : "") +
           fmt::format("expected {}, got {}", d.expected, d.got);
}

}  // namespace warpevm::tools
