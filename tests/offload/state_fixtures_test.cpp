// SPDX-License-Identifier: Apache-2.0
// The official state cases, each transaction in a lane, against the CPU. How each ended is counted.
#include <cstdlib>
#include <filesystem>

#include "evm/crypto/keccak.hpp"
#include "tests/fixtures/fixture_files.hpp"
#include "tests/offload/lane_case.hpp"
#include "tools/fixtures/scope.hpp"
#include "tools/fixtures/state_test.hpp"

namespace warpevm::test {
namespace {

/// One of so many files, by name; WARPEVM_SAMPLE says otherwise (1: all), WARPEVM_ONLY names files.
bool is_chosen(const std::string& file) {
    if (const char* only = std::getenv("WARPEVM_ONLY")) return file.find(only) != std::string::npos;
    const char* sample = std::getenv("WARPEVM_SAMPLE");
    const uint64_t one_of = sample != nullptr ? std::strtoull(sample, nullptr, 10) : 20;
    const Hash hash = keccak256({reinterpret_cast<const uint8_t*>(file.data()), file.size()});
    return load_u64(hash.bytes.data()) % std::max<uint64_t>(one_of, 1) == 0;
}

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

/// The cases of one test, with all that its jobs point to.
struct TestJobs {
    explicit TestJobs(tools::StateTest read) : test(std::move(read)), view(test) {}
    tools::StateTest test;
    tools::StateTestView view;
    struct Case {
        tools::StateTestCase c;
        BlockInput block;
    };
    std::deque<Case> cases;
};

class Fixtures : public testing::TestWithParam<const char*> {
  protected:
    void run_file(LaneRunner& lanes, const std::string& file) {
        const testing::ScopedTrace trace(__FILE__, __LINE__, "WARPEVM_ONLY=" + file);
        const auto document = json::Document::read(fixtures_folder() / file);
        if (!document || !document->root().is_object()) return;
        const auto members = document->root().members();
        if (!members) return;
        std::deque<TestJobs> tests;
        std::vector<OffloadJob> jobs;
        for (const auto& [name, value] : *members) {
            if (!tools::is_state_test(value)) continue;
            auto test = tools::read_state_test(name, value);
            if (test) add_test(tests.emplace_back(std::move(*test)), value, jobs);
        }
        Tally tally;
        compare_with_cpu(lanes, m_context, jobs, tally, false);
        if (tally.different != 0) std::printf("different: %s\n", file.c_str());
        for (const auto& [end, count] : tally.ends)
            if (end != "done" && std::getenv("WARPEVM_VERBOSE") != nullptr)
                std::printf("%lu %s in %s\n", count, end.c_str(), file.c_str());
        m_tally.add(tally);
        m_context.codes().clear();
    }

    void add_test(TestJobs& to, const json::Value& value, std::vector<OffloadJob>& jobs) {
        const auto post = value.at("post");
        const auto forks =
            post ? post->members() : Result<std::vector<std::pair<std::string_view, json::Value>>>{};
        if (!post || !forks) return;
        for (const auto& [fork, list] : *forks) {
            const auto rules = tools::state_test_rules(to.test, fork);
            const auto elements = list.elements();
            if (tools::out_of_scope(fork) || !rules || !elements) continue;
            if (rules->fork < Fork::byzantium) {
                m_before_byzantium += elements->size();
                continue;
            }
            for (size_t i = 0; i < elements->size(); ++i) {
                auto c = tools::read_state_test_case(value, (*elements)[i], fork, i, *rules);
                if (!c || c->invalid.code != ErrorCode::none) continue;
                TestJobs::Case& kept = to.cases.emplace_back();
                kept.c = std::move(*c);
                kept.block = tools::state_test_block(to.test, kept.c, *rules);
                jobs.push_back(
                    {&kept.c.tx, kept.c.sender, &kept.block.rules, &kept.block.environment, &to.view});
            }
        }
    }

    ExecutionContext m_context;
    Tally m_tally;
    uint64_t m_before_byzantium = 0;
};

TEST_P(Fixtures, come_out_as_on_the_cpu) {
    const std::vector<std::string> files = chosen_files();
    if (files.empty())
        GTEST_SKIP() << "left out: no state tests in " << fixtures_folder()
                     << "; set WARPEVM_FIXTURES to the folder that holds ethereum-tests";
    OffloadOptions options;
    options.images = Images::always;
    LaneRunner lanes(GetParam(), options);
    if (!lanes.usable()) GTEST_SKIP() << "left out: no device of the kind " << GetParam();
    for (const std::string& file : files) run_file(lanes, file);
    std::printf(
        "%s: %zu files; %lu equal, %lu different, %lu rejected by the CPU, %lu before Byzantium; %lu "
        "parks, %lu launches\n",
        lanes.device().info().name.c_str(), files.size(), m_tally.equal, m_tally.different, m_tally.invalid,
        m_before_byzantium, m_tally.parks, m_tally.launches);
    for (const auto& [end, count] : m_tally.ends) std::printf("  %8lu %s\n", count, end.c_str());
    EXPECT_EQ(m_tally.different, 0U);
    EXPECT_GE(m_tally.share_done(), 0.95) << "the rest escaped to the CPU";
}

INSTANTIATE_TEST_SUITE_P(Devices, Fixtures, testing::Values("native", "opencl"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace warpevm::test
