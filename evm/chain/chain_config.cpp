// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/chain_config.hpp"

#include <string>

#include "evm/base/hex.hpp"

namespace warpevm {
namespace {

ChainConfig make_mainnet() {
    ChainConfig c;
    c.chain_id = 1;
    const auto starts = [&c](Fork fork, uint64_t at) { c.start_of(fork) = at; };
    starts(Fork::frontier, 0);
    starts(Fork::homestead, 1150000);
    starts(Fork::tangerine_whistle, 2463000);
    starts(Fork::spurious_dragon, 2675000);
    starts(Fork::byzantium, 4370000);
    starts(Fork::constantinople, 7280000);
    starts(Fork::petersburg, 7280000);
    starts(Fork::istanbul, 9069000);
    starts(Fork::muir_glacier, 9200000);
    starts(Fork::berlin, 12244000);
    starts(Fork::london, 12965000);
    starts(Fork::arrow_glacier, 13773000);
    starts(Fork::gray_glacier, 15050000);
    starts(Fork::paris, 15537394);
    starts(Fork::shanghai, 1681338455);
    starts(Fork::cancun, 1710338135);
    starts(Fork::prague, 1746612311);
    starts(Fork::osaka, 1764798551);
    starts(Fork::bpo1, 1765290071);
    starts(Fork::bpo2, 1767747671);
    c.terminal_total_difficulty = from_decimal("58750000000000000000000");
    c.dao_block = 1920000;
    return c;
}

constexpr Fork next(Fork fork) {
    return static_cast<Fork>(static_cast<int>(fork) + 1);
}

/// The position of a change of forks: behind "At" in a network's name.
struct Switch {
    enum class Kind : uint8_t { number, timestamp, total_difficulty } kind{};
    U256 at;
};

std::optional<Switch> parse_switch(std::string_view s) {
    if (s.starts_with("Diff")) {
        const auto at = u256_from_hex("0x" + std::string(s.substr(4)));
        return at ? std::optional<Switch>({Switch::Kind::total_difficulty, *at}) : std::nullopt;
    }
    Switch r;
    if (s.starts_with("Time")) {
        r.kind = Switch::Kind::timestamp;
        s.remove_prefix(4);
    }
    const bool thousands = s.ends_with('k');
    if (thousands) s.remove_suffix(1);
    const auto at = from_decimal(s);
    if (s.empty() || !at || !at->fits_u64()) return std::nullopt;
    r.at = thousands ? *at * 1000 : *at;
    return r;
}

/// All forks up to `fork` hold from genesis on.
void start_with(ChainConfig& c, Fork fork) {
    for (Fork f = Fork::frontier; f <= fork; f = next(f))
        if (f != Fork::paris) c.start_of(f) = 0;
    if (fork >= Fork::paris) c.terminal_total_difficulty = U256{};
}

/// The forks after `from` up to `to` begin at `at`; nothing where such a change makes no sense.
bool change(ChainConfig& c, Fork from, Fork to, const Switch& at) {
    if (to <= from) return false;
    switch (at.kind) {
        case Switch::Kind::total_difficulty: c.terminal_total_difficulty = at.at; return to == Fork::paris;
        case Switch::Kind::number:
            if (to >= Fork::paris) return false;
            break;
        case Switch::Kind::timestamp:
            if (from < Fork::paris) return false;
            break;
    }
    for (Fork f = next(from); f <= to; f = next(f)) c.start_of(f) = at.at.limb[0];
    return true;
}

}  // namespace

BlobSchedule ChainConfig::blobs_of(Fork fork) const {
    for (size_t f = static_cast<size_t>(fork) + 1; f-- > 0;)
        if (blobs[f]) return *blobs[f];
    return mainnet_blob_schedule(fork);
}

bool ChainConfig::merged_at(uint64_t number, uint64_t timestamp, const MergeHints& hints) const {
    if (terminal_total_difficulty && terminal_total_difficulty->is_zero()) return true;
    if (start_of(Fork::paris) && number >= *start_of(Fork::paris)) return true;
    if (start_of(Fork::shanghai) && timestamp >= *start_of(Fork::shanghai)) return true;
    if (!terminal_total_difficulty) return false;
    if (hints.parent_total_difficulty) return merged(*hints.parent_total_difficulty);
    return hints.difficulty && hints.difficulty->is_zero() && number > 0;
}

Result<void> ChainConfig::check_known_at(uint64_t number, uint64_t timestamp) const {
    for (const UnknownRules& u : unknown)
        if ((u.by_time ? timestamp : number) >= u.start)
            return fail(ErrorCode::unknown_fork, "\"" + u.key + "\" of the chain's configuration holds at " +
                                                     (u.by_time ? "time " + std::to_string(timestamp)
                                                                : "block " + std::to_string(number)) +
                                                     ", and its rules are not known here");
    return {};
}

Rules ChainConfig::rules_at(uint64_t number, uint64_t timestamp, bool paris) const {
    Rules rules;
    rules.chain_id = chain_id;
    const Fork first = paris ? Fork::paris : Fork::frontier;
    const Fork end = paris ? static_cast<Fork>(fork_count) : Fork::paris;
    rules.fork = first;
    for (Fork f = next(first); f < end; f = next(f))
        if (start_of(f) && (paris ? timestamp : number) >= *start_of(f)) rules.fork = f;
    rules.blobs = blobs_of(rules.fork);
    rules.dao_transition = dao_block == number;
    rules.deposit_contract = deposit_contract;
    return rules;
}

const ChainConfig& mainnet() {
    static const ChainConfig config = make_mainnet();
    return config;
}

Result<ChainConfig> network_config(std::string_view name) {
    ChainConfig c;
    if (const auto fork = parse_fork(name)) {
        start_with(c, *fork);
        return c;
    }
    const auto wrong = [&] { return fail(ErrorCode::unknown_fork, '"' + std::string(name) + '"'); };
    const size_t to_at = name.find("To"), at_at = name.rfind("At");
    if (to_at == std::string_view::npos || at_at == std::string_view::npos || at_at < to_at + 2)
        return wrong();
    const auto from = parse_fork(name.substr(0, to_at));
    const std::string_view to_name = name.substr(to_at + 2, at_at - to_at - 2);
    const auto at = parse_switch(name.substr(at_at + 2));
    if (!from || !at) return wrong();
    start_with(c, *from);
    if (to_name == "Dao" && at->kind == Switch::Kind::number) {
        c.dao_block = at->at.limb[0];
        return c;
    }
    const auto to = parse_fork(to_name);
    if (!to || !change(c, *from, *to, *at)) return wrong();
    return c;
}

}  // namespace warpevm
