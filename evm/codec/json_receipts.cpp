// SPDX-License-Identifier: Apache-2.0
// Reads receipts member by member.
#include "evm/codec/json_receipts.hpp"

namespace warpevm::json {

static Result<void> read(const Value& value, GivenLog& into) {
    return Fields(value)
        .required("address", into.address)
        .required("topics", into.topics)
        .required("data", into.data)
        .result();
}

static Result<void> read(const Value& value, GivenReceipt& into) {
    return Fields(value)
        .optional("status", into.status)
        .optional("root", into.root)
        .optional("gasUsed", into.gas_used)
        .optional("cumulativeGasUsed", into.cumulative_gas_used)
        .optional("effectiveGasPrice", into.effective_gas_price)
        .optional("contractAddress", into.contract_address)
        .optional("logsBloom", into.logs_bloom)
        .optional("logs", into.logs)
        .result();
}

Result<std::vector<GivenReceipt>> read_receipts(const Value& value) {
    const auto list = value.is_array() ? Result<Value>(value) : value.at("result");
    if (!list) return tl::unexpected(list.error());
    std::vector<GivenReceipt> receipts;
    if (auto done = read(*list, receipts); !done) return tl::unexpected(done.error());
    return receipts;
}

}  // namespace warpevm::json
