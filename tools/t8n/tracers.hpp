// SPDX-License-Identifier: Apache-2.0
// What t8n watches execution with: a text of EIP-3155 lines for each transaction, and counts of instructions.
#pragma once

#include <array>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "tools/common/eip3155.hpp"

namespace warpevm::tools {

/// How often each instruction ran.
class OpcodeCounter final : public Tracer {
  public:
    void on_step(const TraceStep& step) override { ++m_counts[step.opcode]; }
    void on_enter(int64_t) override {}
    void on_step_done(const StepEnd&) override {}
    void on_transaction_done(const TraceEnd&) override {}
    /// By name as JSON; bytes that no fork defines are named by their value ("0x0c").
    [[nodiscard]] std::string json() const;

  private:
    std::array<uint64_t, 256> m_counts{};
};

/// The lines of each transaction that is executed, in order, where a style is given, and counts where a
/// counter is.
class TransactionTracer final : public Tracer {
  public:
    TransactionTracer(const std::optional<TraceStyle>& style, OpcodeCounter* counter) : m_counter(counter) {
        if (style) m_writer.emplace(m_text, *style);
    }
    void on_step(const TraceStep& step) override {
        if (m_writer) m_writer->on_step(step);
        if (m_counter != nullptr) m_counter->on_step(step);
    }
    void on_enter(int64_t gas_left) override {
        if (m_writer) m_writer->on_enter(gas_left);
    }
    void on_step_done(const StepEnd& end) override {
        if (m_writer) m_writer->on_step_done(end);
    }
    void on_transaction_done(const TraceEnd& end) override {
        if (!m_writer) return;
        m_writer->on_transaction_done(end);
        texts.push_back(std::move(m_text).str());
        m_text.str({});
    }
    std::vector<std::string> texts;

  private:
    OpcodeCounter* m_counter;
    std::ostringstream m_text;
    std::optional<Eip3155Writer> m_writer;
};

}  // namespace warpevm::tools
