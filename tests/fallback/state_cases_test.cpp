// SPDX-License-Identifier: Apache-2.0
// The parallel executor against the serial one over blocks built from the official state cases, which meet in
// ways that nobody here thought of. What happened in them is counted, and must have happened.
#include <cstdlib>
#include <filesystem>

#include "evm/crypto/keccak.hpp"
#include "evm/state/code.hpp"
#include "evm/state/state_trie.hpp"
#include "tests/fallback/compare.hpp"
#include "tests/fallback/state_case_block.hpp"
#include "tests/fixtures/fixture_files.hpp"

namespace warpevm::test {
namespace {

#ifdef WARPEVM_SANITIZED
constexpr uint64_t sampled_files = 100;  // one of so many
#else
constexpr uint64_t sampled_files = 10;
#endif
constexpr uint64_t sampled_files_if_large = 5;  // of all it would be three quarters of an hour

/// Everything of all files takes hours: that is for files that are named.
bool is_named() {
    return std::getenv("WARPEVM_ONLY") != nullptr;
}

/// Where no file is named: tests of a file, spread over it, and gas of a block.
constexpr size_t sampled_tests = 16;
constexpr uint64_t sampled_gas = 3'000'000, much_gas = 10'000'000;

/// The same on every machine.
uint64_t number_of(std::string_view name) {
    const Hash hash = keccak256({reinterpret_cast<const uint8_t*>(name.data()), name.size()});
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof(number); ++i) number = number << 8 | hash.bytes[i];
    return number;
}

/// One of `sampled_files` (by its name, so that it does not move when files come or go), or those that
/// WARPEVM_ONLY is a part of.
bool is_chosen(const std::string& file) {
    if (const char* only = std::getenv("WARPEVM_ONLY")) return file.find(only) != std::string::npos;
    const bool large = std::getenv("WARPEVM_LARGE_TESTS") != nullptr;
    return number_of(file) % (large ? sampled_files_if_large : sampled_files) == 0;
}

/// Relative to the fixtures, sorted. Other kinds of tests are told by what is in the file.
std::vector<std::string> chosen_files() {
    std::vector<std::string> files;
    const std::filesystem::path root = fixtures_folder();
    for (const char* folder :
         {"ethereum-tests/GeneralStateTests", "legacytests", "eest-fixtures/state_tests"}) {
        if (!std::filesystem::exists(root / folder)) {
            std::printf("left out: no %s\n", (root / folder).c_str());
            continue;
        }
        for (const auto& e : std::filesystem::recursive_directory_iterator(root / folder)) {
            std::string name = e.path().lexically_relative(root).string();
            if (e.path().extension() == ".json" && is_chosen(name)) files.push_back(std::move(name));
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

struct Counts {
    uint64_t files = 0, skipped = 0, blocks = 0, transactions = 0, invalid = 0;
    uint64_t wipes = 0, created_again = 0, delegations = 0, creations = 0;
    /// Of all executions of all blocks.
    uint64_t speculated = 0, direct = 0, repeated = 0;

    void note(const BlockOutcome& expected, const MemoryState& pre) {
        ++blocks;
        invalid += expected.verdict.valid() ? 0 : 1;
        transactions += expected.transactions.size();
        for (const TransactionOutcome& t : expected.transactions)
            invalid += t.invalid.code == ErrorCode::none ? 0 : 1;
        for (const AccountChange& a : expected.diff.accounts) note(a, expected.diff, pre);
    }

  private:
    void note(const AccountChange& a, const StateDiff& diff, const MemoryState& pre) {
        wipes += !a.exists || a.storage_wiped ? 1 : 0;
        created_again += a.exists && a.storage_wiped ? 1 : 0;
        if (a.code_hash == empty_code_hash || pre.read_account(a.address).value.code_hash == a.code_hash)
            return;
        const auto code = std::find_if(diff.codes.begin(), diff.codes.end(),
                                       [&](const CodeChange& c) { return c.hash == a.code_hash; });
        const BytesView bytes = code == diff.codes.end() ? pre.code(a.code_hash) : diff.code(*code);
        ++(delegation_target(bytes) ? delegations : creations);
    }
};

class StateCases {
  public:
    StateCases() {
        for (const Speculate speculate : {Speculate::everything, Speculate::at_once})
            for (const unsigned threads : {8U, 3U, 2U}) {
                ParallelSettings settings = stressed(threads, 1);  // a seed that delays threads
                settings.speculate = speculate;
                m_parallel.emplace_back(settings);
            }
    }

    void run_file(const std::string& name) {
        const testing::ScopedTrace trace(__FILE__, __LINE__, "WARPEVM_ONLY=" + name);
        const auto document = json::Document::read(fixtures_folder() / name);
        ASSERT_TRUE(document) << to_string(document.error());
        if (!document->root().is_object()) return;
        ++counts.files;
        const auto tests = document->root().members();
        ASSERT_TRUE(tests) << to_string(tests.error());
        const size_t step = is_named() ? 1 : (tests->size() + sampled_tests - 1) / sampled_tests;
        for (size_t i = 0; i < tests->size(); i += step) {
            const auto& [test_name, value] = (*tests)[i];
            if (tools::is_state_test(value)) run_test(test_name, value);
        }
        m_serial.codes().clear();
        for (ParallelContext& context : m_parallel) context.serial().codes().clear();
    }

    Counts counts;

  private:
    void run_test(std::string_view name, const json::Value& value) {
        const auto test = tools::read_state_test(name, value);
        ASSERT_TRUE(test) << name << ": " << to_string(test.error());
        const auto post = value.at("post");
        ASSERT_TRUE(post) << name;
        const auto forks = post->members();
        ASSERT_TRUE(forks) << name;
        for (const auto& [fork, list] : *forks) {
            const testing::ScopedTrace trace(__FILE__, __LINE__, std::string(name) + " " + std::string(fork));
            if (tools::out_of_scope(fork)) {
                ++counts.skipped;
                continue;
            }
            const auto variants = read_variants(*test, value, fork, list);
            ASSERT_TRUE(variants) << to_string(variants.error());
            if (!variants->cases.empty()) run_variants(*variants);
        }
    }

    /// In order and shuffled. The seed is that of the name, so that a test alone does what it does among all.
    void run_variants(const Variants& variants) {
        const uint64_t seed = number_of(variants.test.name + std::string(variants.cases.front().fork));
        for (const bool shuffled : {false, true}) {
            const size_t size = std::max<size_t>(variants.cases.size(), 2 + seed % 7);
            const StateCaseBlock built(variants,
                                       {.size = std::min(size, StateCaseBlock::most_transactions),
                                        .seed = seed,
                                        .shuffled = shuffled,
                                        .enough_gas = is_named() ? much_gas : sampled_gas},
                                       m_serial);
            check(variants.test, built.block, seed + (shuffled ? 1 : 0));
        }
    }

    void check(const tools::StateTest& test, const BlockInput& block, uint64_t seed) {
        const tools::StateTestView view(test);
        ExecutionOptions options = tools::state_test_options();
        options.on_invalid = seed % 4 == 0 ? OnInvalid::reject_block : OnInvalid::skip;
        if (!block.rules.at_least(Fork::byzantium) && seed % 3 == 0)
            options.state_roots = roots_over(test.pre);
        const auto expected = execute_serial(m_serial, {&block, 1}, view, options);
        if (expected) counts.note(expected->front(), test.pre);
        for (ParallelContext& context : m_parallel) {
            std::vector<RouteReport> counters;
            const auto got = execute_parallel(context, {&block, 1}, view, options, &counters);
            for (const RouteReport& c : counters) {
                counts.speculated += c.speculated();
                counts.direct += c.direct();
                counts.repeated += c.repeated();
            }
            if (expected && got && *expected == *got) continue;
            ADD_FAILURE() << context.threads() << " threads, seed " << seed << ", "
                          << block.transactions.size() << " transactions";
            expect_equal(expected, got);
        }
    }

    ExecutionContext m_serial;
    std::deque<ParallelContext> m_parallel;
};

TEST(StateCaseBlocks, come_out_as_serially) {
    const std::vector<std::string> files = chosen_files();
    if (files.empty())
        GTEST_SKIP() << "left out: no state tests in " << fixtures_folder()
                     << "; set WARPEVM_FIXTURES to the folder that holds ethereum-tests";
    StateCases cases;
    for (const std::string& file : files) {
        cases.run_file(file);
        if (testing::Test::HasFailure()) break;
    }
    const Counts& c = cases.counts;
    std::printf(
        "%lu files, %lu blocks of %lu transactions, %lu invalid; %lu wipes, %lu of accounts created again, "
        "%lu delegations, %lu creations; executions: %lu speculated, %lu direct, %lu repeated; "
        "%lu tests of forks not in scope left out\n",
        c.files, c.blocks, c.transactions, c.invalid, c.wipes, c.created_again, c.delegations, c.creations,
        c.speculated, c.direct, c.repeated, c.skipped);
    if (is_named()) return;
    for (const uint64_t n : {c.wipes, c.delegations, c.creations, c.speculated, c.repeated}) EXPECT_GT(n, 0);
}

}  // namespace
}  // namespace warpevm::test
