// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/header_validation.hpp"

#include <gtest/gtest.h>

#include "tests/chain/header_chain.hpp"

namespace warpevm {
namespace {

using test::child_of;
using test::header_of;

/// A parent, its valid child, and the code that validation answers.
struct Pair {
    explicit Pair(Fork fork) {
        config = network_config(name(fork)).value();
        rules = config.rules_at(101, 1012);
        EXPECT_EQ(rules.fork, fork);
        parent = header_of(fork, 100, 1000);
        child = child_of(parent, rules);
    }
    ErrorCode check() const {
        const auto r = validate_header(child, parent, rules, config);
        return r ? ErrorCode::none : r.error().code;
    }
    ChainConfig config;
    Rules rules;
    Header parent, child;
};

constexpr Fork all_forms[] = {Fork::frontier, Fork::homestead,    Fork::byzantium, Fork::berlin,
                              Fork::london,   Fork::gray_glacier, Fork::paris,     Fork::shanghai,
                              Fork::cancun,   Fork::prague,       Fork::osaka,     Fork::bpo2};

TEST(HeaderValidation, accepts_a_valid_child_in_every_fork) {
    for (const Fork fork : all_forms) EXPECT_EQ(Pair(fork).check(), ErrorCode::none) << name(fork);
}

TEST(HeaderValidation, fields_are_exactly_those_of_the_fork) {
    for (const Fork fork : all_forms) {
        const auto flipped = [fork](auto change) {
            Pair p(fork);
            change(p.child);
            EXPECT_EQ(p.check(), ErrorCode::header_fields) << name(fork);
        };
        const auto flip = [](auto& field) {
            if (field)
                field.reset();
            else
                field.emplace();
        };
        flipped([&](Header& h) { flip(h.base_fee_per_gas); });
        flipped([&](Header& h) { flip(h.withdrawals_root); });
        flipped([&](Header& h) { flip(h.blob_gas_used); });
        flipped([&](Header& h) { flip(h.excess_blob_gas); });
        flipped([&](Header& h) { flip(h.parent_beacon_block_root); });
        flipped([&](Header& h) { flip(h.requests_hash); });
    }
}

TEST(HeaderValidation, number_and_timestamp_follow_the_parent) {
    Pair p(Fork::osaka);
    p.child.number = 102;
    EXPECT_EQ(p.check(), ErrorCode::header_number);
    p.child.number = 100;
    EXPECT_EQ(p.check(), ErrorCode::header_number);
    p = Pair(Fork::osaka);
    p.child.timestamp = 1000;
    EXPECT_EQ(p.check(), ErrorCode::header_timestamp);
    p.child.timestamp = 1001;
    EXPECT_EQ(p.check(), ErrorCode::none);
}

TEST(HeaderValidation, gas_limit_moves_by_less_than_a_1024th) {
    Pair p(Fork::osaka);  // 10240000 / 1024 = 10000
    for (const auto& [limit, code] : {std::pair{10249999, ErrorCode::none},
                                      {10250000, ErrorCode::header_gas_limit},
                                      {10230001, ErrorCode::none},
                                      {10230000, ErrorCode::header_gas_limit}}) {
        p.child.gas_limit = static_cast<uint64_t>(limit);
        EXPECT_EQ(p.check(), code) << limit;
    }
}

TEST(HeaderValidation, gas_limit_has_a_floor_and_a_ceiling) {
    Pair p(Fork::berlin);
    p.parent.gas_limit = 5001;
    p.child.gas_limit = 5000;
    EXPECT_EQ(p.check(), ErrorCode::none);
    p.parent.gas_limit = 5000;
    p.child.gas_limit = 4999;
    EXPECT_EQ(p.check(), ErrorCode::header_gas_limit);
    p.parent.gas_limit = 0x7fffffffffffffff;
    p.child.gas_limit = 0x7fffffffffffffff;
    EXPECT_EQ(p.check(), ErrorCode::none);
    p.child.gas_limit = 0x8000000000000000;
    EXPECT_EQ(p.check(), ErrorCode::header_gas_limit);
}

TEST(HeaderValidation, londons_first_block_doubles_its_gas_limit) {
    const ChainConfig config = network_config("BerlinToLondonAt5").value();
    const Header parent = header_of(Fork::berlin, 4, 1000);
    const Rules rules = config.rules_at(5, 1012);
    Header child = child_of(parent, rules);
    EXPECT_EQ(child.gas_limit, 2 * parent.gas_limit);
    EXPECT_TRUE(validate_header(child, parent, rules, config));
    child.gas_limit = parent.gas_limit;
    EXPECT_EQ(validate_header(child, parent, rules, config).error().code, ErrorCode::header_gas_limit);
    child = child_of(parent, rules);
    child.base_fee_per_gas = 999999999;
    EXPECT_EQ(validate_header(child, parent, rules, config).error().code, ErrorCode::header_base_fee);
}

TEST(HeaderValidation, gas_used_is_within_the_limit) {
    Pair p(Fork::osaka);
    p.child.gas_used = p.child.gas_limit;
    EXPECT_EQ(p.check(), ErrorCode::none);
    p.child.gas_used = p.child.gas_limit + 1;
    EXPECT_EQ(p.check(), ErrorCode::header_gas_used);
}

TEST(HeaderValidation, extra_data_has_32_bytes_at_most) {
    Pair p(Fork::frontier);
    p.child.extra_data.resize(32);
    EXPECT_EQ(p.check(), ErrorCode::none);
    p.child.extra_data.resize(33);
    EXPECT_EQ(p.check(), ErrorCode::header_extra_data);
}

TEST(HeaderValidation, ten_blocks_from_the_dao_fork_on_say_so) {
    const std::string_view text = "dao-hard-fork";
    for (const uint64_t dao_block : {101, 100, 92, 91, 102}) {
        Pair p(Fork::homestead);
        p.config.dao_block = dao_block;
        const bool in_range = dao_block <= 101 && dao_block > 91;
        EXPECT_EQ(p.check(), in_range ? ErrorCode::header_extra_data : ErrorCode::none) << dao_block;
        p.child.extra_data.assign(text.begin(), text.end());
        EXPECT_EQ(p.check(), ErrorCode::none) << dao_block;
    }
}

TEST(HeaderValidation, difficulty_is_what_the_formula_gives) {
    Pair p(Fork::gray_glacier);
    p.child.difficulty += 1;
    EXPECT_EQ(p.check(), ErrorCode::header_difficulty);
    p = Pair(Fork::byzantium);
    p.child.difficulty = 0;
    EXPECT_EQ(p.check(), ErrorCode::header_difficulty);
    // A parent with ommers gives a higher one.
    p = Pair(Fork::byzantium);
    p.parent.ommers_hash = Hash{};
    EXPECT_EQ(p.check(), ErrorCode::header_difficulty);
    p.child.difficulty = child_of(p.parent, p.rules).difficulty;
    EXPECT_EQ(p.check(), ErrorCode::none);
}

TEST(HeaderValidation, the_form_follows_the_terminal_total_difficulty) {
    const ChainConfig config = network_config("ArrowGlacierToParisAtDiffC0000").value();
    const Header parent = header_of(Fork::arrow_glacier, 100, 1000);
    const Rules before = config.rules_at(101, 1012, config.merged(0xBFFFF));
    const Rules after = config.rules_at(101, 1012, config.merged(0xC0000));
    const Header work = child_of(parent, before), stake = child_of(parent, after);
    EXPECT_TRUE(validate_header(work, parent, before, config));
    EXPECT_TRUE(validate_header(stake, parent, after, config));
    EXPECT_EQ(validate_header(work, parent, after, config).error().code, ErrorCode::header_total_difficulty);
    EXPECT_EQ(validate_header(stake, parent, before, config).error().code,
              ErrorCode::header_total_difficulty);
}

TEST(HeaderValidation, a_block_after_the_merge_has_neither_nonce_nor_ommers) {
    Pair p(Fork::paris);
    p.child.nonce[7] = 1;
    EXPECT_EQ(p.check(), ErrorCode::header_nonce);
    p = Pair(Fork::paris);
    p.child.ommers_hash = Hash{};
    EXPECT_EQ(p.check(), ErrorCode::ommers_not_allowed);
    p = Pair(Fork::london);
    p.child.nonce[7] = 1;
    p.child.ommers_hash = Hash{};
    EXPECT_EQ(p.check(), ErrorCode::none);
}

TEST(HeaderValidation, base_fee_follows_the_parent) {
    Pair p(Fork::london);
    *p.child.base_fee_per_gas += 1;
    EXPECT_EQ(p.check(), ErrorCode::header_base_fee);
    p.child.base_fee_per_gas = U256{1} << 64;  // equal in its low 64 bits is not equal
    EXPECT_EQ(p.check(), ErrorCode::header_base_fee);
}

TEST(HeaderValidation, blob_gas_follows_the_parent_and_the_schedule) {
    Pair p(Fork::cancun);
    p.child.excess_blob_gas = gas_per_blob;
    EXPECT_EQ(p.check(), ErrorCode::header_excess_blob_gas);
    p = Pair(Fork::cancun);
    p.child.blob_gas_used = 6 * gas_per_blob;
    EXPECT_EQ(p.check(), ErrorCode::none);
    p.child.blob_gas_used = 7 * gas_per_blob;
    EXPECT_EQ(p.check(), ErrorCode::header_blob_gas_used);
    p.child.blob_gas_used = gas_per_blob + 1;
    EXPECT_EQ(p.check(), ErrorCode::header_blob_gas_used);
    p = Pair(Fork::prague);
    p.child.blob_gas_used = 9 * gas_per_blob;
    EXPECT_EQ(p.check(), ErrorCode::none);
}

TEST(HeaderValidation, the_first_broken_rule_is_reported) {
    Pair p(Fork::cancun);
    p.child.excess_blob_gas = 1;
    p.child.nonce[0] = 1;
    EXPECT_EQ(p.check(), ErrorCode::header_nonce);
    p.child.base_fee_per_gas = 1;
    EXPECT_EQ(p.check(), ErrorCode::header_base_fee);
    p.child.difficulty = 1;
    EXPECT_EQ(p.check(), ErrorCode::header_total_difficulty);
    p.child.extra_data.resize(99);
    EXPECT_EQ(p.check(), ErrorCode::header_extra_data);
    p.child.gas_used = ~0ULL;
    EXPECT_EQ(p.check(), ErrorCode::header_gas_used);
    p.child.gas_limit = 0;
    EXPECT_EQ(p.check(), ErrorCode::header_gas_limit);
    p.child.timestamp = 0;
    EXPECT_EQ(p.check(), ErrorCode::header_timestamp);
    p.child.number = 0;
    EXPECT_EQ(p.check(), ErrorCode::header_number);
    p.child.requests_hash = Hash{};
    EXPECT_EQ(p.check(), ErrorCode::header_fields);
}

}  // namespace
}  // namespace warpevm
