// SPDX-License-Identifier: Apache-2.0
// Sums, the JSON of `run` (CLI.md), and Chrome trace events.
#include "tools/run/report.hpp"

#include <sys/resource.h>

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "evm/base/hex.hpp"
#include "tools/common/routes_json.hpp"
#include "tools/run/plan_text.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::ordered_json;

template <class T>
ordered_json hex_or_null(const std::optional<T>& value) {
    return value ? ordered_json(to_hex(*value)) : ordered_json(nullptr);
}
template <class T>
ordered_json or_null(const std::optional<T>& value) {
    return value ? ordered_json(*value) : ordered_json(nullptr);
}

ordered_json assumed_json(const AssumedRead& read) {
    ordered_json out;
    switch (read.kind) {
        case AssumedRead::Kind::account:
            out = {{"kind", "account"}, {"address", to_hex(read.address)}};
            break;
        case AssumedRead::Kind::slot:
            out = {{"kind", "slot"}, {"address", to_hex(read.address)}, {"slot", to_quantity(read.slot)}};
            break;
        case AssumedRead::Kind::code:
            out = {{"kind", "code"}, {"address", to_hex(read.address)}, {"hash", to_hex(read.code_hash)}};
            break;
        case AssumedRead::Kind::block_hash: out = {{"kind", "block_hash"}, {"number", read.number}}; break;
    }
    if (!read.why.empty()) out["why"] = read.why;
    return out;
}

ordered_json block_json(const BlockReport& b) {
    ordered_json out;
    out["path"] = b.path;
    out["number"] = or_null(b.number);
    out["hash"] = hex_or_null(b.hash);
    out["fork"] = b.fork;
    out["txs"] = b.txs;
    out["gas_used"] = b.gas_used;
    out["ok"] = b.ok;
    out["valid"] = b.valid;
    out["error"] = nullptr;
    if (b.error)
        out["error"] = {{"code", b.error->code}, {"tx", or_null(b.error->tx)}, {"message", b.error->message}};
    out["assumed_absent"] = b.assumed.size();
    out["assumed"] = ordered_json::array();
    for (const AssumedRead& read : b.assumed) out["assumed"].push_back(assumed_json(read));
    out["mismatches"] = ordered_json::array();
    for (const Mismatch& m : b.mismatches) {
        out["mismatches"].push_back(
            {{"field", m.field}, {"expected", m.expected}, {"got", m.got}, {"tx", or_null(m.tx)}});
        if (m.follows) out["mismatches"].back()["follows"] = true;
    }
    out["unchecked"] = ordered_json::array();
    for (const Unchecked& u : b.unchecked) out["unchecked"].push_back({{"field", u.field}, {"why", u.why}});
    out["receipts_root"] = hex_or_null(b.receipts_root);
    out["logs_bloom"] = hex_or_null(b.logs_bloom);
    out["state_root"] = hex_or_null(b.state_root);
    out["checked"] = b.checked;
    out["unsigned"] = b.unsigned_txs;
    out["routes"] = routes_json(b.routes.value_or(RouteReport{}));
    if (b.plan) out["plan"] = plan_json(*b.plan);
    out["launches"] = b.launches;
    out["recover"] = {{"device", b.senders.device}, {"cpu", b.senders.cpu}, {"reasons", b.senders.reasons}};
    if (b.routes && !b.routes->serial())
        out["parallelism"] = {{"speculated", b.routes->speculated()},
                              {"in_turn", b.routes->direct()},
                              {"transfers", b.routes->transfers},
                              {"repeated", b.routes->repeated()},
                              {"again", b.routes->again},
                              {"repeated_gas", b.routes->repeated_gas},
                              {"executions_per_transaction", b.routes->executions_per_transaction()},
                              {"retreats", b.routes->back_offs}};
    if (b.parallelism) {
        ordered_json& p = out["parallelism"];
        p["independent"] = b.parallelism->independent;
        p["longest_chain"] = b.parallelism->longest_chain;
        p["critical_path_gas"] = b.parallelism->critical_path_gas;
        p["critical_path_ms"] = 1e3 * b.parallelism->critical_path_seconds;
        p["bound_by_gas"] = b.parallelism->bound();
        p["bound_by_time"] = b.parallelism->bound_by_time();
    }
    for (size_t i = 0; i < phase_names.size(); ++i) out["timing_ms"][phase_names[i]] = b.timing_ms[i];
    return out;
}

/// In timing_ms.
size_t phase_of(Verb verb) {
    constexpr std::array phases{Phase::pack, Phase::dispatch, Phase::merge};
    return static_cast<size_t>(phases[static_cast<size_t>(verb)]);
}

