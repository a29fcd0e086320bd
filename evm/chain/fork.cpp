// SPDX-License-Identifier: Apache-2.0
// Names of forks and mainnet's blob parameters.
#include "evm/chain/fork.hpp"

#include <array>
#include <string>

namespace warpevm {
namespace {

constexpr std::array<std::string_view, fork_count> display_names{
#define WARPEVM_FORK(id, display) display,
#include "evm/chain/forks.def"
#undef WARPEVM_FORK
};

struct Alias {
    std::string_view name;
    Fork fork;
};
/// Other names in use, as `plain` writes them: the ones in ethereum/tests and in clients' configurations.
constexpr std::array aliases{
    Alias{"eip150", Fork::tangerine_whistle},
    Alias{"eip158", Fork::spurious_dragon},
    Alias{"constantinoplefix", Fork::petersburg},
    Alias{"merge", Fork::paris},
    Alias{"themerge", Fork::paris},
};

/// Lower case, without the spaces and underscores that spellings differ in.
std::string plain(std::string_view s) {
    std::string r;
    for (const char c : s) {
        if (c == ' ' || c == '_') continue;
        r += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return r;
}

}  // namespace

std::string_view name(Fork fork) {
    return display_names[static_cast<size_t>(fork)];
}

std::optional<Fork> parse_fork(std::string_view name) {
    const std::string wanted = plain(name);
    for (size_t i = 0; i < display_names.size(); ++i)
        if (plain(display_names[i]) == wanted) return static_cast<Fork>(i);
    for (const Alias& alias : aliases)
        if (alias.name == wanted) return alias.fork;
    return std::nullopt;
}

BlobSchedule mainnet_blob_schedule(Fork fork) {
    if (fork < Fork::cancun) return {0, 0, 0};
    if (fork < Fork::prague) return {3, 6, 3338477};  // EIP-4844
    if (fork < Fork::bpo1) return {6, 9, 5007716};    // EIP-7691
    if (fork < Fork::bpo2) return {10, 15, 8346193};  // EIP-7892
    return {14, 21, 11684671};
}

}  // namespace warpevm
