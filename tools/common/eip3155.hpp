// SPDX-License-Identifier: Apache-2.0
// Writes each instruction as a line of JSON (EIP-3155), and a line at the end of the transaction.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "evm/vm/trace.hpp"

namespace warpevm::tools {

/// What the lines hold.
struct TraceStyle {
    bool stack = true;
    bool memory = false;
    bool return_data = true;
    /// As geth writes it: the last line has the gas that the first frame used, and an error in place of a
    /// verdict; return data that is empty is left out; what SSTORE and SELFDESTRUCT refund is in their own
    /// line.
    bool as_geth = false;
};

class Eip3155Writer final : public Tracer {
  public:
    explicit Eip3155Writer(std::ostream& out, const TraceStyle& style = {}) : m_out(out), m_style(style) {}
    void on_step(const TraceStep& step) override;
    void on_enter(int64_t gas_left) override;
    void on_step_done(const StepEnd& end) override;
    void on_transaction_done(const TraceEnd& end) override;

  private:
    /// An instruction whose cost is not known yet; those of the callers of the running frame lie beneath.
    struct Pending {
        std::string before_cost;
        std::string after_cost;
        std::string after_refund;
        int64_t refund = 0;
        int64_t gas = 0;
        int64_t static_gas = 0;
        size_t height = 0;
        uint8_t opcode = 0;
        bool written = false;
    };
    void write(Pending& step, int64_t cost, std::string_view error);

    std::ostream& m_out;
    TraceStyle m_style;
    std::vector<Pending> m_pending;
    /// How the first frame's last instruction failed; empty where it did not.
    std::string m_error;
};

/// How geth words the end of a frame; for stack errors with the stack's `height` at `opcode`. Empty for
/// success.
std::string geth_error(Status status, uint8_t opcode, size_t height);
/// "ADD", or "opcode 0xc not defined".
std::string geth_opcode_name(uint8_t opcode);

}  // namespace warpevm::tools
