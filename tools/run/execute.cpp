// SPDX-License-Identifier: Apache-2.0
// The phases of one block, each timed.
#include "tools/run/execute.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "evm/base/hex.hpp"
#include "evm/codec/wire.hpp"
#include "evm/state/state_trie.hpp"
#include "fallback/schedule/parallelism.hpp"
#include "tools/common/difference.hpp"
#include "tools/common/eip3155.hpp"

namespace warpevm::tools {
namespace {

using Clock = std::chrono::steady_clock;

/// Adds the time of its life to a phase of the report.
class Timed {
  public:
    Timed(BlockReport& report, Phase phase, unsigned thread)
        : m_report(report), m_phase(phase), m_thread(thread) {}
    ~Timed() {
        const auto length = Clock::now() - m_start;
        const auto i = static_cast<size_t>(m_phase);
        m_report.timing_ms[i] += std::chrono::duration<double, std::milli>(length).count();
        m_report.spans.push_back({phase_names[i], m_start, length, m_thread});
    }
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

  private:
    BlockReport& m_report;
    Phase m_phase;
    unsigned m_thread;
    Clock::time_point m_start = Clock::now();
};

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const size_t middle = values.size() / 2;
    std::sort(values.begin(), values.end());
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

ExecutionOptions options_of(const BlockFolder& folder) {
    ExecutionOptions options;
    // What is missing is judged afterwards, when all of it is known.
    options.on_missing_state = OnMissingState::assume_absent;
    options.allow_missing_system_contracts = !folder.complete;
    if (folder.complete && folder.rules.fork < Fork::byzantium)
        options.state_roots = roots_over(folder.state);
    return options;
}

/// Neither the input's fault nor the arguments'.
bool is_ours(ErrorCode code) {
    return code == ErrorCode::internal || code == ErrorCode::callback_failed ||
           code == ErrorCode::out_of_memory;
}

/// Errors that a pre-state with missing parts can cause by itself.
bool may_come_from_missing_state(ErrorCode code) {
    switch (code) {
        case ErrorCode::nonce_too_low:
        case ErrorCode::nonce_too_high:
        case ErrorCode::insufficient_balance:
        case ErrorCode::sender_not_eoa:
        case ErrorCode::block_gas_exceeded:
        case ErrorCode::deposit_log:
        case ErrorCode::system_contract_missing:
        case ErrorCode::system_call_failed: return true;
        default: return false;
    }
}

/// The states of consecutive blocks as the one before the first: what an earlier block's pre-state tells is
/// older than what a later one's does, and what an earlier block found absent was absent.
class ConsecutiveStates final : public StateView {
  public:
    void add(const MemoryState& state, const BlockOutcome& alone) {
        Part& part = m_parts.emplace_back();
        part.state = &state;
        part.absent_accounts.insert(alone.assumed_accounts.begin(), alone.assumed_accounts.end());
        part.absent_slots.insert(alone.assumed_slots.begin(), alone.assumed_slots.end());
    }
    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override {
        for (size_t i = 0; i < keys.size(); ++i)
            answers[i] = first<Read<AccountRecord>>([&](const Part& part) -> Read<AccountRecord> {
                if (part.absent_accounts.contains(keys[i])) return {Knowledge::absent, {}};
                return part.state->read_account(keys[i]);
            });
    }
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
        for (size_t i = 0; i < keys.size(); ++i)
            answers[i] = first<Read<U256>>([&](const Part& part) -> Read<U256> {
                if (part.absent_slots.contains(keys[i])) return {Knowledge::absent, {}};
                return part.state->read_slot(keys[i]);
            });
    }
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        for (size_t i = 0; i < hashes.size(); ++i)
            answers[i] =
                first<Read<BytesView>>([&](const Part& part) { return part.state->read_code(hashes[i]); });
    }
    /// Each block's folder knows its own ancestors, those within the window too.
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        Read<Hash> answer;
        for (const Part& part : m_parts)
            if (answer = part.state->read_block_hash(number); answer.knowledge == Knowledge::value) break;
        return answer;
    }

  private:
    struct Part {
        const MemoryState* state = nullptr;
        SeededSet<Address> absent_accounts;
        SeededSet<SlotKey> absent_slots;
    };
    /// Of the parts that know something.
    template <class Answer, class Ask>
    Answer first(const Ask& ask) const {
        for (const Part& part : m_parts)
            if (const Answer answer = ask(part); answer.knowledge != Knowledge::unknown) return answer;
        return {Knowledge::unknown, {}};
    }
    std::vector<Part> m_parts;
};

class BlockRun {
  public:
    BlockRun(const std::filesystem::path& path, const RunPlan& plan, ExecutionContext& context,
             unsigned thread)
        : m_path(path), m_plan(plan), m_context(context), m_thread(thread) {
        report.path = path.string();
    }

