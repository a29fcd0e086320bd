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
/// Other names in use: the ones in ethereum/tests and in clients' configurations.
constexpr std::array aliases{
    Alias{"EIP150", Fork::tangerine_whistle},
    Alias{"EIP158", Fork::spurious_dragon},
    Alias{"ConstantinopleFix", Fork::petersburg},
    Alias{"Merge", Fork::paris},
    Alias{"TheMerge", Fork::paris},
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
        if (plain(alias.name) == wanted) return alias.fork;
    return std::nullopt;
}

std::vector<std::string> fork_names() {
    std::vector<std::string> names;
    for (int i = 0; i < fork_count; ++i) {
        std::string& own = names.emplace_back(name(static_cast<Fork>(i)));
        std::erase(own, ' ');
        for (const Alias& alias : aliases)
            if (alias.fork == static_cast<Fork>(i)) names.emplace_back(alias.name);
    }
    return names;
}

BlobSchedule mainnet_blob_schedule(Fork fork) {
    if (fork < Fork::cancun) return {0, 0, 0};
    if (fork < Fork::prague) return {3, 6, 3338477};  // EIP-4844
    if (fork < Fork::bpo1) return {6, 9, 5007716};    // EIP-7691
    if (fork < Fork::bpo2) return {10, 15, 8346193};  // EIP-7892
    if (fork < Fork::bpo3) return {14, 21, 11684671};
    // Mainnet has scheduled none of these: what the reference tests and geth's t8n run under their names.
    if (fork < Fork::bpo4) return {21, 32, 20609697};
    return {14, 21, 13739630};
}

}  // namespace warpevm
