// SPDX-License-Identifier: Apache-2.0
// Many seeds, one after the other, in child processes that may die.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/fuzz/blocks/check.hpp"

namespace warpevm::fuzz {

struct Campaign {
    uint64_t first_seed = 0;
    uint64_t count = ~uint64_t{0};
    /// Seconds for all of it.
    unsigned seconds = 3600;
    std::optional<Fork> fork = {};
    CheckOptions check = {};
    /// Stop after so many findings.
    size_t most_findings = 8;
};
struct Finding {
    uint64_t seed = 0;
    std::string what;
};
struct CampaignResult {
    std::shared_ptr<Coverage> coverage;
    std::vector<Finding> findings;
    uint64_t seeds = 0;
};

CampaignResult run_campaign(const Campaign& campaign);

/// Minimises a finding and writes it to `folder` as t8n's input, with a file that says what differs. The
/// block in its first form goes to `folder`/whole.
void write_finding(const Campaign& campaign, const Finding& finding, const std::string& folder, bool smaller);

}  // namespace warpevm::fuzz
