// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/blockchain.hpp"

#include <gtest/gtest.h>

#include <random>

#include "evm/base/hex.hpp"
#include "evm/chain/context.hpp"
#include "tests/chain/header_chain.hpp"
#include "tests/codec/signer.hpp"

namespace warpevm {
namespace {

const U256 ether = U256{1000000000} * 1000000000;
const Address bob = Address::from_low(0xb0b);

/// Builds blocks that are valid, by importing nothing: results are formed with the executor under test's own
/// state.
class Chain : public testing::Test {
  protected:
    void start(std::string_view network) {
        m_config = network_config(network).value();
        MemoryState state;
        state.set_account(m_signer.address, 0, ether, {});
        const Rules rules = m_config.rules_at(0, 1000);
        m_genesis = test::header_of(rules.fork, 0, 1000);
        m_genesis.state_root = state.root();
        auto chain = Blockchain::create(m_config, m_genesis, state, execute());
        ASSERT_TRUE(chain) << to_string(chain.error());
        m_chain.emplace(std::move(*chain));
    }
    WindowExecutor execute() {
        return [this](std::span<const BlockInput> window, const StateView& state,
                      const ExecutionOptions& options) {
            return execute_serial(m_context, window, state, options);
        };
    }
    const Blockchain::Node& genesis() { return *m_chain->find(header_hash(m_genesis)); }

    /// An empty block after `parent`; before Paris its state root counts the reward of `miner`.
    Block empty_block(const Blockchain::Node& parent, uint8_t miner, uint64_t seconds = 12) {
        const bool paris = m_config.merged(parent.total_difficulty);
        const Rules rules =
            m_config.rules_at(parent.header.number + 1, parent.header.timestamp + seconds, paris);
        Block b;
        b.header = test::child_of(parent.header, rules);
        b.header.timestamp = parent.header.timestamp + seconds;
        b.header.beneficiary = Address::from_low(miner);
        if (!paris)
            b.header.difficulty = block_difficulty(rules.fork, {.number = b.header.number,
                                                                .timestamp = b.header.timestamp,
                                                                .parent_difficulty = parent.header.difficulty,
                                                                .parent_timestamp = parent.header.timestamp});
        MemoryState after = m_chain->state_after(parent);
        const U256 before = after.read_account(b.header.beneficiary).value.balance;
        if (!paris) after.set_account(b.header.beneficiary, 0, before + 2 * ether, {});
        b.header.state_root = after.root();
        if (rules.at_least(Fork::shanghai)) b.withdrawals.emplace();
        return b;
    }
    const Blockchain::Node& import_valid(const Block& b) {
        const auto verdict = m_chain->import(BytesView(encode_block(b)));
        EXPECT_TRUE(verdict && verdict->valid()) << to_string(verdict ? verdict->error : verdict.error());
        const Blockchain::Node* node = m_chain->find(header_hash(b.header));
        EXPECT_NE(node, nullptr);
        return node != nullptr ? *node : genesis();
    }
    ErrorCode import_code(const Block& b) {
        const auto verdict = m_chain->import(b);
        EXPECT_TRUE(verdict);
        return verdict->error.code;
    }
    Transaction transfer(uint64_t nonce, const U256& value) {
        Transaction tx;
        tx.chain_id = 1;
        tx.nonce = nonce;
        tx.gas_limit = 21000;
        tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 1000000000;
        tx.to = bob;
        tx.value = value;
        m_signer.sign(signing_hash(tx), tx);
        return tx;
    }

