// SPDX-License-Identifier: Apache-2.0
#include "tools/common/page.hpp"

#include <fmt/format.h>

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
details { padding:.1rem .8rem .7rem } summary { cursor:pointer; color:var(--soft) }
code { font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace; overflow-wrap:anywhere }
ul { margin:.4rem 0; padding-left:1.2rem }
)";

}  // namespace

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

std::string page_head(std::string_view title, std::string_view more_style) {
    return fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\"><title>{0}</title><style>{1}{2}</style></head>"
        "<body><main>\n<h1>{0}</h1>\n",
        escaped(title), style, more_style);
}

std::string page_end() {
    return "</main></body></html>\n";
}

}  // namespace warpevm::tools
