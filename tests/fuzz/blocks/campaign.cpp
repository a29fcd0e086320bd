// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/campaign.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/fuzz/blocks/child.hpp"
#include "tests/fuzz/blocks/minimise.hpp"
#include "tests/fuzz/blocks/other_t8n.hpp"

namespace warpevm::fuzz {
namespace {

using Clock = std::chrono::steady_clock;

/// Of processor time: far above what any block needs, sanitizers included.
constexpr unsigned seconds_per_block = 60;
constexpr unsigned seconds_to_minimise = 180;

/// What must stay while a block is made smaller: who differs and in what, without the figures.
std::string kind_of(const std::string& what) {
    return what.substr(0, std::min(what.find(" is "), what.find_first_of("0123456789")));
}

struct Progress {
    uint64_t next_seed = 0;
    Coverage coverage;
};

/// Seeds until one fails, the end or the time is reached. Sets `next_seed` before each.
std::string run_seeds(const Campaign& campaign, Progress& progress, Clock::time_point until) {
    const uint64_t last =
        campaign.count > ~campaign.first_seed ? ~uint64_t{0} : campaign.first_seed + campaign.count;
    while (progress.next_seed < last && Clock::now() < until) {
        limit_time(seconds_per_block);
        const FuzzBlock block = make_block(progress.next_seed, campaign.fork);
        if (std::string found = check_block(block, campaign.check, &progress.coverage); !found.empty())
            return found;
        ++progress.next_seed;
    }
    return {};
}

}  // namespace

CampaignResult run_campaign(const Campaign& campaign) {
    const auto until = Clock::now() + std::chrono::seconds(campaign.seconds);
    const auto progress = share<Progress>();
    progress->next_seed = campaign.first_seed;
    CampaignResult result;
    while (true) {
        const std::string found =
            run_in_child(seconds_per_block, [&] { return run_seeds(campaign, *progress, until); });
        if (found.empty()) break;
        result.findings.push_back({progress->next_seed++, found});
        if (result.findings.size() >= campaign.most_findings) break;
    }
    result.seeds = progress->next_seed - campaign.first_seed;
    result.coverage = std::make_shared<Coverage>(progress->coverage);
    return result;
}

void write_finding(const Campaign& campaign, const Finding& finding, const std::string& folder,
                   bool smaller) {
    const FuzzBlock whole = make_block(finding.seed, campaign.fork);
    const auto ask = [&](const FuzzBlock& block, const CheckOptions& options) {
        return run_in_child(seconds_per_block, [&] { return check_block(block, options, nullptr); });
    };
    // What already fails in order need not run in parallel, nor elsewhere.
    CheckOptions options = campaign.check;
    for (const CheckOptions& less : {CheckOptions{.parallel = false, .other = {}},
                                     CheckOptions{.parallel = false, .other = campaign.check.other},
                                     CheckOptions{.parallel = true, .other = {}}})
        if (!ask(whole, less).empty()) {
            options = less;
            break;
        }
    write_t8n_input(whole, PreparedBlock(whole), folder + "/whole");
    FuzzBlock block = whole;
    const std::string kind = kind_of(ask(whole, options));
    const auto still = [&](const FuzzBlock& b) { return kind_of(ask(b, options)) == kind; };
    if (smaller && !kind.empty()) block = minimise(whole, still, seconds_to_minimise);
    write_t8n_input(block, PreparedBlock(block), folder);
    std::ofstream(folder + "/finding.txt")
        << fmt::format("seed {}, {}\nfound: {}\nnow: {}\n", finding.seed, name(block.fork), finding.what,
                       ask(block, options));
}

}  // namespace warpevm::fuzz
