// SPDX-License-Identifier: Apache-2.0
// fuzz_blocks: random blocks in every executor there is, and in another tool's t8n where WARPEVM_OTHER_T8N
// names its program. Ends with 1 where something differs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "tests/fuzz/blocks/campaign.hpp"
#include "tests/fuzz/blocks/other_t8n.hpp"

int main(int count, char** arguments) {
    using namespace warpevm;
    CLI::App app("Compares executors over random blocks: fuzz_blocks --seconds 60");
    fuzz::Campaign campaign;
    std::string fork, folder = "findings", write;
    bool minimised = true, parallel = true;
    app.add_option("--seed", campaign.first_seed, "the first seed");
    app.add_option("--count", campaign.count, "how many seeds; default: as many as the time allows");
    app.add_option("--seconds", campaign.seconds, "how long, minimising apart");
    app.add_option("--fork", fork, "only this fork");
    app.add_option("--findings", folder, "folder for findings: t8n input, and what differed");
    app.add_option("--most-findings", campaign.most_findings, "stop after so many");
    app.add_option("--write", write, "only write the first seed's block to this folder, as t8n input");
    app.add_flag("--minimise,!--no-minimise", minimised, "make findings smaller (default)");
    app.add_flag("--parallel,!--no-parallel", parallel, "the parallel executor too (default)");
    CLI11_PARSE(app, count, arguments);
    if (!fork.empty()) {
        campaign.fork = parse_fork(fork);
        if (!campaign.fork) {
            fmt::print(stderr, "--fork {}: not the name of a fork\n", fork);
            return 2;
        }
    }
    campaign.check.parallel = parallel;
    if (const char* other = std::getenv("WARPEVM_OTHER_T8N")) campaign.check.other = other;
    if (!write.empty()) {
        const fuzz::FuzzBlock block = fuzz::make_block(campaign.first_seed, campaign.fork);
        fuzz::write_t8n_input(block, fuzz::PreparedBlock(block), write);
        return 0;
    }
    const fuzz::CampaignResult result = fuzz::run_campaign(campaign);
    fmt::print("seeds {} to {}\n{}", campaign.first_seed, campaign.first_seed + result.seeds,
               result.coverage->text());
    for (const fuzz::Finding& finding : result.findings) {
        const std::string where = fmt::format("{}/seed-{}", folder, finding.seed);
        fmt::print("FOUND, seed {}: {}\n", finding.seed, finding.what);
        std::fflush(stdout);
        fuzz::write_finding(campaign, finding, where, minimised);
        fmt::print("  in {}\n", where);
    }
    return result.findings.empty() ? 0 : 1;
}
