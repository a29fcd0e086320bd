// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/program.hpp"

#include <utility>

#include "tests/fuzz/blocks/calls.hpp"

namespace warpevm::fuzz {
namespace {

enum class Statement : uint8_t {
    computation,
    memory,
    copy,
    storage,
    log,
    call,
    recursion,
    precompile,
    creation,
    loop,
    branch,
    end,
    stack
};
/// Weights by flavour, in the order of Statement.
constexpr uint8_t weights[flavours][13] = {
    {16, 14, 8, 12, 5, 14, 5, 6, 3, 4, 8, 1, 4},  // mixed
    {8, 26, 24, 5, 4, 10, 8, 4, 2, 5, 3, 1, 1},   // memory
    {8, 8, 6, 6, 3, 34, 14, 10, 2, 3, 5, 1, 1},   // calls
    {10, 6, 3, 40, 8, 10, 2, 2, 2, 8, 8, 1, 1},   // storage
    {45, 12, 4, 6, 2, 4, 2, 2, 1, 10, 8, 1, 8},   // computation
    {8, 8, 6, 8, 3, 10, 3, 3, 26, 2, 5, 1, 1},    // creations
};

class Writer {
  public:
    Writer(Random& random, const Surroundings& around, const ProgramShape& shape)
        : m_scribe(random, around, shape.memory), m_random(random), m_code(m_scribe.code), m_shape(shape) {}

    void raise(int height) {
        while (m_code.height() < height)
            if (m_code.height() > 0 && m_random.chance(90))
                m_code.dup(1 + static_cast<unsigned>(m_random.pick(std::min(16, m_code.height()))));
            else
                push_word(m_scribe, 1);
    }
    void statements(uint32_t count) {
        for (; count > 0; --count) statement();
    }
    void end();
    void deploy(const Bytes& runtime) {
        m_code.copy_data(runtime, 0);
        m_code.push(runtime.size()).push(0).op(OP_RETURN);
    }
    Bytes finish() { return m_code.finish(); }
    Code& code() { return m_code; }

  private:
    void statement();
    void computation();
    void memory();
    void copy();
    void storage();
    void log();
    void loop();
    void branch();
    void stack();
    void use() {
        if (m_scribe.free_words() < m_shape.height + 24 && m_random.chance(30)) return;
        use_result(m_scribe);
    }
    /// What it does leaves as many words as there were.
    template <class Body>
    void neutral(Body&& body) {
        const int height = m_code.height(), floor = std::exchange(m_scribe.floor, height);
        ++m_nesting;
        body();
        --m_nesting;
        m_scribe.floor = floor;
        m_code.pop(m_code.height() - height);
        while (m_code.height() < height) m_code.push(0);
    }