    test::Signer m_signer{Hash{{1, 2, 3}}};
    ChainConfig m_config;
    Header m_genesis;
    ExecutionContext m_context;
    std::optional<Blockchain> m_chain;
};

TEST_F(Chain, starts_only_from_the_state_of_its_genesis) {
    Header genesis = test::header_of(Fork::london, 0, 1000);
    genesis.state_root = Hash{};
    const auto chain =
        Blockchain::create(network_config("London").value(), genesis, MemoryState(), execute());
    ASSERT_FALSE(chain);
    EXPECT_EQ(chain.error().code, ErrorCode::result_state_root);
}

TEST_F(Chain, before_paris_the_heaviest_block_is_the_head) {
    start("London");
    const auto& a1 = import_valid(empty_block(genesis(), 1));
    EXPECT_EQ(m_chain->head().hash, a1.hash);
    // As heavy as a1, so the first stays; its child makes the branch heavier.
    const auto& b1 = import_valid(empty_block(genesis(), 2));
    EXPECT_EQ(b1.total_difficulty, a1.total_difficulty);
    EXPECT_EQ(m_chain->head().hash, a1.hash);
    const auto& b2 = import_valid(empty_block(b1, 2));
    EXPECT_EQ(m_chain->head().hash, b2.hash);
    // A quicker block is more difficult: one fast child of genesis outweighs a slow one.
    const auto& fast = import_valid(empty_block(genesis(), 3, 1));
    EXPECT_GT(fast.total_difficulty, a1.total_difficulty);
    EXPECT_EQ(m_chain->head().hash, b2.hash);
    EXPECT_EQ(m_chain->state_after(b2).read_account(Address::from_low(2)).value.balance, 4 * ether);
    EXPECT_EQ(m_chain->state_after(a1).read_account(Address::from_low(2)).knowledge, Knowledge::absent);
    EXPECT_EQ(m_chain->state_after(b2).root(), b2.header.state_root);
    EXPECT_EQ(m_chain->state_after(genesis()).root(), m_genesis.state_root);
}

/// The headers' roots are those of whole states.
TEST_F(Chain, roots_are_right_however_blocks_branch_and_fail) {
    start("London");
    std::mt19937_64 random(33);
    std::vector<const Blockchain::Node*> nodes{&genesis()};
    for (int i = 0; i < 150; ++i) {
        const auto& parent = random() % 3 != 0 ? *nodes.back() : *nodes[random() % nodes.size()];
        Block b = empty_block(parent, static_cast<uint8_t>(1 + random() % 5), 1 + random() % 30);
        if (m_chain->find(header_hash(b.header)) != nullptr) continue;
        Block broken = b;
        broken.header.state_root.bytes[5] ^= 1;
        if (random() % 3 == 0) {
            ASSERT_EQ(import_code(broken), ErrorCode::result_state_root);
        }
        nodes.push_back(&import_valid(b));
        ASSERT_EQ(nodes.back()->header.state_root, b.header.state_root);
        if (random() % 4 == 0) {
            const auto& other = *nodes[random() % nodes.size()];
            ASSERT_EQ(m_chain->state_after(other).root(), other.header.state_root);
        }
    }
    EXPECT_GT(nodes.size(), 100U);
}

TEST_F(Chain, from_paris_on_the_latest_valid_block_is_the_head) {
    start("Cancun");
    const auto& a1 = import_valid(empty_block(genesis(), 1));
    import_valid(empty_block(a1, 1));
    const auto& b1 = import_valid(empty_block(genesis(), 2));
    EXPECT_EQ(m_chain->head().hash, b1.hash);
}

TEST_F(Chain, proof_of_work_ends_at_the_terminal_total_difficulty) {
    start("ArrowGlacierToParisAtDiffC0000");
    m_config.terminal_total_difficulty = U256{2048000} * 2;
    MemoryState state;
    state.set_account(m_signer.address, 0, ether, {});
    m_chain.emplace(Blockchain::create(m_config, m_genesis, state, execute()).value());
    const Block sibling = empty_block(genesis(), 7, 13);
    const auto& last = import_valid(empty_block(genesis(), 1));
    ASSERT_TRUE(m_config.merged(last.total_difficulty));
    const Block stake = empty_block(last, 1);
    const auto& first = import_valid(stake);
    EXPECT_EQ(first.rules.fork, Fork::paris);
    Block work = stake;
    work.header.difficulty = 2048000;
    EXPECT_EQ(import_code(work), ErrorCode::header_total_difficulty);
    // A late proof-of-work block may be valid, but the head stays.
    import_valid(sibling);
    EXPECT_EQ(m_chain->head().hash, first.hash);
}

TEST_F(Chain, executes_transactions_and_compares_every_result) {
    start("Paris");
    Block b = empty_block(genesis(), 9);
    b.transactions = {transfer(0, 5)};
    b.header.transactions_root = transactions_root(b.transactions);
    b.header.gas_used = 21000;
    b.header.receipts_root =
        bytes32_from_hex("0x056b23fbba480696b65fe5a59b8f2148a1299103c4f57df839233af2cf4ca2d2").value();
    const U256 fee = U256{21000} * 1000000000, base = U256{21000} * *b.header.base_fee_per_gas;
    MemoryState after;
    after.set_account(m_signer.address, 1, ether - fee - 5, {});
    after.set_account(bob, 0, 5, {});
    after.set_account(Address::from_low(9), 0, fee - base, {});
    b.header.state_root = after.root();

    const auto broken = [&](auto change) {
        Block copy = b;
        change(copy);
        return import_code(copy);
    };
    EXPECT_EQ(broken([](Block& x) { x.header.parent_hash = Hash{}; }), ErrorCode::header_unknown_parent);
    EXPECT_EQ(broken([](Block& x) { x.header.gas_used = 21001; }), ErrorCode::result_gas_used);
    EXPECT_EQ(broken([](Block& x) { x.header.logs_bloom.bytes[3] = 1; }), ErrorCode::result_logs_bloom);
    EXPECT_EQ(broken([](Block& x) { x.header.receipts_root = Hash{}; }), ErrorCode::result_receipts_root);
    EXPECT_EQ(broken([](Block& x) { x.header.state_root = Hash{}; }), ErrorCode::result_state_root);
    EXPECT_EQ(broken([](Block& x) { x.header.transactions_root = Hash{}; }),
              ErrorCode::header_transactions_root);
    EXPECT_EQ(broken([](Block& x) { x.transactions[0].r = 0; }), ErrorCode::tx_bad_signature);
    EXPECT_EQ(broken([&](Block& x) {
                  x.transactions = {transfer(1, 5)};
                  x.header.transactions_root = transactions_root(x.transactions);
              }),
              ErrorCode::nonce_too_high);
    EXPECT_EQ(m_chain->head().hash, genesis().hash) << "invalid blocks change nothing";
    import_valid(b);
    EXPECT_EQ(m_chain->state_after(m_chain->head()).read_account(bob).value.balance, U256{5});
    EXPECT_EQ(import_code(b), ErrorCode::none) << "a known block is valid again";
}

TEST_F(Chain, bytes_that_are_no_block_get_the_decoders_reason) {
    start("Paris");
    const auto verdict = m_chain->import(BytesView(Bytes{0xc1}));
    ASSERT_TRUE(verdict);
    EXPECT_EQ(verdict->error.code, ErrorCode::rlp_too_short);
}

}  // namespace
}  // namespace warpevm
