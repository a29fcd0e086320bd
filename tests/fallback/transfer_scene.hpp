// SPDX-License-Identifier: Apache-2.0
// Blocks of plain transfers with something special among them, executed on one thread and on several. How
// many were taken for plain transfers is counted.
#pragma once

#include <deque>
#include <map>

#include "evm/state/memory_state.hpp"
#include "tests/fallback/compare.hpp"

namespace warpevm::test {

inline Address party(uint64_t i) {
    return Address::from_low(0x5e0000 + i);
}
inline const Address miner = Address::from_low(0xfee0000), bob = Address::from_low(0xb0b00),
                     contract = Address::from_low(0xc0de00);

/// The contexts that scenes run with, one for each number of threads.
class Crews {
  public:
    explicit Crews(std::initializer_list<unsigned> thread_counts) {
        for (const unsigned threads : thread_counts)
            m_contexts.emplace_back(
                ParallelSettings{.threads = threads, .speculate = Speculate::everything, .at_hand_over = {}});
    }
    /// What serial says. `taken` gets the plain transfers of each block, by the context that saw the fewest:
    /// where sums are near 2^255, what was speculated may have to be executed on the journal.
    Result<std::vector<BlockOutcome>> check(std::span<const BlockInput> window, const StateView& state,
                                            const ExecutionOptions& options, std::vector<uint64_t>& taken) {
        auto expected = serially(window, state, options);
        taken.clear();
        for (ParallelContext& context : m_contexts) {
            const testing::ScopedTrace trace(__FILE__, __LINE__,
                                             std::to_string(context.threads()) + " threads");
            std::vector<RouteReport> counters;
            expect_equal(expected, execute_parallel(context, window, state, options, &counters));
            if (context.threads() == 1) continue;
            taken.resize(counters.size(), ~uint64_t{0});
            for (size_t i = 0; i < counters.size(); ++i) taken[i] = std::min(taken[i], counters[i].transfers);
        }
        return expected;
    }

  private:
    std::deque<ParallelContext> m_contexts;
};

/// A window of one block, to begin with. Nobody but the transactions' parties is paid.
class Scene {
  public:
    struct Setting {
        Fork fork = Fork::prague;
        Address beneficiary = miner;
        /// Wei a gas, of which the base fee is one where there is any price.
        uint64_t price = 2;
        bool open_state = false;
    };

    explicit Scene(const Setting& s) : state(!s.open_state), m_setting(s) {
        options.system_calls = false;
        options.reward = Reward::none;
        for (uint64_t i = 0; i < padding; ++i) state.set_account(padder(i), 0, 1'000'000'000, {});
        state.set_account(bob, 0, 1, {});
        begin_block();
    }
    void begin_block() {
        BlockInput& block = window.emplace_back();
        block.rules.fork = m_setting.fork;
        block.rules.blobs = mainnet_blob_schedule(m_setting.fork);
        block.environment = {.number = 99 + window.size(),
                             .timestamp = 1000,
                             .gas_limit = 30'000'000,
                             .beneficiary = m_setting.beneficiary};
        if (m_setting.fork >= Fork::london && m_setting.price != 0) block.environment.base_fee = 1;
    }
    Transaction& send(const Address& from, const std::optional<Address>& to, const U256& value = 0) {
        Transaction& tx = m_transactions.emplace_back();
        tx.nonce = nonces[from]++;
        tx.gas_limit = 100'000;
        tx.max_fee_per_gas = tx.max_priority_fee_per_gas = m_setting.price;
        tx.to = to;
        tx.value = value;
        window.back().transactions.push_back({&tx, from, {}});
        return tx;
    }
    /// So many others that blocks count as blocks of transfers.
    void pad() {
        for (uint64_t i = 0; i < padding; ++i) send(padder(i), bob, 1);
    }
    Result<std::vector<BlockOutcome>> check(Crews& crews) {
        return crews.check(window, state, options, taken);
    }

    static constexpr uint64_t padding = 16;
    static Address padder(uint64_t i) { return Address::from_low(0x9ad000 + i); }

    MemoryState state;
    ExecutionOptions options;
    std::vector<BlockInput> window;
    std::map<Address, uint64_t> nonces;
    std::vector<uint64_t> taken;  ///< by block

  private:
    Setting m_setting;
    std::deque<Transaction> m_transactions;
};

}  // namespace warpevm::test
