// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/calibration.hpp"

#include <algorithm>
#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

#include "bench/workload/scenario.hpp"

namespace warpevm::tools {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t transactions = 64;
/// What one thread's share of a measurement takes: long against waking a thread.
constexpr double slice_seconds = 10e-3;
/// Enough for an interval (interval_rank).
constexpr size_t least_points = 7;

double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

Calibration::Calibration(std::vector<unsigned> threads)
    : m_block(workload::independent_token_transfers({.transactions = transactions, .seed = 1}, 0)),
      m_threads(std::move(threads)),
      m_scalings(m_threads.size()) {
    const unsigned most = m_threads.empty() ? 1 : *std::max_element(m_threads.begin(), m_threads.end());
    for (unsigned i = 0; i < most; ++i) m_contexts.push_back(std::make_unique<ExecutionContext>());
    if (most == 1) return;
    for (unsigned i = 0; i < most; ++i) execute(i);
    while (seconds(1) < slice_seconds / 2) m_executions *= 2;
}

void Calibration::execute(unsigned context) {
    const auto outcomes = execute_serial(*m_contexts[context], {&m_block.input, 1}, m_block.state, {});
    if (!outcomes || !outcomes->front().verdict.valid())
        throw std::logic_error("the calibration's block does not execute");
}

double Calibration::seconds(unsigned threads) {
    std::latch ready(threads), start(1);
    std::atomic<bool> failed{false};
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < threads; ++i)
        workers.emplace_back([&, i] {
            ready.count_down();
            start.wait();
            try {
                for (unsigned n = 0; n < m_executions; ++n) execute(i);
            } catch (...) {
                failed = true;
            }
        });
    ready.wait();
    const auto begin = Clock::now();
    start.count_down();
    for (std::thread& worker : workers) worker.join();
    const double taken = since(begin);
    if (failed) throw std::logic_error("the calibration's block does not execute");
    return taken;
}

void Calibration::measure() {
    const auto begin = Clock::now();
    for (size_t i = 0; i < m_threads.size(); ++i) {
        if (m_threads[i] == 1) continue;
        const double one = seconds(1);
        m_scalings[i].push_back(m_threads[i] * one / seconds(m_threads[i]));
    }
    m_next = Clock::now() + 9 * (Clock::now() - begin);
}

void Calibration::advance() {
    if (Clock::now() >= m_next) measure();
}

void Calibration::finish() {
    for (size_t i = 0; i < m_threads.size(); ++i)
        while (m_threads[i] != 1 && m_scalings[i].size() < least_points) measure();
}

std::vector<Calibration::Point> Calibration::points() const {
    std::vector<Point> points;
    for (size_t i = 0; i < m_threads.size(); ++i) {
        const bool one = m_threads[i] == 1;
        points.push_back(
            {m_threads[i], one ? Summary{1, 1, 1, Interval{1, 1}, 1} : summarize(m_scalings[i])});
    }
    return points;
}

double Calibration::scaling(unsigned threads) const {
    for (const Point& point : points())
        if (point.threads == threads && point.scaling.count != 0) return point.scaling.median;
    return 1;
}

}  // namespace warpevm::tools
