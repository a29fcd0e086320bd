// SPDX-License-Identifier: Apache-2.0
// Times several ways to do the same thing in turns (A B A B …), so that whatever disturbs the machine
// disturbs all of them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "tools/bench/stopwatch.hpp"

namespace warpevm::tools {

/// What doing the thing once took, or what is wrong with its result; checking the result is not part of the
/// time.
using Turn = tl::expected<Timing, std::string>;
using Contestant = std::function<Turn()>;

struct Measured {
    /// One of each complete round; none where `error` is set.
    std::vector<double> seconds, cores_busy;
    std::string error;
};

struct Race {
    std::vector<Measured> contestants;
    /// The user stopped it before its last round.
    bool interrupted = false;
};

/// Runs `rounds` rounds. A contestant that answers an error is left out from there on, and its times are
/// dropped. `between` is called after each round.
Race race(std::span<const Contestant> contestants, unsigned rounds, const std::function<void()>& between);

}  // namespace warpevm::tools
