// SPDX-License-Identifier: Apache-2.0
// The workload `offload`: generated transactions in lanes, beside serial: kernel time per processor second,
// and what a transaction costs in bytes each way, launches, Keccak and memory of its lane.
#include <fmt/format.h>

#include <algorithm>

#include "evm/chain/context.hpp"
#include "evm/vm/opcodes.hpp"
#include "evm/vm/trace.hpp"
#include "host/offload/dispatch.hpp"
#include "tools/bench/counting_device.hpp"
#include "tools/bench/device_case.hpp"
#include "tools/bench/measure.hpp"
#include "tools/common/interrupt.hpp"

namespace warpevm::tools {
namespace {

/// Instructions that a block's transactions execute.
class Instructions final : public Tracer {
  public:
    void on_step(const TraceStep& step) override {
        ++all;
        keccak += step.opcode == OP_KECCAK256 ? 1 : 0;
    }
    void on_enter(int64_t) override {}
    void on_step_done(const StepEnd&) override {}
    void on_transaction_done(const TraceEnd&) override {}
    uint64_t all = 0, keccak = 0;
};

/// All on the pre-state itself: no two meet, and lanes assume the sender's nonce.
std::vector<OffloadJob> jobs_of(const BlockCase& block) {
    std::vector<OffloadJob> jobs;
    for (const BlockTransaction& tx : block.input.transactions)
        jobs.push_back({.tx = tx.tx,
                        .sender = tx.sender,
                        .rules = &block.input.rules,
                        .environment = &block.input.environment,
                        .state = &block.state});
    return jobs;
}

struct Serial {
    double cpu_seconds = 0;
    std::vector<uint64_t> gas;
    uint64_t instructions = 0, keccak = 0;
};

/// Bytes of the records that came back, whatever else had to be read for them.
uint64_t bytes_of(const OffloadResults& r) {
    const auto size = [](const auto& column) { return uint64_t{column.size()} * sizeof(column[0]); };
    return size(r.accounts) + size(r.slots) + size(r.account_observations) + size(r.slot_observations) +
           size(r.account_effects) + size(r.slot_effects) + size(r.accounts_read) + size(r.slots_read) +
           size(r.logs) + size(r.topics) + r.log_bytes.size() + size(r.codes) + r.code_bytes.size();
}

class OffloadCase {
  public:
    OffloadCase(BenchSession& session, const BlockCase& block)
        : m_session(session), m_block(block), m_jobs(jobs_of(block)) {
        Instructions counted;
        ExecutionContext traced;
        traced.tracer = &counted;
        run_serial(traced);
        m_serial.instructions = counted.all;
        m_serial.keccak = counted.keccak;
    }

    void run(const FoundDevice& found) {
        auto opened = found.open();
        if (!opened) return report_error(found, to_string(opened.error()));
        const auto device = std::make_shared<CountingDevice>(std::move(*opened));
        DevicePrograms programs(device, m_session.cache);
        const std::string how = build_options(device->info());
        const auto evm = programs.get("evm", how), transfers = programs.get("transfers", how);
        if (!evm || !transfers) return report_error(found, to_string(evm ? transfers.error() : evm.error()));
        Offload offload(*device, *evm, {}, *transfers);
        std::vector<double> serial, kernels;
        DeviceCounts counts;
        OffloadResults results;
        for (unsigned round = 0; round <= m_session.options.repeat && !interrupted(); ++round) {
            const double at = cpu_seconds();
            run_serial(m_context);
            const double taken = cpu_seconds() - at;
            device->reset();
            auto ran = offload.run(m_jobs);
            if (!ran) return report_error(found, to_string(ran.error()));
            if (const std::string wrong = compare(*ran); !wrong.empty()) return report_error(found, wrong);
            if (round == 0) continue;  // caches, and buffers that grow
            serial.push_back(taken);
            kernels.push_back(device->counts().kernel_cpu_seconds);
            counts = device->counts();
            results = std::move(*ran);
        }
        if (serial.empty()) return;
        const auto touched = memory_of_lanes(found);
        report(found, summarize(serial), summarize(kernels), speed_ratio(serial, kernels), counts, results,
               offload.transfers().transfers != 0, touched);
    }

  private:
    void run_serial(ExecutionContext& context) {
        const auto outcomes = execute_serial(context, {&m_block.input, 1}, m_block.state, m_block.options);
        m_serial.gas.clear();
        if (outcomes)
            for (const TransactionOutcome& t : outcomes->front().transactions)
                m_serial.gas.push_back(t.gas_used);
    }

