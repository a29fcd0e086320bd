// SPDX-License-Identifier: Apache-2.0
// The abstract form as text, for people.
#include <fmt/format.h>

#include "evm/base/hex.hpp"
#include "evm/vm/lowering/lowering.hpp"

namespace warpevm::lowering {
namespace {

class Printer {
  public:
    explicit Printer(const LoweredBlock& block) : m_block(block) {}

    std::string print() {
        m_text = fmt::format("block at {}: gas {}, needs {}, grows by {}\n", m_block.position, m_block.gas,
                             m_block.needs, m_block.growth);
        for (const Expression& e : m_block.expressions) expression(e);
        for (const LoweredInstruction& i : m_block.instructions) instruction(i);
        end();
        return std::move(m_text);
    }

  private:
    static std::string slot(int32_t slot) { return fmt::format("s[{}]", slot); }
    [[nodiscard]] std::string constant(int32_t index) const {
        const Operand o = Operand::constant(index);
        return m_block.is_known(o) ? to_quantity(m_block.constant(o)) : fmt::format("c[{}]", index);
    }
    [[nodiscard]] std::string operand(Operand o) const {
        return o.is_constant() ? constant(static_cast<int32_t>(o.index())) : slot(o.slot());
    }

    void expression(const Expression& e) {
        m_text += fmt::format("  c[{}] = {} {}", e.constant, opcode_name(e.opcode), constant(e.a));
        m_text += e.is_unary() ? "\n" : fmt::format(" {}\n", constant(e.b));
    }

    void instruction(const LoweredInstruction& i) {
        if (i.action == CHARGE) {
            m_text += fmt::format("  charge {}\n", i.gas);
            return;
        }
        if (i.action == SWAP) {
            m_text += fmt::format("  {} <-> {}\n", slot(i.result), operand(i.in[0]));
            return;
        }
        m_text += "  ";
        if (i.has_result) m_text += slot(i.result) + " = ";
        m_text += i.action == COPY ? operand(i.in[0]) : opcode_name(static_cast<uint8_t>(i.action));
        for (int n = 0; i.action != COPY && n < i.inputs; ++n) m_text += ' ' + operand(i.in[n]);
        m_text += i.gas != 0 ? fmt::format("  ; {} charged ahead\n", i.gas) : "\n";
    }

    void end() {
        const LoweredEnd& e = m_block.end;
        switch (e.kind) {
            case LoweredEnd::jump: m_text += fmt::format("  jump to {}", operand(e.target)); break;
            case LoweredEnd::branch:
                m_text += fmt::format("  jump to {} {} {} {}", operand(e.target), e.when ? "if" : "unless",
                                      opcode_name(e.condition), operand(e.a));
                if (e.condition != OP_ISZERO) m_text += ' ' + operand(e.b);
                m_text += fmt::format(", else to {}", e.next);
                break;
            case LoweredEnd::fall_through: m_text += fmt::format("  go on at {}", e.next); break;
            case LoweredEnd::halt:
            case LoweredEnd::output: m_text += fmt::format("  end with {}", name(e.status)); break;
        }
        m_text += e.change != 0 ? fmt::format(", stack {:+}\n", e.change) : "\n";
    }

    const LoweredBlock& m_block;
    std::string m_text;
};

}  // namespace

std::string to_text(const LoweredBlock& block) {
    return Printer(block).print();
}

}  // namespace warpevm::lowering
