// SPDX-License-Identifier: Apache-2.0
// What transactions choose must not decide what execution costs or shows: seeds of hashes, limits of caches,
// state that was not paid for, numbers at their ends.
#include <gtest/gtest.h>

#include <deque>

#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/state/memory_state.hpp"
#include "tests/state/program.hpp"

namespace warpevm::test {
namespace {

const Address alice = Address::from_low(0xa11ce), contract = Address::from_low(0xc0de),
              miner = Address::from_low(0xfee);

/// One block of transactions by alice over a state.
struct Scene {
    MemoryState state;
    std::deque<Transaction> transactions;
    BlockInput block;

    explicit Scene(Fork fork) {
        state.set_account(alice, 0, U256{1} << 200, {});
        block.rules.fork = fork;
        block.rules.blobs = mainnet_blob_schedule(fork);
        block.environment = {.number = 1, .timestamp = 1, .gas_limit = ~uint64_t{0}, .beneficiary = miner};
    }
    Transaction& send(const Address& to, uint64_t gas) {
        Transaction& tx = transactions.emplace_back();
        tx.nonce = transactions.size() - 1;
        tx.gas_limit = gas;
        tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 1;
        tx.to = to;
        block.transactions.push_back({.tx = &tx, .sender = alice});
        return tx;
    }
    BlockOutcome run(ExecutionContext& context, const StateView& view) const {
        auto outcomes = execute_serial(context, {&block, 1}, view, {.system_calls = false});
        EXPECT_TRUE(outcomes) << to_string(outcomes.error());
        return std::move(outcomes->front());
    }
};

/// Notes what was asked for.
class Watched final : public StateView {
  public:
    explicit Watched(const StateView& state) : m_state(state) {}
    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override {
        accounts.insert(accounts.end(), keys.begin(), keys.end());
        m_state.read_accounts(keys, answers);
    }
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
        slots += keys.size();
        m_state.read_slots(keys, answers);
    }
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        codes += hashes.size();
        m_state.read_codes(hashes, answers);
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        return m_state.read_block_hash(number);
    }
    mutable std::vector<Address> accounts;
    mutable size_t slots = 0, codes = 0;

  private:
    const StateView& m_state;
};

TEST(HashSeed, OtherSeedsGiveTheSameOutcome) {
    const HashSeed of_the_process = hash_seed;
    const auto outcome = [](uint64_t seed) {
        hash_seed = HashSeed(seed);
        Scene scene(Fork::cancun);
        Program p;
        for (uint64_t n = 0; n < 40; ++n) {
            p.op(OP_TIMESTAMP).store(n * n * n);
            p.push(n).push(n * 77).op(OP_TSTORE).push(Address::from_low(1000 + n)).op(OP_BALANCE).op(OP_POP);
            p.push(n).push(n + 1).push(n * n).push(32).push(0).op(OP_LOG0 + 3);
            p.call(OP_CALL, Address::from_low(0x77770000 + n % 7), n, 30000).op(OP_POP);
        }
        scene.state.set_account(contract, 1, 1'000'000, p.code());
        for (int n = 0; n < 3; ++n) scene.send(contract, 3'000'000);
        ExecutionContext context;
        BlockOutcome out = scene.run(context, scene.state);
        const Hash root = scene.state.root_after(out.diff);
        return std::make_pair(std::move(out), root);
    };
    const auto first = outcome(1);
    EXPECT_TRUE(first.first.transactions.at(2).success);
    for (const uint64_t seed : {uint64_t{2}, uint64_t{3}, ~uint64_t{0}}) {
        const auto other = outcome(seed);
        EXPECT_EQ(first.first, other.first) << seed;
        EXPECT_EQ(first.second, other.second) << seed;
    }
    hash_seed = of_the_process;
}

TEST(HashSeed, HashesDependOnTheSeedAndOnEveryWord) {
    const HashSeed one(1), two(2);
    EXPECT_NE(one(1, 2, 3, 4), two(1, 2, 3, 4));
    EXPECT_NE(one(1, 2, 3, 4), one(2, 1, 3, 4));
    EXPECT_NE(one(0, 0, 0, 1), one(0, 0, 0, 2));
    EXPECT_EQ(one(7, 8), HashSeed(1)(7, 8));
}

