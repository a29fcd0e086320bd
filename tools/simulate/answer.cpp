// SPDX-License-Identifier: Apache-2.0
#include "tools/simulate/answer.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "evm/base/hex.hpp"

namespace warpevm::tools {
namespace {

/// A string as JSON. What is not UTF-8, as a contract may answer, is replaced.
std::string quoted(const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string error_member(std::string_view code, const std::string& message) {
    return fmt::format(R"("error":{{"code":"{}","message":{}}})", code, quoted(message));
}

std::string words_of(std::string_view name) {
    std::string words(name);
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

std::string error_of(const CallResult& call) {
    switch (call.status) {
        case CallStatus::success: return {};
        case CallStatus::reverted: {
            const std::string reason = revert_reason(call.output);
            return "," + error_member("reverted", reason.empty() ? "execution reverted"
                                                                 : "execution reverted: " + reason);
        }
        case CallStatus::failed: return "," + error_member(name(call.halt), words_of(name(call.halt)));
        case CallStatus::invalid:
        case CallStatus::no_answer: return "," + error_member(name(call.error.code), to_string(call.error));
    }
    return {};
}

void append_logs(std::string& out, const Logs& logs) {
    out += R"(,"logs":[)";
    for (size_t i = 0; i < logs.size(); ++i) {
        const LogRecord& log = logs[i];
        out += fmt::format(R"({}{{"address":"{}","topics":[)", i == 0 ? "" : ",", to_hex(log.address));
        const auto topics = logs.topics(log);
        for (size_t t = 0; t < topics.size(); ++t)
            out += fmt::format(R"({}"{}")", t == 0 ? "" : ",", to_hex(topics[t]));
        out += R"(],"data":")" + to_hex(logs.data(log)) + "\"}";
    }
    out += "]";
}

void append_assumed(std::string& out, const CallResult& call) {
    const size_t count = call.assumed_accounts.size() + call.assumed_slots.size();
    if (count == 0) return;
    out += fmt::format(R"(,"assumedAbsent":{},"assumed":[)", count);
    size_t named = 0;
    for (const Address& address : call.assumed_accounts)
        if (named < most_named_assumptions)
            out += fmt::format(R"({}"account {}")", named++ == 0 ? "" : ",", to_hex(address));
    for (const SlotKey& key : call.assumed_slots)
        if (named < most_named_assumptions)
            out += fmt::format(R"({}"slot {} of {}")", named++ == 0 ? "" : ",", to_quantity(key.slot),
                               to_hex(key.address));
    out += "]";
}

/// The members of a call's answer.
void append_call(std::string& out, const CallResult& call) {
    const bool has_answer = call.status != CallStatus::no_answer;
    out += fmt::format(R"("status":"{}","gasUsed":"{}","returnData":")",
                       has_answer ? name(call.status) : "error", to_quantity(call.gas_used));
    out += to_hex(call.output) + "\"";
    append_logs(out, call.logs);
    if (call.created) out += fmt::format(R"(,"contractAddress":"{}")", to_hex(*call.created));
    append_assumed(out, call);
    out += error_of(call);
}

}  // namespace

std::string answer_line(const Request& request, const BundleResult& result) {
    std::string out = R"({"id":)" + request.id + ",";
    if (!request.has_several_calls) {
        append_call(out, result.calls.front());
        return out + "}\n";
    }
    out += R"("calls":[)";
    for (size_t i = 0; i < result.calls.size(); ++i) {
        out += i == 0 ? "{" : ",{";
        append_call(out, result.calls[i]);
        out += "}";
    }
    return out + "]}\n";
}

std::string bad_line(uint64_t number, const Error& error) {
    return fmt::format(R"({{"id":{},"line":{},"status":"error",{}}})"
                       "\n",
                       number, number, error_member(name(error.code), to_string(error)));
}

std::string revert_reason(BytesView output) {
    constexpr size_t selector = 4, word = 32;
    const auto word_at = [&](size_t at) {
        Bytes32 bytes;
        std::copy_n(output.begin() + static_cast<ptrdiff_t>(at), word, bytes.bytes.begin());
        return to_u256(bytes);
    };
    const auto begins_with = [&](std::initializer_list<uint8_t> bytes) {
        return std::equal(bytes.begin(), bytes.end(), output.begin());
    };
    if (output.size() < selector + word) return {};
    if (begins_with({0x4e, 0x48, 0x7b, 0x71}) && output.size() == selector + word)
        return "panic " + to_quantity(word_at(selector));
    if (!begins_with({0x08, 0xc3, 0x79, 0xa0}) || output.size() < selector + 2 * word) return {};
    const U256 length = word_at(selector + word);
    const size_t there = output.size() - selector - 2 * word;
    if (word_at(selector) != word || length > there) return {};
    const BytesView text = output.subspan(selector + 2 * word, length.limb[0]);
    return {text.begin(), text.end()};
}

}  // namespace warpevm::tools
