// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/race.hpp"

#include "tools/common/interrupt.hpp"

namespace warpevm::tools {
namespace {

/// One of each contestant, into the last place of its times. False where the user stopped it midway.
bool run_round(std::span<const Contestant> contestants, std::vector<Measured>& measured) {
    for (size_t i = 0; i < contestants.size(); ++i) {
        if (!measured[i].error.empty()) continue;
        if (interrupted()) return false;
        const Turn turn = contestants[i]();
        if (turn) {
            measured[i].seconds.push_back(turn->seconds);
            measured[i].cores_busy.push_back(turn->cores_busy());
        } else {
            measured[i] = {.seconds = {}, .cores_busy = {}, .error = turn.error()};
        }
    }
    return true;
}

}  // namespace

Race race(std::span<const Contestant> contestants, unsigned rounds, const std::function<void()>& between) {
    Race result;
    result.contestants.resize(contestants.size());
    for (unsigned round = 0; round < rounds; ++round) {
        if (!run_round(contestants, result.contestants)) {
            // Ratios are formed pair by pair, so an unfinished round counts for nobody.
            for (Measured& m : result.contestants)
                if (m.seconds.size() > round) {
                    m.seconds.resize(round);
                    m.cores_busy.resize(round);
                }
            result.interrupted = true;
            break;
        }
        between();
    }
    return result;
}

}  // namespace warpevm::tools
