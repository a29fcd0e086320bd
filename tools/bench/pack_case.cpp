// SPDX-License-Identifier: Apache-2.0
// The workload `pack`: what it costs one core to lay transactions out for lanes, beside what it costs to
// execute them serially. Nothing is predicted, so that no key is hashed. What was packed is executed once, by
// the kernels as C++, and compared with serial before there is a figure.
#include <fmt/format.h>

#include <algorithm>

#include "evm/chain/context.hpp"
#include "host/offload/dispatch.hpp"
#include "host/offload/pack.hpp"
#include "tools/bench/measure.hpp"
#include "tools/bench/workloads.hpp"
#include "tools/common/interrupt.hpp"

namespace warpevm::tools {
namespace {

class PackCase {
  public:
    PackCase(BenchSession& session, const BlockCase& block) : m_session(session), m_block(block) {
        for (const BlockTransaction& tx : block.input.transactions)
            m_jobs.push_back({.tx = tx.tx,
                              .sender = tx.sender,
                              .rules = &block.input.rules,
                              .environment = &block.input.environment,
                              .state = &block.state});
    }

    void run() {
        BenchResult r{.workload = "pack", .name = m_block.name};
        r.txs = r.items = m_jobs.size();
        r.seed = m_block.seed;
        r.backend = "host";
        ExecutionContext context;
        CodeStore codes;
        std::vector<double> packing, serial;
        Bytes first;
        for (unsigned round = 0; round <= m_session.options.repeat && !interrupted(); ++round) {
            double at = cpu_seconds();
            const auto outcomes =
                execute_serial(context, {&m_block.input, 1}, m_block.state, m_block.options);
            const double executed = cpu_seconds() - at;
            at = cpu_seconds();
            PackedJobs packed;
            JobPacker packer(codes, /*unknown_is_absent=*/false, packed);
            size_t runnable = 0;
            for (const OffloadJob& job : m_jobs) runnable += packer.pack(job).is_runnable ? 1 : 0;
            const double taken = cpu_seconds() - at;
            if (runnable != m_jobs.size()) r.error = "not every transaction could be packed";
            if (round == 0) {
                // From now on codes are known by number, as they are in all batches but the first.
                r.error += outcomes ? compare(outcomes->front()) : to_string(outcomes.error());
                continue;
            }
            if (round == 1) first = packed.inputs;
            if (packed.inputs != first) r.error = "the same jobs were packed differently";
            if (!r.error.empty()) break;
            packing.push_back(taken);
            serial.push_back(executed);
        }
        if (packing.empty() && r.error.empty()) return;
        if (r.error.empty()) report(r, packing, serial, first.size());
        if (!r.error.empty()) m_session.print(fmt::format("pack/{} FAILED: {}\n", m_block.name, r.error));
        m_session.report.results.push_back(r);
    }

  private:
    void report(BenchResult& r, const std::vector<double>& packing, const std::vector<double>& serial,
                size_t bytes) {
        const auto count = static_cast<double>(m_jobs.size());
        r.time = summarize(packing);
        r.vs_serial = speed_ratio(serial, packing);
        const double each = 1e9 * r.time.median / count;
        r.extra = {{"ns_each", each}, {"bytes_each", static_cast<double>(bytes) / count}};
        m_session.print(fmt::format(
            "pack/{}: {:.0f} ns of a core a transaction, {:.0f} bytes; serial executes "
            "one in {:.0f} ns\n",
            m_block.name, each, static_cast<double>(bytes) / count, 1e9 * summarize(serial).median / count));
    }

    /// Empty where lanes come to the same gas and status.
    [[nodiscard]] std::string compare(const BlockOutcome& serial) const {
        const auto device = open_native_device(1);
        const auto program = device->build({.name = "evm"});
        if (!program) return to_string(program.error());
        const auto ran = Offload(*device, *program, {}).run(m_jobs);
        if (!ran) return to_string(ran.error());
        for (size_t i = 0; i < m_jobs.size(); ++i)
            if (ran->statuses[i] != kernel::STATUS_done ||
                ran->records[i].gas_used != serial.transactions[i].gas_used)
                return fmt::format("transaction {}: {}, gas {} for {}", i, name(ran->statuses[i]),
                                   ran->records[i].gas_used, serial.transactions[i].gas_used);
        return {};
    }

    BenchSession& m_session;
    const BlockCase& m_block;
    std::vector<OffloadJob> m_jobs;
};

}  // namespace

void run_pack(BenchSession& session, std::string_view name) {
    for (const char* workload : {"transfers", "erc20", "swaps"})
        for_each_generated(session, workload, name,
                           [&](const BlockCase& block) { PackCase(session, block).run(); });
}

}  // namespace warpevm::tools
