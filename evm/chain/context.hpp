// SPDX-License-Identifier: Apache-2.0
// What outlives a block: caches and buffers. There is no global state; whoever executes owns one of these.
#pragma once

#include <memory>

#include "evm/base/cancellation.hpp"
#include "evm/state/code.hpp"
#include "evm/vm/buffers.hpp"
#include "evm/vm/machine.hpp"

namespace warpevm {

/// One execution at a time; the code cache may be shared by several contexts.
class ExecutionContext {
  public:
    ExecutionContext() : m_codes(std::make_shared<CodeCache>()) {}
    explicit ExecutionContext(std::shared_ptr<CodeCache> codes) : m_codes(std::move(codes)) {}

    [[nodiscard]] CodeCache& codes() { return *m_codes; }
    [[nodiscard]] const std::shared_ptr<CodeCache>& shared_codes() const { return m_codes; }
    [[nodiscard]] MachineBuffers& buffers() { return m_buffers; }

    /// Null: nobody ends it.
    void set_cancellation(const Cancellation* cancellation) {
        m_cancellation = cancellation != nullptr ? cancellation : &never_cancelled;
    }
    [[nodiscard]] const Cancellation& cancellation() const { return *m_cancellation; }

    /// Which loop runs the code, and who watches (a tracer implies the plain loop). `traced_transaction`:
    /// only that one, by index.
    Interpreter interpreter = Interpreter::tiered;
    Tracer* tracer = nullptr;
    std::optional<uint32_t> traced_transaction;
    /// Watches the system calls before and after the transactions.
    Tracer* system_call_tracer = nullptr;

  private:
    std::shared_ptr<CodeCache> m_codes;
    MachineBuffers m_buffers;
    const Cancellation* m_cancellation = &never_cancelled;
};

}  // namespace warpevm
