// SPDX-License-Identifier: Apache-2.0
// Everything that a block's input states about the result, compared with the outcome; what can't be is listed
// with the reason.
#include <fmt/format.h>

#include <algorithm>

#include "evm/base/hex.hpp"
#include "evm/chain/header_validation.hpp"
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
        if (block.has_unknown_ommers())
            unchecked("ommers", "the block gives only their hashes, so their rewards can't be formed");
        else if (!m_input.rules.at_least(Fork::paris) || block.header.ommers_hash)
            compare("ommers_hash", block.header.ommers_hash,
                    ommers_hash(block.ommers ? std::span<const Header>(*block.ommers)
                                             : std::span<const Header>{}));
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
        if (m_folder.block.has_unknown_ommers())
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

    const BlockFolder& m_folder;
    const BlockInput& m_input;
    const BlockOutcome& m_outcome;
    BlockReport& m_report;
};

/// What differs because something else does: a root or a bloom over receipts of which one differs, sums over
/// transactions of which one differs, the state after either.
void mark_consequences(BlockReport& report) {
    const auto differs = [&](std::string_view name) {
        return std::ranges::any_of(report.mismatches,
                                   [&](const Mismatch& m) { return m.field.starts_with(name); });
    };
    const bool gas = differs("gas_used"), bloom = differs("logs_bloom"), receipts = differs("receipts_root");
    const bool tx_gas = differs("receipts.gasUsed"), tx_logs = differs("receipts.logs");
    for (Mismatch& m : report.mismatches) {
        if (m.field == "gas_used") m.follows = tx_gas;
        if (m.field == "logs_bloom") m.follows = tx_logs;
        if (m.field == "receipts_root") m.follows = gas || bloom || tx_gas || tx_logs;
        if (m.field == "state_root" || m.field == "serial") m.follows = gas || bloom || receipts;
    }
}

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
    for (const std::string& doubt : folder.doubts) report.unchecked.push_back({"prestate", doubt});
    check_receipts(folder, input, outcome, report);
    mark_consequences(report);
}

}  // namespace warpevm::tools