uint64_t peak_memory_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

std::string dumped(const ordered_json& json) {
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

size_t RunReport::ok() const {
    return static_cast<size_t>(
        std::count_if(blocks.begin(), blocks.end(), [](const auto& b) { return b.ok; }));
}
size_t RunReport::transactions() const {
    size_t sum = 0;
    for (const BlockReport& b : blocks) sum += b.txs;
    return sum;
}
uint64_t RunReport::gas_used() const {
    uint64_t sum = 0;
    for (const BlockReport& b : blocks) sum += b.gas_used;
    return sum;
}
double RunReport::execution_seconds() const {
    double sum = 0;
    for (const BlockReport& b : blocks) sum += b.ms(Phase::fallback) / 1000;
    return sum;
}
double RunReport::mgas_per_second() const {
    const double execution = execution_seconds();
    return execution > 0 ? static_cast<double>(gas_used()) / execution / 1e6 : 0;
}
ExitCode RunReport::exit_code() const {
    ExitCode code = interrupted ? ExitCode::failed : ExitCode::ok;
    for (const BlockReport& b : blocks) code = worse(code, b.exit_code);
    return code;
}

void BlockReport::take(const std::vector<VerbSpan>& taken, unsigned repeat) {
    for (const VerbSpan& span : taken) {
        const double milliseconds = std::chrono::duration<double, std::milli>(span.length).count();
        timing_ms[phase_of(span.verb)] += milliseconds / repeat;
        launches += static_cast<double>(span.launches) / repeat;
    }
    device_spans.insert(device_spans.end(), taken.begin(), taken.end());
}

std::string to_json(const RunReport& report) {
    ordered_json out;
    out["schema"] = 1;
    out["backend"] = report.backend;
    out["devices"] = ordered_json::array();
    for (const DeviceInfo& d : report.devices)
        out["devices"].push_back({{"index", d.index}, {"name", d.name}, {"driver", d.driver}});
    out["blocks"] = ordered_json::array();
    for (const BlockReport& b : report.blocks) out["blocks"].push_back(block_json(b));
    out["summary"] = {{"blocks", report.blocks.size()},
                      {"ok", report.ok()},
                      {"failed", report.blocks.size() - report.ok()},
                      {"txs", report.transactions()},
                      {"gas_used", report.gas_used()},
                      {"seconds", report.seconds},
                      {"execution_seconds", report.execution_seconds()},
                      {"mgas_per_second", report.mgas_per_second()},
                      {"peak_memory_bytes", peak_memory_bytes()}};
    if (report.interrupted) out["interrupted"] = true;
    return dumped(out);
}

std::string to_chrome_trace(const RunReport& report) {
    const auto micros = [](std::chrono::steady_clock::duration d) {
        return std::chrono::duration<double, std::micro>(d).count();
    };
    ordered_json events = ordered_json::array();
    for (const BlockReport& b : report.blocks)
        for (const Span& s : b.spans)
            events.push_back(
                {{"name", s.name},
                 {"cat", "block"},
                 {"ph", "X"},
                 {"ts", micros(s.start - report.start)},
                 {"dur", micros(s.length)},
                 {"pid", 1},
                 {"tid", s.thread},
                 {"args", {{"block", or_null(b.number)}, {"txs", b.txs}, {"gas_used", b.gas_used}}}});
    // Rows of their own, above those of the threads that run blocks.
    constexpr unsigned first_device_row = 1'000'000;
    std::set<uint32_t> devices;
    for (const BlockReport& b : report.blocks)
        for (const VerbSpan& s : b.device_spans) {
            devices.insert(s.device);
            events.push_back(
                {{"name", phase_names[phase_of(s.verb)]},
                 {"cat", "device"},
                 {"ph", "X"},
                 {"ts", micros(s.start - report.start)},
                 {"dur", micros(s.length)},
                 {"pid", 1},
                 {"tid", first_device_row + s.device},
                 {"args",
                  {{"block", or_null(b.number)}, {"txs", s.transactions}, {"launches", s.launches}}}});
        }
    for (const uint32_t device : devices) {
        const std::string name =
            device < report.devices.size() ? report.devices[device].name : fmt::format("device {}", device);
        events.push_back({{"name", "thread_name"},
                          {"ph", "M"},
                          {"pid", 1},
                          {"tid", first_device_row + device},
                          {"args", {{"name", name}}}});
    }
    return dumped({{"traceEvents", events}, {"displayTimeUnit", "ms"}});
}

}  // namespace warpevm::tools
