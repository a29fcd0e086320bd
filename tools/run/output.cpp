// SPDX-License-Identifier: Apache-2.0
// --output: receipts and logs in the form of JSON-RPC, and the state difference; keys are sorted, so that
// files can be compared.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "evm/base/hex.hpp"
#include "evm/chain/receipts.hpp"
#include "evm/codec/wire.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/run/execute.hpp"

namespace warpevm::tools {
namespace {

// nlohmann::json, not ordered_json: it sorts.
using nlohmann::json;
namespace fs = std::filesystem;

json log_json(const Logs& logs, size_t index, size_t tx) {
    const LogRecord& log = logs[index];
    json out{{"address", to_hex(log.address)},
             {"data", to_hex(logs.data(log))},
             {"logIndex", to_quantity(index)},
             {"transactionIndex", to_quantity(tx)}};
    out["topics"] = json::array();
    for (const Bytes32& topic : logs.topics(log)) out["topics"].push_back(to_hex(topic));
    return out;
}

json receipt_json(const BlockInput& input, const BlockOutcome& outcome, const Receipt& receipt, size_t i) {
    const BlockTransaction& tx = input.transactions[i];
    const TransactionOutcome& result = outcome.transactions[i];
    json out{{"type", to_quantity(static_cast<uint64_t>(receipt.type))},
             {"transactionIndex", to_quantity(i)},
             {"from", to_hex(tx.sender)},
             {"to", tx.tx->to ? json(to_hex(*tx.tx->to)) : json(nullptr)},
             {"contractAddress", result.created ? json(to_hex(*result.created)) : json(nullptr)},
             {"gasUsed", to_quantity(result.gas_used)},
             {"cumulativeGasUsed", to_quantity(receipt.cumulative_gas)},
             {"effectiveGasPrice", to_quantity(result.effective_gas_price)},
             {"logsBloom", to_hex(receipt.bloom)}};
    if (tx.tx->is_signed()) out["transactionHash"] = to_hex(transaction_hash(*tx.tx));
    if (receipt.state_root)
        out["root"] = to_hex(*receipt.state_root);
    else
        out["status"] = receipt.success ? "0x1" : "0x0";
    out["logs"] = json::array();
    for (size_t k = 0; k < receipt.log_count; ++k)
        out["logs"].push_back(log_json(outcome.logs, receipt.first_log + k, i));
    return out;
}

void write(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary);
    out << text << '\n';
    out.close();
    if (!out) throw UsageError(fmt::format("{}: can't be written", file.string()));
}

}  // namespace

void write_outcome(const std::string& folder, const BlockFolder& block, const BlockInput& input,
                   const BlockOutcome& outcome) {
    const fs::path to = fs::path(folder) / std::to_string(*block.block.header.number);
    std::error_code problem;
    fs::create_directories(to, problem);
    if (problem) throw UsageError(fmt::format("--output: {}: {}", to.string(), problem.message()));
    const auto receipts = make_receipts(outcome, input.transactions);
    json list = json::array();
    json logs = json::array();
    for (size_t i = 0; i < receipts.size(); ++i) {
        list.push_back(receipt_json(input, outcome, receipts[i], i));
        for (const json& log : list.back()["logs"]) logs.push_back(log);
    }
    write(to / "receipts.json", list.dump(2));
    write(to / "logs.json", logs.dump(2));
    write(to / "state_diff.json", outcome.diff.to_json());
}

}  // namespace warpevm::tools
