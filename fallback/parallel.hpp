// SPDX-License-Identifier: Apache-2.0
// The executor on all cores (backend `cpu`), after Block-STM: transactions are executed speculatively against
// a multi-version table, validated, and committed in block order. Same outcomes as execute_serial, bit for
// bit.
#pragma once

#include <functional>
#include <memory>

#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"
#include "fallback/loans.hpp"
#include "fallback/routes.hpp"

namespace warpevm {

/// What is executed ahead of the commit loop.
enum class Speculate : uint8_t {
    measured,    ///< something, once enough work seems to be left (schedule/policy.hpp)
    at_once,     ///< something, from the first transaction on
    everything,  ///< every transaction: the commit loop waits for it. For tests
};

struct ParallelSettings {
    /// Threads that work at once, the caller's among them; 0: as many as there are cores. 1 is serial.
    unsigned threads = 0;
    Speculate speculate = Speculate::measured;
    /// The commit loop waits for what is lent, instead of overriding it. For tests that ask where work ran:
    /// the borrower must hand in or give back.
    bool waits_for_loans = false;
    /// Turns that are committed at once, at least, for tests; 0: as the policy has it.
    uint32_t least_batch = 0;
    /// Called by any thread after each hand-over (a claim, a publication, the release of the commit lock), so
    /// that tests can force unusual schedules. Empty: nothing.
    std::function<void()> at_hand_over;
};

/// Owns what threads keep between blocks. One execution at a time. The threads beside the caller's are TBB's:
/// none is created per block, and all contexts of a process share them.
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

/// As execute_serial. `routes`, unless null, gets one record per outcome. `borrower`, unless empty, may
/// take part; without one a context of one thread is serial.
Result<std::vector<BlockOutcome>> execute_parallel(ParallelContext& context,
                                                   std::span<const BlockInput> window, const StateView& state,
                                                   const ExecutionOptions& options,
                                                   std::vector<RouteReport>* routes = nullptr,
                                                   const Borrower& borrower = {});

}  // namespace warpevm
