// SPDX-License-Identifier: Apache-2.0
// Real blocks, and blocks that go-ethereum made: each transaction in a lane on the block's pre-state, as
// speculation would run it, against the CPU on the same. All transactions of a block share launches.
#include "tests/fixtures/fixture_files.hpp"
#include "tests/offload/lane_case.hpp"
#include "tools/run/execute.hpp"

namespace warpevm::test {
namespace {

/// The pre-state, but that one account's nonce is what its transaction says; what is unknown is not there.
class NonceView final : public StateView {
  public:
    NonceView(const StateView& state, const Address& sender, uint64_t nonce)
        : m_state(state), m_sender(sender), m_nonce(nonce) {}
    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override {
        m_state.read_accounts(keys, answers);
        for (size_t i = 0; i < keys.size(); ++i) {
            close(answers[i]);
            if (keys[i] == m_sender) answers[i].value.nonce = m_nonce;
        }
    }
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
        m_state.read_slots(keys, answers);
        for (auto& answer : answers) close(answer);
    }
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        m_state.read_codes(hashes, answers);
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        auto answer = m_state.read_block_hash(number);
        close(answer);
        return answer;
    }

  private:
    template <class T>
    static void close(Read<T>& answer) {
        if (answer.knowledge == Knowledge::unknown) answer.knowledge = Knowledge::absent;
    }
    const StateView& m_state;
    Address m_sender;
    uint64_t m_nonce;
};

class Blocks : public testing::TestWithParam<const char*> {
  protected:
    void run_folder(LaneRunner& lanes, const std::filesystem::path& path, const tools::RulesSource& rules) {
        const testing::ScopedTrace trace(__FILE__, __LINE__, path.string());
        auto block = tools::read_block_file(path);
        ASSERT_TRUE(block) << to_string(block.error());
        const auto folder = tools::read_block_folder(path, std::move(*block), rules);
        ASSERT_TRUE(folder) << to_string(folder.error());
        if (folder->rules.fork < Fork::byzantium) return;
        tools::BlockReport ignored;
        SenderRecovery senders({.use = DeviceUse::never});
        const auto input = tools::make_input(*folder, ignored, senders);
        ASSERT_TRUE(input) << to_string(input.error());
        ++m_blocks;
        std::deque<NonceView> views;
        std::vector<OffloadJob> jobs;
        for (const BlockTransaction& tx : input->transactions) {
            views.emplace_back(folder->state, tx.sender, tx.tx->nonce);
            jobs.push_back({tx.tx, tx.sender, &input->rules, &input->environment, &views.back()});
        }
        compare_with_cpu(lanes, m_context, jobs, m_tally, false);
    }

    ExecutionContext m_context;
    Tally m_tally;
    uint64_t m_blocks = 0;
};

TEST_P(Blocks, come_out_as_on_the_cpu) {
    const std::filesystem::path data = fixtures_folder().parent_path();
    if (!std::filesystem::exists(data / "blocks")) GTEST_SKIP() << "left out: no " << data / "blocks";
    LaneRunner lanes(GetParam());
    if (!lanes.usable()) GTEST_SKIP() << "left out: no device of the kind " << GetParam();
    for (const auto& folder : tools::block_folders({(data / "blocks").string()}))
        run_folder(lanes, folder, tools::read_rules_source("mainnet", ""));
    for (const char* chain : {"forks", "fuzz", "osaka", "pool"}) {
        const std::filesystem::path root = data / "geth" / chain;
        if (!std::filesystem::exists(root / "genesis.json")) {
            std::printf("left out: no %s\n", root.c_str());
            continue;
        }
        const auto rules = tools::read_rules_source((root / "genesis.json").string(), "");
        for (const auto& folder : tools::block_folders({root.string()})) run_folder(lanes, folder, rules);
    }
    std::printf(
        "%s: %lu blocks; %lu equal, %lu different, %lu rejected by the CPU; %lu parks, %lu launches\n",
        lanes.device().info().name.c_str(), m_blocks, m_tally.equal, m_tally.different, m_tally.invalid,
        m_tally.parks, m_tally.launches);
    for (const auto& [end, count] : m_tally.ends) std::printf("  %8lu %s\n", count, end.c_str());
    EXPECT_EQ(m_tally.different, 0U);
    EXPECT_GE(m_tally.share_done(), 0.95) << "the rest escaped to the CPU";
}

/// Chains with every type of transaction, in fewer lanes than a block has transactions.
TEST_P(Blocks, come_out_so_in_few_lanes) {
    const std::filesystem::path data = fixtures_folder().parent_path() / "geth";
    for (const uint32_t lanes : {1U, 2U, 3U}) {
        OffloadOptions options;
        options.most_lanes = lanes;
        options.slice = 500;
        LaneRunner runner(GetParam(), options);
        if (!runner.usable()) GTEST_SKIP() << "left out: no device of the kind " << GetParam();
        for (const char* chain : {"fuzz", "pool"}) {
            const std::filesystem::path root = data / chain;
            if (!std::filesystem::exists(root / "genesis.json")) GTEST_SKIP() << "left out: no " << root;
            const auto rules = tools::read_rules_source((root / "genesis.json").string(), "");
            for (const auto& folder : tools::block_folders({root.string()}))
                run_folder(runner, folder, rules);
        }
    }
    std::printf("%lu blocks; %lu equal\n", m_blocks, m_tally.equal);
    EXPECT_EQ(m_tally.different, 0U);
    EXPECT_GE(m_tally.share_done(), 0.95);
}

INSTANTIATE_TEST_SUITE_P(Devices, Blocks, testing::Values("native", "opencl"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace warpevm::test
