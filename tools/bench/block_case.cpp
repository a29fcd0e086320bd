// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/block_case.hpp"

#include <deque>

#include "evm/chain/context.hpp"
#include "fallback/schedule/parallelism.hpp"
#include "tools/common/difference.hpp"

namespace warpevm::tools {
namespace {

/// One executor, which stays warm.
class TimedRunner {
  public:
    TimedRunner(const BlockCase& block, const Runner& runner, const BlockOutcome& expected)
        : m_block(block), m_runner(runner), m_expected(expected) {}

    Turn once() {
        const Stopwatch watch;
        const auto outcomes =
            m_runner.execute({&m_block.input, 1}, m_block.state, m_block.options, {}, &m_routes);
        const Timing taken = watch.elapsed();
        if (!outcomes) return tl::unexpected(to_string(outcomes.error()));
        if (outcomes->size() != 1)
            return tl::unexpected("expected the outcome of one block, got " +
                                  std::to_string(outcomes->size()));
        if (!(outcomes->front() == m_expected))
            return tl::unexpected("differs from serial: " +
                                  to_string(first_difference(m_expected, outcomes->front())));
        return taken;
    }

    /// Of the last execution.
    [[nodiscard]] RouteReport routes() const { return m_routes.empty() ? RouteReport{} : m_routes.front(); }

  private:
    const BlockCase& m_block;
    const Runner& m_runner;
    const BlockOutcome& m_expected;
    std::vector<RouteReport> m_routes;
};

/// Serial with the plain loop and nothing cached: it shares the least with what is compared.
tl::expected<BlockOutcome, std::string> reference(const BlockCase& block) {
    ExecutionContext context;
    context.interpreter = Interpreter::plain;
    auto outcomes = execute_serial(context, {&block.input, 1}, block.state, block.options);
    if (!outcomes) return tl::unexpected(to_string(outcomes.error()));
    BlockOutcome& outcome = outcomes->front();
    if (!outcome.verdict.valid())
        return tl::unexpected("the block is invalid: " + to_string(outcome.verdict.error));
    if (block.check)
        if (std::string wrong = block.check(outcome); !wrong.empty()) return tl::unexpected(std::move(wrong));
    return std::move(outcome);
}

/// By gas. It needs one more execution, which records; nothing where that fails.
std::optional<double> bound_of(const BlockCase& block) {
    ExecutionContext context;
    const auto parallelism = measure_parallelism(context, block.input, block.state, block.options);
    return parallelism ? std::optional(parallelism->bound()) : std::nullopt;
}

std::vector<BenchResult> empty_results(const BlockCase& block, std::span<const Runner> runners) {
    std::vector<BenchResult> results;
    for (const Runner& runner : runners) {
        BenchResult& r = results.emplace_back();
        r.workload = block.workload;
        r.name = block.name;
        r.txs = r.items = block.input.transactions.size();
        r.seed = block.seed;
        r.backend = runner.name;
        r.threads = runner.threads;
    }
    return results;
}

/// Runs the race among those that were right so far, and fills in their figures.
void measure(std::deque<TimedRunner>& timed, std::vector<BenchResult>& results, unsigned rounds,
             const std::function<void()>& between) {
    std::vector<Contestant> contestants;
    std::vector<BenchResult*> entered;
    std::vector<const TimedRunner*> ran;
    for (size_t i = 0; i < timed.size(); ++i) {
        if (!results[i].error.empty()) continue;
        contestants.emplace_back([&runner = timed[i]] { return runner.once(); });
        entered.push_back(&results[i]);
        ran.push_back(&timed[i]);
    }
    Race outcome = race(contestants, rounds, between);
    for (size_t i = 0; i < entered.size(); ++i) {
        const Measured& m = outcome.contestants[i];
        BenchResult& r = *entered[i];
        r.partial = outcome.interrupted;
        r.error = m.error;
        r.routes = ran[i]->routes();
        set_figures(r, m, outcome.contestants.front());
    }
}

}  // namespace

std::vector<BenchResult> bench_block(const BlockCase& block, std::span<const Runner> runners, unsigned rounds,
                                     const std::function<void()>& between) {
    std::vector<BenchResult> results = empty_results(block, runners);
    const auto expected = reference(block);
    const auto bound = expected ? bound_of(block) : std::nullopt;
    std::deque<TimedRunner> timed;  // contexts stay where they are
    for (size_t i = 0; i < runners.size(); ++i) {
        BenchResult& r = results[i];
        if (!expected) {
            r.error = expected.error();
            continue;
        }
        r.gas = expected->gas_used;
        r.bound = bound;
        TimedRunner& runner = timed.emplace_back(block, runners[i], *expected);
        const Turn cold = runner.once();
        if (cold)
            r.cold = cold->seconds;
        else
            r.error = cold.error();
    }
    // Without serial there is nothing to compare with.
    if (!results.front().error.empty()) {
        for (BenchResult& r : results)
            if (r.error.empty()) r.error = "serial failed: " + results.front().error;
        return results;
    }
    measure(timed, results, rounds, between);
    // A serial execution that went wrong later leaves the others without a reference.
    if (const std::string& wrong = results.front().error; !wrong.empty())
        for (BenchResult& r : results)
            if (r.error.empty()) r.error = "serial failed: " + wrong;
    return results;
}

}  // namespace warpevm::tools
