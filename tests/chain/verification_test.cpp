// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/verification.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evm/chain/system_contracts.hpp"

namespace warpevm {
namespace {

using testing::ElementsAre;

std::vector<std::string> fields(const auto& list) {
    std::vector<std::string> names;
    for (const auto& x : list) names.emplace_back(x.field);
    return names;
}

const ExpectedResults zeros{0, Bloom{}, Hash{}, Hash{}, 0, Hash{}};
const StateRoot known{Hash{}, {}};

BlockOutcome prague_outcome() {
    BlockOutcome o;
    o.requests_hash = Hash{};
    return o;
}

TEST(Verification, checks_what_the_fork_has) {
    const auto v = verify(prague_outcome(), zeros, {.fork = Fork::prague}, known);
    EXPECT_TRUE(v.ok());
    EXPECT_EQ(v.first_error().code, ErrorCode::none);
    EXPECT_THAT(v.checked, ElementsAre("gas_used", "blob_gas_used", "logs_bloom", "receipts_root",
                                       "requests_hash", "state_root"));
    EXPECT_THAT(verify({}, zeros, {.fork = Fork::london}, known).checked,
                ElementsAre("gas_used", "logs_bloom", "receipts_root", "state_root"));
}

TEST(Verification, requests_from_unknown_queues_are_not_compared) {
    BlockOutcome o = prague_outcome();
    o.requests_hash = Hash{{3}};
    o.assumed_slots = {{beacon_roots_address, 1}, {withdrawal_requests_address, 2}};
    const auto v = verify(o, zeros, {.fork = Fork::prague}, known);
    EXPECT_TRUE(v.ok());
    ASSERT_THAT(fields(v.unchecked), ElementsAre("requests_hash"));
    EXPECT_NE(v.unchecked[0].why.find("1 slots"), std::string::npos);
}

TEST(Verification, lists_all_mismatches_in_order) {
    BlockOutcome o;
    o.gas_used = 7;
    o.blob_gas_used = 8;
    o.logs_bloom.bytes[0] = 1;
    o.receipts_root.bytes[0] = 2;
    o.requests_hash = Hash{{3}};
    const auto v = verify(o, zeros, {.fork = Fork::osaka}, {Hash{{4}}, {}});
    EXPECT_THAT(fields(v.mismatches), ElementsAre("gas_used", "blob_gas_used", "logs_bloom", "receipts_root",
                                                  "requests_hash", "state_root"));
    std::vector<ErrorCode> codes;
    for (const Mismatch& m : v.mismatches) codes.push_back(m.code);
    EXPECT_THAT(codes, ElementsAre(ErrorCode::result_gas_used, ErrorCode::result_blob_gas_used,
                                   ErrorCode::result_logs_bloom, ErrorCode::result_receipts_root,
                                   ErrorCode::result_requests_hash, ErrorCode::result_state_root));
    EXPECT_EQ(v.mismatches[0].expected, "0");
    EXPECT_EQ(v.mismatches[0].got, "7");
    EXPECT_EQ(v.mismatches[3].got.substr(0, 6), "0x0200");
    EXPECT_EQ(v.first_error(), (Error{ErrorCode::result_gas_used, "expected 0, got 7"}));
}

TEST(Verification, says_what_it_could_not_check_and_why) {
    BlockOutcome o;
    o.transactions.emplace_back();
    const auto v = verify(o, {}, {.fork = Fork::homestead}, {{}, "the state is partial"});
    EXPECT_TRUE(v.checked.empty());
    EXPECT_TRUE(v.ok());
    EXPECT_THAT(fields(v.unchecked), ElementsAre("gas_used", "logs_bloom", "receipts_root", "state_root"));
    EXPECT_EQ(v.unchecked.back().why, "the state is partial");
    EXPECT_NE(v.unchecked[2].why.find("Byzantium"), std::string::npos);
    o.intermediate_roots.emplace_back();
    EXPECT_THAT(verify(o, zeros, {.fork = Fork::homestead}, known).checked,
                ElementsAre("gas_used", "logs_bloom", "receipts_root", "state_root"));
    EXPECT_THAT(fields(verify({}, zeros, {.fork = Fork::prague}, known).unchecked),
                ElementsAre("requests_hash"));
}

TEST(Verification, takes_its_expectations_from_a_header) {
    Header h;
    h.gas_used = 3;
    const ExpectedResults e = expected_results(h);
    EXPECT_EQ(e.gas_used, 3U);
    EXPECT_FALSE(e.blob_gas_used);
    EXPECT_FALSE(e.requests_hash);
}

}  // namespace
}  // namespace warpevm
