// SPDX-License-Identifier: Apache-2.0
// What running one block, or many, gave: the values behind the table, the JSON, the HTML page and the trace.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evm/base/bytes.hpp"
#include "evm/types/block.hpp"
#include "fallback/routes.hpp"
#include "fallback/schedule/parallelism.hpp"
#include "host/device/device.hpp"
#include "host/offload/timeline.hpp"
#include "host/offload/window_plan.hpp"
#include "host/senders/sender_report.hpp"
#include "tools/common/exit_code.hpp"

namespace warpevm::tools {

struct Mismatch {
    std::string field;
    std::string expected;
    std::string got;
    std::optional<size_t> tx;
    /// It differs because another one does.
    bool follows = false;
};
struct Unchecked {
    std::string field;
    std::string why;
};
/// A value that the pre-state does not hold and that was taken as absent, or zero.
struct AssumedRead {
    enum class Kind : uint8_t { account, slot, code, block_hash };
    Kind kind{};
    Address address;  ///< of a code: an account that has it
    U256 slot;
    Hash code_hash;
    uint64_t number = 0;  ///< of the block
    std::string why{};    ///< what is known of it beside that it is missing
    /// In one phrase: "slot 0x2 of 0x…".
    [[nodiscard]] std::string text() const;
};
struct BlockError {
    std::string code;
    std::optional<size_t> tx;
    std::string message;
};

/// The phases of CLI.md in their order. `fallback` is all of the execution as the cores see it; `pack`,
/// `dispatch` and `merge` are the devices' threads, which work beside them.
enum class Phase : uint8_t {
    decode,
    recover,
    partition,
    route,
    pack,
    dispatch,
    fallback,
    merge,
    roots,
    total
};
inline constexpr std::array<const char*, 10> phase_names{
    "decode", "recover", "partition", "route", "pack", "dispatch", "fallback", "merge", "roots", "total"};

/// A stretch of time of one phase, for the Chrome trace.
struct Span {
    const char* name = "";
    std::chrono::steady_clock::time_point start;
    std::chrono::steady_clock::duration length{};
    unsigned thread = 0;
};

struct BlockReport {
    std::string path;
    std::optional<uint64_t> number;
    std::optional<Hash> hash;
    std::string fork;
    size_t txs = 0;
    uint64_t gas_used = 0;
    bool ok = false;
    bool valid = false;
    std::optional<BlockError> error;
    std::vector<Mismatch> mismatches;
    std::vector<Unchecked> unchecked;
    std::vector<std::string> checked;
    std::optional<Hash> receipts_root;
    std::optional<Bloom> logs_bloom;
    std::optional<Hash> state_root;
    /// All reads that were assumed absent; those that can have changed a transaction first.
    std::vector<AssumedRead> assumed;
    /// What traces left open, and the accounts that they show only after the block made them.
    std::vector<std::string> doubts;
    std::vector<Address> made_by_block;
    size_t unsigned_txs = 0;
    /// Where its transactions ran, and why there; nothing where it was not executed.
    std::optional<RouteReport> routes;
    /// What of it was planned for a device, and why; null where the backend has no choice.
    std::shared_ptr<const WindowPlan> plan;
    /// What limits a parallel execution; formed for --explain.
    std::optional<BlockParallelism> parallelism;
    /// Who recovered the senders, and why.
    SenderReport senders;
    std::array<double, phase_names.size()> timing_ms{};
    std::vector<Span> spans;
    std::vector<VerbSpan> device_spans;
    /// Of kernels that execute, of one execution; those that windows share count where the first of them
    /// does.
    double launches = 0;
    ExitCode exit_code = ExitCode::ok;

    /// Of one execution, or of `repeat` with the means of their times.
    void take(const std::vector<VerbSpan>& device_spans, unsigned repeat);
    [[nodiscard]] double ms(Phase phase) const { return timing_ms[static_cast<size_t>(phase)]; }
    /// Gas per second of execution, in millions; 0 where nothing was executed.
    [[nodiscard]] double mgas_per_second() const {
        return ms(Phase::fallback) > 0 ? static_cast<double>(gas_used) / ms(Phase::fallback) / 1000 : 0;
    }
};

struct RunReport {
    std::string backend;
    /// That may be used; empty where only the CPU may.
    std::vector<DeviceInfo> devices;
    std::vector<BlockReport> blocks;
    double seconds = 0;
    bool interrupted = false;
    std::chrono::steady_clock::time_point start;

    [[nodiscard]] size_t ok() const;
    [[nodiscard]] size_t transactions() const;
    [[nodiscard]] uint64_t gas_used() const;
    [[nodiscard]] double execution_seconds() const;
    [[nodiscard]] double mgas_per_second() const;
    [[nodiscard]] ExitCode exit_code() const;
};

std::string to_json(const RunReport& report);
/// A page that needs nothing beside it.
std::string to_html(const RunReport& report);
std::string to_chrome_trace(const RunReport& report);
/// A table with a line for each block, what failed beneath it, and the sums.
std::string to_table(const RunReport& report, bool verbose);

/// The first in the block's order of those that don't follow from another one; there must be one.
const Mismatch& first_mismatch(const BlockReport& block);

/// What stands beneath a block's line: what may be the cause of a failure, then what failed.
std::string to_details(const BlockReport& block, bool verbose);

/// "ok", or the first thing that is wrong, in one line.
std::string result_line(const BlockReport& block);

}  // namespace warpevm::tools
