// SPDX-License-Identifier: Apache-2.0
// Readers of JSON: each answers a value or an error that says where, and nothing else.
#include "evm/chain/chain_config.hpp"
#include "evm/codec/json_block.hpp"
#include "evm/codec/json_env.hpp"
#include "evm/codec/json_receipts.hpp"
#include "evm/state/json_alloc.hpp"
#include "tests/fuzz/json_seeds.hpp"
#include "tests/fuzz/target.hpp"
#include "tools/fixtures/state_test.hpp"

namespace warpevm::fuzz {
namespace {

using json::Value;

template <class T>
bool taken(const Result<T>& result) {
    if (!result) require(!result.error().detail.empty(), "an error that does not say where");
    return result.has_value();
}

template <class T>
bool reads(const Value& value) {
    T into{};
    return taken(read(value, into));
}

bool reads_alloc(const Value& value) {
    MemoryState state;
    if (!taken(json::read_alloc(value, state))) return false;
    static_cast<void>(state.root());
    return true;
}

bool reads_prestate_trace(const Value& value) {
    const auto traces = json::read_prestate_trace(value);
    if (!taken(traces)) return false;
    MemoryState state(false);
    for (const json::TracedTransaction& transaction : *traces)
        for (const json::GivenAccount& account : transaction.accounts) account.put(state);
    return true;
}

/// Every case of every fork, up to the block that would be executed.
bool reads_state_test(const Value& value) {
    const auto test = tools::read_state_test("fuzzed", value);
    const auto post = value.at("post");
    if (!taken(test) || !taken(post)) return false;
    const auto forks = post->members();
    if (!taken(forks)) return false;
    bool some = false;
    for (const auto& [fork, list] : *forks) {
        const auto rules = tools::state_test_rules(*test, fork);
        const auto cases = list.elements();
        if (!taken(rules) || !taken(cases)) continue;
        for (size_t i = 0; i < cases->size(); ++i) {
            const auto read = tools::read_state_test_case(value, (*cases)[i], fork, i, *rules);
            if (!taken(read)) continue;
            static_cast<void>(tools::state_test_block(*test, *read, *rules));
            some = true;
        }
    }
    return some;
}

constexpr bool (*readers[])(const Value&) = {
    [](const Value& value) { return taken(json::read_block(value)); },
    reads<json::GivenHeader>,
    reads_alloc,
    reads_prestate_trace,
    [](const Value& value) { return taken(json::read_environment(value)); },
    reads<std::vector<json::GivenTransaction>>,
    [](const Value& value) { return taken(json::read_receipts(value)); },
    reads_state_test,
};
constexpr size_t genesis = std::size(readers), network = genesis + 1, choices = genesis + 2;
static_assert(std::size(json_seeds) >= choices);

class JsonTarget final : public Target {
  public:
    bool run(BytesView input) override {
        const auto [which, bytes] = select(input, choices);
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        if (which == genesis) return taken(from_genesis_config(text));
        if (which == network) return taken(network_config(text));
        const auto document = json::Document::parse(text, "fuzzed");
        return taken(document) && readers[which](document->root());
    }
    [[nodiscard]] std::vector<Bytes> seeds() const override {
        std::vector<Bytes> made;
        for (const JsonSeed& seed : json_seeds)
            made.push_back(selecting(seed.reader,
                                     {reinterpret_cast<const uint8_t*>(seed.text.data()), seed.text.size()}));
        return made;
    }
};

}  // namespace

std::unique_ptr<Target> make_json_target() {
    return std::make_unique<JsonTarget>();
}

}  // namespace warpevm::fuzz
