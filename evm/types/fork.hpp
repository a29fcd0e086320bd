// SPDX-License-Identifier: Apache-2.0
// The protocol's forks and their names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warpevm {

enum class Fork : uint8_t {
#define WARPEVM_FORK(id, display) id,
#include "evm/types/forks.def"
#undef WARPEVM_FORK
};
inline constexpr int fork_count = 0
#define WARPEVM_FORK(id, display) +1
#include "evm/types/forks.def"
#undef WARPEVM_FORK
    ;

/// The display name ("Tangerine Whistle").
std::string_view name(Fork fork);
/// Reads a display name or a name that fixtures and tools use ("EIP150", "ConstantinopleFix", "Merge",
/// "BPO1", any case).
std::optional<Fork> parse_fork(std::string_view name);

/// All names that parse_fork reads, without spaces, from the oldest fork to the newest.
std::vector<std::string> fork_names();

}  // namespace warpevm
