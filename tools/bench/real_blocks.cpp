// SPDX-License-Identifier: Apache-2.0
// The workload `blocks`: folders as `run` reads them, each block a case, and what they come to together.
#include <fmt/format.h>

#include "evm/base/hex.hpp"
#include "tools/bench/workloads.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/common/interrupt.hpp"
#include "tools/run/execute.hpp"

namespace warpevm::tools {
namespace {

/// Smaller blocks hardly gain from many cores, and the project's figures leave them out.
constexpr uint64_t large_block_gas = 4000000;

/// What the header states about execution. Receipts before Byzantium hold state roots, which are not part of
/// execution.
std::string compare_with_header(const BlockFolder& folder, const BlockOutcome& outcome) {
    const json::GivenHeader& header = folder.block.header;
    if (header.gas_used && *header.gas_used != outcome.gas_used)
        return fmt::format("serial used {} gas, the header says {}", outcome.gas_used, *header.gas_used);
    if (header.logs_bloom && !(*header.logs_bloom == outcome.logs_bloom))
        return "serial's logs bloom is not the header's";
    if (header.receipts_root && folder.rules.at_least(Fork::byzantium) &&
        *header.receipts_root != outcome.receipts_root)
        return fmt::format("serial's receipts root is {}, the header's {}", to_hex(outcome.receipts_root),
                           to_hex(*header.receipts_root));
    return {};
}

void run_block_folder(BenchSession& session, const std::string& workload, const std::filesystem::path& path,
                      const RulesSource& rules) {
    const auto wrong = [](const Error& e) { throw UsageError(to_string(e)); };
    auto block = read_block_file(path);
    if (!block) return wrong(block.error());
    const std::string number = std::to_string(*block->header.number);
    if (!session.selects(workload + "/" + number)) return;
    const auto folder = read_block_folder(path, std::move(*block), rules);
    if (!folder) return wrong(folder.error());
    BlockReport ignored;
    SenderRecovery senders({.use = DeviceUse::never});
    const auto input = make_input(*folder, ignored, senders);
    if (!input) return wrong(input.error());

    ExecutionOptions options;
    options.on_missing_state = folder->complete ? OnMissingState::fail : OnMissingState::assume_absent;
    options.allow_missing_system_contracts = !folder->complete;
    session.add(BlockCase{.workload = workload,
                          .name = number,
                          .seed = 0,
                          .input = *input,
                          .state = folder->state,
                          .options = options,
                          .check = [&](const BlockOutcome& o) { return compare_with_header(*folder, o); }});
}

/// The results of one runner with at least `least_gas`; nothing where there are none, or where one of the
/// runner's failed: what is left would flatter it.
std::optional<BenchSummary> summarize_blocks(std::span<const BenchResult> results, const Runner& runner,
                                             uint64_t least_gas, std::string what) {
    std::vector<double> ratios;
    double gas = 0, seconds = 0;
    for (const BenchResult& r : results) {
        if (r.backend != runner.name || r.threads != runner.threads) continue;
        if (!r.error.empty()) return std::nullopt;
        if (r.gas < least_gas) continue;
        ratios.push_back(r.vs_serial.median);
        gas += static_cast<double>(r.gas);
        seconds += r.time.median;
    }
    if (ratios.empty()) return std::nullopt;
    const auto [least, greatest] = std::ranges::minmax_element(ratios);
    return BenchSummary{.workload = "blocks",
                        .what = std::move(what),
                        .backend = runner.name,
                        .threads = runner.threads,
                        .cases = ratios.size(),
                        .vs_serial = geometric_mean(ratios),
                        .least = *least,
                        .greatest = *greatest,
                        .mgas_per_second = 1e-6 * gas / seconds};
}

}  // namespace

void run_real_blocks(BenchSession& session, std::string_view name) {
    const RulesSource rules = read_rules_source(
        "mainnet", session.fork ? std::string(warpevm::name(*session.fork)) : std::string());
    const size_t first = session.report.results.size();
    for (const auto& folder : block_folders({session.options.blocks})) {
        if (interrupted()) break;
        run_block_folder(session, std::string(name), folder, rules);
    }
    const auto results = std::span(session.report.results).subspan(first);
    for (const Runner& runner : session.runners) {
        for (const auto& [least_gas, what] : {std::pair<uint64_t, const char*>{0, "all blocks"},
                                              {large_block_gas, "blocks of 4 Mgas and more"}})
            if (auto summary = summarize_blocks(results, runner, least_gas, what))
                session.report.summaries.push_back(std::move(*summary));
    }
}

}  // namespace warpevm::tools
