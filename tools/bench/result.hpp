// SPDX-License-Identifier: Apache-2.0
// What a run of `bench` found: the values behind the table, the JSON and the HTML page.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fallback/routes.hpp"
#include "tools/bench/calibration.hpp"
#include "tools/bench/statistics.hpp"

namespace warpevm::tools {

struct Measured;

/// One case on one backend.
struct BenchResult {
    std::string workload;
    /// Empty where the workload has one case.
    std::string name;
    size_t txs = 0;
    uint64_t gas = 0;
    /// What is counted per second: transactions, or messages and signatures.
    size_t items = 0;
    uint64_t seed = 0;
    std::string backend;
    unsigned threads = 1;
    /// Empty: none.
    std::string device;

    /// Set where the result differs from serial's, or could not be had: then there are no figures.
    std::string error;
    /// Seconds of one execution, warm.
    Summary time;
    /// Seconds of the first execution, with nothing cached but the pre-state.
    double cold = 0;
    Summary vs_serial;
    /// CPU time by wall time, the median of the rounds; none where that was not measured.
    std::optional<double> cores_busy;
    /// Gas by gas of the critical path: no backend that runs transactions in one piece gains more.
    std::optional<double> bound;
    /// Over serial's time by more than 3 % and 20 us.
    bool slower = false;
    /// In virtual time, which what this machine scales to has nothing to do with.
    bool simulated = false;
    /// The user stopped the run before this case had all its rounds.
    bool partial = false;
    /// Where its transactions ran, the last time.
    RouteReport routes;
    /// Figures that one workload has beyond the others', as JSON names them.
    std::map<std::string, double> extra;

    [[nodiscard]] double mgas_per_second() const { return 1e-6 * static_cast<double>(gas) / time.median; }
    [[nodiscard]] double items_per_second() const { return static_cast<double>(items) / time.median; }
    /// "hot/slot-50", or the workload alone.
    [[nodiscard]] std::string title() const { return name.empty() ? workload : workload + "/" + name; }
};

/// Time, cores and the comparison with serial, which was measured in the same rounds.
void set_figures(BenchResult& result, const Measured& measured, const Measured& serial);

/// Several cases of one workload on one backend as one figure.
struct BenchSummary {
    std::string workload;
    /// Which cases.
    std::string what;
    std::string backend;
    unsigned threads = 1;
    size_t cases = 0;
    /// The geometric mean of the cases' ratios, and the least and greatest of them.
    double vs_serial = 1, least = 1, greatest = 1;
    /// Gas of all by time of all.
    double mgas_per_second = 0;
    /// The geometric mean of the cases' shares of what block and machine allow, where all have one.
    std::optional<double> of_bound;
    /// The names of those that are slower than serial.
    std::vector<std::string> slower;
};

struct BenchReport {
    std::string commit;
    std::string processor;
    unsigned cores = 1;
    unsigned rounds = 0;
    std::vector<BenchResult> results;
    std::vector<BenchSummary> summaries;
    std::vector<Calibration::Point> calibration;
    bool interrupted = false;

    [[nodiscard]] bool failed() const;
    /// What independent threads of this count reached; 1 where that was not measured.
    [[nodiscard]] double scaling(unsigned threads) const;
    /// The speed-up by the least of what such threads and what the block allow; nothing for one thread.
    [[nodiscard]] std::optional<double> of_bound(const BenchResult& result) const;
};

/// What the real blocks of a finished report come to together, backend by backend: all, the large ones, and
/// of those the ones with something to gain. Nothing for a backend that failed on one, since what is left
/// would flatter it.
std::vector<BenchSummary> summarize_blocks(const BenchReport& report);

/// A line for each backend under the case's name, in 80 columns. `results` are those of one case.
std::string table_head();
std::string to_table(std::span<const BenchResult> results);
/// The summaries, the calibration, and whether anything failed.
std::string closing_lines(const BenchReport& report);
/// The table of the workload `evm`, which compares two loops instead of backends.
std::string evm_table(std::span<const BenchResult> results);

std::string to_json(const BenchReport& report);
/// A page that needs nothing beside it.
std::string to_html(const BenchReport& report);

}  // namespace warpevm::tools
