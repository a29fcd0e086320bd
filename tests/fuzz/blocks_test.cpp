// SPDX-License-Identifier: Apache-2.0
// A fixed number of random blocks in every executor, and that they are worth running; then the parts of the
// fuzzer that nobody would miss until a finding is there.
#include <gtest/gtest.h>

#include <csignal>

#include "tests/fuzz/blocks/campaign.hpp"
#include "tests/fuzz/blocks/child.hpp"
#include "tests/fuzz/blocks/minimise.hpp"

namespace warpevm::fuzz {
namespace {

#ifdef WARPEVM_SANITIZED
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif
/// Sanitizers take ten times as long.
constexpr uint64_t seeds = sanitized ? 60 : 600;

/// Each class of events that the blocks are made for.
void expect_all_classes(const Coverage& seen) {
    for (size_t i = 0; i < fork_count; ++i) EXPECT_NE(0U, seen.forks[i]) << name(static_cast<Fork>(i));
    for (size_t op = 0; op < 256; ++op)
        if (op != OP_INVALID && gas_table(Fork::osaka).ops[op].defined) {
            EXPECT_NE(0U, seen.opcodes[op]) << opcode_name(static_cast<uint8_t>(op));
        }
    for (size_t kind = 0; kind < Coverage::kinds; ++kind) {
        EXPECT_NE(0U, seen.frames[kind].success) << kind;
        EXPECT_NE(0U, seen.frames[kind].failure) << kind;
    }
    for (size_t i = 1; i < Coverage::precompiles_count; ++i) {
        EXPECT_NE(0U, seen.precompiles[i].success) << i;
        EXPECT_NE(0U, seen.precompiles[i].failure) << i;
    }
    for (const Status status :
         {Status::success, Status::revert, Status::out_of_gas, Status::stack_underflow,
          Status::stack_overflow, Status::invalid_jump, Status::undefined_instruction,
          Status::invalid_instruction, Status::static_violation, Status::return_data_out_of_bounds})
        EXPECT_NE(0U, seen.statuses[static_cast<size_t>(status)]) << name(status);
    for (const ErrorCode code :
         {ErrorCode::nonce_too_low, ErrorCode::nonce_too_high, ErrorCode::tx_nonce_overflow,
          ErrorCode::insufficient_balance, ErrorCode::tx_cost_overflow, ErrorCode::sender_not_eoa,
          ErrorCode::block_gas_exceeded, ErrorCode::blob_gas_exceeded, ErrorCode::tx_intrinsic_gas,
          ErrorCode::tx_floor_gas, ErrorCode::tx_gas_limit_too_high, ErrorCode::tx_type_not_active,
          ErrorCode::tx_wrong_chain_id, ErrorCode::tx_bad_signature, ErrorCode::tx_tip_above_fee_cap,
          ErrorCode::tx_fee_cap_below_base_fee, ErrorCode::tx_empty_authorization_list})
        EXPECT_NE(0U, seen.invalid[static_cast<size_t>(code)]) << name(code);
    EXPECT_NE(0U, seen.calls_without_frame);
    EXPECT_NE(0U, seen.creations_refused);
}

/// How far programs get.
void expect_large_programs(const Coverage& seen) {
    EXPECT_EQ(1025U, seen.deepest) << "the deepest recursion there is";
    EXPECT_GE(seen.most_words, 1000U);
    EXPECT_GE(seen.most_live_words, 900'000U) << "nearly 1024 words at nearly every depth";
    EXPECT_GE(seen.most_memory, uint64_t{1} << (sanitized ? 18 : 20));
    EXPECT_GE(seen.most_shared_memory, uint64_t{sanitized ? 2 : 8} << 20);
    EXPECT_GE(seen.grown_under_input, sanitized ? 1U : 5U);
    EXPECT_GE(5 * seen.succeeded, seen.succeeded + seen.failed) << "too few transactions succeed";
    EXPECT_GE(10 * (seen.succeeded + seen.failed), 7 * seen.transactions) << "too few are valid";
    EXPECT_NE(0U, seen.repeated) << "no execution in parallel was stale";
    EXPECT_NE(0U, seen.speculated);
}

TEST(RandomBlocks, ComeOutTheSameHoweverTheyAreExecuted) {
    const CampaignResult result = run_campaign({.count = seeds, .most_findings = 3});
    std::fputs(result.coverage->text().c_str(), stdout);
    for (const Finding& finding : result.findings)
        ADD_FAILURE() << "seed " << finding.seed << ": " << finding.what << "\nfuzz_blocks --seed "
                      << finding.seed << " --count 1 makes it smaller";
    if (!sanitized) expect_all_classes(*result.coverage);
    expect_large_programs(*result.coverage);
}

TEST(RandomBlocks, FollowFromTheirSeed) {
    for (const uint64_t seed : {1, 2, 3}) {
        const PreparedBlock one(make_block(seed)), two(make_block(seed));
        EXPECT_EQ(one.state.root(), two.state.root());
        EXPECT_EQ(one.transactions, two.transactions);
    }
    EXPECT_NE(PreparedBlock(make_block(1)).state.root(), PreparedBlock(make_block(2)).state.root());
}

TEST(RandomBlocks, DifferencesAreSeen) {
    BlockOutcome a;
    a.transactions = {{.success = true, .gas_used = 21000}, {.success = true, .gas_used = 30000}};
    BlockOutcome b = a;
    EXPECT_EQ("", difference(a, b));
    b.transactions[1].gas_used = 30001;
    EXPECT_NE(std::string::npos, difference(a, b).find("transaction 1"));
    b = a;
    b.logs.add({}, {}, Bytes{1});
    EXPECT_EQ("logs", difference(a, b));
    b = a;
    b.diff.accounts.push_back({.address = Address::from_low(7)});
    EXPECT_EQ("state difference", difference(a, b));
}

TEST(Minimiser, LeavesWhatTheFailureNeeds) {
    const FuzzBlock block = make_block(5);
    ASSERT_GT(block.transactions.size(), 1U);
    const auto needed = std::find_if(block.accounts.begin(), block.accounts.end(),
                                     [](const auto& entry) { return entry.second.code.size() > 200; });
    ASSERT_NE(block.accounts.end(), needed);
    const uint8_t op = needed->second.code[150];
    const auto fails = [&](const FuzzBlock& b) {
        const auto found = b.accounts.find(needed->first);
        return !b.transactions.empty() && found != b.accounts.end() && found->second.code.size() > 150 &&
               found->second.code[150] == op;
    };
    const FuzzBlock small = minimise(block, fails, 10);
    EXPECT_EQ(1U, small.transactions.size());
    EXPECT_EQ(1U, small.accounts.size());
    EXPECT_EQ(151U, small.accounts.at(needed->first).code.size());
    EXPECT_TRUE(fails(small));
}

TEST(Children, TellHowTheyEnded) {
    EXPECT_EQ("", run_in_child(10, [] { return std::string(); }));
    EXPECT_EQ("an answer", run_in_child(10, [] { return std::string("an answer"); }));
    EXPECT_EQ("died by signal 9", run_in_child(10, [] {
                  raise(SIGKILL);
                  return std::string();
              }));
    EXPECT_EQ("not done in 1 s", run_in_child(1, [] {
                  for (volatile bool on = true; on;) {
                  }
                  return std::string();
              }));
}

}  // namespace
}  // namespace warpevm::fuzz
