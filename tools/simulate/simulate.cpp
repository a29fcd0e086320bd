// SPDX-License-Identifier: Apache-2.0
#include "tools/simulate/simulate.hpp"

#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <mutex>
#include <thread>

#include "evm/chain/block_input.hpp"
#include "tools/common/interrupt.hpp"
#include "tools/common/progress.hpp"
#include "tools/run/input.hpp"
#include "tools/simulate/answer.hpp"
#include "tools/simulate/line_source.hpp"

namespace warpevm::tools {
namespace {

using Clock = std::chrono::steady_clock;

/// Text that is read before it is parsed: a call is at least three bytes of it, and some 400 in memory.
constexpr size_t chunk_bytes = size_t{1} << 20;
/// Text of one batch.
constexpr size_t batch_bytes = size_t{64} << 20;
/// Answers that are formed before they are written: so many, or of so many bytes of results.
constexpr size_t answers_at_once = 1024, answered_bytes = size_t{32} << 20;
constexpr uint64_t most_named_mismatches = 10;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A state that notes which blocks' hashes it was asked for and does not know. (What else is missing stands
/// in the results.)
class NotedHashes final : public StateView {
  public:
    explicit NotedHashes(const StateView& state) : m_state(state) {}
    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override {
        m_state.read_accounts(keys, answers);
    }
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
        m_state.read_slots(keys, answers);
    }
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        m_state.read_codes(hashes, answers);
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        const Read<Hash> read = m_state.read_block_hash(number);
        if (read.knowledge == Knowledge::value) return read;
        const std::lock_guard held(m_lock);
        // Calls may move their block, and so ask for any.
        constexpr size_t most = 1024;
        if (m_unknown.size() < most) m_unknown.insert(number);
        return {};
    }
    [[nodiscard]] std::set<uint64_t> unknown() const { return m_unknown; }

  private:
    const StateView& m_state;
    mutable std::mutex m_lock;
    mutable std::set<uint64_t> m_unknown;
};

BlockFolder read_folder(const std::string& path, const RulesSource& rules) {
    const auto folders = block_folders({path});
    if (folders.size() != 1)
        throw UsageError(
            fmt::format("--block {}: expected the folder of one block, found {}", path, folders.size()));
    auto block = read_block_file(folders.front());
    if (!block) throw UsageError(to_string(block.error()));
    auto folder = read_block_folder(folders.front(), std::move(*block), rules);
    if (!folder) throw UsageError(to_string(folder.error()));
    return std::move(*folder);
}

class Output {
  public:
    explicit Output(const std::string& file)
        : m_name(file), m_file(file == "-" ? stdout : std::fopen(file.c_str(), "wb")) {
        if (m_file == nullptr) throw UsageError(fmt::format("{}: {}", file, std::strerror(errno)));
    }
    ~Output() {
        if (m_file != stdout) std::fclose(m_file);
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    void write(const std::string& text) {
        if (std::fwrite(text.data(), 1, text.size(), m_file) != text.size()) fail();
    }
    void flush() {
        if (std::fflush(m_file) != 0) fail();
    }

  private:
    [[noreturn]] void fail() const {
        throw UsageError(fmt::format("{}: can't be written: {}", m_name, std::strerror(errno)));
    }
    std::string m_name;
    std::FILE* m_file;
};

/// Cancels once the user has asked to stop, also within a long call.
class StopsOnInterrupt {
  public:
    explicit StopsOnInterrupt(Cancellation& cancellation)
        : m_thread([&cancellation](const std::stop_token& ended) {
              while (!ended.stop_requested() && !interrupted())
                  std::this_thread::sleep_for(std::chrono::milliseconds(20));
              if (interrupted()) cancellation.cancel();
          }) {}

