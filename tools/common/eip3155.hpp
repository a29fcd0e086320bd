// SPDX-License-Identifier: Apache-2.0
// Writes each instruction as a line of JSON (EIP-3155), and a line at the end of the transaction.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "evm/vm/trace.hpp"

namespace warpevm::tools {

class Eip3155Writer final : public Tracer {
  public:
    explicit Eip3155Writer(std::ostream& out) : m_out(out) {}
    void on_step(const TraceStep& step) override;
    void on_enter(int64_t gas_left) override;
    void on_step_done(int64_t gas_left, Status status) override;
    void on_transaction_done(bool success, uint64_t gas_used, BytesView output) override;

  private:
    /// An instruction whose cost is not known yet; those of the callers of the running frame lie beneath.
    struct Pending {
        std::string before_cost;
        std::string after_cost;
        int64_t gas = 0;
        bool written = false;
    };
    void write(Pending& step, int64_t cost, std::string_view error);

    std::ostream& m_out;
    std::vector<Pending> m_pending;
};

}  // namespace warpevm::tools