    [[nodiscard]] std::string compare(const OffloadResults& results) const {
        if (m_serial.gas.size() != m_jobs.size()) return "serial rejects the block";
        for (size_t i = 0; i < m_jobs.size(); ++i)
            if (results.statuses[i] != kernel::STATUS_done || results.records[i].gas_used != m_serial.gas[i])
                return fmt::format("transaction {}: {}, gas {} for {}", i, name(results.statuses[i]),
                                   results.records[i].gas_used, m_serial.gas[i]);
        return {};
    }

    /// Of a few lanes on a device of its own, whose buffers begin as a pattern.
    std::optional<uint64_t> memory_of_lanes(const FoundDevice& found) const {
        auto opened = found.open();
        if (!opened) return std::nullopt;
        const auto device = std::make_shared<CountingDevice>(std::move(*opened));
        DevicePrograms programs(device, m_session.cache);
        const auto evm = programs.get("evm", build_options(device->info()));
        if (!evm) return std::nullopt;
        Offload offload(*device, *evm, {});
        device->fill_buffers();
        const auto few = std::span(m_jobs).first(std::min<size_t>(m_jobs.size(), 256));
        if (!offload.run(few)) return std::nullopt;
        const auto most = device->touched(make_lane_shape(usual_lane_limits()).size);
        return most ? std::optional(*most) : std::nullopt;
    }

    void report(const FoundDevice& found, const Summary& serial, const Summary& kernels, const Summary& ratio,
                const DeviceCounts& counts, const OffloadResults& results, bool has_transfers,
                std::optional<uint64_t> touched) {
        const auto count = static_cast<double>(m_jobs.size());
        const double up = static_cast<double>(counts.bytes_up) / count,
                     down = static_cast<double>(counts.bytes_down) / count,
                     returned = static_cast<double>(bytes_of(results)) / count,
                     launches = 1000 * static_cast<double>(counts.launches) / count,
                     keccak = static_cast<double>(m_serial.keccak) / count;
        m_session.print(fmt::format(
            "offload/{} on {}: {} transactions{}\n"
            "  serial {:.3f} us, kernels {:.3f} us of processor time each: {:.2f} of serial's speed\n"
            "  {:.0f} bytes up, {:.0f} down a transaction, {:.0f} of them results; {:.2f} launches and "
            "{:.0f} parks "
            "per thousand\n"
            "  {:.1f} instructions, {:.2f} Keccak a transaction; a lane holds {} bytes and has written to "
            "{}\n",
            m_block.name, found.info.name, m_jobs.size(),
            has_transfers ? " by the program of transfers" : " in lanes", 1e6 * serial.median / count,
            1e6 * kernels.median / count, ratio.median, up, down, returned, launches,
            1000 * static_cast<double>(results.parks) / count,
            static_cast<double>(m_serial.instructions) / count, keccak,
            make_lane_shape(usual_lane_limits()).size, touched ? std::to_string(*touched) : "?"));
        BenchResult r = result(found);
        r.time = kernels;
        r.vs_serial = ratio;
        r.extra = {
            {"bytes_up", up},           {"bytes_down", down},
            {"result_bytes", returned}, {"launches_per_thousand", launches},
            {"keccak", keccak},         {"lane_bytes_written", static_cast<double>(touched.value_or(0))}};
        m_session.report.results.push_back(r);
    }

    void report_error(const FoundDevice& found, const std::string& error) {
        m_session.print(fmt::format("offload/{} on {} FAILED: {}\n", m_block.name, found.info.name, error));
        BenchResult r = result(found);
        r.error = error;
        m_session.report.results.push_back(r);
    }

    [[nodiscard]] BenchResult result(const FoundDevice& found) const {
        BenchResult r;
        r.workload = "offload";
        r.name = m_block.name;
        r.txs = r.items = m_jobs.size();
        r.seed = m_block.seed;
        r.backend = found.info.name == "native" ? "native" : "opencl";
        r.device = found.info.name;
        return r;
    }

    BenchSession& m_session;
    const BlockCase& m_block;
    std::vector<OffloadJob> m_jobs;
    ExecutionContext m_context;
    Serial m_serial;
};

}  // namespace

void run_offload(BenchSession& session, std::string_view name) {
    const unsigned threads = threads_to_use(session);
    for (const char* workload : {"transfers", "erc20", "swaps"})
        for_each_generated(session, workload, name, [&](const BlockCase& block) {
            OffloadCase measured(session, block);
            for (const FoundDevice& device : devices_to_compare(session, threads)) measured.run(device);
        });
}

}  // namespace warpevm::tools
