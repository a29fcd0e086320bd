// SPDX-License-Identifier: Apache-2.0
// Reads receipts member by member.
#include "evm/codec/json_receipts.hpp"

#include "evm/codec/json_rpc.hpp"

namespace warpevm::json {

static Result<void> read(const Value& value, GivenLog& into) {
    return Fields(value)
        .required("address", into.address)
        .required("topics", into.topics)
        .required("data", into.data)
        .optional("logIndex", into.log_index)
        .optional("transactionIndex", into.transaction_index)
        .optional("transactionHash", into.transaction_hash)
        .optional("blockNumber", into.block_number)
        .optional("blockHash", into.block_hash)
        .result();
}

/// Null counts as said, where the member is there.
static Result<void> read_said(const Value& receipt, std::string_view key,
                              std::optional<AddressOrNull>& into) {
    if (!receipt.names(key)) return {};
    into.emplace();
    return Fields(receipt).optional(key, into->address).result();
}

static Result<void> read(const Value& answer, GivenReceipt& into) {
    const auto value = rpc_result(answer);
    if (!value) return tl::unexpected(value.error());
    auto done = Fields(*value)
                    .optional("status", into.status)
                    .optional("root", into.root)
                    .optional("type", into.type)
                    .optional("gasUsed", into.gas_used)
                    .optional("cumulativeGasUsed", into.cumulative_gas_used)
                    .optional("effectiveGasPrice", into.effective_gas_price)
                    .optional("blobGasUsed", into.blob_gas_used)
                    .optional("blobGasPrice", into.blob_gas_price)
                    .optional("transactionIndex", into.transaction_index)
                    .optional("transactionHash", into.transaction_hash)
                    .optional("blockNumber", into.block_number)
                    .optional("blockHash", into.block_hash)
                    .optional("from", into.from)
                    .optional("logsBloom", into.logs_bloom)
                    .optional("logs", into.logs)
                    .result();
    if (!done) return done;
    if (done = read_said(*value, "to", into.to); !done) return done;
    return read_said(*value, "contractAddress", into.contract_address);
}

Result<std::vector<GivenReceipt>> read_receipts(const Value& value) {
    const auto unwrapped = rpc_result(value);
    if (!unwrapped) return tl::unexpected(unwrapped.error());
    const auto inner = unwrapped->find("receipts");
    std::vector<GivenReceipt> receipts;
    if (auto done = read(inner ? *inner : *unwrapped, receipts); !done) return tl::unexpected(done.error());
    return receipts;
}

}  // namespace warpevm::json
