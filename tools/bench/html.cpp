// SPDX-License-Identifier: Apache-2.0
// --report: a chart for each workload. Bars start at zero and show the median speed; the line across a bar's
// end is the median's 95 % interval.
#include <fmt/format.h>

#include <algorithm>

#include "tools/bench/result.hpp"
#include "tools/common/page.hpp"

namespace warpevm::tools {
namespace {

constexpr const char* chart_style = R"(
td.t { width:38%; min-width:12rem } td.c { white-space:nowrap; font-weight:600; width:17% } tr.g td { border-bottom:0; padding-bottom:0 }
td, th { padding-left:.55rem; padding-right:.55rem } td { white-space:nowrap }
td.bad { white-space:normal; overflow-wrap:anywhere }
.track { position:relative; height:1rem; background:var(--line); border-radius:.2rem }
.track i { position:absolute; left:0; top:0; bottom:0; border-radius:.2rem; background:var(--bar1) }
.track i.o { background:var(--bar2) }
.track u { position:absolute; top:50%; height:2px; margin-top:-1px; background:var(--ink) }
.track u::before, .track u::after { content:""; position:absolute; top:-4px; width:2px; height:10px; background:var(--ink) }
.track u::before { left:0 } .track u::after { right:0 }
.key i { display:inline-block; width:.7rem; height:.7rem; border-radius:.15rem; margin:0 .35rem 0 .9rem; background:var(--bar1) }
.key i.o { background:var(--bar2) }
)";

double mgas_per_second(const BenchResult& r, double seconds) {
    return 1e-6 * static_cast<double>(r.gas) / seconds;
}

/// `full`: the speed that fills the track.
std::string bar(const BenchResult& r, double full) {
    const auto percent = [&](double seconds) {
        return std::min(100.0, 100 * mgas_per_second(r, seconds) / full);
    };
    std::string out = fmt::format("<div class=\"track\"><i class=\"{}\" style=\"width:{:.2f}%\"></i>",
                                  r.backend == "serial" ? "" : "o", percent(r.time.median));
    if (r.time.interval) {
        const double from = percent(r.time.interval->high), to = percent(r.time.interval->low);
        out += fmt::format(
            "<u style=\"left:{:.2f}%;width:{:.2f}%\" title=\"95 %: {:.0f} to {:.0f} Mgas/s\"></u>", from,
            to - from, mgas_per_second(r, r.time.interval->high), mgas_per_second(r, r.time.interval->low));
    }
    return out + "</div>";
}

std::string ratio(const BenchResult& r) {
    if (const auto plain = r.extra.find("vs_plain_loop"); plain != r.extra.end())
        return fmt::format("{:.2f}&times; the plain loop", plain->second);
    if (r.backend == "serial") return "";
    std::string out = fmt::format("<b>{:.2f}&times;</b>", r.vs_serial.median);
    if (r.vs_serial.interval)
        out += fmt::format(" <span class=\"soft\">{:.2f} to {:.2f}</span>", r.vs_serial.interval->low,
                           r.vs_serial.interval->high);
    return out;
}

/// What a chart shows beyond speeds, where its workload has it.
struct Columns {
    bool cores = false, bound = false;
};

Columns columns_of(std::span<const BenchResult> results) {
    return {
        .cores = std::ranges::any_of(results, [](const BenchResult& r) { return r.cores_busy.has_value(); }),
        .bound = std::ranges::any_of(results, [](const BenchResult& r) { return r.bound.has_value(); })};
}

std::string share_of_bound(const BenchResult& r, const BenchReport& report) {
    const auto share = report.of_bound(r);
    if (!share) return "";
    return fmt::format("<b>{:.2f}</b> <span class=\"soft\">bound {:.1f}&times;</span>", *share, *r.bound);
}

/// `full`: the speed that fills the track.
std::string figures(const BenchResult& r, const BenchReport& report, Columns columns, double full) {
    std::string out =
        fmt::format("<td class=\"t\">{}</td><td class=\"n\">{:.0f}</td><td class=\"n\">{:.3f}</td>",
                    bar(r, full), r.mgas_per_second(), 1e3 * r.time.median);
    if (columns.cores)
        out +=
            fmt::format("<td class=\"n\">{}</td>", r.cores_busy ? fmt::format("{:.2f}", *r.cores_busy) : "");
    out += fmt::format("<td>{}{}</td>", ratio(r), r.slower ? " <span class=\"bad\">slower</span>" : "");
    if (columns.bound) out += fmt::format("<td>{}</td>", share_of_bound(r, report));
    return out;
}

std::string row(const BenchResult& r, const BenchReport& report, Columns columns, bool first_of_case,
                bool last_of_case, double full) {
    std::string out =
        fmt::format("<tr{}><td class=\"c\">{}</td><td>{}{}</td>", last_of_case ? "" : " class=\"g\"",
                    first_of_case ? escaped(r.name.empty() ? r.workload : r.name) : "", escaped(r.backend),
                    r.threads > 1 ? fmt::format(" <span class=\"soft\">&times;{}</span>", r.threads) : "");
    if (!r.error.empty())
        return out + fmt::format("<td colspan=\"{}\" class=\"bad\">no figures: {}</td></tr>\n",
                                 4 + columns.cores + columns.bound, escaped(r.error));
    return out + figures(r, report, columns, full) + "</tr>\n";
}

/// What of all cases is the same, else nothing.
std::string size_of(std::span<const BenchResult> results) {
    const BenchResult& first = results.front();
    const bool same = std::ranges::all_of(results, [&](const BenchResult& r) { return r.txs == first.txs; });
    if (!same || first.workload == "evm") return "";
    return fmt::format(" <span class=\"soft\">{} transactions a block, seed {}</span>", first.txs,
                       first.seed);
}

std::string chart(std::span<const BenchResult> results, const BenchReport& report) {
    const Columns columns = columns_of(results);
    double full = 0;
    for (const BenchResult& r : results) {
        if (!r.error.empty()) continue;
        const double least = r.time.interval ? r.time.interval->low : r.time.median;
        full = std::max(full, mgas_per_second(r, least));
    }
    std::string out = fmt::format(
        "<h2>{}{}</h2>\n<div class=\"frame\"><table><thead><tr><th>Case</th><th>Backend</th><th>Speed</th>"
        "<th class=\"n\">Mgas/s</th><th class=\"n\">ms</th>{}<th>Against serial, 95 %</th>{}</tr></thead>"
        "<tbody>\n",
        escaped(results.front().workload), size_of(results),
        columns.cores ? "<th class=\"n\">Cores busy</th>" : "", columns.bound ? "<th>Of bound</th>" : "");
    for (size_t i = 0; i < results.size(); ++i) {
        const bool first = i == 0 || results[i - 1].name != results[i].name;
        const bool last = i + 1 == results.size() || results[i + 1].name != results[i].name;
        out += row(results[i], report, columns, first, last, full);
    }
    return out + "</tbody></table></div>\n";
}

std::string summaries(const BenchReport& report) {
    if (report.summaries.empty()) return "";
    std::string out =
        "<h2>Blocks together</h2>\n<div class=\"frame\"><table><thead><tr><th>Which</th><th>Backend</th>"
        "<th class=\"n\">Blocks</th><th class=\"n\">Mgas/s</th><th>Against serial, geometric mean (least to "
        "greatest)</th><th class=\"n\">Of bound</th><th class=\"n\">Slower</th></tr></thead><tbody>\n";
    for (const BenchSummary& s : report.summaries)
        out += fmt::format(
            "<tr><td>{}</td><td>{} <span class=\"soft\">&times;{}</span></td><td class=\"n\">{}</td><td "
            "class=\"n\">{:.0f}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
            escaped(s.what), escaped(s.backend), s.threads, s.cases, s.mgas_per_second,
            s.backend == "serial"
                ? ""
                : fmt::format("<b>{:.2f}&times;</b> ({:.2f} to {:.2f})", s.vs_serial, s.least, s.greatest),
            s.of_bound ? fmt::format("<b>{:.2f}</b>", *s.of_bound) : "",
            s.backend == "serial" ? "" : std::to_string(s.slower.size()));
    return out + "</tbody></table></div>\n";
}

}  // namespace

