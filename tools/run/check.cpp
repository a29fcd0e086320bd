// SPDX-License-Identifier: Apache-2.0
// Everything that a block's input states about the result, compared with the outcome; what can't be is listed
// with the reason.
#include <fmt/format.h>

#include <algorithm>

#include "evm/base/hex.hpp"
#include "evm/chain/header_validation.hpp"
#include "evm/chain/receipts.hpp"
#include "evm/chain/system_contracts.hpp"
#include "evm/chain/verification.hpp"
#include "evm/codec/wire.hpp"
#include "evm/trie/trie.hpp"
#include "tools/run/execute.hpp"

namespace warpevm::tools {
namespace {

constexpr const char* not_given = "the block does not say it";

class Checker {
  public:
    Checker(const BlockFolder& folder, const BlockInput& input, const BlockOutcome& outcome,
            BlockReport& report)
        : m_folder(folder), m_input(input), m_outcome(outcome), m_report(report) {}

    void results() {
        const json::GivenHeader& header = m_folder.block.header;
        const ExpectedResults expected{header.gas_used,   header.logs_bloom,    header.receipts_root,
                                       header.state_root, header.blob_gas_used, header.requests_hash};
        const StateRoot state = state_root();
        m_report.state_root = state.root;
        const Verification v = verify(m_outcome, expected, m_input.rules, state);
        for (const auto& m : v.mismatches)
            m_report.mismatches.push_back({std::string(m.field), m.expected, m.got,
                                           m.tx ? std::optional<size_t>(*m.tx) : std::nullopt});
        for (const auto& u : v.unchecked) unchecked(std::string(u.field), u.why);
        for (const std::string_view field : v.checked) m_report.checked.emplace_back(field);
    }

    void body() {
        const json::GivenBlock& block = m_folder.block;
        if (m_report.unsigned_txs != 0)
            unchecked("transactions_root",
                      fmt::format("{} transactions have no signature", m_report.unsigned_txs));
        else
            compare("transactions_root", block.header.transactions_root, transactions_root());
        if (m_input.rules.at_least(Fork::shanghai)) {
            if (block.withdrawals)
                compare("withdrawals_root", block.header.withdrawals_root,
                        withdrawals_root(*block.withdrawals));
            else
                unchecked("withdrawals_root", "the block does not list its withdrawals");
        }
        if (!block.ommer_hashes.empty())
            unchecked("ommers", "the block gives only their hashes, so their rewards can't be formed");
        else if (!m_input.rules.at_least(Fork::paris) || block.header.ommers_hash)
            compare("ommers_hash", block.header.ommers_hash, ommers_hash({}));
    }

    void block_hash() {
        const json::GivenHeader& header = m_folder.block.header;
        const auto missing = header.missing(m_input.rules.fork);
        if (!missing.empty())
            unchecked("hash", fmt::format("the header has no {}", fmt::join(missing, ", ")));
        else
            compare("hash", header.hash, header_hash(header.with_defaults()));
    }

    void system_contracts() {
        if (m_input.rules.at_least(Fork::cancun)) {
            if (!m_folder.block.header.parent_beacon_block_root)
                unchecked("beacon_roots",
                          "the block has no parentBeaconBlockRoot to hand to the contract of EIP-4788");
            else
                system_contract("beacon_roots", beacon_roots_address);
        }
        if (m_input.rules.at_least(Fork::prague)) system_contract("history_storage", history_storage_address);
    }

    void receipts() {
        if (!m_folder.receipts) return;
        const auto& expected = *m_folder.receipts;
        const auto got = make_receipts(m_outcome, m_input.transactions);
        m_report.checked.emplace_back("receipts");
        if (expected.size() != got.size()) {
            m_report.mismatches.push_back({"receipts", fmt::format("{} receipts", expected.size()),
                                           fmt::format("{} receipts", got.size()), std::nullopt});
            return;
        }
        for (size_t i = 0; i < got.size(); ++i) compare_receipt(expected[i], got[i], i);
    }

  private:
    void unchecked(std::string field, std::string why) {
        m_report.unchecked.push_back({std::move(field), std::move(why)});
    }

    void compare(const char* field, const std::optional<Hash>& expected, const Hash& got) {
        if (!expected) return unchecked(field, not_given);
        m_report.checked.emplace_back(field);
        if (*expected != got)
            m_report.mismatches.push_back({field, to_hex(*expected), to_hex(got), std::nullopt});
    }

    void system_contract(const char* field, const Address& address) {
        const auto account = m_folder.state.accounts().find(address);
        if (account == m_folder.state.accounts().end() || account->second.code_hash == empty_code_hash)
            unchecked(field, fmt::format("the pre-state has no code at {}, so the system call is left out",
                                         to_hex(address)));
    }