    void run() {
        const Timed total(report, Phase::total, m_thread);
        if (!read()) return;
        if (!recover()) return;
        if (execute()) judge();
    }

    BlockReport report;

    // -- as one of a window, instead of run()
    bool prepare() {
        const Timed total(report, Phase::total, m_thread);
        return read() && recover();
    }
    /// Its number follows the other's, as far as numbers are known.
    [[nodiscard]] bool follows(const BlockRun& other) const {
        return report.number && other.report.number && *report.number == *other.report.number + 1;
    }
    [[nodiscard]] const BlockInput& input() const { return m_input; }
    [[nodiscard]] bool is_complete() const { return m_folder.complete; }
    /// Executes it by itself, for what it finds absent.
    Result<void> add_to(ConsecutiveStates& states) const {
        ExecutionContext fresh;
        const auto alone = execute_serial(fresh, {&m_input, 1}, m_folder.state, options_of(m_folder));
        if (!alone) return tl::unexpected(alone.error());
        states.add(m_folder.state, alone->front());
        return {};
    }
    void fail_with(const Error& error) { stop(error); }
    void take(BlockOutcome outcome, const RouteReport& routes, std::shared_ptr<const WindowPlan> plan,
              double milliseconds) {
        m_outcome = std::move(outcome);
        report.routes = routes;
        report.plan = std::move(plan);
        report.timing_ms[static_cast<size_t>(Phase::fallback)] = milliseconds;
        report.timing_ms[static_cast<size_t>(Phase::total)] += milliseconds;
        std::vector<MissingKey> keys(m_outcome.assumed_accounts.begin(), m_outcome.assumed_accounts.end());
        keys.insert(keys.end(), m_outcome.assumed_slots.begin(), m_outcome.assumed_slots.end());
        report_assumed(keys);
        if (m_plan.options.strict_state && !report.assumed.empty()) {
            stop_for_missing();
            return;
        }
        judge();
    }

  private:
    void judge() {
        report.gas_used = m_outcome.gas_used;
        if (!m_outcome.verdict.valid()) {
            stop(m_outcome.verdict.error,
                 m_outcome.verdict.tx ? std::optional<size_t>(*m_outcome.verdict.tx) : std::nullopt);
            return;
        }
        check();
        report.ok = report.valid && report.mismatches.empty() && !report.error;
        if (!report.ok) report.exit_code = worse(report.exit_code, ExitCode::failed);
    }

    bool stop(const Error& error, std::optional<size_t> tx = {}) {
        const bool broken_rule = is_protocol_error(error.code);
        report.error = BlockError{std::string(name(error.code)), tx, to_string(error)};
        if (broken_rule && may_come_from_missing_state(error.code) &&
            (!m_folder.complete || !report.assumed.empty()))
            report.error->message += "; the pre-state may be incomplete";
        report.exit_code = broken_rule           ? ExitCode::failed
                           : is_ours(error.code) ? ExitCode::internal
                                                 : ExitCode::bad_input;
        return false;
    }

    bool read() {
        const Timed timed(report, Phase::decode, m_thread);
        auto block = read_block_file(m_path);
        if (!block) return stop(block.error());
        report.number = block->header.number;
        report.hash = block->header.hash;
        report.txs = block->transactions.size();
        auto folder = read_block_folder(m_path, std::move(*block), m_plan.rules);
        if (!folder) return stop(folder.error());
        m_folder = std::move(*folder);
        report.fork = name(m_folder.rules.fork);
        // A raw block has no hash beside its header.
        const json::GivenHeader& header = m_folder.block.header;
        if (!report.hash && header.missing(m_folder.rules.fork).empty())
            report.hash = header_hash(header.with_defaults());
        return true;
    }

    bool recover() {
        const Timed timed(report, Phase::recover, m_thread);
        auto input = make_input(m_folder, report, *m_plan.senders);
        if (!input) return stop(input.error());
        m_input = std::move(*input);
        if (m_plan.options.verify == Verify::none) return true;
        // Senders come before the header in the order of verdicts, so a bad one is left to execution.
        const bool bad_sender =
            std::any_of(m_input.transactions.begin(), m_input.transactions.end(),
                        [](const auto& tx) { return tx.invalid.code != ErrorCode::none; });
        if (bad_sender) return true;
        if (const auto header = check_header(m_folder, m_plan.rules.chain, report); !header)
            return stop(header.error());
        return true;
    }

