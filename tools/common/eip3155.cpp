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
namespace {

std::string stack_text(std::span<const U256> stack) {
    std::string text = "[";
    for (size_t i = 0; i < stack.size(); ++i) {
        if (i != 0) text += ',';
        text += '"' + to_quantity(stack[i]) + '"';
    }
    return text + ']';
}

bool is_stack_error(Status status) {
    return status == Status::stack_underflow || status == Status::stack_overflow;
}

}  // namespace

std::string geth_opcode_name(uint8_t opcode) {
    const char* name = opcode_name(opcode);
    return name != nullptr ? name : fmt::format("opcode {:#x} not defined", opcode);
}

std::string geth_error(Status status, uint8_t opcode, size_t height) {
    const OpcodeInfo& info = gas_table(static_cast<Fork>(fork_count - 1)).ops[opcode];
    switch (status) {
        case Status::success: return {};
        case Status::revert: return "execution reverted";
        case Status::call_depth: return "max call depth exceeded";
        case Status::insufficient_balance: return "insufficient balance for transfer";
        case Status::nonce_overflow: return "nonce uint64 overflow";
        case Status::out_of_gas: return "out of gas";
        case Status::stack_underflow: return fmt::format("stack underflow ({} <=> {})", height, info.pops);
        case Status::stack_overflow:
            return fmt::format("stack limit reached {} ({})", height, max_stack + info.pops - info.pushes);
        case Status::invalid_jump: return "invalid jump destination";
        case Status::undefined_instruction:
        case Status::invalid_instruction: return "invalid opcode: " + geth_opcode_name(opcode);
        case Status::static_violation: return "write protection";
        case Status::return_data_out_of_bounds: return "return data out of bounds";
        case Status::address_collision: return "contract address collision";
        case Status::initcode_too_large: return "max initcode size exceeded";
        case Status::code_too_large: return "max code size exceeded";
        case Status::code_starts_with_ef: return "invalid code: must not begin with 0xef";
        case Status::precompile_failure: return "precompile failed";
    }
    return std::string(name(status));
}

void Eip3155Writer::on_step(const TraceStep& step) {
    Pending& line = m_pending.emplace_back();
    line.gas = step.gas;
    line.static_gas = step.static_gas;
    line.height = step.stack.size();
    line.opcode = step.opcode;
    line.before_cost = fmt::format(R"({{"pc":{},"op":{},"gas":"0x{:x}","gasCost":")", step.pc, step.opcode,
                                   std::max<int64_t>(step.gas, 0));
    std::string& tail = line.after_cost;
    tail = "\"";
    if (m_style.memory && !step.memory.empty()) tail += fmt::format(R"(,"memory":"{}")", to_hex(step.memory));
    tail += fmt::format(R"(,"memSize":{},"stack":{})", step.memory_size,
                        m_style.stack ? stack_text(step.stack) : "null");
    // geth leaves out what is empty.
    if (m_style.return_data && !(m_style.as_geth && step.return_data.empty()))
        tail += fmt::format(R"(,"returnData":"{}")", to_hex(step.return_data));
    tail += fmt::format(R"(,"depth":{},"refund":)", step.depth);
    line.refund = step.refund;
    line.after_refund = fmt::format(R"(,"opName":"{}")", geth_opcode_name(step.opcode));
}

void Eip3155Writer::write(Pending& step, int64_t cost, std::string_view error) {
    m_out << step.before_cost << fmt::format("0x{:x}", std::max<int64_t>(cost, 0)) << step.after_cost
          << step.refund << step.after_refund;
    if (!error.empty()) m_out << R"(,"error":")" << error << '"';
    m_out << "}\n";
    step.written = true;
}

void Eip3155Writer::on_enter(int64_t gas_left) {
    if (m_pending.empty() || m_pending.back().written) return;
    write(m_pending.back(), m_pending.back().gas - gas_left, {});
}

void Eip3155Writer::on_step_done(const StepEnd& end) {
    if (m_pending.empty()) return;
    Pending& step = m_pending.back();
    const std::string error = geth_error(end.status, step.opcode, step.height);
    // What fails before it is charged is shown with its static price.
    const int64_t cost = is_stack_error(end.status) ? step.static_gas : step.gas - end.gas_left;
    // geth computes their refund with their price.
    if (m_style.as_geth && (step.opcode == OP_SSTORE || step.opcode == OP_SELFDESTRUCT))
        step.refund = end.refund;
    if (!step.written) write(step, cost, is_exceptional(end.status) ? error : std::string_view{});
    if (m_pending.size() == 1) m_error = error;
    m_pending.pop_back();
}

void Eip3155Writer::on_transaction_done(const TraceEnd& end) {
    const bool success = end.status == Status::success;
    if (m_style.as_geth) {
        m_out << fmt::format(R"({{"output":"{}","gasUsed":"0x{:x}")", to_hex(end.output).substr(2),
                             end.frame_gas_used);
        if (!success) {
            const bool deposit = end.is_create && end.status == Status::out_of_gas;
            const std::string error = !m_error.empty() ? m_error
                                      : deposit        ? "contract creation code storage out of gas"
                                                       : geth_error(end.status, 0, 0);
            m_out << R"(,"error":")" << error << '"';
        }
        m_out << "}\n";
    } else {
        m_out << fmt::format(R"({{"output":"{}","gasUsed":"0x{:x}","pass":{}}})", to_hex(end.output),
                             end.gas_used, success)
              << '\n';
    }
    m_out.flush();
    m_pending.clear();
    m_error.clear();
}

}  // namespace warpevm::tools
