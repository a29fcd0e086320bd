// SPDX-License-Identifier: Apache-2.0
// What outlives a block: caches and buffers. There is no global state; whoever executes owns one of these.
#pragma once

#include <memory>

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

    /// Which loop runs the code, and who watches (a tracer implies the plain loop). `traced_transaction`:
    /// only that one, by index.
    Interpreter interpreter = Interpreter::tiered;
    Tracer* tracer = nullptr;
    std::optional<uint32_t> traced_transaction;

  private:
    std::shared_ptr<CodeCache> m_codes;
    MachineBuffers m_buffers;
};

}  // namespace warpevm
