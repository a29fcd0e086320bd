// SPDX-License-Identifier: Apache-2.0
// Reads alloc, env and transactions from files or from one object on standard input.
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include "evm/base/hex.hpp"
#include "evm/codec/rlp.hpp"
#include "evm/codec/wire.hpp"
#include "evm/state/json_alloc.hpp"
#include "tools/fixtures/blob_schedule.hpp"
#include "tools/t8n/geth_words.hpp"
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

/// Where the three inputs come from; standard input is read once.
class Source {
  public:
    explicit Source(const T8nOptions& options) {
        if (options.input_alloc != "stdin" && options.input_env != "stdin" && options.input_txs != "stdin" &&
            options.input_blob_params != "stdin")
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

/// A legacy transaction is a list, any other a string that begins with its type (EIP-2718).
Result<Transaction> decode_item(const rlp::Item& item) {
    constexpr uint8_t first_list_byte = 0xc0;
    if (item.is_list) return decode_transaction(item.whole);
    if (!item.payload.empty() && item.payload[0] >= first_list_byte)
        return fail(ErrorCode::tx_type_unknown, "type " + std::to_string(item.payload[0]));
    return decode_transaction(item.payload);
}

/// The list of transactions as the RLP of a block's body holds it. An item that can't be decoded is invalid,
/// and the others are what they are.
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
        json::GivenTransaction& given = txs.emplace_back();
        const auto item = list->next();
        if (!item) {  // where the next one would begin can't be known
            given.invalid = item.error();
            break;
        }
        if (auto tx = decode_item(*item))
            given.tx = std::move(*tx);
        else
            given.invalid = tx.error();
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

void sign_given(json::GivenTransaction& given, size_t index, const T8nOptions& options) {
    const Transaction& tx = given.tx;
    const auto refuse_to_sign = [&](const std::string& why) {
        throw T8nError(T8nExit::json, fmt::format("tx {}: failed to sign tx: {}", index, why));
    };
    // A chain id of zero means that none was given. A legacy transaction gets the chain's with its signature.
    if (tx.type != TxType::legacy && tx.chain_id.value_or(0) != 0 && tx.chain_id != options.state_chainid)
        refuse_to_sign(geth_words({ErrorCode::tx_wrong_chain_id,
                                   fmt::format("have {} want {}", *tx.chain_id, options.state_chainid)},
                                  {}));
    if (const auto done = sign(given.tx, *given.secret_key, options.state_chainid, given.is_protected); !done)
        refuse_to_sign(
            fmt::format("{}: [{}].secretKey: {}", options.input_txs, index, to_string(done.error())));
}

std::vector<json::GivenTransaction> read_txs(const Source& source, const T8nOptions& options) {
    const std::string& where = options.input_txs;
    if (where.ends_with(".rlp")) {
        std::ifstream in(where, std::ios::binary);
        if (!in) throw T8nError(T8nExit::io, fmt::format("{}: can't be read", where));
        return read_rlp_text(std::string{std::istreambuf_iterator<char>(in), {}}, where);
    }
    std::vector<json::GivenTransaction> txs;
    if (where == "stdin" && source.stdin_has("txsRlp")) {
        source.with(where, "txsRlp", [&](const Value& value) {
            const std::string_view text = must(value.text());
            if (!text.empty()) txs = read_rlp_text(text, "stdin: txsRlp");
        });
        if (!txs.empty()) return txs;
    }
    if (where == "stdin" && !source.stdin_has("txs")) return txs;  // null is none
    source.with(where, "txs", [&](const Value& value) {
        if (!value.is_null()) must(read(value, txs));
    });
    for (size_t i = 0; i < txs.size(); ++i)
        if (txs[i].secret_key && !txs[i].tx.is_signed()) sign_given(txs[i], i, options);
    return txs;
}

std::optional<BlobSchedule> read_blob_params(const Source& source, const T8nOptions& options) {
    std::optional<BlobSchedule> schedule;
    if (!options.input_blob_params.empty())
        source.with(options.input_blob_params, "blobParams",
                    [&](const Value& value) { schedule = must(read_blob_schedule(value)); });
    return schedule;
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
    if (options.input_alloc != "stdin" || source.stdin_has("alloc"))
        source.with(options.input_alloc, "alloc",
                    [&](const Value& value) { must(json::read_alloc(value, input.alloc)); });
    source.with(options.input_env, "env",
                [&](const Value& value) { input.env = must(json::read_environment(value)); });
    input.txs = read_txs(source, options);
    input.blobs = read_blob_params(source, options);
    return input;
}

}  // namespace warpevm::tools
