// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <deque>

#include "evm/chain/header_validation.hpp"
#include "tests/chain/header_chain.hpp"

namespace warpevm {
namespace {

using test::child_of;
using test::header_of;

Rules rules_of(Fork fork) {
    return network_config(name(fork)).value().rules_at(101, 1012);
}

/// An empty block that keeps every rule.
Block block_of(Fork fork) {
    Block b;
    b.header = header_of(fork, 101, 1012);
    if (fork >= Fork::shanghai) b.withdrawals.emplace();
    return b;
}

ErrorCode check(const Block& b, Fork fork) {
    const auto r = validate_body(b, rules_of(fork));
    return r ? ErrorCode::none : r.error().code;
}

TEST(BodyValidation, accepts_an_empty_body) {
    for (const Fork fork :
         {Fork::frontier, Fork::london, Fork::paris, Fork::shanghai, Fork::cancun, Fork::osaka})
        EXPECT_EQ(check(block_of(fork), fork), ErrorCode::none) << name(fork);
}

TEST(BodyValidation, size_is_limited_from_osaka_on) {
    Block b = block_of(Fork::osaka);
    b.rlp_size = 8388608;
    EXPECT_EQ(check(b, Fork::osaka), ErrorCode::none);
    b.rlp_size = 8388609;
    EXPECT_EQ(check(b, Fork::osaka), ErrorCode::block_too_large);
    EXPECT_EQ(check(b, Fork::prague), ErrorCode::none);
}

TEST(BodyValidation, withdrawals_are_there_from_shanghai_on) {
    Block b = block_of(Fork::paris);
    b.withdrawals.emplace();
    EXPECT_EQ(check(b, Fork::paris), ErrorCode::withdrawals_missing);
    b = block_of(Fork::shanghai);
    b.withdrawals.reset();
    EXPECT_EQ(check(b, Fork::shanghai), ErrorCode::withdrawals_missing);
}

TEST(BodyValidation, roots_are_the_bodys) {
    Block b = block_of(Fork::shanghai);
    b.withdrawals->push_back({1, 2, Address::from_low(3), 4});
    EXPECT_EQ(check(b, Fork::shanghai), ErrorCode::header_withdrawals_root);
    b.header.withdrawals_root = withdrawals_root(*b.withdrawals);
    EXPECT_EQ(check(b, Fork::shanghai), ErrorCode::none);
    b.transactions.emplace_back();
    EXPECT_EQ(check(b, Fork::shanghai), ErrorCode::header_transactions_root);
    b.header.transactions_root = transactions_root(b.transactions);
    EXPECT_EQ(check(b, Fork::shanghai), ErrorCode::none);
    b.ommers.emplace_back();
    EXPECT_EQ(check(b, Fork::shanghai), ErrorCode::header_ommers_hash);
}

TEST(BodyValidation, blob_gas_used_is_the_sum_over_the_transactions) {
    Block b = block_of(Fork::cancun);
    for (const size_t blobs : {1, 2}) {
        Transaction& tx = b.transactions.emplace_back();
        tx.type = TxType::blob;
        tx.to = Address{};
        tx.chain_id = 1;
        tx.blob_versioned_hashes.resize(blobs);
    }
    b.header.transactions_root = transactions_root(b.transactions);
    b.header.blob_gas_used = 2 * gas_per_blob;
    EXPECT_EQ(check(b, Fork::cancun), ErrorCode::header_blob_gas_used);
    b.header.blob_gas_used = 3 * gas_per_blob;
    EXPECT_EQ(check(b, Fork::cancun), ErrorCode::none);
}

/// A chain of ten blocks; the block under test would be the eleventh.
class Ommers : public testing::Test {
  protected:
    Ommers() {
        m_headers.push_back(header_of(Fork::byzantium, 0, 1000));
        while (m_headers.size() < 11) m_headers.push_back(child_of(m_headers.back(), m_rules));
        for (size_t i = 10; i > 10 - ommer_ancestors; --i)
            m_ancestors.push_back({&m_headers[i], header_hash(m_headers[i]), {}});
    }
    /// A valid ommer that is another child of block `parent`.
    Header ommer(size_t parent, uint8_t mark = 1) {
        Header h = child_of(m_headers[parent], m_rules);
        h.extra_data = {mark};
        return h;
    }
    ErrorCode check(const std::vector<Header>& ommers) {
        const auto r = validate_ommers(ommers, m_ancestors, m_config);
        return r ? ErrorCode::none : r.error().code;
    }

    ChainConfig m_config = network_config("Byzantium").value();
    Rules m_rules = m_config.rules_at(1, 1);
    std::deque<Header> m_headers;
    std::vector<Ancestor> m_ancestors;
};

TEST_F(Ommers, are_children_of_the_second_to_seventh_ancestor) {
    for (size_t parent = 4; parent <= 9; ++parent)
        EXPECT_EQ(check({ommer(parent)}), ErrorCode::none) << parent;
    EXPECT_EQ(check({ommer(3)}), ErrorCode::ommer_not_recent);
    EXPECT_EQ(check({ommer(10)}), ErrorCode::ommer_not_recent);  // a sibling of the block itself
    Header stranger = ommer(9);
    stranger.parent_hash = Hash{};
    EXPECT_EQ(check({stranger}), ErrorCode::ommer_not_recent);
}

TEST_F(Ommers, are_two_at_most_and_differ) {
    EXPECT_EQ(check({}), ErrorCode::none);
    EXPECT_EQ(check({ommer(9, 1), ommer(9, 2)}), ErrorCode::none);
    EXPECT_EQ(check({ommer(9, 1), ommer(9, 2), ommer(9, 3)}), ErrorCode::ommers_too_many);
    EXPECT_EQ(check({ommer(9, 1), ommer(9, 1)}), ErrorCode::ommer_duplicate);
}

TEST_F(Ommers, are_no_ancestors_and_no_ancestors_ommers) {
    EXPECT_EQ(check({m_headers[10]}), ErrorCode::ommer_is_ancestor);
    EXPECT_EQ(check({m_headers[5]}), ErrorCode::ommer_is_ancestor);
    const std::vector<Header> had{ommer(7, 1)};
    m_ancestors[1].ommers = had;
    EXPECT_EQ(check({ommer(7, 1)}), ErrorCode::ommer_duplicate);
    EXPECT_EQ(check({ommer(7, 2)}), ErrorCode::none);
}

TEST_F(Ommers, have_valid_headers) {
    Header bad = ommer(9);
    bad.difficulty += 1;
    EXPECT_EQ(check({bad}), ErrorCode::ommer_header);
    bad = ommer(9);
    bad.gas_limit += 10000;
    EXPECT_EQ(check({bad}), ErrorCode::ommer_header);
    bad = ommer(9);
    bad.number += 1;
    EXPECT_EQ(check({bad}), ErrorCode::ommer_header);
}

}  // namespace
}  // namespace warpevm
