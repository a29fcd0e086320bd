// SPDX-License-Identifier: Apache-2.0
// Documents: files and texts, as tools write them, into simdjson's form.
#include <fmt/format.h>

#include "evm/codec/json.hpp"

namespace warpevm::json {
namespace {

/// The largest file that is read: simdjson's own limit is 4 GiB.
constexpr uintmax_t max_file_bytes = uintmax_t{1} << 31;

/// Windows' tools put it before UTF-8; JSON does not allow it (RFC 8259).
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// The text with integers of 19 digits and more as strings: genesis files write balances that exceed 64 bits
/// as bare numbers, which simdjson does not read.
std::string quote_long_integers(std::string_view text) {
    constexpr size_t longest = 18;
    std::string out;
    out.reserve(text.size() + 64);
    bool in_string = false;
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string || c < '0' || c > '9') {
            if (c == '"') in_string = !in_string;
            out += c;
            if (in_string && c == '\\' && i + 1 < text.size()) out += text[++i];
            continue;
        }
        size_t end = i;
        while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
        // A fraction, an exponent, a sign: not an integer, so left for the parser to judge.
        const bool plain =
            (end == text.size() || std::string_view(".eE").find(text[end]) == std::string_view::npos) &&
            (i == 0 || std::string_view(".eE+-").find(text[i - 1]) == std::string_view::npos);
        const bool quoted = plain && end - i > longest;
        if (quoted) out += '"';
        out += text.substr(i, end - i);
        if (quoted) out += '"';
        i = end - 1;
    }
    return out;
}

/// Bare hexadecimal digits, as nodes' command lines print raw blocks, become the string that they stand for.
std::string as_json(std::string_view text) {
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    constexpr std::string_view spaces = " \t\r\n";
    const size_t begin = text.find_first_not_of(spaces);
    if (begin == std::string_view::npos || !text.substr(begin).starts_with("0x")) return std::string(text);
    const size_t end = text.find_last_not_of(spaces) + 1;
    return '"' + std::string(text.substr(begin, end - begin)) + '"';
}

bool needs_change(std::string_view text) {
    return text.starts_with(byte_order_mark) || (!text.empty() && text.find_first_of("{[\"") != 0);
}

}  // namespace

Result<Document> Document::finish(std::unique_ptr<State> state, simdjson::error_code code) {
    if (code != simdjson::SUCCESS)
        return fail(ErrorCode::json, fmt::format("{}: {}", state->file, simdjson::error_message(code)));
    return Document(std::move(state));
}

Result<Document> Document::read(const std::filesystem::path& file) {
    const std::string name = file.string();
    std::error_code problem;
    if (std::filesystem::is_directory(file, problem))
        return fail(ErrorCode::io, fmt::format("{}: expected a file, got a folder", name));
    const auto bytes = std::filesystem::file_size(file, problem);
    if (problem) return fail(ErrorCode::io, fmt::format("{}: {}", name, problem.message()));
    if (bytes > max_file_bytes)
        return fail(ErrorCode::io,
                    fmt::format("{}: expected at most {} bytes, got {}", name, max_file_bytes, bytes));
    simdjson::padded_string text;
    if (simdjson::padded_string::load(name).get(text) != simdjson::SUCCESS) return fail(ErrorCode::io, name);
    return parse(text, name);
}

Result<Document> Document::parse(std::string_view text, std::string name) {
    return parse(simdjson::padded_string(text), std::move(name));
}

Result<Document> Document::parse(const simdjson::padded_string& text, std::string name) {
    auto state = std::make_unique<State>();
    state->file = std::move(name);
    // The document keeps its own copy of the strings, so the text is not needed afterwards.
    auto code = needs_change(text) ? state->parser.parse(as_json(text)).get(state->root)
                                   : state->parser.parse(text).get(state->root);
    if (code == simdjson::NUMBER_ERROR)
        code = state->parser.parse(quote_long_integers(as_json(text))).get(state->root);
    return finish(std::move(state), code);
}

}  // namespace warpevm::json
