// SPDX-License-Identifier: Apache-2.0
// The workload `merge`: what it costs to merge results that were computed elsewhere. All are there before the
// window begins, so nothing is executed: the threads look keys up, validate, commit and seal.
#include <fmt/format.h>

#include <algorithm>

#include "evm/chain/context.hpp"
#include "evm/chain/receipts.hpp"
#include "fallback/loans.hpp"
#include "fallback/parallel.hpp"
#include "tools/bench/loopback.hpp"
#include "tools/bench/measure.hpp"
#include "tools/bench/merge_case.hpp"
#include "tools/bench/workloads.hpp"
#include "tools/common/difference.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/common/interrupt.hpp"

namespace warpevm::tools {
namespace {

/// Transactions that are handed in at once: a device's batch.
constexpr uint32_t handed_in_at_once = 4096;

class MergeCase {
  public:
    MergeCase(BenchSession& session, const BlockCase& block) : m_session(session), m_block(block) {
        ExecutionContext serial;
        auto outcomes = execute_serial(serial, blocks(), block.state, block.options);
        if (!outcomes) throw UsageError("bench merge: " + to_string(outcomes.error()));
        m_expected = std::move(outcomes->front());
        CodeCache codes;
        Loopback elsewhere(block.state, codes, block.options);
        for (uint32_t i = 0; i < block.input.transactions.size(); ++i) {
            if (i % handed_in_at_once == 0) m_results.emplace_back();
            elsewhere.execute(block.input, i, m_results.back());
        }
    }

    MergeFigures measure(unsigned rounds) {
        MergeFigures figures;
        ParallelContext context(ParallelSettings{.threads = 1});
        std::vector<double> cpu, ordered;
        for (unsigned round = 0; round <= rounds && !interrupted(); ++round) {
            if (!merge(context)) break;
            if (round == 0) continue;
            cpu.push_back(m_cpu);
            ordered.push_back(m_routes.front().ordered_seconds);
        }
        figures.error = m_error;
        if (cpu.empty()) return figures;
        const auto count = static_cast<double>(m_block.input.transactions.size());
        figures.processor = summarize(cpu).median / count;
        figures.in_order = summarize(ordered).median / count;
        return figures;
    }

    void run() {
        std::vector<std::unique_ptr<ParallelContext>> contexts;
        std::vector<std::vector<double>> wall(thread_counts.size()), cpu(thread_counts.size());
        std::vector<double> ordered, receipts;
        for (const unsigned threads : thread_counts)
            contexts.push_back(std::make_unique<ParallelContext>(ParallelSettings{.threads = threads}));
        for (unsigned round = 0; round <= m_session.options.repeat && !interrupted(); ++round) {
            for (size_t i = 0; i < contexts.size(); ++i) {
                if (!merge(*contexts[i])) return report_error();
                if (round == 0) continue;  // pages, and caches of codes
                wall[i].push_back(m_taken.seconds);
                cpu[i].push_back(m_cpu);
                if (i == 0) ordered.push_back(m_routes.front().ordered_seconds);
            }
            BlockOutcome sealed = m_expected;
            const double at = cpu_seconds();
            seal_receipts(sealed, m_block.input.transactions, m_block.input.rules);
            receipts.push_back(cpu_seconds() - at);
        }
        if (wall.front().empty()) return;
        report(wall, cpu, summarize(ordered), summarize(receipts));
    }

  private:
    static constexpr std::array<unsigned, 2> thread_counts{1, 2};

    [[nodiscard]] std::span<const BlockInput> blocks() const { return {&m_block.input, 1}; }

    /// False, with m_error, where the outcome is not serial's or not all results were committed.
    bool merge(ParallelContext& context) {
        std::vector<TransactionResults> results = m_results;  // the hand-in takes them
        const Borrower borrower = [&](const std::shared_ptr<Loans>& loans, std::span<const BlockInput>) {
            uint32_t next = 0;
            for (TransactionResults& chunk : results) {
                std::vector<Claims::Loan> borrowed;
                for (size_t i = 0; i < chunk.transactions.size(); ++i)
                    if (const auto loan = loans->borrow(next++)) borrowed.push_back(*loan);
                loans->hand_in(borrowed, std::move(chunk));
            }
        };
        m_routes.clear();
        const double cpu_at = cpu_seconds();
        const Stopwatch watch;
        const auto outcomes =
            execute_parallel(context, blocks(), m_block.state, m_block.options, &m_routes, borrower);
        m_taken = watch.elapsed();
        m_cpu = cpu_seconds() - cpu_at;
        if (!outcomes)
            m_error = to_string(outcomes.error());
        else if (!(outcomes->front() == m_expected))
            m_error = "differs from serial: " + to_string(first_difference(m_expected, outcomes->front()));
        else if (m_routes.front()[Route::elsewhere] != m_block.input.transactions.size())
            m_error = fmt::format("{} of {} results were committed", m_routes.front()[Route::elsewhere],
                                  m_block.input.transactions.size());
        return m_error.empty();
    }

    void report(const std::vector<std::vector<double>>& wall, const std::vector<std::vector<double>>& cpu,
                const Summary& ordered, const Summary& receipts) {
        const auto count = static_cast<double>(m_block.input.transactions.size());
        const auto each = [&](const Summary& s) { return 1e9 * s.median / count; };
        const Summary ratio = speed_ratio(wall.front(), wall.back());
        m_session.print(
            fmt::format("merge/{}: {} results, ns a transaction\n"
                        "  one thread {:.0f}, two {:.0f}: {:.2f} times as fast\n"
                        "  processor {:.0f} (two threads: {:.0f}), of it receipts and their root {:.0f}; in "
                        "order {:.0f}\n",
                        m_block.name, m_block.input.transactions.size(), each(summarize(wall.front())),
                        each(summarize(wall.back())), ratio.median, each(summarize(cpu.front())),
                        each(summarize(cpu.back())), each(receipts), each(ordered)));
        for (size_t i = 0; i < wall.size(); ++i) {
            BenchResult r = result(thread_counts[i]);
            r.time = summarize(wall[i]);
            r.extra = {{"cpu_ns", each(summarize(cpu[i]))},
                       {"receipts_ns", each(receipts)},
                       {"ordered_ns", each(ordered)},
                       {"vs_one_thread", i == 0 ? 1 : ratio.median}};
            m_session.report.results.push_back(r);
        }
    }
    void report_error() {
        m_session.print(fmt::format("merge/{} FAILED: {}\n", m_block.name, m_error));
        BenchResult r = result(1);
        r.error = m_error;
        m_session.report.results.push_back(r);
    }
    [[nodiscard]] BenchResult result(unsigned threads) const {
        BenchResult r;
        r.workload = "merge";
        r.name = m_block.name;
        r.txs = r.items = m_block.input.transactions.size();
        r.gas = m_expected.gas_used;
        r.seed = m_block.seed;
        r.backend = "cpu";
        r.threads = threads;
        return r;
    }

    BenchSession& m_session;
    const BlockCase& m_block;
    BlockOutcome m_expected;
    std::vector<TransactionResults> m_results;
    Timing m_taken;
    double m_cpu = 0;
    std::vector<RouteReport> m_routes;
    std::string m_error;
};

}  // namespace

MergeFigures measure_merge(BenchSession& session, const BlockCase& block, unsigned rounds) {
    return MergeCase(session, block).measure(rounds);
}

void run_merge(BenchSession& session, std::string_view name) {
    for (const char* workload : {"transfers", "erc20"})
        for_each_generated(session, workload, name,
                           [&](const BlockCase& block) { MergeCase(session, block).run(); });
}

}  // namespace warpevm::tools