  private:
    std::jthread m_thread;
};

/// A line, and what it asks for.
struct Item {
    uint64_t number = 0;
    Result<Request> request = fail(ErrorCode::internal);
    BundleResult result;
};

class Simulate {
  public:
    Simulate(const CommonOptions& common, const SimulateOptions& options)
        : m_common(common),
          m_options(options),
          m_rules(read_rules_source(options.chain, common.fork)),
          m_folder(read_folder(options.block, m_rules)),
          m_block{m_folder.rules, block_environment(m_folder.block.header.with_defaults(), m_folder.rules)},
          m_context{.block = m_block,
                    .rules = m_rules,
                    .hints = {.difficulty = m_folder.block.header.difficulty, .parent_total_difficulty = {}},
                    .gas_cap = options.gas_cap},
          m_state(m_folder.state),
          m_lines(options.file),
          m_output(options.output) {
        const Executor& executor = select_executor(common);
        const unsigned threads =
            common.threads != 0 ? common.threads : std::max(1U, std::thread::hardware_concurrency());
        const ExecutorSettings settings = executor_settings(executor, common, threads);
        m_backend = executor.backend;
        m_report.backend = executor.name;
        m_report.block_number = m_block.environment.number;
        m_report.fork = warpevm::name(m_block.rules.fork);
        SimulatorSettings own{.threads = settings.threads,
                              .device = settings.devices.empty() ? nullptr : settings.devices.front(),
                              .device_takes_all = settings.waits_for_device};
        own.offload.most_lanes = options.lanes;
        own.offload.lane_memory = options.lane_memory_mib << 20;
        m_simulator.emplace(own);
        if (options.verify) m_serial.emplace(SimulatorSettings{.threads = 1});
        m_report.verified = options.verify;
    }

    SimulateReport run() {
        const auto start = Clock::now();
        const StopsOnInterrupt watcher(m_cancellation);
        for (bool more = true; more && !m_cancellation.is_cancelled();) {
            std::vector<Item> batch;
            more = read_batch(batch);
            execute(batch);
            m_output.flush();
        }
        m_report.interrupted = m_cancellation.is_cancelled();
        m_report.assumed_block_hashes = m_state.unknown();
        m_report.total_seconds = seconds_since(start);
        if (m_report.mismatches != 0 || m_report.interrupted) note(ExitCode::failed);
        if (const std::string lost = m_simulator->device_lost_because(); !lost.empty())
            fmt::print(stderr, "warpevm: warning: the device was lost: {}; the CPU does its work\n", lost);
        return std::move(m_report);
    }

  private:
    void note(ExitCode code) { m_report.exit_code = worse(m_report.exit_code, code); }

    /// False at the end of the input.
    bool read_batch(std::vector<Item>& batch) {
        size_t calls = 0, bytes = 0;
        bool more = true;
        while (more && calls < m_options.batch && bytes < batch_bytes && !interrupted()) {
            std::vector<LineSource::Line> lines;
            size_t text = 0;
            while (text < chunk_bytes && calls + lines.size() < m_options.batch) {
                LineSource::Line line;
                more = m_lines.next(line);
                if (!more) break;
                text += line.text.size();
                lines.push_back(std::move(line));
            }
            bytes += text;
            const size_t first = batch.size();
            batch.resize(first + lines.size());
            tbb::parallel_for(size_t{0}, lines.size(), [&](size_t i) { read(lines[i], batch[first + i]); });
            for (size_t i = first; i < batch.size(); ++i)
                calls += batch[i].request ? batch[i].request->bundle.calls.size() : 1;
        }
        return more;
    }

    void read(const LineSource::Line& line, Item& item) const {
        item.number = line.number;
        const std::string name = fmt::format("{}:{}", m_options.file, line.number);
        item.request = line.is_too_long
                           ? fail(ErrorCode::json, fmt::format("{}: the line is longer than {} bytes", name,
                                                               LineSource::longest_line))
                           : read_request(line.text, name, line.number, m_context);
    }

    /// Until all are answered. Where results take too much memory at once, in several goes, each of no more
    /// bundles than memory is likely to do for.
    void execute(std::vector<Item>& batch) {
        Progress progress("simulate", batch.size(), m_common.quiet);
        std::mutex lock;
        size_t written = 0, most = batch.size();
        while (written < batch.size() && !m_cancellation.is_cancelled()) {
            std::vector<size_t> chosen;
            for (size_t i = written; i < batch.size() && chosen.size() < most; ++i)
                if (batch[i].request && !batch[i].result.is_done) chosen.push_back(i);
            const auto on_progress = [&](size_t done) {
                const std::lock_guard held(lock);
                progress.advance(written + done, fmt::format("{} before", m_report.requests - written));
            };
            const size_t done = execute(batch, chosen, on_progress);
            if (done < chosen.size()) most = std::max<size_t>(1, done / 2);
            written = write(batch, written);
        }
    }

