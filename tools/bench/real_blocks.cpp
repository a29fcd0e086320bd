// SPDX-License-Identifier: Apache-2.0
// The workload `blocks`: folders as `run` reads them, each block a case.
#include <fmt/format.h>

#include "evm/base/hex.hpp"
#include "tools/bench/workloads.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/common/interrupt.hpp"
#include "tools/run/execute.hpp"

namespace warpevm::tools {
namespace {

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
                      const RulesSource& rules, const TakeBlock& take) {
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
    take(BlockCase{.workload = workload,
                   .name = number,
                   .seed = 0,
                   .input = *input,
                   .state = folder->state,
                   .options = options,
                   .check = [&](const BlockOutcome& o) { return compare_with_header(*folder, o); }});
}

}  // namespace

void for_each_real_block(BenchSession& session, std::string_view workload, const TakeBlock& take) {
    const RulesSource rules = read_rules_source(
        "mainnet", session.fork ? std::string(warpevm::name(*session.fork)) : std::string());
    for (const auto& folder : block_folders({session.options.blocks})) {
        if (interrupted()) break;
        run_block_folder(session, std::string(workload), folder, rules, take);
    }
}

void run_real_blocks(BenchSession& session, std::string_view name) {
    for_each_real_block(session, name, [&](const BlockCase& block) { session.add(block); });
}

}  // namespace warpevm::tools
