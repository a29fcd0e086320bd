// SPDX-License-Identifier: Apache-2.0
// Random programs, from a seed, that mostly run to some length.
#pragma once

#include <random>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"
#include "evm/vm/opcodes.hpp"

namespace warpevm::test {

/// Programs that are mostly well-formed: enough on the stack, jumps mostly to JUMPDESTs, small memory
/// offsets.
class ProgramMaker {
  public:
    explicit ProgramMaker(uint64_t seed) : m_random(seed) {}
    Bytes make();

  private:
    uint32_t pick(uint32_t n) { return static_cast<uint32_t>(m_random() % n); }
    void push(const U256& v, unsigned size) {
        const Bytes32 b = to_bytes32(v);
        m_code.push_back(static_cast<uint8_t>(OP_PUSH0 + size));
        m_code.insert(m_code.end(), b.bytes.end() - size, b.bytes.end());
        ++m_height;
    }
    void push_interesting();
    void instruction();

    std::mt19937_64 m_random;
    Bytes m_code;
    std::vector<size_t> m_patches;
    std::vector<size_t> m_dests;
    int m_height = 0;
};

inline void ProgramMaker::push_interesting() {
    switch (pick(9)) {
        case 0: push(0, 1); break;
        case 5: push(999 - pick(260), 2); break;  // a block whose hash is known
        case 1: push(U256::max(), 32); break;
        case 2: push(U256{1} << pick(256), 32); break;
        case 3: push((U256{1} << pick(256)) - 1, 32); break;
        case 4: push(U256{m_random(), m_random(), m_random(), m_random()}, 32); break;
        default: push(pick(100), 1); break;
    }
}

inline void ProgramMaker::instruction() {
    static constexpr uint8_t simple[] = {OP_ADD,
                                         OP_MUL,
                                         OP_SUB,
                                         OP_DIV,
                                         OP_SDIV,
                                         OP_MOD,
                                         OP_SMOD,
                                         OP_ADDMOD,
                                         OP_MULMOD,
                                         OP_EXP,
                                         OP_SIGNEXTEND,
                                         OP_LT,
                                         OP_GT,
                                         OP_SLT,
                                         OP_SGT,
                                         OP_EQ,
                                         OP_ISZERO,
                                         OP_AND,
                                         OP_OR,
                                         OP_XOR,
                                         OP_NOT,
                                         OP_BYTE,
                                         OP_SHL,
                                         OP_SHR,
                                         OP_SAR,
                                         OP_CLZ,
                                         OP_ADDRESS,
                                         OP_BALANCE,
                                         OP_ORIGIN,
                                         OP_CALLER,
                                         OP_CALLVALUE,
                                         OP_CALLDATALOAD,
                                         OP_CALLDATASIZE,
                                         OP_CODESIZE,
                                         OP_GASPRICE,
                                         OP_EXTCODESIZE,
                                         OP_RETURNDATASIZE,
                                         OP_EXTCODEHASH,
                                         OP_BLOCKHASH,
                                         OP_COINBASE,
                                         OP_TIMESTAMP,
                                         OP_NUMBER,
                                         OP_DIFFICULTY,
                                         OP_GASLIMIT,
                                         OP_CHAINID,
                                         OP_SELFBALANCE,
                                         OP_BASEFEE,
                                         OP_BLOBHASH,
                                         OP_BLOBBASEFEE,
                                         OP_POP,
                                         OP_SLOAD,
                                         OP_SSTORE,
                                         OP_PC,
                                         OP_MSIZE,
                                         OP_GAS,
                                         OP_TLOAD,
                                         OP_TSTORE,
                                         OP_PUSH0,
                                         OP_ISZERO,
                                         OP_LT,
                                         OP_EQ,
                                         OP_SLT,
                                         OP_GT};
    const uint32_t kind = pick(100);
    if (kind < 20) return push_interesting();
    if (kind < 55) {
        const int n = static_cast<int>(pick(16)) + 1;
        const bool dup = pick(2) == 0;
        if (m_height < n + 1 && pick(30) != 0) return push_interesting();
        m_code.push_back(static_cast<uint8_t>((dup ? OP_DUP1 : OP_SWAP1) + n - 1));
        m_height += dup ? 1 : 0;
        return;
    }
    if (kind < 62) {  // memory at small offsets
        push(pick(200), 1);
        static constexpr uint8_t ops[] = {OP_MLOAD, OP_MSTORE, OP_MSTORE8, OP_MSTORE};
        const uint8_t op = ops[pick(4)];
        if (op != OP_MLOAD && m_height < 2 && pick(20) != 0) return;
        m_code.push_back(op);
        m_height -= op == OP_MLOAD ? 0 : 2;
        return;
    }
    if (kind < 68) {
        m_dests.push_back(m_code.size());
        m_code.push_back(OP_JUMPDEST);
        return;
    }
    if (kind < 76) {  // a jump to somewhere, patched when all destinations are known
        const bool conditional = pick(3) != 0;
        if (conditional && m_height < 1) push_interesting();
        m_patches.push_back(m_code.size() + 1);
        push(0, 2);
        m_code.push_back(conditional ? OP_JUMPI : OP_JUMP);
        m_height -= conditional ? 2 : 1;
        return;
    }
    if (kind < 80) {  // calls, creations, logs, copies with small operands
        static constexpr uint8_t ops[] = {OP_CALL,         OP_CALLCODE,       OP_DELEGATECALL, OP_STATICCALL,
                                          OP_LOG0,         OP_LOG2,           OP_LOG4,         OP_CODECOPY,
                                          OP_CALLDATACOPY, OP_RETURNDATACOPY, OP_MCOPY,        OP_KECCAK256,
                                          OP_EXTCODECOPY,  OP_CREATE,         OP_CREATE2};
        const uint8_t op = ops[pick(sizeof ops)];
        const OpcodeInfo& info = gas_table(Fork::osaka).ops[op];
        for (int i = 0; i < info.pops; ++i) push(pick(i + 2 == info.pops && pick(2) == 0 ? 60000 : 64), 2);
        m_code.push_back(op);
        m_height += info.pushes - info.pops;
        return;
    }
    if (kind == 99 && pick(4) == 0) {
        static constexpr uint8_t ends[] = {OP_STOP, OP_RETURN, OP_REVERT, OP_INVALID, OP_SELFDESTRUCT, 0x0c};
        push(pick(64), 1), push(pick(64), 1);
        m_code.push_back(ends[pick(sizeof ends)]);
        m_height -= 2;
        return;
    }
    const uint8_t op = simple[pick(sizeof simple)];
    const OpcodeInfo& info = gas_table(Fork::osaka).ops[op];
    if (m_height < info.pops && pick(40) != 0) return push_interesting();
    m_code.push_back(op);
    m_height += info.pushes - info.pops;
}

inline Bytes ProgramMaker::make() {
    const uint32_t length = 5 + pick(120);
    for (uint32_t i = 0; i < length; ++i) instruction();
    push(64, 1), push(0, 1);
    m_code.push_back(OP_RETURN);
    for (const size_t at : m_patches) {
        if (m_dests.empty()) continue;
        const size_t dest = m_dests[pick(static_cast<uint32_t>(m_dests.size()))] + (pick(30) == 0 ? 1 : 0);
        m_code[at] = static_cast<uint8_t>(dest >> 8);
        m_code[at + 1] = static_cast<uint8_t>(dest);
    }
    return m_code;
}

}  // namespace warpevm::test