    /// How many of the chosen are done.
    size_t execute(std::vector<Item>& batch, const std::vector<size_t>& chosen,
                   const std::function<void(size_t)>& on_progress) {
        std::vector<SimulatedBundle> bundles;
        for (const size_t i : chosen) bundles.push_back(std::move(batch[i].request->bundle));
        SimulationOptions options{
            .on_missing_state = m_options.strict_state ? OnMissingState::fail : OnMissingState::assume_absent,
            .cancellation = &m_cancellation,
            .on_progress = on_progress};
        const auto start = Clock::now();
        auto simulated = m_simulator->run(m_backend, bundles, m_state, options);
        m_report.seconds += seconds_since(start);
        if (!simulated) throw std::runtime_error(to_string(simulated.error()));
        m_report.routes += simulated->routes;
        if (m_serial) verify(batch, chosen, bundles, simulated->bundles);
        size_t done = 0;
        for (size_t k = 0; k < chosen.size(); ++k) {
            Item& item = batch[chosen[k]];
            item.request->bundle = std::move(bundles[k]);
            item.result = std::move(simulated->bundles[k]);
            done += item.result.is_done ? 1 : 0;
        }
        return done;
    }

    /// By the plain loop and with codes of its own, so that what is compared shares as little as possible.
    void verify(const std::vector<Item>& batch, const std::vector<size_t>& chosen,
                std::vector<SimulatedBundle>& bundles, const std::vector<BundleResult>& results) {
        SimulationOptions options{
            .on_missing_state = m_options.strict_state ? OnMissingState::fail : OnMissingState::assume_absent,
            .cancellation = &m_cancellation,
            .interpreter = Interpreter::plain};
        for (size_t k = 0; k < bundles.size(); ++k) {
            if (!results[k].is_done) continue;
            const auto expected = m_serial->run(BackendKind::serial, {&bundles[k], 1}, m_state, options);
            if (!expected) throw std::runtime_error(to_string(expected.error()));
            if (!expected->bundles.front().is_done) return;  // cancelled
            if (expected->bundles.front() == results[k]) continue;
            if (m_report.mismatches++ < most_named_mismatches)
                fmt::print(stderr, "warpevm: simulate: line {}: the answer differs from serial's\n",
                           batch[chosen[k]].number);
        }
    }

    /// Answers up to the first line that has none yet. Their requests and results are given up.
    size_t write(std::vector<Item>& batch, size_t from) {
        size_t end = from;
        const auto is_ready = [](const Item& item) { return !item.request || item.result.is_done; };
        while (end < batch.size() && is_ready(batch[end])) ++end;
        for (size_t first = from, next = from; first < end; first = next) {
            for (size_t bytes = 0; next < end && next - first < answers_at_once && bytes < answered_bytes;
                 ++next)
                for (const CallResult& call : batch[next].result.calls) bytes += call.size();
            std::vector<std::string> answers(next - first);
            tbb::parallel_for(size_t{0}, answers.size(), [&](size_t k) {
                const Item& item = batch[first + k];
                answers[k] = item.request ? answer_line(*item.request, item.result)
                                          : bad_line(item.number, item.request.error());
            });
            for (size_t k = 0; k < answers.size(); ++k) {
                m_output.write(answers[k]);
                count(batch[first + k]);
                batch[first + k] = {};
            }
        }
        return end;
    }

    void count(const Item& item) {
        ++m_report.requests;
        if (!item.request) {
            ++m_report.bad_lines;
            return note(ExitCode::bad_input);
        }
        for (const CallResult& call : item.result.calls) {
            ++m_report.calls;
            m_report.gas_used += call.gas_used;
            m_report.assumed_absent += call.assumed_accounts.size() + call.assumed_slots.size();
            count(call);
        }
    }

    void count(const CallResult& call) {
        switch (call.status) {
            case CallStatus::success: ++m_report.success; break;
            case CallStatus::reverted: ++m_report.reverted; break;
            case CallStatus::failed: ++m_report.failed; break;
            case CallStatus::invalid: ++m_report.invalid; return note(ExitCode::failed);
            case CallStatus::no_answer:
                ++m_report.no_answer;
                // State that is not there is the input's fault; what else goes wrong is ours.
                return note(call.error.code == ErrorCode::missing_state ? ExitCode::bad_input
                                                                        : ExitCode::internal);
        }
    }

    const CommonOptions& m_common;
    const SimulateOptions& m_options;
    const RulesSource m_rules;
    const BlockFolder m_folder;
    const SimulatedBlock m_block;
    const RequestContext m_context;
    const NotedHashes m_state;
    LineSource m_lines;
    Output m_output;
    BackendKind m_backend{};
    std::optional<Simulator> m_simulator, m_serial;
    Cancellation m_cancellation;
    SimulateReport m_report;
};

}  // namespace

SimulateReport run_simulate(const CommonOptions& common, const SimulateOptions& options) {
    return Simulate(common, options).run();
}

}  // namespace warpevm::tools
