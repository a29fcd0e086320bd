// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/lowering/block_ir.hpp"

#include <algorithm>

#include "evm/vm/buffers.hpp"
#include "evm/vm/lowering/operations.hpp"

namespace warpevm::lowering {
namespace {

/// Longer stretches are cut, so that translating one place never costs more than this many operations.
constexpr size_t longest_block = 512;
/// The same for what is no operation: pushing, duplicating, swapping and dropping words.
constexpr size_t most_instructions = 1024;
static_assert(longest_block + 64 < MachineBuffers::scratch_words,
              "each operation may need a word of its own");
/// How many JUMPDESTs in a row one block takes in.
constexpr size_t longest_jumpdest_run = 64;

/// A gas segment ends with these: they look at the gas left, or hand it on.
bool looks_at_gas(uint8_t op) {
    return op == OP_GAS || op == OP_SSTORE || op == OP_CREATE || op == OP_CREATE2 || op == OP_CALL ||
           op == OP_CALLCODE || op == OP_DELEGATECALL || op == OP_STATICCALL;
}

bool is_power_of_two(const U256& x) {
    return !x.is_zero() && (x & (x - 1)).is_zero();
}

class Reader {
  public:
    Reader(BytesView code, const GasTable& gas_table, size_t position, const ReadingOptions& options,
           Block& block)
        : m_code(code), m_gas_table(gas_table), m_options(options), m_pc(position), m_block(block) {
        m_block.reset(position);
    }
    void read();

  private:
    /// Makes the symbolic stack at least `depth` deep by fetching what was there on entry.
    void reach(size_t depth) {
        if (m_block.stack.size() >= depth) return;
        const size_t missing = depth - m_block.stack.size();
        m_block.stack.insert(m_block.stack.begin(), missing, Value{});
        for (size_t i = missing; i-- != 0;) m_block.stack[i] = {Value::entry, ++m_block.entry_used};
    }
    Value pop() {
        reach(1);
        const Value v = m_block.stack.back();
        m_block.stack.pop_back();
        return v;
    }
    void push(const Value& v) { m_block.stack.push_back(v); }
    void push_constant(const U256& value) {
        m_block.constants.push_back(value);
        push({Value::constant, static_cast<int32_t>(m_block.constants.size() - 1)});
    }
    [[nodiscard]] const U256& constant(const Value& v) const {
        return m_block.constants[static_cast<size_t>(v.index)];
    }

    void skip_jumpdests();
    bool step(uint8_t op, const OpcodeInfo& info);
    bool end_block(uint8_t op);
    bool fold(Operation& o);
    bool defer(const Operation& o);
    void simplify(Operation& o);
    void operation(uint8_t op, const OpcodeInfo& info);
    void push_immediate(unsigned size);
    /// The gas of the stretch so far.
    int64_t& charged() {
        return m_segment < 0 ? m_block.gas : m_block.operations[static_cast<size_t>(m_segment)].gas;
    }
    void charge(int64_t gas) { charged() += gas; }

