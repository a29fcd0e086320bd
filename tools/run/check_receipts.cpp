// SPDX-License-Identifier: Apache-2.0
// receipts.json compared with the outcome, member by member.
#include <fmt/format.h>

#include <algorithm>

#include "evm/base/hex.hpp"
#include "evm/chain/fees.hpp"
#include "evm/chain/receipts.hpp"
#include "evm/codec/wire.hpp"
#include "tools/run/execute.hpp"

namespace warpevm::tools {
namespace {

using json::GivenLog;
using json::GivenReceipt;

std::string text(uint64_t x) {
    return std::to_string(x);
}
std::string text(bool x) {
    return x ? "success" : "failure";
}
std::string text(const U256& x) {
    return to_decimal(x);
}
std::string text(BytesView x) {
    return to_hex(x);
}
std::string or_null(const std::optional<Address>& address) {
    return address ? to_hex(*address) : "null";
}

class ReceiptChecker {
  public:
    ReceiptChecker(const BlockFolder& folder, const BlockInput& input, const BlockOutcome& outcome,
                   BlockReport& report)
        : m_folder(folder), m_input(input), m_outcome(outcome), m_report(report) {}

    void check() {
        const auto got = make_receipts(m_outcome, m_input.transactions);
        const auto& given = *m_folder.receipts;
        m_report.checked.emplace_back("receipts");
        if (given.size() != got.size()) {
            m_report.mismatches.push_back({"receipts", fmt::format("{} receipts", given.size()),
                                           fmt::format("{} receipts", got.size()), std::nullopt});
            return;
        }
        const auto places = arranged(given);
        for (m_tx = 0; m_tx < got.size(); ++m_tx) compare_receipt(*places[m_tx], got[m_tx]);
    }

  private:
    /// By their transactionIndex where those make an order, else as they stand.
    static std::vector<const GivenReceipt*> arranged(const std::vector<GivenReceipt>& given) {
        std::vector<const GivenReceipt*> places(given.size(), nullptr);
        for (const GivenReceipt& receipt : given) {
            const uint64_t index = receipt.transaction_index.value_or(given.size());
            if (index < given.size()) places[index] = &receipt;
        }
        if (std::ranges::find(places, nullptr) != places.end())
            for (size_t i = 0; i < given.size(); ++i) places[i] = &given[i];
        return places;
    }

    void mismatch(const std::string& field, std::string expected, std::string got, bool follows = false) {
        m_report.mismatches.push_back(
            {"receipts." + field, std::move(expected), std::move(got), m_tx, follows});
    }
    template <class T>
    void compare(const char* field, const std::optional<T>& expected, const T& got) {
        if (expected && !(*expected == got)) mismatch(field, text(*expected), text(got));
    }
    /// True where they differ.
    bool compare_said(const char* field, const std::optional<json::AddressOrNull>& expected,
                      const std::optional<Address>& got) {
        if (!expected || expected->address == got) return false;
        mismatch(field, or_null(expected->address), or_null(got));
        return true;
    }

    void compare_receipt(const GivenReceipt& expected, const Receipt& got) {
        const TransactionOutcome& outcome = m_outcome.transactions[m_tx];
        compare_place(expected);
        compare_parties(expected, got, outcome);
        if (m_input.rules.at_least(Fork::byzantium)) compare("status", expected.status, got.success);
        compare("gasUsed", expected.gas_used, outcome.gas_used);
        compare_cumulative(expected, got);
        compare("effectiveGasPrice", expected.effective_gas_price, outcome.effective_gas_price);
        compare_blobs(expected);
        const bool other_logs = expected.logs && compare_logs(*expected.logs, got);
        if (expected.logs_bloom && !(*expected.logs_bloom == got.bloom))
            mismatch("logsBloom", to_hex(*expected.logs_bloom), to_hex(got.bloom), other_logs);
        if (got.state_root) compare("root", expected.root, *got.state_root);
    }

    void compare_place(const GivenReceipt& expected) {
        const json::GivenHeader& header = m_folder.block.header;
        compare("transactionIndex", expected.transaction_index, uint64_t{m_tx});
        compare("blockNumber", expected.block_number, *header.number);
        if (m_report.hash) compare("blockHash", expected.block_hash, *m_report.hash);
        const BlockTransaction& tx = m_input.transactions[m_tx];
        if (tx.tx->is_signed()) compare("transactionHash", expected.transaction_hash, hash());
    }