    Scribe m_scribe;
    Random& m_random;
    Code& m_code;
    ProgramShape m_shape;
    int m_nesting = 0;
};

void Writer::statement() {
    const auto& row = weights[static_cast<size_t>(m_shape.flavour)];
    uint64_t sum = 0;
    for (const uint8_t weight : row) sum += weight;
    uint64_t left = m_random.pick(sum);
    size_t which = 0;
    while (left >= row[which]) left -= row[which++];
    switch (static_cast<Statement>(which)) {
        case Statement::computation: return computation();
        case Statement::memory: return memory();
        case Statement::copy: return copy();
        case Statement::storage: return storage();
        case Statement::log: return log();
        case Statement::call:
            push_call(m_scribe);
            use();
            if (m_random.chance(50)) read_return_data(m_scribe);
            return;
        case Statement::recursion:
            // Of two in one program each frame would call twice.
            if (m_nesting > 0) return computation();
            push_recursion(m_scribe);
            return use();
        case Statement::precompile:
            push_precompile_call(m_scribe);
            use();
            if (m_random.chance(50)) read_return_data(m_scribe);
            return;
        case Statement::creation:
            if (m_shape.creations == 0 || m_nesting > 1) return memory();
            push_creation(m_scribe, make_initcode(m_random, m_scribe.around, m_shape.creations - 1));
            return use();
        case Statement::loop: return loop();
        case Statement::branch: return branch();
        case Statement::end:
            if (m_nesting == 0) return computation();
            return neutral([&] { end(); });
        case Statement::stack: return stack();
    }
}

void Writer::computation() {
    for (uint64_t n = 1 + m_random.pick(8); n > 0; --n) {
        const int words = m_scribe.free_words();
        if (words >= 2 && m_random.chance(40)) {
            static constexpr uint8_t ops[] = {OP_ADD, OP_SUB, OP_MUL, OP_XOR,  OP_AND, OP_OR,
                                              OP_LT,  OP_EQ,  OP_SLT, OP_BYTE, OP_DIV, OP_SMOD};
            m_code.op(m_random.of(ops));
        } else if (words >= 2 && m_random.chance(40)) {
            m_code.swap(1 + static_cast<unsigned>(m_random.pick(std::min(16, words - 1))));
        } else if (words > m_shape.height + 20) {
            m_code.op(OP_POP);
        } else {
            push_word(m_scribe);
        }
    }
}

void Writer::memory() {
    const uint64_t kind = m_random.pick(10);
    if (kind < 6) {
        push_word(m_scribe);
        push_place(m_scribe);
        m_code.op(m_random.chance(80) ? OP_MSTORE : OP_MSTORE8);
    } else if (kind < 8) {
        push_place(m_scribe);
        m_code.op(OP_MLOAD);
        use();
    } else if (m_code.has(OP_MCOPY)) {
        push_extent(m_scribe);
        push_place(m_scribe);
        push_place(m_scribe);
        m_code.op(OP_MCOPY);
    } else {
        m_code.op(OP_MSIZE);
        push_place(m_scribe);
        m_code.op(OP_MSTORE);
    }
}

void Writer::copy() {
    switch (m_random.pick(6)) {
        case 0:
        case 1:
            push_extent(m_scribe);
            push_place(m_scribe);
            push_place(m_scribe);
            m_code.op(OP_CALLDATACOPY);
            break;
        case 2:
            push_extent(m_scribe);
            push_place(m_scribe);
            push_place(m_scribe);
            m_code.op(OP_CODECOPY);
            break;
        case 3:
            push_extent(m_scribe);
            push_place(m_scribe);
            push_place(m_scribe);
            push_address(m_scribe);
            m_code.op(OP_EXTCODECOPY);
            break;
        case 4: read_return_data(m_scribe); break;
        default:
            push_extent(m_scribe);
            push_place(m_scribe);
            m_code.op(OP_KECCAK256);
            use();
    }
}

void Writer::storage() {
    const bool transient = m_code.has(OP_TSTORE) && m_random.chance(30);
    if (m_random.chance(40)) {
        push_key(m_scribe);
        m_code.op(transient ? OP_TLOAD : OP_SLOAD);
        return use();
    }
    if (m_random.chance(50)) {
        m_code.push(m_random.pick(3));
    } else {
        push_word(m_scribe, 1);
    }
    push_key(m_scribe);
    m_code.op(transient ? OP_TSTORE : OP_SSTORE);
}

void Writer::log() {
    const auto topics = static_cast<uint8_t>(m_random.pick(5));
    for (uint8_t i = 0; i < topics; ++i) push_word(m_scribe, 1);
    push_extent(m_scribe);
    push_place(m_scribe);
    m_code.op(static_cast<uint8_t>(OP_LOG0 + topics));
}

/// Counts down on the stack.
void Writer::loop() {
    if (m_nesting > 1) return computation();
    m_code.push(1 + m_random.by_magnitude(m_shape.flavour == Flavour::computation ? 60 : 12));
    const size_t begin = m_code.mark();
    neutral([&] { statements(1 + static_cast<uint32_t>(m_random.pick(3))); });
    m_code.push(1).swap(1).op(OP_SUB).dup(1).push(begin, 2).op(OP_JUMPI).op(OP_POP);
}

void Writer::branch() {
    if (m_nesting > 2) return computation();
    const auto some = [&] { statements(1 + static_cast<uint32_t>(m_random.pick(3))); };
    push_word(m_scribe);
    const Code::Label otherwise = m_code.push_label();
    m_code.op(OP_JUMPI);
    neutral(some);
    if (m_random.chance(50)) return m_code.land(otherwise);
    const Code::Label end = m_code.push_label();
    m_code.op(OP_JUMP).land(otherwise);
    neutral(some);
    m_code.land(end);
}

/// Many words at once, so that much lives across what follows.
void Writer::stack() {
    const int most = std::min(900, m_code.height() + static_cast<int>(m_random.by_magnitude(600)));
    if (m_nesting > 0 || m_code.height() > 700) return computation();
    raise(most);
    if (m_random.chance(60)) m_code.pop(static_cast<int>(m_random.pick(static_cast<uint64_t>(most) + 1)));
}

void Writer::end() {
    Random& r = m_random;
    const uint64_t kind = r.pick(100);
    if (kind < 62 || (kind < 74 && m_code.has(OP_REVERT))) {
        push_extent(m_scribe);
        push_place(m_scribe);
        m_code.op(kind < 62 ? OP_RETURN : OP_REVERT);
    } else if (kind < 86) {
        m_code.op(OP_STOP);
    } else if (kind < 92) {
        push_address(m_scribe);
        m_code.op(OP_SELFDESTRUCT);
    } else if (kind < 93) {
        m_code.op(OP_INVALID);
    } else if (kind < 94) {
        push_word(m_scribe);
        m_code.op(OP_JUMP);
    } else if (kind < 95) {  // too few words, or too many
        if (r.chance(50)) {
            for (int i = m_code.height(); i < 17; ++i) m_code.op(OP_SWAP16);
            m_code.op(OP_CALL);
        } else {
            const size_t begin = m_code.mark();
            m_code.dup(1).push(begin, 2).op(OP_JUMP);
        }
    } else if (kind < 96) {
        m_code.op(static_cast<uint8_t>(r.any({0x0c, 0x21, 0x4b, 0xa5, 0xef, 0xfb})));
    }
}

}  // namespace

ProgramShape some_shape(Random& random) {
    ProgramShape shape;
    shape.flavour = static_cast<Flavour>(random.pick(flavours));
    shape.statements = static_cast<uint32_t>(3 + random.pick(24));
    shape.memory = random.any<uint64_t>({256, 256, 1024, 1024, 4096, 16384, 70'000, 300'000});
    if (shape.flavour == Flavour::memory)
        shape.memory = random.any<uint64_t>({1024, 16384, 70'000, 200'000, 400'000, 600'000, 1'100'000});
    if (random.chance(10)) shape.height = static_cast<int>(random.by_magnitude(1000));
    return shape;
}

Bytes make_program(Random& random, const Surroundings& around, const ProgramShape& shape) {
    Writer writer(random, around, shape);
    writer.raise(shape.height);
    writer.statements(shape.statements);
    writer.end();
    return writer.finish();
}

Bytes make_initcode(Random& random, const Surroundings& around, int creations) {
    ProgramShape shape{.flavour = random.any({Flavour::mixed, Flavour::storage, Flavour::calls}),
                       .statements = static_cast<uint32_t>(random.pick(4)),
                       .memory = random.any<uint64_t>({128, 1024}),
                       .height = 0,
                       .creations = creations};
    Writer writer(random, around, shape);
    writer.statements(shape.statements);
    const uint64_t kind = random.pick(20);
    if (kind < 12) {
        shape.statements = static_cast<uint32_t>(random.pick(10));
        writer.deploy(make_program(random, around, shape));
    } else if (kind < 13) {  // a contract that its creator, or anybody, destroys
        writer.deploy({OP_CALLER, OP_SELFDESTRUCT});
    } else if (kind < 14) {
        writer.deploy({0xef, 0x01, 0x00, 0x00});
    } else if (kind < 15) {
        writer.code().push(24577 - random.pick(2)).push(0).op(OP_RETURN);
    } else if (kind < 16) {
        writer.code().op(OP_CALLER).op(OP_SELFDESTRUCT);
    } else {
        writer.end();
    }
    return writer.finish();
}

}  // namespace warpevm::fuzz
