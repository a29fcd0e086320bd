// SPDX-License-Identifier: Apache-2.0
// Names of forks.
#include "evm/types/fork.hpp"

#include <array>
#include <string>

namespace warpevm {
namespace {

constexpr std::array<std::string_view, fork_count> display_names{
#define WARPEVM_FORK(id, display) display,
#include "evm/types/forks.def"
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

}  // namespace warpevm