    void compare_parties(const GivenReceipt& expected, const Receipt& got,
                         const TransactionOutcome& outcome) {
        const BlockTransaction& tx = m_input.transactions[m_tx];
        compare("type", expected.type, static_cast<uint64_t>(got.type));
        compare("from", expected.from, tx.sender);
        compare_said("to", expected.to, tx.tx->to);
        // Clients differ in whether a creation that failed has the address that it would have had.
        const bool failed_creation = outcome.created && !outcome.success;
        if (failed_creation && expected.contract_address && !expected.contract_address->address) return;
        compare_said("contractAddress", expected.contract_address, outcome.created);
    }

    /// It follows from what was used before where it is off by no more than that was.
    void compare_cumulative(const GivenReceipt& expected, const Receipt& got) {
        if (!expected.cumulative_gas_used) return;
        const uint64_t off = *expected.cumulative_gas_used - got.cumulative_gas;
        const uint64_t own =
            expected.gas_used ? *expected.gas_used - m_outcome.transactions[m_tx].gas_used : 0;
        if (off != 0)
            mismatch("cumulativeGasUsed", text(*expected.cumulative_gas_used), text(got.cumulative_gas),
                     off == m_off + own);
        m_off = off;
    }

    void compare_blobs(const GivenReceipt& expected) {
        const Transaction& tx = *m_input.transactions[m_tx].tx;
        compare("blobGasUsed", expected.blob_gas_used, tx.blob_versioned_hashes.size() * gas_per_blob);
        if (tx.type == TxType::blob)
            compare("blobGasPrice", expected.blob_gas_price,
                    blob_base_fee(m_input.environment.excess_blob_gas, m_input.rules.blobs));
    }

    /// True where something differs that the bloom shows.
    bool compare_logs(const std::vector<GivenLog>& expected, const Receipt& got) {
        if (expected.size() != got.log_count) {
            mismatch("logs", fmt::format("{} logs", expected.size()), fmt::format("{} logs", got.log_count));
            return true;
        }
        bool differs = false;
        for (size_t k = 0; k < expected.size(); ++k)
            differs |= compare_log(expected[k], got.first_log + k, fmt::format("logs[{}].", k));
        return differs;
    }

    bool compare_log(const GivenLog& expected, size_t index, const std::string& name) {
        const Logs& logs = m_outcome.logs;
        const LogRecord& log = logs[index];
        bool differs = false;
        if (log.address != expected.address) {
            mismatch(name + "address", to_hex(expected.address), to_hex(log.address));
            differs = true;
        }
        const auto topics = logs.topics(log);
        if (!std::ranges::equal(topics, expected.topics)) {
            mismatch(name + "topics", list(expected.topics), list(topics));
            differs = true;
        }
        if (!equal(logs.data(log), expected.data))
            mismatch(name + "data", to_hex(expected.data), to_hex(logs.data(log)));
        const auto own = [&](const char* field, const auto& given, const auto& actual) {
            if (given && !(*given == actual)) mismatch(name + field, text(*given), text(actual));
        };
        own("logIndex", expected.log_index, uint64_t{index});
        own("transactionIndex", expected.transaction_index, uint64_t{m_tx});
        own("blockNumber", expected.block_number, *m_folder.block.header.number);
        if (m_report.hash) own("blockHash", expected.block_hash, *m_report.hash);
        if (m_input.transactions[m_tx].tx->is_signed())
            own("transactionHash", expected.transaction_hash, hash());
        return differs;
    }

    static std::string list(std::span<const Bytes32> topics) {
        std::string out = fmt::format("{} topics", topics.size());
        for (const Bytes32& topic : topics) out += " " + to_hex(topic);
        return out;
    }

    Hash hash() const { return transaction_hash(*m_input.transactions[m_tx].tx); }

    const BlockFolder& m_folder;
    const BlockInput& m_input;
    const BlockOutcome& m_outcome;
    BlockReport& m_report;
    size_t m_tx = 0;
    /// By how much the cumulative gas of the receipt before is off, modulo 2^64.
    uint64_t m_off = 0;
};

}  // namespace

void check_receipts(const BlockFolder& folder, const BlockInput& input, const BlockOutcome& outcome,
                    BlockReport& report) {
    if (folder.receipts) ReceiptChecker(folder, input, outcome, report).check();
}

}  // namespace warpevm::tools
