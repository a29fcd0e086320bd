// SPDX-License-Identifier: Apache-2.0
// What really happened while random blocks ran: programs that all die at once would prove nothing.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "evm/chain/outcome.hpp"
#include "evm/vm/opcodes.hpp"
#include "evm/vm/trace.hpp"
#include "fallback/routes.hpp"

namespace warpevm::fuzz {

/// Plain counters, so that they can lie in memory that processes share.
struct Coverage {
    struct Ends {
        uint64_t success = 0, failure = 0;
    };
    enum Kind : uint8_t { call, callcode, delegatecall, staticcall, create, create2, kinds };
    static constexpr size_t statuses_count = 18, precompiles_count = 19, errors_count = 96;

    uint64_t blocks = 0, invalid_blocks = 0, transactions = 0, succeeded = 0, failed = 0, logs = 0;
    uint64_t compared_with_other = 0;
    std::array<uint64_t, fork_count> forks{};
    /// Instructions that were executed successfully.
    std::array<uint64_t, 256> opcodes{};
    std::array<Ends, kinds> frames{};
    /// How frames that run code ended.
    std::array<uint64_t, statuses_count> statuses{};
    /// By address; P256VERIFY comes last.
    std::array<Ends, precompiles_count> precompiles{};
    std::array<uint64_t, errors_count> invalid{};  ///< by ErrorCode
    uint64_t deepest = 0;                          ///< frames at once
    uint64_t most_memory = 0;                      ///< bytes of one frame
    uint64_t most_shared_memory = 0;               ///< of all frames at once
    uint64_t most_live_words = 0;                  ///< on all stacks at once
    uint64_t most_words = 0;                       ///< on one stack
    /// Frames whose input lay in memory when the frames' memory passed 1 MiB.
    uint64_t grown_under_input = 0;
    uint64_t calls_without_frame = 0;  ///< too deep, or too poor
    uint64_t creations_refused = 0;    ///< address taken, or code not deployed
    uint64_t delegated_calls = 0;
    uint64_t speculated = 0, direct = 0, repeated = 0, backed_off = 0;

    void count(const BlockOutcome& outcome, Fork fork);
    void count(const RouteReport& counters);
    [[nodiscard]] std::string text() const;
};

/// Watches the plain loop.
class CoverageTracer final : public Tracer {
  public:
    CoverageTracer(Coverage& coverage, Fork fork) : m_coverage(coverage), m_fork(fork) {}
    void on_step(const TraceStep& step) override;
    void on_enter(int64_t gas_left) override;
    void on_step_done(const StepEnd& end) override;
    void on_transaction_done(const TraceEnd&) override { m_depth = 0; }

  private:
    struct FrameSeen {
        uint8_t opcode = 0;
        bool entered = false;
        int kind = -1;  ///< of the call that it is making
        int precompile = -1;
        uint64_t memory = 0, memory_below = 0;
        uint64_t words = 0, words_below = 0;
        uint64_t input_size = 0;
        Status callee = Status::success;
    };
    void announce(FrameSeen& frame, const TraceStep& step);
    void conclude(FrameSeen& frame, bool success);

    Coverage& m_coverage;
    Fork m_fork;
    std::array<FrameSeen, 1027> m_frames{};
    size_t m_depth = 0;
};

}  // namespace warpevm::fuzz
