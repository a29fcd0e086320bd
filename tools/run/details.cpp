// SPDX-License-Identifier: Apache-2.0
// What a person reads beneath a block's line: what is wrong, on one screen, and with --verbose all of it.
#include <fmt/format.h>

#include <algorithm>

#include "evm/base/hex.hpp"
#include "tools/run/report.hpp"

namespace warpevm::tools {
namespace {

/// Names that a list begins with before the rest is only counted: all lists together leave room for the
/// mismatch on a screen of 24 lines.
constexpr size_t shown_reads = 4, shown_accounts = 1, shown_doubts = 1;

/// Words in lines of at most 80 columns.
std::string wrapped(const std::string& start, const std::vector<std::string>& words) {
    constexpr size_t columns = 80;
    std::string out = "    " + start;
    size_t column = out.size();
    for (size_t i = 0; i < words.size(); ++i) {
        const std::string word = words[i] + (i + 1 < words.size() ? "," : "");
        if (column + 1 + word.size() > columns) {
            out += "\n     ";
            column = 5;
        }
        out += " " + word;
        column += 1 + word.size();
    }
    return out + "\n";
}

std::string in_transaction(const std::optional<size_t>& tx) {
    return tx ? fmt::format(" (transaction {})", *tx) : "";
}

/// Two long values around the place where they part, so that a line shows it.
void shorten(std::string& a, std::string& b) {
    constexpr size_t longest = 66, before = 24;
    if (std::max(a.size(), b.size()) <= longest) return;
    const auto parting = std::ranges::mismatch(a, b);
    const auto at = static_cast<size_t>(parting.in1 - a.begin());
    const size_t begin = at > before ? at - before : 0;
    for (std::string* text : {&a, &b}) {
        const size_t size = text->size();
        std::string part = begin < size ? text->substr(begin, longest - 6) : "";
        *text = (begin > 0 ? "..." : "") + part + (begin + part.size() < size ? "..." : "");
    }
}

/// "receipts.logs[3].data" of any log.
std::string kind_of(const Mismatch& m) {
    std::string kind = m.field;
    const size_t open = kind.find('['), close = kind.find(']');
    if (open != std::string::npos && close != std::string::npos) kind.erase(open, close - open + 1);
    return kind;
}

std::string line(const Mismatch& m) {
    return fmt::format("    {}{}: expected {}, got {}\n", m.field, in_transaction(m.tx), m.expected, m.got);
}

std::string summary(const BlockReport& b) {
    const std::vector<Mismatch>& mismatches = b.mismatches;
    const Mismatch& first = first_mismatch(b);
    std::string expected = first.expected, got = first.got;
    shorten(expected, got);
    std::string out = fmt::format("    {}{} differs:\n      expected {}\n      got      {}\n", first.field,
                                  in_transaction(first.tx), expected, got);
    std::vector<std::pair<std::string, size_t>> rest;
    for (const Mismatch& m : mismatches) {
        if (&m == &first || m.follows) continue;
        const std::string kind = kind_of(m);
        const auto known = std::ranges::find(rest, kind, &std::pair<std::string, size_t>::first);
        if (known == rest.end())
            rest.emplace_back(kind, 1);
        else
            ++known->second;
    }
    size_t more = 0;
    std::vector<std::string> kinds;
    for (const auto& [kind, count] : rest) {
        more += count;
        kinds.push_back(fmt::format("{} {}", count, kind));
    }
    if (more != 0) out += wrapped(fmt::format("{} more:", more), kinds);
    const auto follow = std::ranges::count_if(mismatches, [](const Mismatch& m) { return m.follows; });
    if (mismatches.size() > 1)
        out += fmt::format("    {} that follow from these (--verbose lists all)\n", follow);
    return out;
}

/// What a failure may come from rather than from the block or from this program.
std::string possible_causes(const BlockReport& b, bool verbose) {
    std::string out;
    const auto list = [&](const char* heading, size_t count, size_t shown, const auto& text_of) {
        if (count == 0) return;
        const size_t end = verbose ? count : std::min(count, shown);
        const std::string part = end < count ? fmt::format(", first {}", end) : "";
        out += fmt::format("    {}: {}{}; this may be the cause\n", heading, count, part);
        for (size_t i = 0; i < end; ++i) out += "      " + text_of(i) + "\n";
    };
    list("assumed absent, not in the pre-state", b.assumed.size(), shown_reads,
         [&](size_t i) { return b.assumed[i].text(); });
    list("by the traces made in this block", b.made_by_block.size(), shown_accounts,
         [&](size_t i) { return "account " + to_hex(b.made_by_block[i]); });
    list("not to be told from the traces", b.doubts.size(), shown_doubts,
         [&](size_t i) { return b.doubts[i]; });
    return out;
}

std::string missing_reads(const BlockReport& b) {
    std::string out = fmt::format(
        "    missing_state: the pre-state does not hold {} values that execution needs:\n", b.assumed.size());
    for (const AssumedRead& read : b.assumed) out += "      " + read.text() + "\n";
    return out;
}

std::string checks(const BlockReport& b) {
    std::string out;
    if (b.senders.device != 0)
        out += fmt::format("    senders: {} on {}\n", b.senders.device, b.senders.device_name);
    if (b.senders.cpu != 0) out += fmt::format("    senders: {} on the CPU", b.senders.cpu);
    for (const auto& [reason, count] : b.senders.reasons) out += fmt::format(", {} {}", count, reason);
    if (!b.senders.why.empty()) out += fmt::format(" ({})", b.senders.why);
    if (b.senders.cpu != 0) out += '\n';
    for (const std::string& c : b.checked) out += fmt::format("    checked {}\n", c);
    for (const Unchecked& u : b.unchecked) out += fmt::format("    unchecked {}: {}\n", u.field, u.why);
    return out;
}

}  // namespace

const Mismatch& first_mismatch(const BlockReport& block) {
    const auto place = [](const Mismatch& m) { return std::pair(m.follows, m.tx.value_or(SIZE_MAX)); };
    return *std::ranges::min_element(block.mismatches, {}, place);
}

std::string to_details(const BlockReport& b, bool verbose) {
    std::string out;
    const bool missing = b.error && b.error->code == "missing_state" && !b.assumed.empty();
    if (missing) out += missing_reads(b);
    if (!missing && (!b.ok || verbose)) out += possible_causes(b, verbose);
    if (b.error && !missing)
        out += fmt::format("    {}{}: {}\n", b.error->code, in_transaction(b.error->tx), b.error->message);
    if (verbose)
        for (const Mismatch& m : b.mismatches) out += line(m);
    else if (!b.mismatches.empty())
        out += summary(b);
    return verbose ? out + checks(b) : out;
}

}  // namespace warpevm::tools
