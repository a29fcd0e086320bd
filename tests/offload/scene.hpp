// SPDX-License-Identifier: Apache-2.0
// A small state with a sender, a beneficiary and contracts, and jobs on it.
#pragma once

#include <deque>

#include "evm/state/memory_state.hpp"
#include "host/offload/offload_job.hpp"
#include "tests/state/program.hpp"

namespace warpevm::test {

inline const Address scene_sender = Address::from_low(0x5e4d), scene_beneficiary = Address::from_low(0xfee),
                     scene_contract = Address::from_low(0xc0de);

/// The forks that lanes know, by the rules that differ.
inline constexpr Fork lane_forks[] = {Fork::byzantium, Fork::constantinople, Fork::petersburg, Fork::istanbul,
                                      Fork::berlin,    Fork::london,         Fork::shanghai,   Fork::cancun,
                                      Fork::prague,    Fork::osaka};

inline Rules scene_rules(Fork fork) {
    return {.fork = fork, .chain_id = 1, .blobs = mainnet_blob_schedule(fork)};
}
inline BlockEnvironment scene_block(Fork fork) {
    BlockEnvironment block{.number = 1000,
                           .timestamp = 12345,
                           .gas_limit = 30'000'000,
                           .beneficiary = scene_beneficiary,
                           .difficulty_or_randao = 0x1234567};
    if (fork >= Fork::london) block.base_fee = 7;
    block.excess_blob_gas = 393216;
    return block;
}

/// Keeps what jobs point to.
class Scene {
  public:
    explicit Scene(Fork fork) : m_rules(scene_rules(fork)), m_block(scene_block(fork)) {
        state.set_account(scene_sender, 5, U256{1} << 80, {});
        for (uint64_t n = 700; n < 1000; ++n) state.set_block_hash(n, Hash{{static_cast<uint8_t>(n), 7}});
    }

    MemoryState state;

    /// A transaction of the sender that calls `to`, or creates; on this state.
    OffloadJob& call(const std::optional<Address>& to, Bytes data = {}, uint64_t gas = 200'000,
                     const U256& value = 0) {
        Transaction& tx = m_transactions.emplace_back();
        tx.nonce = 5;
        tx.gas_limit = gas;
        tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 10;
        tx.to = to;
        tx.data = std::move(data);
        tx.value = value;
        jobs.push_back({&tx, scene_sender, &m_rules, &m_block, &state});
        return jobs.back();
    }
    Transaction& transaction(size_t i) { return m_transactions[i]; }
    [[nodiscard]] const Rules& rules() const { return m_rules; }
    [[nodiscard]] const BlockEnvironment& block() const { return m_block; }

    std::vector<OffloadJob> jobs;

  private:
    Rules m_rules;
    BlockEnvironment m_block;
    std::deque<Transaction> m_transactions;
};

}  // namespace warpevm::test
