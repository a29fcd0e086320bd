// SPDX-License-Identifier: Apache-2.0
// Times several ways to do the same thing in turns (A B A B …), so that whatever disturbs the machine
// disturbs all of them.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace warpevm::tools {

/// Does the thing once. Answers the seconds that it took, or what is wrong with its result; checking the
/// result is not part of the time.
using Contestant = std::function<tl::expected<double, std::string>()>;

struct Measured {
    /// One of each complete round; none where `error` is set.
    std::vector<double> seconds;
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