std::string to_html(const BenchReport& report) {
    std::string out = page_head("warpevm bench", chart_style);
    out += fmt::format(
        "<p class=\"soft\">{}, {} cores; commit {}. Execution runs from decoded transactions with known "
        "senders "
        "and a warm pre-state in memory to a complete outcome, without state root; every timed outcome "
        "equals "
        "serial's. {} rounds, in each of which the backends take turns. Bars start at zero and show the "
        "median; the line across a bar's end is its 95&nbsp;% interval. A block's bound is its gas by that "
        "of "
        "its critical path; <i>of bound</i> is the speed-up by the least of that and what as many "
        "independent "
        "threads reached. <i>Slower</i> is what takes 3&nbsp;% and 20&nbsp;&micro;s more than "
        "serial.{}</p>\n",
        escaped(report.processor), report.cores, escaped(report.commit), report.rounds,
        report.interrupted ? " <b class=\"bad\">Interrupted: partial results.</b>" : "");
    out += "<div class=\"cards\">\n";
    const auto failures =
        std::ranges::count_if(report.results, [](const BenchResult& r) { return !r.error.empty(); });
    out += card(fmt::format("<span class=\"{}\">{}</span>", failures == 0 ? "good" : "bad", failures),
                "without figures");
    for (const Calibration::Point& p : report.calibration)
        if (p.threads > 1)
            out += card(
                fmt::format("{:.2f}&times;", p.scaling.median),
                fmt::format("what {} independent threads reached{}", p.threads,
                            p.scaling.interval ? fmt::format(" ({:.2f} to {:.2f})", p.scaling.interval->low,
                                                             p.scaling.interval->high)
                                               : ""));
    out += "</div>\n<p class=\"soft key\"><i></i>serial<i class=\"o\"></i>other backends</p>\n";
    const std::span<const BenchResult> all = report.results;
    for (size_t begin = 0; begin < all.size();) {
        size_t end = begin;
        while (end < all.size() && all[end].workload == all[begin].workload) ++end;
        out += chart(all.subspan(begin, end - begin), report);
        begin = end;
    }
    return out + summaries(report) + page_end();
}

}  // namespace warpevm::tools
