// SPDX-License-Identifier: Apache-2.0
#include "evm/codec/json_rpc.hpp"

namespace warpevm::json {

/// The node's own words: {"code", "message"}, or whatever else stands there.
static std::string words_of(const Value& error) {
    const auto message = error.find("message");
    const Value& said = message ? *message : error;
    const auto text = said.text();
    return text ? std::string(*text) : said.raw();
}

Result<Value> rpc_result(const Value& value) {
    if (auto result = value.find("result")) return *result;
    if (const auto error = value.find("error"))
        return value.wrong("the node answered with an error: " + words_of(*error));
    if (value.has("jsonrpc")) return value.wrong("the node's answer has no result: it does not know this");
    return value;
}

}  // namespace warpevm::json
