// SPDX-License-Identifier: Apache-2.0
// The executor on all cores: backend `cpu`. Same outcomes as execute_serial, bit for bit.
#pragma once

#include <functional>
#include <memory>

#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"
#include "fallback/counters.hpp"
#include "fallback/table/incarnation.hpp"

namespace warpevm {

/// What runs beside the walk.
enum class Speculate : uint8_t {
    measured,    ///< something, once enough work seems to be left (README.md has the rule)
    at_once,     ///< something, from the first transaction on
    everything,  ///< each transaction is speculated before its turn: for tests
};

struct ParallelSettings {
    /// Threads that work at once, the caller's among them; 0: as many as there are cores. 1 is serial.
    unsigned threads = 0;
    Speculate speculate = Speculate::measured;
    /// A block that has at least so many plain transfers, and is half of them, is walked on the table; tests
    /// ask for fewer. Below, what setting the table up costs is not regained.
    unsigned least_transfers = 256;
    /// Where threads that have work get no cores, nothing runs beside the walk (`measured` only). False:
    /// tests that expect something beside it, whatever else their machine does.
    bool watch_cores = true;
    /// Tests call strange schedules up with it: run at each hand-over, on whatever thread. Empty: nothing.
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
    /// What the walk runs with; its tracer, where set, makes everything serial. Its own, unless told
    /// otherwise.
    [[nodiscard]] ExecutionContext& serial();
    /// From the next execution on the walk runs with `context`, whose code cache all threads share.
    void run_with(ExecutionContext& context);

    struct Parts;
    [[nodiscard]] Parts& parts() { return *m_parts; }

  private:
    std::unique_ptr<Parts> m_parts;
};

/// First incarnations from elsewhere: one list per block, one pointer per transaction, null where there is
/// none. They must live as long as the call.
using GivenResults = std::vector<std::vector<const TransactionResult*>>;

/// As execute_serial. `counters`, where given, gets one record per outcome.
Result<std::vector<BlockOutcome>> execute_parallel(ParallelContext& context,
                                                   std::span<const BlockInput> window, const StateView& state,
                                                   const ExecutionOptions& options,
                                                   const GivenResults& given = {},
                                                   std::vector<BlockCounters>* counters = nullptr);

}  // namespace warpevm