    bool execute() {
        const WatchedState watched(m_folder.state);
        const auto timeline = std::make_shared<Timeline>();
        std::vector<double> times;
        for (unsigned i = 0; i < m_plan.options.repeat; ++i) {
            const double before = report.ms(Phase::fallback);
            std::vector<RouteReport> routes;
            auto outcomes = [&] {
                const Timed timed(report, Phase::fallback, m_thread);
                return m_plan.backend.execute({&m_input, 1}, watched, options_of(m_folder),
                                              {.timeline = timeline}, &routes, &report.plan);
            }();
            times.push_back(report.ms(Phase::fallback) - before);
            if (!outcomes) return stop_without_outcome(outcomes.error());
            if (!routes.empty()) report.routes = routes.front();
            if (i == 0)
                m_outcome = std::move(outcomes->front());
            else if (!same_results(m_outcome, outcomes->front()))
                return stop({ErrorCode::internal, "two executions of the same block differ"});
        }
        report.timing_ms[static_cast<size_t>(Phase::fallback)] = median(times);
        report.take(timeline->take(), m_plan.options.repeat);
        if (report.plan) {
            report.timing_ms[static_cast<size_t>(Phase::partition)] = 1e3 * report.plan->partition_seconds;
            report.timing_ms[static_cast<size_t>(Phase::route)] = 1e3 * report.plan->route_seconds;
        }
        if (m_plan.options.explain && m_outcome.verdict.valid())
            report.parallelism =
                measure_parallelism(m_context, m_input, m_folder.state, options_of(m_folder));
        note_assumed(watched);
        if (m_plan.options.strict_state && !report.assumed.empty()) return stop_for_missing();
        return m_plan.options.evm_trace.empty() || trace();
    }

    /// Accounts and slots are in the outcome, the same for every backend. Hashes of blocks are not, and a
    /// speculation may ask for one that execution does not need, so serial says which.
    void note_assumed(const WatchedState& watched) {
        const auto asked = watched.missing();
        const bool hashes = std::ranges::any_of(
            asked, [](const MissingKey& key) { return std::holds_alternative<MissingBlockHash>(key); });
        if (hashes) return report_assumed(ask_serially());
        std::vector<MissingKey> keys(m_outcome.assumed_accounts.begin(), m_outcome.assumed_accounts.end());
        keys.insert(keys.end(), m_outcome.assumed_slots.begin(), m_outcome.assumed_slots.end());
        report_assumed(keys);
    }

    std::vector<MissingKey> ask_serially() const {
        const WatchedState watched(m_folder.state);
        ExecutionContext fresh;
        static_cast<void>(execute_serial(fresh, {&m_input, 1}, watched, options_of(m_folder)));
        return watched.missing();
    }

    void report_assumed(const std::vector<MissingKey>& keys) {
        report.assumed = describe(keys, m_folder);
        report.doubts = m_folder.doubts;
        report.made_by_block = m_folder.made_by_block;
    }

    /// Code that is not there can't be assumed absent, so there is no outcome; everything else is told too.
    bool stop_without_outcome(const Error& error) {
        if (error.code != ErrorCode::missing_state) return stop(error);
        report_assumed(ask_serially());
        if (m_plan.options.strict_state) return stop_for_missing();
        const auto code = std::ranges::find_if(
            report.assumed, [](const AssumedRead& read) { return read.kind == AssumedRead::Kind::code; });
        return stop({ErrorCode::missing_state, code == report.assumed.end() ? error.detail : code->text()});
    }

    bool stop_for_missing() {
        std::vector<std::string> names;
        for (const AssumedRead& read : report.assumed) names.push_back(read.text());
        return stop({ErrorCode::missing_state, fmt::format("{}", fmt::join(names, ", "))});
    }

    /// Executes once more, watched; times are not those of the trace.
    bool trace() {
        const RunOptions& options = m_plan.options;
        if (*options.tx >= report.txs)
            return stop({ErrorCode::bad_argument,
                         fmt::format("--tx {}: expected a number below {}, the block's transactions",
                                     *options.tx, report.txs)});
        std::ofstream out(options.evm_trace);
        if (!out) return stop({ErrorCode::bad_argument, options.evm_trace + ": can't be written"});
        Eip3155Writer writer(out);
        ExecutionContext context(m_context.shared_codes());
        context.tracer = &writer;
        context.traced_transaction = static_cast<uint32_t>(*options.tx);
        const WatchedState watched(m_folder.state);
        const auto outcomes = execute_serial(context, {&m_input, 1}, watched, options_of(m_folder));
        if (!outcomes) return stop(outcomes.error());
        return true;
    }

    void check() {
        report.valid = true;
        report.logs_bloom = m_outcome.logs_bloom;
        if (m_input.rules.fork >= Fork::byzantium || !m_outcome.intermediate_roots.empty() || report.txs == 0)
            report.receipts_root = m_outcome.receipts_root;
        if (m_plan.options.verify != Verify::none) {
            const Timed timed(report, Phase::roots, m_thread);
            check_outcome(m_folder, m_input, m_outcome, report);
        } else {
            report.mismatches.clear();
        }
        if (m_plan.options.verify == Verify::serial) compare_serially();
        if (!m_plan.options.output.empty())
            write_outcome(m_plan.options.output, m_folder, m_input, m_outcome);
    }

