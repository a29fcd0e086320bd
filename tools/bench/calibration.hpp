// SPDX-License-Identifier: Apache-2.0
// What independent threads reach on this machine, measured throughout the run: the cores of a shared machine
// are not always there, and figures for many threads are read against this.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "bench/workload/prepared_block.hpp"
#include "evm/chain/context.hpp"
#include "tools/bench/statistics.hpp"

namespace warpevm::tools {

/// Each thread executes a small block of token transfers serially, over and over, with an execution context
/// of its own and one shared pre-state: the kind of work that is measured, without anything to wait for.
class Calibration {
  public:
    /// The counts of threads that the run uses.
    explicit Calibration(std::vector<unsigned> threads);

    /// Measures once, unless that would be more than about a tenth of the run.
    void advance();
    /// Measures until each count has an interval, however short the run was.
    void finish();

    struct Point {
        unsigned threads = 1;
        /// How many times as much work as one thread did in the same time; exactly 1 for one thread.
        Summary scaling;
    };
    [[nodiscard]] std::vector<Point> points() const;
    /// The median scaling of a count of threads; 1 where it was not measured.
    [[nodiscard]] double scaling(unsigned threads) const;

  private:
    void measure();
    /// Seconds that `threads` threads take, each for the same number of executions.
    double seconds(unsigned threads);
    void execute(unsigned context);

    workload::PreparedBlock m_block;
    std::vector<std::unique_ptr<ExecutionContext>> m_contexts;
    std::vector<unsigned> m_threads;
    std::vector<std::vector<double>> m_scalings;
    unsigned m_executions = 1;
    std::chrono::steady_clock::time_point m_next{};
};

}  // namespace warpevm::tools