    StateRoot state_root() const {
        if (!m_folder.complete) return {std::nullopt, m_folder.incomplete_why};
        if (!m_folder.block.ommer_hashes.empty())
            return {std::nullopt, "the rewards of ommers known only by hash can't be formed"};
        return {m_folder.state.root_after(m_outcome.diff), {}};
    }

    Hash transactions_root() const {
        std::vector<Bytes> encoded;
        encoded.reserve(m_input.transactions.size());
        for (const BlockTransaction& tx : m_input.transactions) encoded.push_back(encode_transaction(*tx.tx));
        return ordered_trie_root(encoded);
    }

    static Hash withdrawals_root(const std::vector<Withdrawal>& withdrawals) {
        std::vector<Bytes> encoded;
        encoded.reserve(withdrawals.size());
        for (const Withdrawal& w : withdrawals) encoded.push_back(encode_withdrawal(w));
        return ordered_trie_root(encoded);
    }

    template <class T>
    void compare_member(const char* field, const std::optional<T>& expected, const T& got, size_t tx) {
        if (expected && !(*expected == got)) mismatch(field, text(*expected), text(got), tx);
    }
    void mismatch(const std::string& field, std::string expected, std::string got, size_t tx) {
        m_report.mismatches.push_back({"receipts." + field, std::move(expected), std::move(got), tx});
    }
    static std::string text(uint64_t x) { return std::to_string(x); }
    static std::string text(bool x) { return x ? "success" : "failure"; }
    static std::string text(const U256& x) { return to_decimal(x); }
    static std::string text(BytesView x) { return to_hex(x); }

    void compare_receipt(const json::GivenReceipt& expected, const Receipt& got, size_t i) {
        const TransactionOutcome& tx = m_outcome.transactions[i];
        if (m_input.rules.at_least(Fork::byzantium))
            compare_member("status", expected.status, got.success, i);
        if (got.state_root) compare_member("root", expected.root, *got.state_root, i);
        compare_member("cumulativeGasUsed", expected.cumulative_gas_used, got.cumulative_gas, i);
        compare_member("gasUsed", expected.gas_used, tx.gas_used, i);
        compare_member("effectiveGasPrice", expected.effective_gas_price, tx.effective_gas_price, i);
        if (tx.created) compare_member("contractAddress", expected.contract_address, *tx.created, i);
        compare_member("logsBloom", expected.logs_bloom, got.bloom, i);
        if (expected.logs) compare_logs(*expected.logs, got, i);
    }

    void compare_logs(const std::vector<json::GivenLog>& expected, const Receipt& got, size_t i) {
        if (expected.size() != got.log_count)
            return mismatch("logs", fmt::format("{} logs", expected.size()),
                            fmt::format("{} logs", got.log_count), i);
        for (size_t k = 0; k < expected.size(); ++k) {
            const LogRecord& log = m_outcome.logs[got.first_log + k];
            if (log.address != expected[k].address)
                mismatch(fmt::format("logs[{}].address", k), to_hex(expected[k].address), to_hex(log.address),
                         i);
            if (!std::ranges::equal(m_outcome.logs.topics(log), expected[k].topics))
                mismatch(fmt::format("logs[{}].topics", k),
                         fmt::format("{} topics", expected[k].topics.size()), "other ones", i);
            if (!equal(m_outcome.logs.data(log), expected[k].data))
                mismatch(fmt::format("logs[{}].data", k), to_hex(expected[k].data),
                         to_hex(m_outcome.logs.data(log)), i);
        }
    }

    const BlockFolder& m_folder;
    const BlockInput& m_input;
    const BlockOutcome& m_outcome;
    BlockReport& m_report;
};

}  // namespace

Result<void> check_header(const BlockFolder& folder, const ChainConfig& chain, BlockReport& report) {
    if (!folder.parent) return {};
    const auto missing = folder.block.header.missing(folder.rules.fork);
    if (!missing.empty()) {
        report.unchecked.push_back({"header", fmt::format("it has no {}", fmt::join(missing, ", "))});
        return {};
    }
    const Header header = folder.block.header.with_defaults();
    if (header.parent_hash != header_hash(*folder.parent))
        return fail(ErrorCode::header_unknown_parent, "parent.json is not the header that parentHash names");
    if (auto done = validate_header(header, *folder.parent, folder.rules, chain); !done) return done;
    report.checked.emplace_back("header");
    return {};
}

void check_outcome(const BlockFolder& folder, const BlockInput& input, const BlockOutcome& outcome,
                   BlockReport& report) {
    Checker checker(folder, input, outcome, report);
    checker.results();
    checker.body();
    checker.block_hash();
    checker.system_contracts();
    checker.receipts();
}

}  // namespace warpevm::tools
