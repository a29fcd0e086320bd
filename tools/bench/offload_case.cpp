// SPDX-License-Identifier: Apache-2.0
// The workload `offload`: generated transactions in lanes, beside serial: kernel time per processor second,
// what a transaction costs in bytes each way by what they are, in launches, Keccak, slots and memory of its
// lane, and what these counts allow on known devices, alone and beside cores like these, which is computed
// and not measured.
#include <fmt/format.h>

#include <algorithm>

#include "evm/chain/context.hpp"
#include "evm/vm/opcodes.hpp"
#include "evm/vm/trace.hpp"
#include "host/engine/engine.hpp"
#include "host/offload/dispatch.hpp"
#include "tools/bench/counted_lanes.hpp"
#include "tools/bench/counting_device.hpp"
#include "tools/bench/device_case.hpp"
#include "tools/bench/end_to_end.hpp"
#include "tools/bench/measure.hpp"
#include "tools/bench/merge_case.hpp"
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

/// What one transaction costs, and what is counted beside it.
struct Counted {
    DeviceCounts device;
    OffloadResults results;
    /// Of the first lanes; none where transfers have a program of their own.
    std::optional<LaneWork> work;
    size_t lanes = 1;                 ///< that `work` is of
    std::optional<uint64_t> touched;  ///< bytes of its arena that a lane wrote to, at most
    HostCosts host;
};

/// Per transaction.
class Costs {
  public:
    Costs(const Counted& counted, size_t transactions)
        : m_counted(counted), m_transactions(static_cast<double>(transactions)) {}

    [[nodiscard]] double each(uint64_t all) const { return static_cast<double>(all) / m_transactions; }
    [[nodiscard]] double of_lane(uint64_t LaneWork::*counter) const {
        return m_counted.work
                   ? static_cast<double>((*m_counted.work).*counter) / static_cast<double>(m_counted.lanes)
                   : 0;
    }
    [[nodiscard]] const Traffic& traffic() const { return m_counted.results.traffic; }
    /// What the lane is told of state, its envelope, and what it leaves. Images are all lanes' own.
    [[nodiscard]] double table_input_result() const {
        const Traffic& t = traffic();
        return each(t.envelopes + t.call_data + t.answers + t.launches + t.down()) +
               each(m_counted.results.accounts.size() * sizeof(kernel::given_account));
    }
    [[nodiscard]] TransactionCost cost() const {
        return {.bytes_up = each(traffic().up()),
                .bytes_down = each(traffic().down()),
                .memory_bytes = of_lane(&LaneWork::slot_bytes) + of_lane(&LaneWork::image_bytes) +
                                table_input_result() + static_cast<double>(m_counted.touched.value_or(0)),
                .integer_operations = operations_of_keccak * of_lane(&LaneWork::keccak) +
                                      operations_of_multiplication * of_lane(&LaneWork::multiplications) +
                                      operations_of_instruction * of_lane(&LaneWork::instructions),
                .dependent_accesses = of_lane(&LaneWork::records) + of_lane(&LaneWork::operand_rounds)};
    }

