// SPDX-License-Identifier: Apache-2.0
// The table of workloads, and what they share in a run of `bench`.
#pragma once

#include <functional>
#include <optional>
#include <regex>
#include <span>
#include <string_view>

#include "evm/types/fork.hpp"
#include "tools/bench/block_case.hpp"
#include "tools/bench/options.hpp"
#include "tools/common/devices.hpp"

namespace warpevm::tools {

/// One run. Workloads add their results to the report through this.
struct BenchSession {
    const BenchOptions& options;
    /// Serial first.
    std::span<const Runner> runners;
    std::optional<std::regex> filter;
    /// Overrides the blocks' fork.
    std::optional<Fork> fork;
    bool quiet = false;
    /// What --device chose, and where its programs are kept.
    const ChosenDevices& devices;
    std::shared_ptr<ProgramCache> cache;
    /// The text table, as it grows.
    std::function<void(const std::string&)> print;
    Calibration& calibration;
    BenchReport& report;
    /// Whether the columns of block cases have been named.
    bool has_head = false;

    /// Whether --filter lets "workload/case" through.
    [[nodiscard]] bool selects(const std::string& title) const;
    /// Measures a block on every runner and adds the results.
    void add(const BlockCase& block);
    /// Adds and prints results that were had otherwise.
    void add(std::vector<BenchResult> results);
};

struct Workload {
    std::string_view name;
    std::string_view what;
    /// Throws UsageError where its input can't be had.
    void (*run)(BenchSession& session, std::string_view name);
    /// Where its input is, if it has any; a run of all workloads leaves it out where that is missing.
    std::string BenchOptions::*input = nullptr;
};
std::span<const Workload> workloads();
/// Throws UsageError for a name that the table does not have. No names: all.
std::vector<const Workload*> select_workloads(const std::vector<std::string>& names);

/// Each selected block of a generated workload, or of the real ones, as `workload` names it.
using TakeBlock = std::function<void(const BlockCase& block)>;
void for_each_generated(BenchSession& session, std::string_view name, std::string_view workload,
                        const TakeBlock& take);
void for_each_real_block(BenchSession& session, std::string_view workload, const TakeBlock& take);

void run_generated(BenchSession& session, std::string_view name);
void run_real_blocks(BenchSession& session, std::string_view name);
void run_keccak(BenchSession& session, std::string_view name);
void run_recover(BenchSession& session, std::string_view name);
void run_interpreter_cases(BenchSession& session, std::string_view name);
void run_schedule(BenchSession& session, std::string_view name);
void run_pack(BenchSession& session, std::string_view name);
void run_merge(BenchSession& session, std::string_view name);
void run_offload(BenchSession& session, std::string_view name);
void run_simulate_calls(BenchSession& session, std::string_view name);

/// Learns what work costs on each device that --device names, or on the one that `auto` would find, and keeps
/// that for `auto`.
void calibrate(BenchSession& session);

/// Measures the workloads one after the other, until all are done or the user stops it.
void run_workloads(BenchSession& session, std::span<const Workload* const> chosen);

}  // namespace warpevm::tools
