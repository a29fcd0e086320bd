// SPDX-License-Identifier: Apache-2.0
// Several contexts on as many threads share one code cache, and with it the images that each translates and
// patches as it goes. Run it under the thread sanitizer (preset tsan).
#include <gtest/gtest.h>

#include <deque>
#include <latch>
#include <thread>

#include "evm/base/hex.hpp"
#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"
#include "evm/state/memory_state.hpp"
#include "tests/vm/program_maker.hpp"

namespace warpevm {
namespace {

constexpr uint64_t contracts = 64;
constexpr size_t threads = 4;
const Address sender = Address::from_low(0x5e4de2);
/// Random programs, most of which fail. Their calls go to each other, too: they take small numbers for
/// addresses.
Address random_contract(uint64_t n) {
    return Address::from_low(0x20 + n);
}
Address caller(uint64_t n) {
    return Address::from_low(0x1000 + n);
}

/// SSTORE(0, CALLDATALOAD(0)); counts down from 50; SSTORE(1, CALL(100000, the nth random program) + 1).
Bytes caller_code(uint64_t n) {
    Bytes code = bytes_from_hex("60003560005560325b60019003806008575060006000602060006000").value();
    append(code, Bytes{OP_PUSH1, random_contract(n).bytes[19]});
    append(code, bytes_from_hex("620186a0f1600101600155").value());
    return code;
}

class ConcurrentContexts : public testing::Test {
  protected:
    ConcurrentContexts() {
        m_state.set_account(sender, 0, U256{1} << 100, {});
        for (uint64_t n = 0; n < contracts; ++n) {
            m_state.set_account(random_contract(n), 1, 1000, test::ProgramMaker(n).make());
            m_state.set_account(caller(n), 1, 1000, caller_code(n));
            Transaction& tx = m_transactions.emplace_back();
            tx.nonce = n;
            tx.gas_limit = 300'000;
            tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 10;
            tx.to = caller(n);
            tx.data.assign(70, static_cast<uint8_t>(n + 1));
        }
    }
    BlockInput block(Fork fork) {
        BlockInput b;
        b.rules = {.fork = fork, .chain_id = 1, .blobs = mainnet_blob_schedule(fork)};
        b.environment = {.number = 100, .timestamp = 1000, .gas_limit = 30'000'000, .base_fee = 7};
        for (const Transaction& tx : m_transactions) b.transactions.push_back({.tx = &tx, .sender = sender});
        return b;
    }
    BlockOutcome run(const std::shared_ptr<CodeCache>& codes, Fork fork) {
        ExecutionContext context(codes);
        const BlockInput b = block(fork);
        auto outcomes = execute_serial(context, {&b, 1}, m_state, {.system_calls = false});
        if (!outcomes) throw std::runtime_error(to_string(outcomes.error()));
        return std::move(outcomes->front());
    }

    MemoryState m_state;
    std::deque<Transaction> m_transactions;
};

TEST_F(ConcurrentContexts, GiveWhatOneContextGives) {
    // The two forks' images are different ones.
    constexpr Fork forks[] = {Fork::osaka, Fork::istanbul};
    const BlockOutcome alone[] = {run(std::make_shared<CodeCache>(), forks[0]),
                                  run(std::make_shared<CodeCache>(), forks[1])};
    for (const BlockOutcome& o : alone) {
        ASSERT_TRUE(o.verdict.valid()) << to_string(o.verdict.error);
        for (const TransactionOutcome& tx : o.transactions) ASSERT_TRUE(tx.success);
        ASSERT_GE(o.diff.slots.size(), 2 * contracts);
    }
    ASSERT_NE(alone[0].cumulative_gas, alone[1].cumulative_gas);
    for (int round = 0; round < 10; ++round) {
        // A new cache each time: images are contended for while they are translated.
        const auto codes = std::make_shared<CodeCache>();
        std::latch start{threads};
        std::array<BlockOutcome, threads> outcomes;
        {
            std::vector<std::jthread> running;
            for (size_t t = 0; t < threads; ++t)
                running.emplace_back([&, t] {
                    start.arrive_and_wait();
                    outcomes[t] = run(codes, forks[t % 2]);
                });
        }
        for (size_t t = 0; t < threads; ++t) EXPECT_TRUE(outcomes[t] == alone[t % 2]);
    }
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// Or else a clean run would prove nothing.
TEST(ThreadSanitizer, ReportsARace) {
    const auto race = [] {
        int shared = 0;
        {
            const std::jthread other([&] { ++shared; });
            ++shared;
        }
        std::exit(shared == 2 ? 0 : 1);
    };
    EXPECT_EXIT(race(), testing::ExitedWithCode(66), "data race");
}
#endif
#endif

}  // namespace
}  // namespace warpevm