  private:
    const Counted& m_counted;
    double m_transactions;
};

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
        const auto programs = std::make_shared<DevicePrograms>(device, m_session.cache);
        const std::string how = build_options(device->info());
        const auto evm = programs->get("evm", how), transfers = programs->get("transfers", how);
        if (!evm || !transfers) return report_error(found, to_string(evm ? transfers.error() : evm.error()));
        Offload offload(*device, *evm, {}, *transfers);
        std::vector<double> serial, kernels, wholes;
        Counted counted;
        for (unsigned round = 0; round <= m_session.options.repeat && !interrupted(); ++round) {
            const double at = cpu_seconds();
            run_serial(m_context);
            const double taken = cpu_seconds() - at;
            device->reset();
            const double begun = cpu_seconds();
            auto ran = offload.run(m_jobs);
            const double whole = cpu_seconds() - begun;
            if (!ran) return report_error(found, to_string(ran.error()));
            if (const std::string wrong = compare(*ran); !wrong.empty()) return report_error(found, wrong);
            if (round == 0) continue;  // caches, and buffers that grow
            serial.push_back(taken);
            kernels.push_back(device->counts().kernel_cpu_seconds);
            wholes.push_back(whole);
            counted.device = device->counts();
            counted.results = std::move(*ran);
        }
        if (serial.empty()) return;
        const Traffic& told = counted.results.traffic;
        if (told.up() != counted.device.bytes_up || told.down() != counted.device.bytes_down)
            return report_error(found, fmt::format("{} and {} bytes went over the bus, {} and {} are told",
                                                   counted.device.bytes_up, counted.device.bytes_down,
                                                   told.up(), told.down()));
        if (offload.transfers().transfers == 0) {
            counted.lanes = few().size();
            counted.work = work_of_lanes();
            counted.touched = memory_of_lanes(found);
        }
        counted.host = host_costs(*device, programs);
        if (!m_error.empty()) return report_error(found, m_error);
        report(found, summarize(serial), summarize(kernels), speed_ratio(serial, kernels),
               {summarize(wholes), speed_ratio(serial, wholes)}, counted);
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

    /// Jobs to count in what would take long for all.
    [[nodiscard]] std::span<const OffloadJob> few() const {
        return std::span(m_jobs).first(std::min<size_t>(m_jobs.size(), 256));
    }

    [[nodiscard]] std::optional<LaneWork> work_of_lanes() const {
        const auto device = open_counted_device();
        const auto program = device->build({.name = "evm"});
        if (!program) return std::nullopt;
        reset_lane_work();
        if (!Offload(*device, *program, {}).run(few())) return std::nullopt;
        return lane_work();
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
        if (!offload.run(few())) return std::nullopt;
        const auto most = device->touched(make_lane_shape(usual_lane_limits()).size);
        return most ? std::optional(*most) : std::nullopt;
    }

    /// From jobs to results: kernels, packing, copies, collecting.
    struct Whole {
        Summary time, ratio;
    };
    void report(const FoundDevice& found, const Summary& serial, const Summary& kernels, const Summary& ratio,
                const Whole& whole, const Counted& counted) {
        const auto count = static_cast<double>(m_jobs.size());
        const Costs costs(counted, m_jobs.size());
        const Traffic& t = costs.traffic();
        const double launches = 1000 * costs.each(counted.device.launches),
                     parks = 1000 * costs.each(counted.results.parks), keccak = costs.each(m_serial.keccak);
        std::string text = fmt::format(
            "offload/{} on {}: {} transactions {}\n"
            "  serial {:.3f} us, kernels {:.3f} us of processor time each: {:.2f} of serial's speed; with "
            "packing, "
            "copies and collecting {:.3f} us, {:.2f}\n"
            "  {:.0f} bytes up a transaction: envelopes {:.0f}, call data {:.0f}, accounts {:.0f}, launches "
            "{:.0f}, answers {:.0f}; shared tables {:.1f}\n"
            "  {:.0f} bytes down: reports {:.0f}, needs {:.0f}, results {:.0f}; {:.2f} launches and {:.0f} "
            "parks "
            "per thousand\n",
            m_block.name, found.info.name, m_jobs.size(),
            counted.work ? "in lanes" : "by the program of transfers", 1e6 * serial.median / count,
            1e6 * kernels.median / count, ratio.median, 1e6 * whole.time.median / count, whole.ratio.median,
            costs.each(t.up()), costs.each(t.envelopes), costs.each(t.call_data), costs.each(t.accounts),
            costs.each(t.launches), costs.each(t.answers), costs.each(t.tables), costs.each(t.down()),
            costs.each(t.reports), costs.each(t.needs), costs.each(t.results), launches, parks);
        BenchResult r = result(found);
        r.time = kernels;
        r.vs_serial = ratio;
        text += fmt::format(
            "  of a core: packing, collecting and handing in {:.2f} us, merging {:.2f} us, of it in order "
            "{:.3f}; "
            "in place of these executing {:.2f} us\n",
            1e6 * counted.host.packing, 1e6 * counted.host.merging, 1e6 * counted.host.in_order,
            1e6 * counted.host.execution);
        r.extra = {{"host_packing_us", 1e6 * counted.host.packing},
                   {"host_merging_us", 1e6 * counted.host.merging},
                   {"host_in_order_us", 1e6 * counted.host.in_order},
                   {"host_execution_us", 1e6 * counted.host.execution},
                   {"whole_us", 1e6 * whole.time.median / count},
                   {"whole_vs_serial", whole.ratio.median},
                   {"bytes_up", costs.each(t.up())},
                   {"bytes_up_envelopes", costs.each(t.envelopes)},
                   {"bytes_up_call_data", costs.each(t.call_data)},
                   {"bytes_up_accounts", costs.each(t.accounts)},
                   {"bytes_up_launches", costs.each(t.launches)},
                   {"bytes_up_answers", costs.each(t.answers)},
                   {"bytes_up_tables", costs.each(t.tables)},
                   {"bytes_down", costs.each(t.down())},
                   {"bytes_down_reports", costs.each(t.reports)},
                   {"bytes_down_needs", costs.each(t.needs)},
                   {"bytes_down_results", costs.each(t.results)},
                   {"launches_per_thousand", launches},
                   {"parks_per_thousand", parks},
                   {"keccak", keccak}};
        if (counted.work) {
            text += fmt::format(
                "  {:.1f} instructions, {:.1f} lowered ones, {:.2f} Keccak; slots {:.0f} bytes; table, input "
                "and result {:.0f}; image {:.0f}; a lane holds {} bytes and has written to {}\n",
                costs.each(m_serial.instructions), costs.of_lane(&LaneWork::instructions), keccak,
                costs.of_lane(&LaneWork::slot_bytes), costs.table_input_result(),
                costs.of_lane(&LaneWork::image_bytes), make_lane_shape(usual_lane_limits()).size,
                counted.touched ? std::to_string(*counted.touched) : "?");
            r.extra["lowered_instructions"] = costs.of_lane(&LaneWork::instructions);
            r.extra["slot_bytes"] = costs.of_lane(&LaneWork::slot_bytes);
            r.extra["table_input_result_bytes"] = costs.table_input_result();
            r.extra["image_bytes"] = costs.of_lane(&LaneWork::image_bytes);
            r.extra["lane_bytes_written"] = static_cast<double>(counted.touched.value_or(0));
            r.extra["integer_operations"] = costs.cost().integer_operations;
            r.extra["dependent_accesses"] = costs.cost().dependent_accesses;
        }
        for (const DeviceRates& rates : known_devices()) {
            text += allowed_on(rates, costs.cost(), r);
            text += whole_on(rates, costs.cost(), counted.host, r);
        }
        m_session.print(text);
        m_session.report.results.push_back(r);
    }

    /// What the host does for a transaction on the device, and in place of it. With m_error where an outcome
    /// is not serial's.
    HostCosts host_costs(CountingDevice& device, const std::shared_ptr<DevicePrograms>& programs) {
        constexpr unsigned rounds = 7;
        const MergeFigures merge = measure_merge(m_session, m_block, rounds);
        m_error = merge.error;
        HostCosts costs{.packing = 0, .merging = merge.processor, .in_order = merge.in_order, .execution = 0};
        Engine engine({.threads = 2,
                       .devices = {programs},
                       .device_takes_all = true,
                       .device_batch = static_cast<uint32_t>(m_jobs.size())});
        std::vector<double> cores, there;
        for (unsigned i = 0; i < rounds && m_error.empty() && !interrupted(); ++i) {
            device.reset();
            double at = cpu_seconds();
            execute(engine, BackendKind::device);
            there.push_back(cpu_seconds() - at - device.counts().kernel_cpu_seconds);
            at = cpu_seconds();
            execute(engine, BackendKind::cpu);
            cores.push_back(cpu_seconds() - at);
        }
        if (cores.empty()) return costs;
        const auto count = static_cast<double>(m_jobs.size());
        costs.execution = summarize(cores).median / count;
        costs.packing = std::max(summarize(there).median / count - costs.merging, 0.0);
        return costs;
    }
    void execute(Engine& engine, BackendKind backend) {
        const auto got = engine.execute(backend, {&m_block.input, 1}, m_block.state, m_block.options);
        if (!got) {
            m_error = to_string(got.error());
            return;
        }
        const auto& transactions = got->outcomes.front().transactions;
        for (size_t i = 0; i < transactions.size() && m_error.empty(); ++i)
            if (transactions[i].gas_used != m_serial.gas[i])
                m_error = fmt::format("transaction {} has another gas than serial", i);
    }

    /// A line for a hundred thousand and one for a million, and the same for JSON.
    static std::string whole_on(const DeviceRates& rates, const TransactionCost& cost, const HostCosts& costs,
                                BenchResult& r) {
        const EndToEndHost host{.costs = costs};
        std::string text;
        for (const uint64_t count : {100'000U, 1'000'000U}) {
            const EndToEnd e = end_to_end(rates, cost, host, static_cast<double>(count));
            const double speed = 1e-6 * static_cast<double>(count) / e.seconds;
            text += fmt::format(
                "    {:>9} of them beside {} cores like these: {:.1f} million a second, {:.2f} times the "
                "cores "
                "alone, {:.0f} % on the device, bound by {}\n",
                count, host.cores, speed, e.core_seconds / e.seconds, 100 * e.share, e.binds);
            const std::string key = fmt::format("computed_{}_whole_{}_", underscored(rates.name), count);
            r.extra[key + "mtps"] = speed;
            r.extra[key + "vs_cores"] = e.core_seconds / e.seconds;
        }
        const auto least = crossover(rates, cost, host);
        if (!least) return text + "    the cores alone are faster for any number of them\n";
        r.extra[fmt::format("computed_{}_crossover", underscored(rates.name))] = static_cast<double>(*least);
        return text + fmt::format("    faster than the cores alone from {} on\n", *least);
    }
    static std::string underscored(std::string_view name) {
        std::string text(name);
        std::replace(text.begin(), text.end(), ' ', '_');
        return text;
    }

    /// A line, and the same for JSON.
    static std::string allowed_on(const DeviceRates& rates, const TransactionCost& cost, BenchResult& r) {
        const std::vector<DeviceLimit> limits = device_limits(rates, cost);
        std::string line = fmt::format("  computed for {}, million transactions a second:", rates.name);
        for (const DeviceLimit& limit : limits) {
            line += fmt::format(" {} {:.1f},", limit.what, 1e-6 * limit.transactions);
            std::string key = fmt::format("computed_{}_{}_mtps", rates.name, limit.what);
            std::replace(key.begin(), key.end(), ' ', '_');
            r.extra[key] = 1e-6 * limit.transactions;
        }
        return line + fmt::format(" bound by {}\n", binding_limit(limits).what);
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
    std::string m_error;
};

}  // namespace

void run_offload(BenchSession& session, std::string_view name) {
    const unsigned threads = threads_to_use(session);
    for (const char* workload : {"transfers", "erc20", "swaps", "compute"})
        for_each_generated(session, workload, name, [&](const BlockCase& block) {
            OffloadCase measured(session, block);
            for (const FoundDevice& device : devices_to_compare(session, threads)) measured.run(device);
        });
}

}  // namespace warpevm::tools