    BytesView m_code;
    const GasTable& m_gas_table;
    const ReadingOptions& m_options;
    size_t m_pc;
    Block& m_block;
    int32_t m_segment =
        -1;  ///< the operation that charges for what is read now, or -1: the block's entry does
};

/// Of several JUMPDESTs in a row only the last begins a block with something in it, so that nothing is read
/// twice.
void Reader::skip_jumpdests() {
    const auto is_jumpdest = [&](size_t at) { return at < m_code.size() && m_code[at] == OP_JUMPDEST; };
    for (size_t n = 0; n < longest_jumpdest_run && is_jumpdest(m_pc) && is_jumpdest(m_pc + 1); ++n) {
        charge(m_gas_table.ops[OP_JUMPDEST].gas);
        ++m_pc;
    }
}

void Reader::read() {
    if (m_options.joins_jumpdests) skip_jumpdests();
    const bool only_jumpdests = m_pc != m_block.position;
    for (size_t n = 0;; ++n) {
        const uint8_t op = m_pc < m_code.size() ? m_code[m_pc] : uint8_t{OP_STOP};
        // What needs or makes more words than there can be is never run to its end.
        if (only_jumpdests || (op == OP_JUMPDEST && n != 0) || m_block.operations.size() >= longest_block ||
            n >= most_instructions || m_block.growth > static_cast<int32_t>(max_stack) ||
            m_block.entry_used > static_cast<int32_t>(max_stack)) {
            m_block.end = {.kind = End::fall_through, .next = m_pc};
            break;
        }
        const OpcodeInfo& info = m_gas_table.ops[op];
        if (!info.defined || op == OP_INVALID) {
            m_block.end = {
                .status = info.defined ? Status::invalid_instruction : Status::undefined_instruction,
                .next = m_pc + 1};
            break;
        }
        reach(info.pops);
        charge(info.gas);
        if (!step(op, info)) break;
        m_block.growth = std::max(m_block.growth, m_block.height_change());
        ++m_pc;
    }
    int64_t stretch = m_block.gas;
    for (Operation& o : m_block.operations) {
        if (o.charges_gas)
            stretch = o.gas;
        else
            o.charged_ahead = stretch - o.charged_ahead;
    }
}

/// Reads one instruction; false where it ends the block.
bool Reader::step(uint8_t op, const OpcodeInfo& info) {
    if (op >= OP_PUSH0 && op <= OP_PUSH32) {
        push_immediate(op - OP_PUSH0);
        return true;
    }
    if (op >= OP_DUP1 && op <= OP_DUP16) {
        push(Value(m_block.stack[m_block.stack.size() - 1 - (op - OP_DUP1)]));
        return true;
    }
    if (op >= OP_SWAP1 && op <= OP_SWAP16) {
        std::swap(m_block.stack.back(), m_block.stack[m_block.stack.size() - 2 - (op - OP_SWAP1)]);
        return true;
    }
    switch (op) {
        case OP_JUMPDEST: return true;
        case OP_POP: pop(); return true;
        case OP_PC: push_constant(m_pc); return true;
        case OP_STOP:
        case OP_JUMP:
        case OP_JUMPI:
        case OP_RETURN:
        case OP_REVERT:
        case OP_SELFDESTRUCT: return end_block(op);
        default: operation(op, info); return true;
    }
}

bool Reader::end_block(uint8_t op) {
    End& end = m_block.end;
    end.next = m_pc + 1;
    if (op == OP_JUMP || op == OP_JUMPI) {
        end.kind = op == OP_JUMP ? End::jump : End::branch;
        end.target = pop();
        if (op == OP_JUMPI) end.condition = pop();
    } else if (op != OP_STOP) {
        end.kind = End::output;
        end.status = op == OP_REVERT ? Status::revert : Status::success;
        end.last = Operation{.opcode = op, .inputs = static_cast<uint8_t>(op == OP_SELFDESTRUCT ? 1 : 2)};
        for (int i = 0; i < end.last.inputs; ++i) end.last.in[i] = pop();
    }
    return false;
}

void Reader::push_immediate(unsigned size) {
    uint8_t bytes[32] = {};
    const size_t available = std::min<size_t>(size, m_code.size() - std::min(m_code.size(), m_pc + 1));
    if (available != 0) std::memcpy(bytes + 32 - size, m_code.data() + m_pc + 1, available);
    push_constant(load_be(bytes));
    m_pc += size;
}

void Reader::operation(uint8_t op, const OpcodeInfo& info) {
    const int64_t before = charged();
    Operation& o = m_block.operations.emplace_back();
    o.opcode = op;
    o.inputs = info.pops;
    o.charged_ahead = before;  // for now
    for (int i = 0; i < info.pops; ++i) o.in[i] = pop();
    if (op == OP_GT || op == OP_SGT) {
        o.opcode = op == OP_GT ? OP_LT : OP_SLT;
        std::swap(o.in[0], o.in[1]);
    }
    if (fold(o)) {
        m_block.operations.pop_back();
        return;
    }
    if (m_options.folding == Folding::now) simplify(o);
    if (info.pushes != 0) {
        o.made = m_block.definitions++;
        push({Value::made, o.made});
    }
    if (looks_at_gas(op)) {
        m_segment = static_cast<int32_t>(m_block.operations.size());
        m_block.operations.push_back(Operation{.charges_gas = true});
    }
}

/// Operations on constants are done now.
bool Reader::fold(Operation& o) {
    for (int i = 0; i < o.inputs; ++i)
        if (o.in[i].kind != Value::constant) return false;
    if (m_options.folding == Folding::deferred) return defer(o);
    U256 result;
    if (o.inputs == 2 && visit_binary(o.opcode, [&]<class Op>() {
            Op::apply(result, constant(o.in[0]), constant(o.in[1]));
        })) {
        push_constant(result);
        return true;
    }
    if (o.inputs == 1 && visit_unary(o.opcode, [&]<class Op>() { Op::apply(result, constant(o.in[0])); })) {
        push_constant(result);
        return true;
    }
    return false;
}

/// The constant is there, its value is not.
bool Reader::defer(const Operation& o) {
    const bool foldable = o.inputs == 2   ? visit_binary(o.opcode, []<class Op>() {})
                          : o.inputs == 1 ? visit_unary(o.opcode, []<class Op>() {})
                                          : false;
    if (!foldable) return false;
    const auto index = static_cast<int32_t>(m_block.constants.size());
    m_block.expressions.push_back({index, o.opcode, o.in[0].index, o.inputs == 2 ? o.in[1].index : 0});
    push_constant({});
    return true;
}

/// Multiplying and dividing by powers of two are shifts and masks.
void Reader::simplify(Operation& o) {
    if (o.inputs != 2) return;
    const auto power = [&](const Value& v) {
        return v.kind == Value::constant && is_power_of_two(constant(v));
    };
    if (o.opcode == OP_MUL && power(o.in[0])) std::swap(o.in[0], o.in[1]);
    if ((o.opcode != OP_MUL && o.opcode != OP_DIV && o.opcode != OP_MOD) || !power(o.in[1])) return;
    const U256 divisor = constant(o.in[1]);
    const Value value = o.in[0];
    const bool masks = o.opcode == OP_MOD;
    m_block.constants.push_back(masks ? divisor - 1 : U256{divisor.bit_length() - 1});
    const Value amount{Value::constant, static_cast<int32_t>(m_block.constants.size() - 1)};
    o.opcode = masks ? OP_AND : o.opcode == OP_MUL ? OP_SHL : OP_SHR;
    o.in[0] = amount;
    o.in[1] = value;
}

/// Whether an operation does nothing but make its result.
bool is_pure(uint8_t op) {
    if (op >= OP_ADD && op <= OP_CLZ) return op != OP_EXP;
    switch (op) {
        case OP_ADDRESS:
        case OP_ORIGIN:
        case OP_CALLER:
        case OP_CALLVALUE:
        case OP_CALLDATALOAD:
        case OP_CALLDATASIZE:
        case OP_CODESIZE:
        case OP_GASPRICE:
        case OP_RETURNDATASIZE:
        case OP_COINBASE:
        case OP_TIMESTAMP:
        case OP_NUMBER:
        case OP_DIFFICULTY:
        case OP_GASLIMIT:
        case OP_CHAINID:
        case OP_BASEFEE:
        case OP_BLOBBASEFEE:
        case OP_MSIZE:
        case OP_GAS: return true;
        default: return false;
    }
}

}  // namespace

void read_block(BytesView code, const GasTable& gas_table, size_t position, const ReadingOptions& options,
                Block& block) {
    Reader(code, gas_table, position, options, block).read();
}

void remove_dead_operations(Block& block, std::vector<uint32_t>& uses) {
    uses.assign(static_cast<size_t>(block.definitions), 0);
    const auto use = [&](const Value& v) {
        if (v.kind == Value::made) ++uses[static_cast<size_t>(v.index)];
    };
    const bool stays =
        block.end.kind == End::jump || block.end.kind == End::branch || block.end.kind == End::fall_through;
    if (stays)
        for (const Value& v : block.stack) use(v);
    if (block.end.kind == End::jump || block.end.kind == End::branch) use(block.end.target);
    if (block.end.kind == End::branch) use(block.end.condition);
    if (block.end.kind == End::output)
        for (int i = 0; i < block.end.last.inputs; ++i) use(block.end.last.in[i]);
    for (auto it = block.operations.rbegin(); it != block.operations.rend(); ++it) {
        if (it->charges_gas) {
            it->dead = it->gas == 0;
            continue;
        }
        it->dead = it->made >= 0 && uses[static_cast<size_t>(it->made)] == 0 && is_pure(it->opcode);
        if (!it->dead)
            for (int i = 0; i < it->inputs; ++i) use(it->in[i]);
    }
}

}  // namespace warpevm::lowering
