// SPDX-License-Identifier: Apache-2.0
// Reads alloc, env and transactions from files or from one object on standard input.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "evm/base/hex.hpp"
#include "evm/chain/difficulty.hpp"
#include "evm/chain/fees.hpp"
#include "evm/codec/json_alloc.hpp"
#include "evm/codec/rlp.hpp"
#include "evm/codec/wire.hpp"
#include "tools/t8n/sign.hpp"
#include "tools/t8n/transition.hpp"

namespace warpevm::tools {
namespace {

using json::Document;
using json::Value;

/// Unwraps, or ends the tool with geth's code.
template <class T>
T must(Result<T> result) {
    if (!result) throw reading_error(result.error());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

[[noreturn]] void refuse(const std::string& sentence) {
    throw T8nError(T8nExit::config, sentence);
}

/// Where the three inputs come from; standard input is read once.
class Source {
  public:
    explicit Source(const T8nOptions& options) {
        if (options.input_alloc != "stdin" && options.input_env != "stdin" && options.input_txs != "stdin")
            return;
        const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
        m_stdin = must(Document::parse(std::string_view(text), "stdin"));
    }
    /// `use` is called with the value while its document lives.
    template <class F>
    void with(const std::string& where, const char* member, const F& use) const {
        if (where == "stdin") return use(must(m_stdin->root().at(member)));
        const Document document = must(Document::read(where));
        use(document.root());
    }
    [[nodiscard]] bool stdin_has(const char* member) const { return m_stdin && m_stdin->root().has(member); }

  private:
    std::optional<Document> m_stdin;
};

/// The list of transactions as the RLP of a block's body holds it.
std::vector<json::GivenTransaction> decode_list(const Bytes& bytes, const std::string& where) {
    const auto fail_rlp = [&](const Error& error) -> T8nError {
        return {T8nExit::rlp, fmt::format("{}: {}", where, to_string(error))};
    };
    rlp::Reader outer(bytes);
    auto list = outer.list();
    if (!list) throw fail_rlp(list.error());
    if (const auto end = outer.finish(); !end) throw fail_rlp(end.error());
    std::vector<json::GivenTransaction> txs;
    while (!list->empty()) {
        const auto item = list->next();
        if (!item) throw fail_rlp(item.error());
        auto tx = decode_transaction(item->is_list ? item->whole : item->payload);
        if (!tx) throw fail_rlp(tx.error());
        txs.emplace_back().tx = std::move(*tx);
    }
    return txs;
}

/// geth writes the hexadecimal digits as a JSON string; bare digits are taken too.
std::vector<json::GivenTransaction> read_rlp_text(std::string_view text, const std::string& where) {
    constexpr std::string_view around = " \t\r\n\"";
    while (!text.empty() && around.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
    while (!text.empty() && around.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
    const auto bytes = bytes_from_hex(text);
    if (!bytes)
        throw T8nError(T8nExit::json,
                       fmt::format("{}: expected the RLP of transactions in hexadecimal", where));
    return decode_list(*bytes, where);
}

std::vector<json::GivenTransaction> read_txs(const Source& source, const T8nOptions& options) {
    const std::string& where = options.input_txs;
    if (where.ends_with(".rlp")) {
        std::ifstream in(where, std::ios::binary);
        if (!in) throw T8nError(T8nExit::io, fmt::format("{}: can't be read", where));
        return read_rlp_text(std::string{std::istreambuf_iterator<char>(in), {}}, where);
    }
    std::vector<json::GivenTransaction> txs;
    if (where == "stdin" && !source.stdin_has("txs") && source.stdin_has("txsRlp")) {
        source.with(where, "txsRlp",
                    [&](const Value& value) { txs = read_rlp_text(must(value.text()), "stdin: txsRlp"); });
        return txs;
    }
    source.with(where, "txs", [&](const Value& value) { must(read(value, txs)); });
    for (size_t i = 0; i < txs.size(); ++i) {
        json::GivenTransaction& given = txs[i];
        if (!given.secret_key || given.tx.is_signed()) continue;
        if (const auto done = sign(given.tx, *given.secret_key, options.state_chainid, given.is_protected);
            !done)
            throw T8nError(T8nExit::json,
                           fmt::format("{}: [{}].secretKey: {}", where, i, to_string(done.error())));
    }
    return txs;
}

}  // namespace

T8nError reading_error(const Error& error) {
    const T8nExit code = error.code == ErrorCode::io             ? T8nExit::io
                         : error.code == ErrorCode::json         ? T8nExit::json
                         : error.code == ErrorCode::json_field   ? T8nExit::json
                         : error.code == ErrorCode::unknown_fork ? T8nExit::config
                                                                 : T8nExit::evm;
    return {code, to_string(error)};
}

T8nInput read_t8n_input(const T8nOptions& options) {
    const Source source(options);
    T8nInput input;
    source.with(options.input_alloc, "alloc",
                [&](const Value& value) { must(json::read_alloc(value, input.alloc)); });
    source.with(options.input_env, "env",
                [&](const Value& value) { input.env = must(json::read_environment(value)); });
    input.txs = read_txs(source, options);
    return input;
}

void complete_environment(json::GivenEnvironment& env, const Rules& rules) {
    if (rules.at_least(Fork::paris)) {
        if (!env.random) refuse("post-merge requires currentRandom to be defined in env");
        if (env.difficulty && !env.difficulty->is_zero())
            refuse("post-merge difficulty must be zero (or omitted) in env");
        env.difficulty.reset();
    } else if (!env.difficulty) {
        if (!env.parent_difficulty)
            refuse("env has neither currentDifficulty nor the parentDifficulty to compute it from");
        if (env.number == 0) refuse("env: currentDifficulty is needed for block 0");
        if (env.timestamp <= env.parent_timestamp.value_or(0))
            refuse("env: currentTimestamp is not after parentTimestamp");
        const bool has_ommers = env.parent_uncle_hash && !env.parent_uncle_hash->is_zero() &&
                                *env.parent_uncle_hash != ommers_hash({});
        env.difficulty = block_difficulty(rules.fork, {.number = env.number,
                                                       .timestamp = env.timestamp,
                                                       .parent_difficulty = *env.parent_difficulty,
                                                       .parent_timestamp = env.parent_timestamp.value_or(0),
                                                       .parent_has_ommers = has_ommers});
    }
    if (rules.at_least(Fork::london) && !env.base_fee) {
        if (!env.parent_base_fee || env.number == 0)
            refuse("env has neither currentBaseFee nor the parentBaseFee to compute it from");
        env.base_fee = next_base_fee(
            {env.parent_gas_limit.value_or(0), env.parent_gas_used.value_or(0), *env.parent_base_fee});
    }
    if (!rules.at_least(Fork::london)) env.base_fee.reset();
    if (rules.at_least(Fork::shanghai) && !env.withdrawals) refuse("Shanghai needs withdrawals in env");
    if (!rules.at_least(Fork::shanghai)) env.withdrawals.reset();
    if (!rules.at_least(Fork::cancun)) {
        env.parent_beacon_block_root.reset();
        env.excess_blob_gas.reset();
        return;
    }
    if (!env.parent_beacon_block_root) refuse("Cancun needs parentBeaconBlockRoot in env");
    if (!env.excess_blob_gas)
        env.excess_blob_gas =
            next_excess_blob_gas({env.parent_excess_blob_gas.value_or(0),
                                  env.parent_blob_gas_used.value_or(0), env.parent_base_fee.value_or(0)},
                                 rules);
}

}  // namespace warpevm::tools
