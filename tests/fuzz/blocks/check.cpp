// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/check.hpp"

#include <fmt/format.h>

#include "evm/base/hex.hpp"
#include "evm/chain/context.hpp"
#include "fallback/parallel.hpp"
#include "tests/fuzz/blocks/other_t8n.hpp"

namespace warpevm::fuzz {
namespace {

using Outcomes = Result<std::vector<BlockOutcome>>;

std::string compare(const char* name, const Outcomes& expected, const Outcomes& got) {
    if (expected.has_value() != got.has_value())
        return fmt::format("{}: {} where the first run has {}", name,
                           got ? "an outcome" : to_string(got.error()),
                           expected ? "an outcome" : to_string(expected.error()));
    if (!expected)
        return to_string(expected.error()) == to_string(got.error()) ? ""
                                                                     : fmt::format("{}: another error", name);
    const std::string found = difference(expected->front(), got->front());
    return found.empty() ? found : fmt::format("{}: {}", name, found);
}

/// Each code by the fast loop from its first run on; the tiered default runs most of them plainly once.
std::string check_fast(const PreparedBlock& block, const Outcomes& expected) {
    ExecutionContext context;
    context.interpreter = Interpreter::fast;
    return compare("fast loop", expected,
                   execute_serial(context, {&block.input, 1}, block.state, block.options));
}

std::string check_plain(const PreparedBlock& block, const Outcomes& expected, Coverage* coverage) {
    ExecutionContext context;
    context.interpreter = Interpreter::plain;
    Coverage ignored;
    Coverage& counted = coverage != nullptr ? *coverage : ignored;
    CoverageTracer tracer(counted, block.input.rules.fork);
    context.tracer = &tracer;
    const Outcomes plain = execute_serial(context, {&block.input, 1}, block.state, block.options);
    if (plain) counted.count(plain->front(), block.input.rules.fork);
    return compare("plain loop", expected, plain);
}

std::string check_parallel(const PreparedBlock& block, const Outcomes& expected, Coverage* coverage) {
    for (const unsigned threads : {2U, 3U, 8U})
        for (const Speculate policy : {Speculate::everything, Speculate::measured}) {
            ParallelContext context({.threads = threads, .speculate = policy, .at_hand_over = {}});
            std::vector<RouteReport> counters;
            const Outcomes got =
                execute_parallel(context, {&block.input, 1}, block.state, block.options, &counters);
            const bool all = policy == Speculate::everything;
            const std::string name = fmt::format("{} threads{}", threads, all ? ", all speculated" : "");
            if (std::string found = compare(name.c_str(), expected, got); !found.empty()) return found;
            if (coverage != nullptr)
                for (const RouteReport& c : counters) coverage->count(c);
        }
    return {};
}

std::string describe(const TransactionOutcome& tx) {
    return fmt::format("invalid {}, success {}, gas used {}, logs {}", name(tx.invalid.code), tx.success,
                       tx.gas_used, tx.log_count);
}

std::string different_transactions(const BlockOutcome& a, const BlockOutcome& b) {
    if (a.transactions.size() != b.transactions.size()) return "the number of transactions";
    for (size_t i = 0; i < a.transactions.size(); ++i)
        if (!(a.transactions[i] == b.transactions[i]))
            return fmt::format("transaction {}: {} against {}", i, describe(a.transactions[i]),
                               describe(b.transactions[i]));
    return {};
}

std::string different_accounts(const StateDiff& a, const StateDiff& b) {
    for (size_t i = 0; i < std::min(a.accounts.size(), b.accounts.size()); ++i) {
        const AccountChange &x = a.accounts[i], &y = b.accounts[i];
        const auto xs = a.slots_of(x), ys = b.slots_of(y);
        const bool same = x.address == y.address && x.exists == y.exists && x.nonce == y.nonce &&
                          x.balance == y.balance && x.code_hash == y.code_hash &&
                          x.storage_wiped == y.storage_wiped &&
                          std::equal(xs.begin(), xs.end(), ys.begin(), ys.end());
        if (!same) return fmt::format("state of {} (or {})", to_hex(x.address), to_hex(y.address));
    }
    return "state difference";
}

}  // namespace

std::string difference(const BlockOutcome& a, const BlockOutcome& b) {
    if (a == b) return {};
    if (!(a.verdict == b.verdict))
        return fmt::format("verdict {} against {}", name(a.verdict.error.code), name(b.verdict.error.code));
    if (std::string found = different_transactions(a, b); !found.empty()) return found;
    if (!(a.logs == b.logs)) return "logs";
    if (a.cumulative_gas != b.cumulative_gas) return "cumulative gas";
    if (a.intermediate_roots != b.intermediate_roots) return "intermediate roots";
    if (a.receipts_root != b.receipts_root || !(a.logs_bloom == b.logs_bloom))
        return "receipts root or bloom";
    if (!(a.diff == b.diff)) return different_accounts(a.diff, b.diff);
    return "requests, gas of blobs, or assumed reads";
}

std::string check_block(const FuzzBlock& block, const CheckOptions& options, Coverage* coverage) {
    const PreparedBlock prepared(block);
    ExecutionContext context;
    const auto run = [&] {
        return execute_serial(context, {&prepared.input, 1}, prepared.state, prepared.options);
    };
    const Outcomes expected = run();
    std::string found = compare("a second run", expected, run());
    if (found.empty()) found = check_fast(prepared, expected);
    if (found.empty()) found = check_plain(prepared, expected, coverage);
    if (found.empty() && options.parallel) found = check_parallel(prepared, expected, coverage);
    if (found.empty() && !options.other.empty() && expected)
        found = ask_other_t8n(options.other, block, prepared, expected->front(), coverage);
    return found;
}

}  // namespace warpevm::fuzz
