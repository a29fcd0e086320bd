// SPDX-License-Identifier: Apache-2.0
// The workload `evm`: the interpreter alone, one call frame over a small in-memory state, under Istanbul
// rules. Each case is checked (as a state test, then the fast loop's output and gas against the plain
// loop's); then both loops are timed in turns.

#include <fmt/format.h>

#include "evm/chain/context.hpp"
#include "evm/codec/json.hpp"
#include "tools/bench/measure.hpp"
#include "tools/bench/workloads.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/common/interrupt.hpp"
#include "tools/common/progress.hpp"
#include "tools/fixtures/state_test.hpp"

namespace warpevm::tools {
namespace {

/// Peers run these under Istanbul (data's README): no access lists, no cold and warm.
const Rules rules{.fork = Fork::istanbul, .chain_id = 1, .blobs = {}};

/// Runs one call again and again over the same state; each run is taken back before the next.
class CallFrame {
  public:
    CallFrame(const StateView& state, ExecutionContext& context, const StateTestCase& c)
        : m_context(context),
          m_journal(state, context.codes()),
          m_machine(m_journal, context.buffers(), m_logs, rules, environment()),
          m_case(c) {
        m_journal.begin_block(true);
    }

    FrameResult run(Interpreter interpreter) {
        m_machine.set_interpreter(interpreter);
        m_logs.clear();
        m_journal.begin_transaction();
        m_machine.begin_transaction({.origin = m_case.sender, .gas_price = 1, .blob_hashes = {}});
        const Row to = m_journal.account(*m_case.tx.to), from = m_journal.account(m_case.sender);
        const Message message{.recipient = *m_case.tx.to,
                              .sender = m_case.sender,
                              .recipient_row = to,
                              .sender_row = from,
                              .value = {},
                              .transfers_value = true,
                              .is_static = false,
                              .depth = 0,
                              .gas = static_cast<int64_t>(m_case.tx.gas_limit),
                              .input = m_case.tx.data,
                              .code_address = *m_case.tx.to,
                              .code = &m_journal.code(to)};
        const FrameResult result = m_machine.call(message);
        m_journal.abandon_transaction();
        return result;
    }
    [[nodiscard]] const Bytes& output() const { return m_context.buffers().output(0); }
    [[nodiscard]] const Logs& logs() const { return m_logs; }

  private:
    static BlockEnvironment environment() {
        return {.number = 1,
                .timestamp = 1000,
                .gas_limit = ~uint64_t{0} >> 1,
                .beneficiary = {},
                .base_fee = {},
                .difficulty_or_randao = 0x20000};
    }

