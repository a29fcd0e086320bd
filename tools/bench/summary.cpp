// SPDX-License-Identifier: Apache-2.0
// The real blocks together: the figures that the project is held to.
#include <algorithm>

#include "tools/bench/result.hpp"

namespace warpevm::tools {
namespace {

using Selection = bool (*)(const BenchResult& r);

/// Smaller blocks hardly gain from many cores, and the project's figures leave them out.
bool is_large(const BenchResult& r) {
    return r.gas >= 4000000;
}

struct Group {
    const char* what;
    Selection selects;
};
constexpr Group groups[] = {
    {"all blocks", [](const BenchResult&) { return true; }},
    {"blocks of 4 Mgas and more", is_large},
    {"blocks whose bound is 2 and more",
     [](const BenchResult& r) { return is_large(r) && r.bound && *r.bound >= 2; }},
};

bool same_backend(const BenchResult& a, const BenchResult& b) {
    return a.backend == b.backend && a.threads == b.threads;
}

/// `cases` are of one backend, and at least one.
BenchSummary summarize(std::span<const BenchResult* const> cases, const char* what,
                       const BenchReport& report) {
    const BenchResult& first = *cases.front();
    BenchSummary summary{.workload = first.workload,
                         .what = what,
                         .backend = first.backend,
                         .threads = first.threads,
                         .cases = cases.size()};
    std::vector<double> ratios, shares;
    double gas = 0, seconds = 0;
    for (const BenchResult* r : cases) {
        ratios.push_back(r->vs_serial.median);
        if (const auto share = report.of_bound(*r)) shares.push_back(*share);
        if (r->slower) summary.slower.push_back(r->name);
        gas += static_cast<double>(r->gas);
        seconds += r->time.median;
    }
    const auto [least, greatest] = std::ranges::minmax_element(ratios);
    summary.vs_serial = geometric_mean(ratios);
    summary.least = *least;
    summary.greatest = *greatest;
    summary.mgas_per_second = 1e-6 * gas / seconds;
    if (shares.size() == cases.size()) summary.of_bound = geometric_mean(shares);
    return summary;
}

}  // namespace

std::vector<BenchSummary> summarize_blocks(const BenchReport& report) {
    // In the order in which the first block has its backends.
    std::vector<std::vector<const BenchResult*>> backends;
    for (const BenchResult& r : report.results) {
        if (r.workload != "blocks") continue;
        const auto known =
            std::ranges::find_if(backends, [&](const auto& b) { return same_backend(*b[0], r); });
        if (known == backends.end())
            backends.push_back({&r});
        else
            known->push_back(&r);
    }
    std::vector<BenchSummary> summaries;
    for (const auto& results : backends) {
        if (std::ranges::any_of(results, [](const BenchResult* r) { return !r->error.empty(); })) continue;
        for (const Group& group : groups) {
            std::vector<const BenchResult*> cases;
            std::ranges::copy_if(results, std::back_inserter(cases),
                                 [&](const BenchResult* r) { return group.selects(*r); });
            if (!cases.empty()) summaries.push_back(summarize(cases, group.what, report));
        }
    }
    return summaries;
}

}  // namespace warpevm::tools
