// SPDX-License-Identifier: Apache-2.0
// Blocks built from state cases: the variants of one state test as consecutive transactions of one block, so
// that they meet. Nonces are renumbered and the gas limit is raised; everything else is the test's.
#pragma once

#include <deque>
#include <limits>
#include <random>

#include "evm/chain/context.hpp"
#include "tools/fixtures/scope.hpp"
#include "tools/fixtures/state_test.hpp"

namespace warpevm::test {

/// The cases of one test under one fork.
struct Variants {
    tools::StateTest test;
    Rules rules;
    std::vector<tools::StateTestCase> cases;
};

inline Result<Variants> read_variants(const tools::StateTest& test, const json::Value& value,
                                      std::string_view fork, const json::Value& list) {
    const auto rules = tools::state_test_rules(test, fork);
    if (!rules) return tl::unexpected(rules.error());
    const auto posts = list.elements();
    if (!posts) return tl::unexpected(posts.error());
    Variants variants{.test = test, .rules = *rules, .cases = {}};
    for (size_t i = 0; i < posts->size(); ++i) {
        auto c = tools::read_state_test_case(value, (*posts)[i], fork, i, *rules);
        if (!c) return tl::unexpected(c.error());
        variants.cases.push_back(std::move(*c));
    }
    return variants;
}

/// A block of `size` of the variants, again from the first where there are fewer.
class StateCaseBlock {
  public:
    struct Shape {
        size_t size = 2;  ///< at most most_transactions
        uint64_t seed = 0;
        bool shuffled = false;
        /// Transactions are left off from here on, except the first two.
        uint64_t enough_gas = 10'000'000;
    };

    StateCaseBlock(const Variants& variants, const Shape& shape, ExecutionContext& context) {
        const BlockInput empty = environment_of(variants);
        block = empty;
        // What the transactions before it leave behind decides a transaction's nonce, so they are executed
        // one by one. Where that is not what the whole block does, it holds a transaction that is not valid.
        tools::StateTest now = variants.test;
        const tools::StateTestView view(now);
        uint64_t gas = 0;
        for (const size_t index : order(variants.cases.size(), shape)) {
            if (gas >= shape.enough_gas && block.transactions.size() >= 2) break;
            const tools::StateTestCase& c = variants.cases[index];
            Transaction& tx = m_transactions.emplace_back(c.tx);
            if (c.expected_exception.empty()) tx.nonce = now.pre.read_account(c.sender).value.nonce;
            block.transactions.push_back({&tx, c.sender, c.invalid});
            BlockInput alone = empty;
            alone.transactions = {block.transactions.back()};
            const auto outcome = execute_serial(context, {&alone, 1}, view, tools::state_test_options());
            if (!outcome || !outcome->front().verdict.valid()) continue;
            gas += outcome->front().gas_used;
            now.pre.apply(outcome->front().diff);
        }
    }
    StateCaseBlock(const StateCaseBlock&) = delete;
    StateCaseBlock& operator=(const StateCaseBlock&) = delete;

    BlockInput block;

    static constexpr size_t most_transactions = 64;

  private:
    static BlockInput environment_of(const Variants& variants) {
        BlockInput empty = tools::state_test_block(variants.test, variants.cases.front(), variants.rules);
        empty.transactions.clear();
        uint64_t& limit = empty.environment.gas_limit;
        limit = limit <= std::numeric_limits<uint64_t>::max() / most_transactions ? limit * most_transactions
                                                                                  : limit;
        empty.rules.blobs.max *= most_transactions;
        return empty;
    }

    static std::vector<size_t> order(size_t cases, const Shape& shape) {
        std::vector<size_t> indexes;
        for (size_t i = 0; i < shape.size; ++i) indexes.push_back(i % cases);
        if (!shape.shuffled) return indexes;
        // The standard's shuffle differs between libraries; a seed should mean the same everywhere.
        std::mt19937_64 random(shape.seed);
        for (size_t i = indexes.size(); i > 1; --i) std::swap(indexes[i - 1], indexes[random() % i]);
        return indexes;
    }

    std::deque<Transaction> m_transactions;
};

}  // namespace warpevm::test