    ExecutionContext& m_context;
    Journal<false> m_journal;
    Logs m_logs;
    Machine<false> m_machine;
    const StateTestCase& m_case;
};

/// Empty where both loops agree.
std::string compare_loops(CallFrame& frame, const StateTestCase& c, uint64_t& gas) {
    const FrameResult plain = frame.run(Interpreter::plain);
    const Bytes output = frame.output();
    const Logs logs = frame.logs();
    const FrameResult fast = frame.run(Interpreter::fast);
    gas = c.tx.gas_limit - static_cast<uint64_t>(plain.gas_left);
    if (plain.status != Status::success)
        return fmt::format("the plain loop ended with {}", name(plain.status));
    if (fast.status != plain.status) return fmt::format("the fast loop ended with {}", name(fast.status));
    if (fast.gas_left != plain.gas_left)
        return fmt::format("the fast loop left {} gas, the plain one {}", fast.gas_left, plain.gas_left);
    if (frame.output() != output) return "the loops' outputs differ";
    return frame.logs() == logs ? "" : "the loops' logs differ";
}

BenchResult named(std::string name) {
    BenchResult result;
    result.workload = "evm";
    result.name = std::move(name);
    result.txs = result.items = 1;
    result.backend = "serial";
    return result;
}

BenchResult run_case(std::string name, const StateTest& test, const StateTestCase& c,
                     const BenchOptions& options) {
    BenchResult result = named(std::move(name));
    ExecutionContext context;
    const StateTestView view(test);
    CallFrame frame(view, context, c);
    result.error = compare_loops(frame, c, result.gas);
    if (!result.error.empty()) return result;
    const auto fast = [&] { frame.run(Interpreter::fast); };
    const auto plain = [&] { frame.run(Interpreter::plain); };
    const uint64_t fast_batch = batch_size(fast, 1e-3 * options.batch_ms),
                   plain_batch = batch_size(plain, 1e-3 * options.batch_ms);
    std::vector<double> fast_times, plain_times;
    for (unsigned i = 0; i < options.repeat && !interrupted(); ++i) {
        fast_times.push_back(time_batch(fast, fast_batch));
        plain_times.push_back(time_batch(plain, plain_batch));
    }
    result.partial = fast_times.size() < options.repeat;
    result.extra["vs_plain_loop"] = speed_ratio(plain_times, fast_times).median;
    result.time = summarize(std::move(fast_times));
    // Of backends there is one here, so nothing to compare it with.
    result.vs_serial = {
        .median = 1, .min = 1, .max = 1, .interval = Interval{1, 1}, .count = result.time.count};
    return result;
}

/// "main/swap_math/spent": group, file and the label that the file gives the case, or its number.
std::string case_name(const std::filesystem::path& file, const json::Value& test, size_t index,
                      size_t count) {
    std::string name = file.parent_path().filename().string() + "/" + file.stem().string();
    if (count == 1) return name;
    if (const auto info = test.find("_info"))
        if (const auto labels = info->find("labels"))
            if (const auto label = labels->find(std::to_string(index)))
                if (const auto text = label->text()) return name + "/" + std::string(*text);
    return name + "/" + std::to_string(index);
}

void run_file(const std::filesystem::path& file, BenchSession& session) {
    const auto wrong = [&](const Error& e) { throw UsageError(to_string(e)); };
    // First the file must pass as the state test that it is.
    Watch watch;
    const SuiteResult suite = run_state_file(file, {.backend = {"serial"}, .fork = {}, .filter = {}}, watch);
    auto document = json::Document::read(file);
    if (!document) return wrong(document.error());
    const auto tests = document->root().members();
    if (!tests) return wrong(tests.error());
    for (const auto& [test_name, value] : *tests) {
        const auto test = read_state_test(test_name, value);
        if (!test) return wrong(test.error());
        const auto post = value.at("post");
        if (!post) return wrong(post.error());
        const auto forks = post->members();
        if (!forks || forks->empty())
            return wrong(forks ? Error{ErrorCode::json_field, file.string() + ": post is empty"}
                               : forks.error());
        const auto& [fork, cases] = forks->front();
        for (size_t i = 0; i < cases.size(); ++i) {
            const auto c = read_state_test_case(value, *cases.at(i), fork, i, rules);
            if (!c) return wrong(c.error());
            const std::string name = case_name(file, value, i, cases.size());
            if (!session.selects("evm/" + name) || interrupted()) continue;
            BenchResult result = named(name);
            if (suite.failed != 0 || suite.passed == 0)
                result.error = "it fails as a state test: " +
                               (suite.failures.empty() ? "" : suite.failures.front().reason);
            else
                result = run_case(name, *test, *c, session.options);
            session.report.results.push_back(std::move(result));
        }
    }
}

}  // namespace

void run_interpreter_cases(BenchSession& session, std::string_view) {
    const size_t first = session.report.results.size();
    {
        const auto files = fixture_files({session.options.cases});
        Progress progress("evm", files.size(), session.quiet);
        size_t done = 0;
        for (const auto& file : files) {
            if (interrupted()) break;
            run_file(file, session);
            progress.advance(++done, file.stem().string());
        }
    }
    auto& results = session.report.results;
    // What the user stopped before its first batch has nothing to say.
    std::erase_if(results, [](const BenchResult& r) { return r.error.empty() && r.time.count == 0; });
    session.print(evm_table(std::span(results).subspan(first)));
}

}  // namespace warpevm::tools
