// SPDX-License-Identifier: Apache-2.0
// Views in a step are valid only while it is announced, so the line is put together then and its cost added
// later.
#include "tools/common/eip3155.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "evm/base/hex.hpp"
#include "evm/vm/opcodes.hpp"

namespace warpevm::tools {

void Eip3155Writer::on_step(const TraceStep& step) {
    Pending& line = m_pending.emplace_back();
    line.gas = step.gas;
    line.before_cost = fmt::format(R"({{"pc":{},"op":{},"gas":"0x{:x}","gasCost":")", step.pc, step.opcode,
                                   std::max<int64_t>(step.gas, 0));
    std::string& tail = line.after_cost;
    tail = fmt::format(R"(","memSize":{},"stack":[)", step.memory_size);
    for (size_t i = 0; i < step.stack.size(); ++i) {
        if (i != 0) tail += ',';
        tail += '"' + to_quantity(step.stack[i]) + '"';
    }
    const char* opcode = opcode_name(step.opcode);
    tail +=
        fmt::format(R"(],"returnData":"{}","depth":{},"refund":{},"opName":"{}")", to_hex(step.return_data),
                    step.depth, step.refund, opcode != nullptr ? opcode : "UNDEFINED");
}

void Eip3155Writer::write(Pending& step, int64_t cost, std::string_view error) {
    m_out << step.before_cost << fmt::format("0x{:x}", std::max<int64_t>(cost, 0)) << step.after_cost;
    if (!error.empty()) m_out << R"(,"error":")" << error << '"';
    m_out << "}\n";
    step.written = true;
}

void Eip3155Writer::on_enter(int64_t gas_left) {
    if (m_pending.empty() || m_pending.back().written) return;
    write(m_pending.back(), m_pending.back().gas - gas_left, {});
}

void Eip3155Writer::on_step_done(int64_t gas_left, Status status) {
    if (m_pending.empty()) return;
    Pending& step = m_pending.back();
    if (!step.written)
        write(step, step.gas - gas_left, is_exceptional(status) ? name(status) : std::string_view{});
    m_pending.pop_back();
}

void Eip3155Writer::on_transaction_done(bool success, uint64_t gas_used, BytesView output) {
    m_out << fmt::format(R"({{"output":"{}","gasUsed":"0x{:x}","pass":{}}})", to_hex(output), gas_used,
                         success)
          << '\n';
    m_out.flush();
    m_pending.clear();
}

}  // namespace warpevm::tools