    /// By the plain loop and with nothing cached, so that what is compared shares as little as possible.
    void compare_serially() {
        ExecutionContext fresh;
        fresh.interpreter = Interpreter::plain;
        const WatchedState watched(m_folder.state);
        const auto outcomes = execute_serial(fresh, {&m_input, 1}, watched, options_of(m_folder));
        report.checked.emplace_back("serial");
        if (!outcomes)
            report.mismatches.push_back({"serial", "an outcome", to_string(outcomes.error()), std::nullopt});
        else if (!same_results(outcomes->front(), m_outcome)) {
            const Difference d = first_difference(outcomes->front(), m_outcome);
            report.mismatches.push_back({"serial", d.expected, d.got, d.tx});
        }
    }

    const std::filesystem::path& m_path;
    const RunPlan& m_plan;
    ExecutionContext& m_context;
    unsigned m_thread;
    BlockFolder m_folder;
    BlockInput m_input;
    BlockOutcome m_outcome;
};

/// Blocks that follow one another, whose inputs could be read.
class WindowRun {
  public:
    WindowRun(std::span<const std::unique_ptr<BlockRun>> runs, const RunPlan& plan)
        : m_runs(runs), m_plan(plan) {}

    void run() {
        ConsecutiveStates states;
        std::vector<BlockInput> window;
        const auto timeline = std::make_shared<Timeline>();
        ExecutionOptions options;
        options.on_missing_state = OnMissingState::assume_absent;
        options.allow_missing_system_contracts = !std::ranges::all_of(m_runs, &BlockRun::is_complete);
        for (const auto& run : m_runs) {
            if (auto added = run->add_to(states); !added) return fail_all(added.error());
            window.push_back(run->input());
        }
        std::vector<double> times;
        std::vector<RouteReport> routes;
        std::shared_ptr<const WindowPlan> plan;
        std::vector<BlockOutcome> outcomes;
        for (unsigned i = 0; i < m_plan.options.repeat; ++i) {
            routes.clear();
            const auto begin = Clock::now();
            auto got =
                m_plan.backend.execute(window, states, options, {.timeline = timeline}, &routes, &plan);
            times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
            if (!got) return fail_all(got.error());
            if (i != 0 && !std::ranges::equal(outcomes, *got, same_results))
                return fail_all({ErrorCode::internal, "two executions of the same window differ"});
            if (i == 0) outcomes = std::move(*got);
        }
        m_runs.front()->report.take(timeline->take(), m_plan.options.repeat);
        uint64_t gas = 0;
        for (const BlockOutcome& outcome : outcomes) gas += outcome.gas_used;
        for (size_t i = 0; i < m_runs.size(); ++i) {
            if (i >= outcomes.size()) {
                m_runs[i]->fail_with(
                    {ErrorCode::bad_argument, "not executed: an earlier block of the window is invalid"});
                continue;
            }
            // The window's time, by gas.
            const double part =
                gas == 0 ? 0 : static_cast<double>(outcomes[i].gas_used) / static_cast<double>(gas);
            m_runs[i]->take(std::move(outcomes[i]), routes.at(i), i == 0 ? plan : nullptr,
                            part * median(times));
        }
    }

  private:
    void fail_all(const Error& error) {
        for (const auto& run : m_runs) run->fail_with(error);
    }

    std::span<const std::unique_ptr<BlockRun>> m_runs;
    const RunPlan& m_plan;
};

}  // namespace

std::vector<BlockReport> run_windows(std::span<const std::filesystem::path> folders, const RunPlan& plan,
                                     ExecutionContext& context) {
    std::vector<std::unique_ptr<BlockRun>> runs;
    std::vector<bool> is_ready;
    for (const auto& folder : folders) {
        runs.push_back(std::make_unique<BlockRun>(folder, plan, context, 0));
        is_ready.push_back(runs.back()->prepare());
    }
    for (size_t begin = 0, end = 0; begin < runs.size(); begin = end) {
        end = begin + 1;
        if (!is_ready[begin]) continue;
        while (end < runs.size() && is_ready[end] && runs[end]->follows(*runs[end - 1])) ++end;
        WindowRun(std::span(runs).subspan(begin, end - begin), plan).run();
    }
    std::vector<BlockReport> reports;
    for (const auto& run : runs) reports.push_back(std::move(run->report));
    return reports;
}

BlockReport run_block(const std::filesystem::path& folder, const RunPlan& plan, ExecutionContext& context,
                      unsigned thread) {
    BlockRun run(folder, plan, context, thread);
    run.run();
    return std::move(run.report);
}

}  // namespace warpevm::tools
