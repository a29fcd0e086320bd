// SPDX-License-Identifier: Apache-2.0
// Assembles code and knows the height of its stack at every place; labels and data behind the code are
// filled in at the end.
#pragma once

#include <vector>

#include "evm/base/u256.hpp"
#include "evm/vm/opcodes.hpp"

namespace warpevm::fuzz {

class Code {
  public:
    explicit Code(Fork fork) : m_table(gas_table(fork)) {}

    [[nodiscard]] bool has(uint8_t opcode) const { return m_table.ops[opcode].defined; }
    /// Words on the stack. A jump to a label must find as many there as were when it was placed.
    [[nodiscard]] int height() const { return m_height; }
    void set_height(int height) { m_height = height; }
    [[nodiscard]] size_t size() const { return m_code.size(); }

    /// An instruction without immediate data.
    Code& op(uint8_t opcode) {
        m_code.push_back(opcode);
        const OpcodeInfo& info = m_table.ops[opcode];
        if (info.defined) m_height += info.pushes - info.pops;
        return *this;
    }
    /// In as few bytes as the fork allows for, or in `least` of them.
    Code& push(const U256& value, unsigned least = 0) {
        unsigned bytes = std::max(least, value.byte_length());
        if (bytes == 0 && !has(OP_PUSH0)) bytes = 1;
        const Bytes32 all = to_bytes32(value);
        m_code.push_back(static_cast<uint8_t>(OP_PUSH0 + bytes));
        m_code.insert(m_code.end(), all.bytes.end() - bytes, all.bytes.end());
        ++m_height;
        return *this;
    }
    Code& push(const Address& address) { return push(to_u256(address), 20); }
    Code& dup(unsigned n) { return op(static_cast<uint8_t>(OP_DUP1 + n - 1)); }
    Code& swap(unsigned n) { return op(static_cast<uint8_t>(OP_SWAP1 + n - 1)); }
    Code& pop(int n) {
        for (; n > 0; --n) op(OP_POP);
        return *this;
    }

    struct Label {
        size_t at = 0;
    };
    /// Pushes a place that `land` decides later.
    Label push_label() {
        push(0, 2);
        return {m_code.size() - 2};
    }
    void land(Label label) {
        write(label.at, m_code.size());
        op(OP_JUMPDEST);
    }
    /// A JUMPDEST, for jumps back.
    size_t mark() {
        op(OP_JUMPDEST);
        return m_code.size() - 1;
    }

    /// Pushes where `data` will lie behind the code.
    Code& push_place_of(Bytes data) {
        push(0, 2);
        m_data.push_back({m_code.size() - 2, std::move(data)});
        return *this;
    }
    /// Copies `data` to memory; leaves nothing on the stack.
    Code& copy_data(const Bytes& data, uint64_t to) {
        push(data.size());
        return push_place_of(data).push(to).op(OP_CODECOPY);
    }

    Bytes finish() {
        if (!m_data.empty()) op(OP_STOP);
        for (const Data& data : m_data) {
            write(data.patch, m_code.size());
            append(m_code, data.bytes);
        }
        return std::move(m_code);
    }

  private:
    struct Data {
        size_t patch;
        Bytes bytes;
    };
    void write(size_t at, size_t place) {
        m_code[at] = static_cast<uint8_t>(place >> 8);
        m_code[at + 1] = static_cast<uint8_t>(place);
    }
    const GasTable& m_table;
    Bytes m_code;
    std::vector<Data> m_data;
    int m_height = 0;
};

}  // namespace warpevm::fuzz
