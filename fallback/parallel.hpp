// SPDX-License-Identifier: Apache-2.0
// The executor on all cores (backend `cpu`), after Block-STM: transactions are executed speculatively against
// a multi-version table, validated, and committed in block order. Same outcomes as execute_serial, bit for
// bit.
#pragma once

#include <functional>
#include <memory>

#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"
#include "fallback/counters.hpp"
#include "fallback/table/incarnation.hpp"

namespace warpevm {

/// What is executed ahead of the commit loop.
enum class Speculate : uint8_t {
    measured,    ///< something, once enough work seems to be left (README.md has the rule)
    at_once,     ///< something, from the first transaction on
    everything,  ///< every transaction: the commit loop waits for it. For tests
};

struct ParallelSettings {
    /// Threads that work at once, the caller's among them; 0: as many as there are cores. 1 is serial.
    unsigned threads = 0;
    Speculate speculate = Speculate::measured;
    /// A block with at least so many plain transfers, which are half of it or more, is committed on the table
    /// from its first transaction; tests ask for fewer. With fewer, setting up the table costs more than it
    /// saves.
    unsigned least_transfers = 256;
    /// No speculation while threads that have work are not scheduled on a core (`measured` only). False: for
    /// tests that expect speculation whatever else their machine does.
    bool watch_cores = true;
    /// Called by any thread after each hand-over (a claim, a publication, the release of the commit lock), so
    /// that tests can force unusual schedules. Empty: nothing.
    std::function<void()> at_hand_over;
};

/// Owns the arena and what threads keep between blocks. One execution at a time. Threads are TBB's: none is
/// created per block, and within a caller's arena the work nests.
class ParallelContext {
  public:
    explicit ParallelContext(const ParallelSettings& settings);
    ~ParallelContext();
    ParallelContext(const ParallelContext&) = delete;
    ParallelContext& operator=(const ParallelContext&) = delete;

    [[nodiscard]] unsigned threads() const;
    [[nodiscard]] const ParallelSettings& settings() const;
    /// What the commit loop executes with; a tracer in it makes everything serial. The context's own, until
    /// run_with.
    [[nodiscard]] ExecutionContext& serial();
    /// From the next execution on the commit loop executes with `context`, whose code cache all threads
    /// share.
    void run_with(ExecutionContext& context);

    struct Parts;
    [[nodiscard]] Parts& parts() { return *m_parts; }

  private:
    std::unique_ptr<Parts> m_parts;
};

/// First incarnations that were computed elsewhere and are handed in: one list per block, one pointer per
/// transaction, null where there is none. They must live as long as the call.
using HandedInResults = std::vector<std::vector<const TransactionResult*>>;

/// As execute_serial. `counters`, unless null, gets one record per outcome.
Result<std::vector<BlockOutcome>> execute_parallel(ParallelContext& context,
                                                   std::span<const BlockInput> window, const StateView& state,
                                                   const ExecutionOptions& options,
                                                   const HandedInResults& handed_in = {},
                                                   std::vector<BlockCounters>* counters = nullptr);

}  // namespace warpevm
