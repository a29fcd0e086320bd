// SPDX-License-Identifier: Apache-2.0
// --report: one HTML page that needs nothing beside it, for light and dark screens.
#include <fmt/format.h>

#include <algorithm>

#include "evm/base/hex.hpp"
#include "tools/common/page.hpp"
#include "tools/run/report.hpp"

namespace warpevm::tools {
namespace {

constexpr const char* bars = R"(
.bar { display:flex; height:.6rem; min-width:9rem; border-radius:.3rem; overflow:hidden; background:var(--line) }
.bar i { display:block; height:100% } .b1 { background:var(--bar1) } .b2 { background:var(--bar2) } .b3 { background:var(--bar3) }
.key i { display:inline-block; width:.7rem; height:.7rem; border-radius:.15rem; margin:0 .35rem 0 .9rem }
)";

/// The share of the phases in a block's time.
std::string time_bar(const BlockReport& b) {
    const double parts[] = {b.ms(Phase::decode), b.ms(Phase::recover), b.ms(Phase::fallback),
                            b.ms(Phase::roots)};
    const char* const classes[] = {"b3", "b1", "b2", "b3"};
    const char* const names[] = {"decode", "recover", "execution", "roots"};
    double sum = 0;
    for (const double part : parts) sum += part;
    if (sum <= 0) return "";
    std::string out = "<div class=\"bar\" title=\"";
    for (size_t i = 0; i < 4; ++i)
        out += fmt::format("{}{} {:.2f} ms", i == 0 ? "" : ", ", names[i], parts[i]);
    out += "\">";
    for (size_t i = 0; i < 4; ++i)
        out += fmt::format("<i class=\"{}\" style=\"width:{:.2f}%\"></i>", classes[i], 100 * parts[i] / sum);
    return out + "</div>";
}

std::string row(const BlockReport& b) {
    return fmt::format(
        "<tr><td class=\"n\">{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{:.3f}</td><td "
        "class=\"n\">{:.3f}</td>"
        "<td class=\"n\">{:.0f}</td><td>{}</td><td class=\"tag {}\">{}</td></tr>\n",
        b.number ? std::to_string(*b.number) : escaped(b.path), escaped(b.fork), b.txs,
        static_cast<double>(b.gas_used) / 1e6, b.ms(Phase::fallback), b.mgas_per_second(), time_bar(b),
        b.ok ? "good" : "bad", escaped(result_line(b)));
}

std::string failure(const BlockReport& b) {
    std::string out =
        fmt::format("<li><b>{}</b><ul>", b.number ? std::to_string(*b.number) : escaped(b.path));
    const auto at = [](const std::optional<size_t>& tx) {
        return tx ? fmt::format(", transaction {}", *tx) : std::string();
    };
    if (!b.assumed.empty()) {
        constexpr size_t shown = 5;
        out += fmt::format("<li>{} reads were assumed absent, first ", b.assumed.size());
        for (size_t i = 0; i < std::min(shown, b.assumed.size()); ++i)
            out += "<code>" + escaped(b.assumed[i].text()) + "</code> ";
        out += "</li>";
    }
    if (b.error)
        out += fmt::format("<li>{}{}: {}</li>", escaped(b.error->code), at(b.error->tx),
                           escaped(b.error->message));
    for (const Mismatch& m : b.mismatches)
        out += fmt::format("<li>{}{}: expected <code>{}</code>, got <code>{}</code></li>", escaped(m.field),
                           at(m.tx), escaped(m.expected), escaped(m.got));
    return out + "</ul></li>\n";
}

/// What was compared and what was not, folded away.
std::string coverage(const BlockReport& b) {
    std::string out =
        fmt::format("<details><summary>{}: {} checked, {} unchecked, {} reads assumed absent</summary><ul>",
                    b.number ? std::to_string(*b.number) : escaped(b.path), b.checked.size(),
                    b.unchecked.size(), b.assumed.size());
    out += fmt::format("<li>checked: {}</li>", escaped(fmt::format("{}", fmt::join(b.checked, ", "))));
    for (const Unchecked& u : b.unchecked)
        out += fmt::format("<li>not {}: {}</li>", escaped(u.field), escaped(u.why));
    return out + "</ul></details>\n";
}

}  // namespace

std::string to_html(const RunReport& report) {
    const size_t failed = report.blocks.size() - report.ok();
    std::string out = page_head("warpevm run", bars);
    out += fmt::format(
        "<p class=\"soft\">Backend {}. Execution runs from decoded transactions with known senders to a "
        "complete outcome, "
        "without state root.{}</p>\n",
        escaped(report.backend),
        report.interrupted ? " <b class=\"bad\">Interrupted: partial results.</b>" : "");
    out += "<div class=\"cards\">\n";
    out += card(fmt::format("<span class=\"{}\">{} / {}</span>", failed == 0 ? "good" : "bad", report.ok(),
                            report.blocks.size()),
                "blocks ok");
    out += card(std::to_string(report.transactions()), "transactions");
    out += card(fmt::format("{:.1f} M", static_cast<double>(report.gas_used()) / 1e6), "gas");
    out += card(fmt::format("{:.1f} ms", 1000 * report.execution_seconds()), "execution");
    out += card(fmt::format("{:.0f}", report.mgas_per_second()), "Mgas per second");
    out += card(fmt::format("{:.2f} s", report.seconds), "wall time of everything");
    out += "</div>\n";
    if (failed != 0) {
        out += "<h2 class=\"bad\">What failed</h2><div class=\"frame\"><ul>";
        for (const BlockReport& b : report.blocks)
            if (!b.ok) out += failure(b);
        out += "</ul></div>\n";
    }
    out +=
        "<h2>Blocks <span class=\"soft key\"><i class=\"b3\"></i>decode, roots<i class=\"b1\"></i>recover "
        "senders<i class=\"b2\"></i>execution</span></h2>\n"
        "<div class=\"frame\"><table><thead><tr><th class=\"n\">Block</th><th>Fork</th><th "
        "class=\"n\">Transactions</th>"
        "<th class=\"n\">Mgas</th><th class=\"n\">Execution, ms</th><th class=\"n\">Mgas/s</th><th>Share of "
        "time</th><th>Result</th></tr></thead><tbody>\n";
    for (const BlockReport& b : report.blocks) out += row(b);
    out += "</tbody></table></div>\n<h2>What was compared</h2><div class=\"frame\">\n";
    for (const BlockReport& b : report.blocks) out += coverage(b);
    return out + "</div>" + page_end();
}

}  // namespace warpevm::tools
