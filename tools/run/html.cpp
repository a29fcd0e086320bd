// SPDX-License-Identifier: Apache-2.0
// --report: one HTML page that needs nothing beside it, for light and dark screens.
#include <fmt/format.h>

#include <algorithm>

#include "evm/base/hex.hpp"
#include "tools/run/report.hpp"

namespace warpevm::tools {
namespace {

constexpr const char* style = R"(
:root { --ink:#1b1f24; --soft:#667085; --line:#e4e7ec; --page:#f6f7f9; --card:#ffffff; --good:#0a7f4f; --bad:#b42318;
        --bar1:#c7d2fe; --bar2:#4f46e5; --bar3:#a5b4fc; }
@media (prefers-color-scheme: dark) {
  :root { --ink:#e6e8eb; --soft:#98a2b3; --line:#2b313b; --page:#111418; --card:#181c22; --good:#47cd89; --bad:#f97066;
          --bar1:#3b3f6b; --bar2:#818cf8; --bar3:#55598f; } }
* { box-sizing:border-box }
body { margin:0; padding:2.5rem 1.5rem; background:var(--page); color:var(--ink);
       font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif }
main { max-width:76rem; margin:0 auto }
h1 { font-size:1.5rem; margin:0 0 .25rem } h2 { font-size:1.05rem; margin:2rem 0 .75rem }
.soft { color:var(--soft) } .good { color:var(--good) } .bad { color:var(--bad) }
.cards { display:grid; grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr)); gap:.75rem; margin:1.5rem 0 }
.card { background:var(--card); border:1px solid var(--line); border-radius:.6rem; padding:.8rem 1rem }
.card b { display:block; font-size:1.35rem; font-variant-numeric:tabular-nums; line-height:1.25 }
.frame { background:var(--card); border:1px solid var(--line); border-radius:.6rem; overflow-x:auto }
table { border-collapse:collapse; width:100%; font-variant-numeric:tabular-nums }
th { text-align:left; font-weight:600; font-size:.8rem; color:var(--soft); padding:.6rem .8rem; border-bottom:1px solid var(--line); white-space:nowrap }
td { padding:.45rem .8rem; border-bottom:1px solid var(--line); vertical-align:middle } tr:last-child td { border-bottom:0 }
.n { text-align:right } .tag { font-weight:600; white-space:nowrap }
.bar { display:flex; height:.6rem; min-width:9rem; border-radius:.3rem; overflow:hidden; background:var(--line) }
.bar i { display:block; height:100% } .b1 { background:var(--bar1) } .b2 { background:var(--bar2) } .b3 { background:var(--bar3) }
.key i { display:inline-block; width:.7rem; height:.7rem; border-radius:.15rem; margin:0 .35rem 0 .9rem }
details { padding:.1rem .8rem .7rem } summary { cursor:pointer; color:var(--soft) }
code { font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace; overflow-wrap:anywhere }
ul { margin:.4rem 0; padding-left:1.2rem }
)";

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string card(const std::string& value, const std::string& what) {
    return fmt::format("<div class=\"card\"><b>{}</b><span class=\"soft\">{}</span></div>\n", value, what);
}

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
    if (b.error)
        out += fmt::format("<li>{}{}: {}</li>", escaped(b.error->code), at(b.error->tx),
                           escaped(b.error->message));
    for (const Mismatch& m : b.mismatches)
        out += fmt::format("<li>{}{}: expected <code>{}</code>, got <code>{}</code></li>", escaped(m.field),
                           at(m.tx), escaped(m.expected), escaped(m.got));
    if (b.assumed_absent != 0) {
        out += fmt::format("<li>{} reads were assumed absent, first ", b.assumed_absent);
        for (const std::string& read : b.assumed) out += "<code>" + escaped(read) + "</code> ";
        out += "</li>";
    }
    return out + "</ul></li>\n";
}

/// What was compared and what was not, folded away.
std::string coverage(const BlockReport& b) {
    std::string out =
        fmt::format("<details><summary>{}: {} checked, {} unchecked, {} reads assumed absent</summary><ul>",
                    b.number ? std::to_string(*b.number) : escaped(b.path), b.checked.size(),
                    b.unchecked.size(), b.assumed_absent);
    out += fmt::format("<li>checked: {}</li>", escaped(fmt::format("{}", fmt::join(b.checked, ", "))));
    for (const Unchecked& u : b.unchecked)
        out += fmt::format("<li>not {}: {}</li>", escaped(u.field), escaped(u.why));
    return out + "</ul></details>\n";
}

}  // namespace

std::string to_html(const RunReport& report) {
    const size_t failed = report.blocks.size() - report.ok();
    std::string out =
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>warpevm "
        "run</title><style>";
    out += style;
    out += "</style></head><body><main>\n<h1>warpevm run</h1>\n";
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
    return out + "</div></main></body></html>\n";
}

}  // namespace warpevm::tools
