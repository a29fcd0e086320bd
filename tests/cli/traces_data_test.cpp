// SPDX-License-Identifier: Apache-2.0
// Traces made of go-ethereum's own chains as its tracer would make them, transaction by transaction: what is
// read back from them must be what the whole pre-state says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "evm/base/hex.hpp"
#include "evm/chain/block_input.hpp"
#include "evm/chain/context.hpp"
#include "evm/codec/json_env.hpp"
#include "tools/run/input.hpp"
#include "tools/run/traces.hpp"

namespace warpevm::tools {
namespace {

namespace fs = std::filesystem;
using json::GivenAccount;
using json::TracedTransaction;

/// Passes reads on and keeps what was asked for.
class Reads final : public StateView {
  public:
    explicit Reads(const MemoryState& state) : m_state(state) {}
    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override {
        for (const Address& key : keys) asked.try_emplace(key);
        m_state.read_accounts(keys, answers);
    }
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
        m_state.read_slots(keys, answers);
        for (size_t i = 0; i < keys.size(); ++i)
            asked[keys[i].address].emplace_back(keys[i].slot, answers[i].value);
    }
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        m_state.read_codes(hashes, answers);
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        return m_state.read_block_hash(number);
    }
    /// geth's trace: what was asked for and is not empty.
    [[nodiscard]] TracedTransaction trace() const {
        TracedTransaction made;
        for (const auto& [address, slots] : asked) {
            const auto found = m_state.accounts().find(address);
            if (found == m_state.accounts().end()) continue;
            const auto& [nonce, balance, code_hash, storage] = found->second;
            const BytesView code = m_state.code(code_hash);
            GivenAccount account{.address = address,
                                 .nonce = nonce,
                                 .balance = balance,
                                 .code = Bytes(code.begin(), code.end()),
                                 .storage = slots};
            if (!account.is_empty()) made.accounts.push_back(std::move(account));
        }
        return made;
    }

    mutable std::map<Address, std::vector<std::pair<U256, U256>>> asked;

  private:
    const MemoryState& m_state;
};

/// Executes the block's transactions one by one, as nodes trace them.
std::vector<TracedTransaction> trace_block(const BlockFolder& folder) {
    std::vector<TracedTransaction> traces;
    MemoryState state = folder.state;
    ExecutionContext context;
    ExecutionOptions options;
    options.system_calls = false;
    options.reward = Reward::none;
    for (const json::GivenTransaction& given : folder.block.transactions) {
        const BlockInput input{
            .rules = folder.rules,
            .environment = block_environment(folder.block.header.with_defaults(), folder.rules),
            .transactions = {{&given.tx, *given.from, {}}},
            .ommers = {},
            .withdrawals = {}};
        const Reads reads(state);
        const auto outcomes = execute_serial(context, {&input, 1}, reads, options);
        EXPECT_TRUE(outcomes && outcomes->front().verdict.valid());
        traces.push_back(reads.trace());
        state.apply(outcomes->front().diff);
    }
    return traces;
}

void expect_as_in(const MemoryState& whole, const BlockStart& start) {
    for (const Address& address : start.absent)
        EXPECT_FALSE(whole.accounts().contains(address)) << to_hex(address);
    for (const GivenAccount& account : start.accounts) {
        const auto found = whole.accounts().find(account.address);
        ASSERT_NE(found, whole.accounts().end()) << to_hex(account.address);
        EXPECT_EQ(found->second.nonce, account.nonce);
        EXPECT_EQ(found->second.balance, account.balance);
    }
}

TEST(TracesOfData, AreUnderstoodAsTheWholePreState) {
    const char* variable = std::getenv("WARPEVM_GETH");
    const fs::path build = fs::path(WARPEVM_PROGRAM).parent_path().parent_path();
    const fs::path data = variable != nullptr ? fs::path(variable) : build / "data" / "geth";
    if (!fs::is_directory(data)) GTEST_SKIP() << "left out: " << data << " is not there (set WARPEVM_GETH)";
    size_t made = 0, blocks = 0;
    for (const char* chain : {"forks", "osaka"}) {
        const RulesSource rules = read_rules_source((data / chain / "genesis.json").string(), "");
        for (const fs::path& path : block_folders({(data / chain).string()})) {
            auto block = read_block_file(path);
            ASSERT_TRUE(block);
            const auto folder = read_block_folder(path, std::move(*block), rules);
            ASSERT_TRUE(folder && folder->complete) << path;
            std::map<uint64_t, Hash> hashes;
            if (const auto document = json::Document::read(path / "block_hashes.json"))
                hashes = json::read_block_hashes(document->root()).value();
            const auto traces = trace_block(*folder);
            const auto start = block_start(traces, folder->block, folder->rules, hashes, "traces");
            ASSERT_TRUE(start) << path;
            expect_as_in(folder->state, *start);
            // Delegations to accounts that do not exist: no trace can tell that.
            for (const std::string& doubt : start->doubts)
                EXPECT_NE(doubt.find("where a delegation leads to"), std::string::npos) << path << doubt;
            made += start->made_by_block.size();
            // Without the hashes some execution goes another way, which must not be believed.
            const auto unsure = block_start(traces, folder->block, folder->rules, {}, "traces");
            ASSERT_TRUE(unsure) << path;
            expect_as_in(folder->state, *unsure);
            ++blocks;
        }
    }
    EXPECT_GT(blocks, 0U);
    EXPECT_GT(made, 0U) << "accounts that later transactions show must occur";
}

}  // namespace
}  // namespace warpevm::tools