/// Distinct codes, each long enough to have an image worth its bytes, each called three times.
Bytes distinct_code(uint64_t n) {
    Program p;
    p.push(n).op(OP_POP);
    for (int i = 0; i < 200; ++i)
        p.push(1).push(2).op(OP_ADD).op(OP_POP).op(OP_CALLER).op(OP_POP).op(OP_JUMPDEST);
    return p.push(n).store(1).op(OP_STOP).code();
}

TEST(CodeCache, StaysWithinItsLimitFromExecutionToExecution) {
    constexpr size_t limit = size_t{2} << 20;
    ExecutionContext context(std::make_shared<CodeCache>(limit));
    size_t most = 0;
    for (uint64_t round = 0; round < 60; ++round) {
        Scene scene(Fork::london);
        for (uint64_t n = 0; n < 50; ++n) {
            const Address at = Address::from_low(0x10000 + n);
            scene.state.set_account(at, 1, 0, distinct_code(50 * round + n));
            for (int k = 0; k < 3; ++k) scene.send(at, 100'000);
        }
        const BlockOutcome out = scene.run(context, scene.state);
        for (const TransactionOutcome& t : out.transactions) ASSERT_TRUE(t.success);
        most = std::max(most, context.codes().bytes());
    }
    EXPECT_GT(most, limit / 2) << "the limit was never near";
    EXPECT_LT(most, 2 * limit);
}

TEST(CodeCache, AboveTheLimitCodeRunsUntranslatedToTheSameEnd) {
    Scene scene(Fork::london);
    for (uint64_t n = 0; n < 50; ++n) {
        const Address at = Address::from_low(0x10000 + n);
        scene.state.set_account(at, 1, 0, distinct_code(n));
        for (int k = 0; k < 3; ++k) scene.send(at, 100'000);
    }
    ExecutionContext unlimited;
    const BlockOutcome expected = scene.run(unlimited, scene.state);
    for (const size_t limit : {size_t{0}, size_t{1000}, size_t{60'000}, size_t{300'000}})
        for (const Interpreter interpreter : {Interpreter::tiered, Interpreter::fast}) {
            ExecutionContext context(std::make_shared<CodeCache>(limit));
            context.interpreter = interpreter;
            EXPECT_EQ(expected, scene.run(context, scene.state)) << limit;
            EXPECT_LT(context.codes().bytes(), limit + 50 * 3000) << "images were made above the limit";
        }
}

TEST(CodeCache, WhatALeaseHasSeenOutlivesItsBeingDropped) {
    CodeCache codes(1000);
    const Bytes bytes(3000, 0x5b);
    const CodeCache::Lease first = codes.lease();
    const Code* const code = codes.add(keccak256(bytes), bytes);
    for (int n = 0; n < 100; ++n) {
        const CodeCache::Lease later = codes.lease();
        const Bytes other(2000, static_cast<uint8_t>(n));
        EXPECT_EQ(codes.add(keccak256(other), other)->bytes().size(), 2000U);
    }
    EXPECT_EQ(codes.find(keccak256(bytes)), nullptr);
    EXPECT_TRUE(equal(code->bytes(), bytes));
    EXPECT_GT(codes.bytes(), 100 * 2000U) << "dropped codes are counted while somebody may use them";
    { const CodeCache::Lease none = std::move(const_cast<CodeCache::Lease&>(first)); }
    (void)codes.lease();
    EXPECT_LT(codes.bytes(), 10'000U);
}

struct Access {
    std::string name;
    Program program;
    Fork fork;
    uint64_t cheapest;  ///< of the access: with less it asks nothing
};

class Unpaid : public testing::TestWithParam<Access> {};

TEST_P(Unpaid, AsksNothing) {
    const Address other = Address::from_low(0x0123456);
    for (const Interpreter interpreter : {Interpreter::plain, Interpreter::fast}) {
        uint64_t asked = 0;
        for (uint64_t gas = 0; gas < 12'000; gas += gas < 3'000 ? 1 : 97) {
            Scene scene(GetParam().fork);
            scene.state.set_account(contract, 1, 5, GetParam().program.code());
            scene.state.set_account(other, 1, 5, Bytes{0x00});
            scene.send(contract, 21'000 + gas);
            ExecutionContext context;
            context.interpreter = interpreter;
            const Watched view(scene.state);
            scene.run(context, view);
            const bool touched = view.slots != 0 || std::find(view.accounts.begin(), view.accounts.end(),
                                                              other) != view.accounts.end();
            asked += touched ? 1 : 0;
            EXPECT_EQ(touched, gas >= GetParam().cheapest) << gas;
            if (touched != (gas >= GetParam().cheapest)) return;
        }
        EXPECT_NE(asked, 0U);
    }
}

Program on_other(uint8_t op, int words_before = 0) {
    Program p;
    for (int i = 0; i < words_before; ++i) p.push(0);
    return p.push(0x0123456).op(op);
}
Program a_call(uint8_t kind) {
    Program p;
    for (int i = 0; i < (kind == OP_CALL || kind == OP_CALLCODE ? 5 : 4); ++i) p.push(0);
    return p.push(0x0123456).push(0).op(kind);
}

// Prices: 2,600 for a cold account, 2,100 for a cold slot, 3 for each push.
INSTANTIATE_TEST_SUITE_P(
    Accesses, Unpaid,
    testing::Values(Access{"Balance", on_other(OP_BALANCE), Fork::berlin, 2603},
                    Access{"CodeSize", on_other(OP_EXTCODESIZE), Fork::berlin, 2603},
                    Access{"CodeHash", on_other(OP_EXTCODEHASH), Fork::osaka, 2603},
                    Access{"CodeCopy", on_other(OP_EXTCODECOPY, 3), Fork::osaka, 2612},
                    Access{"Call", a_call(OP_CALL), Fork::osaka, 2621},
                    Access{"CallCode", a_call(OP_CALLCODE), Fork::osaka, 2621},
                    Access{"DelegateCall", a_call(OP_DELEGATECALL), Fork::osaka, 2618},
                    Access{"StaticCall", a_call(OP_STATICCALL), Fork::london, 2618},
                    Access{"SelfDestruct", on_other(OP_SELFDESTRUCT), Fork::osaka, 7603},
                    Access{"Load", Program().push(7).op(OP_SLOAD), Fork::osaka, 2103},
                    Access{"LoadAtFirst", Program().push(7).op(OP_SLOAD), Fork::frontier, 53},
                    // More than the stipend, which is more than the cold slot.
                    Access{"Store", Program().push(1).push(7).op(OP_SSTORE), Fork::osaka, 2307},
                    Access{"StoreAtFirst", Program().push(1).push(7).op(OP_SSTORE), Fork::frontier, 5006},
                    // What follows in the same stretch is not charged before its turn.
                    Access{"LoadBeforeMuch",
                           Program().push(7).op(OP_SLOAD).push(9).op(OP_EXP).push(1).op(OP_BLOCKHASH),
                           Fork::osaka, 2103}),
    [](const testing::TestParamInfo<Access>& one) { return one.param.name; });

TEST(Numbers, GasLimitsAboveTheLargestSignedNumber) {
    for (const uint64_t gas :
         {uint64_t{1} << 62, uint64_t{1} << 63, (uint64_t{1} << 63) + 21'000, ~uint64_t{0}}) {
        Scene scene(Fork::prague);
        scene.state.set_account(contract, 1, 0, Program().push(1).store(1).op(OP_STOP).code());
        scene.send(contract, gas);
        ExecutionContext context;
        const BlockOutcome out = scene.run(context, scene.state);
        ASSERT_EQ(out.transactions.size(), 1U);
        EXPECT_TRUE(out.transactions[0].success) << gas;
        EXPECT_EQ(out.gas_used, 21'000U + 22'100 + 6) << gas;
        // And where all is taken, all is taken.
        Scene fails(Fork::prague);
        fails.state.set_account(contract, 1, 0, Bytes{OP_INVALID});
        fails.send(contract, gas);
        EXPECT_EQ(fails.run(context, fails.state).gas_used, gas);
    }
}

TEST(Numbers, MemoryThatOnlyAnAbsurdGasLimitPaysForIsAnErrorAndNoVerdict) {
    Scene scene(Fork::cancun);
    scene.state.set_account(contract, 1, 0, Program().push(uint64_t{1} << 36).op(OP_MLOAD).code());
    scene.send(contract, uint64_t{1} << 62);
    ExecutionContext context;
    const auto outcomes = execute_serial(context, {&scene.block, 1}, scene.state, {.system_calls = false});
    ASSERT_FALSE(outcomes);
    EXPECT_EQ(outcomes.error().code, ErrorCode::internal);
    // With what a block can hold it is simply out of gas.
    scene.transactions[0].gas_limit = uint64_t{1} << 40;
    EXPECT_FALSE(scene.run(context, scene.state).transactions[0].success);
}

}  // namespace
}  // namespace warpevm::test
