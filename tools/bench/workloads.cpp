// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/workloads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "bench/workload/scenario.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/common/interrupt.hpp"
#include "tools/common/progress.hpp"

namespace warpevm::tools {
namespace {

constexpr std::array<Workload, 17> table{{
    {"transfers", "ether between accounts; no two transactions meet", run_generated},
    {"erc20", "transfers within one token; no two meet", run_generated},
    {"swaps", "exchanges, each at a pair of its own", run_generated},
    {"mints", "collectibles of 32 contracts, which meet in their counters", run_generated},
    {"mixed", "all of these with creations and reverts, senders repeated", run_generated},
    {"hot", "contention sweep: independent, Zipf, hot account, hot slot, hot pair", run_generated},
    {"chain", "each transaction needs the one at a given distance before it", run_generated},
    {"compute", "contracts that only compute; no two transactions meet", run_generated},
    {"blocks", "real blocks (--blocks DIR)", run_real_blocks, &BenchOptions::blocks},
    {"keccak", "hashing batches: scalar, batch, native, each device (64 x --txs)", run_keccak},
    {"recover", "senders by signature: likewise (4 x --txs)", run_recover},
    {"offload", "transactions in lanes, beside serial: kernel time, bytes, launches, lane memory",
     run_offload},
    {"pack", "laying transactions out for lanes: a core's time and bytes each", run_pack},
    {"simulate", "calls on one state in one submission: serial, cpu, each device (100 x --txs)",
     run_simulate_calls},
    {"merge", "results from elsewhere: looked up, validated, committed, sealed", run_merge},
    {"schedule", "the schedule in virtual time, at 2 to 64 workers (--blocks DIR)", run_schedule,
     &BenchOptions::blocks},
    {"evm", "the interpreter alone, one call frame per case (--cases DIR)", run_interpreter_cases,
     &BenchOptions::cases},
}};

}  // namespace

bool BenchSession::selects(const std::string& title) const {
    return !filter || std::regex_search(title, *filter);
}

void BenchSession::add(const BlockCase& block) {
    std::vector<BenchResult> results;
    {
        const std::string title = block.name.empty() ? block.workload : block.workload + "/" + block.name;
        Progress progress(title, options.repeat, quiet);
        size_t done = 0;
        results = bench_block(block, runners, options.repeat, [&] {
            progress.advance(++done, "rounds");
            calibration.advance();
        });
    }
    add(std::move(results));
}

void BenchSession::add(std::vector<BenchResult> results) {
    // What the user stopped before its first round has nothing to say.
    std::erase_if(results, [](const BenchResult& r) { return r.error.empty() && r.time.count == 0; });
    if (results.empty()) return;
    print((std::exchange(has_head, true) ? "" : table_head()) + to_table(results));
    std::ranges::move(results, std::back_inserter(report.results));
}

std::span<const Workload> workloads() {
    return table;
}

std::vector<const Workload*> select_workloads(const std::vector<std::string>& names) {
    std::vector<const Workload*> chosen;
    for (const Workload& workload : table)
        if (names.empty()) chosen.push_back(&workload);
    for (const std::string& name : names) {
        const auto found = std::ranges::find(table, name, &Workload::name);
        if (found == table.end())
            throw UsageError(fmt::format(
                "bench {}: no workload of this name is built in; `warpevm bench --list` names them", name));
        chosen.push_back(&*found);
    }
    return chosen;
}

void for_each_generated(BenchSession& session, std::string_view name, std::string_view workload,
                        const TakeBlock& take) {
    // The contracts are compiled for Cancun.
    if (session.fork && *session.fork < Fork::cancun)
        throw UsageError(fmt::format("--fork {}: the generated workloads need Cancun or a later fork",
                                     warpevm::name(*session.fork)));
    for (const workload::Scenario& scenario : workload::scenarios()) {
        if (scenario.workload != name || interrupted()) continue;
        const std::string case_name(scenario.name);
        const std::string title = name == workload    ? case_name
                                  : case_name.empty() ? std::string(name)
                                                      : fmt::format("{}-{}", name, case_name);
        if (!session.selects(fmt::format("{}/{}", workload, title))) continue;
        const workload::ScenarioSize size{.transactions = session.options.txs, .seed = session.options.seed};
        workload::PreparedBlock block = scenario.block(size);
        if (session.fork) {
            block.input.rules.fork = *session.fork;
            block.input.rules.blobs = mainnet_blob_schedule(*session.fork);
        }
        ExecutionOptions options;
        // The state has none.
        options.allow_missing_system_contracts = true;
        take(BlockCase{.workload = std::string(workload),
                       .name = title,
                       .seed = size.seed,
                       .input = block.input,
                       .state = block.state,
                       .options = options,
                       .check = {}});
    }
}

void run_generated(BenchSession& session, std::string_view name) {
    for_each_generated(session, name, name, [&](const BlockCase& block) { session.add(block); });
}

void run_workloads(BenchSession& session, std::span<const Workload* const> chosen) {
    for (const Workload* workload : chosen) {
        if (interrupted()) break;
        // Only who asks for it by name must have its data.
        if (session.options.workloads.empty() && workload->input != nullptr) {
            std::error_code ignored;
            const std::string& input = session.options.*(workload->input);
            if (!std::filesystem::is_directory(input, ignored)) {
                fmt::print(stderr, "warpevm: bench {} is left out: {} is no folder\n", workload->name, input);
                continue;
            }
        }
        workload->run(session, workload->name);
    }
    session.report.interrupted = interrupted();
    session.calibration.finish();
    session.report.calibration = session.calibration.points();
    session.report.summaries = summarize_blocks(session.report);
}

}  // namespace warpevm::tools
