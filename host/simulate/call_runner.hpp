// SPDX-License-Identifier: Apache-2.0
// Executes bundles on a CPU thread, one call after the other: what every other way is compared with.
#pragma once

#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"
#include "host/simulate/simulated_call.hpp"

namespace warpevm {

/// What a call's block looks like to it: a price that it does not offer is zero.
BlockEnvironment environment_seen(const SimulatedBlock& block, const Transaction& tx);
/// Which of these there are to a block: calls with the same number see the same.
uint32_t environment_number(const Transaction& tx);

/// One thread at a time. Keeps memory from bundle to bundle.
class CallRunner {
  public:
    explicit CallRunner(std::shared_ptr<CodeCache> codes);

    struct How {
        OnMissingState on_missing_state = OnMissingState::fail;
        Interpreter interpreter = Interpreter::tiered;
        const Cancellation* cancellation = nullptr;
    };
    /// From here on, until it is called again: not for long, since codes that are used meanwhile are kept.
    void begin(const How& how);
    /// Keeps no codes any more.
    void end() { m_lease.reset(); }

    /// On a stack that suffices for the deepest recursion (run_guarded), and on a state that does not throw.
    /// Not done where it was cancelled.
    BundleResult run(const SimulatedBundle& bundle, const StateView& state);

  private:
    /// A state that can be changed for another.
    class CurrentState final : public StateView {
      public:
        void read_accounts(std::span<const Address> keys,
                           std::span<Read<AccountRecord>> answers) const override {
            now->read_accounts(keys, answers);
        }
        void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
            now->read_slots(keys, answers);
        }
        void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
            now->read_codes(hashes, answers);
        }
        [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
            return now->read_block_hash(number);
        }
        const StateView* now = nullptr;
    };
    CallResult run_call(const SimulatedCall& call, const SimulatedBlock& block);

    ExecutionContext m_context;
    std::optional<CodeCache::Lease> m_lease;
    CurrentState m_state;
    Journal<false> m_journal;
};

}  // namespace warpevm
