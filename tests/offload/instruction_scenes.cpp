// SPDX-License-Identifier: Apache-2.0
#include "tests/offload/instruction_scenes.hpp"

#include <array>

namespace warpevm::test {
namespace {

/// What is called, and what its neighbour by one bit is.
const Address subject = Address::from_low(0x5000), echo = Address::from_low(0xec00),
              neighbour = Address::from_low(0xec01), quiet = Address::from_low(0xec10);
/// Words on the stack before the instruction: SWAP16 needs them all.
constexpr uint32_t words = 17;
constexpr uint64_t dump_at = 0x200, operand_at = 0x40;

U256 filler(uint64_t i) {
    return {i + 3, 0x0101010101010101U * i, ~i, 0x8000000000000000U ^ i << 32};
}
const U256 large = filler(77), minus_five = U256{} - U256{5};

/// Operands from the top. Whatever is not named is a filler.
std::vector<std::vector<U256>> operands_of(uint8_t op) {
    switch (op) {
        case OP_CALL:
        case OP_CALLCODE:
            return {{20'000, to_u256(echo), 1, 3, 40, 7, 50}, {20'000, to_u256(echo), 0, 3, 40, 7, 32}};
        case OP_DELEGATECALL:
        case OP_STATICCALL:
            return {{20'000, to_u256(echo), 3, 40, 7, 50},
                    {20'000, to_u256(quiet), 3, 40, 7, 50},
                    {20'000, to_u256(quiet), 3, 40, 7, 32}};
        case OP_CREATE:
        case OP_CREATE2: return {{1, operand_at, 32, 5}, {0, operand_at, 32, 6}, {0, operand_at, 9, 6}};
        case OP_BALANCE:
        case OP_EXTCODESIZE:
        case OP_EXTCODEHASH:
        case OP_SELFDESTRUCT: return {{to_u256(echo)}, {to_u256(neighbour)}, {to_u256(subject)}};
        case OP_EXTCODECOPY: return {{to_u256(echo), 0x25, 2, 9}, {to_u256(echo), 0x25, 2, 0x40}};
        case OP_RETURNDATACOPY: return {{0x25, 3, 0x10}, {0x25, 3, 0x20}, {0x24, 2, 0x20}};
        case OP_BLOCKHASH: return {{950}, {998}, {1}};
        case OP_BLOBHASH: return {{0}, {1}, {2}};
        default: break;
    }
    return {{0x25, 0x07, 0x41, 0x1c, 0x0b, 0x33},
            {0x24, 0x06, 0x20},
            {0x25, 0x20, large, minus_five, filler(9), filler(8)},
            {large, minus_five, 11, 12},
            {minus_five, large, large},
            {0, large, 5},
            {1, 0xff80, 7},
            {31, large, 1},
            {8, 9, 10},
            {9, 8},
            {9, 9},
            {9, 0},
            {minus_five, 9},
            {2, minus_five},
            {1},
            {}};
}

/// It logs its gas, its caller and its value, and returns its input.
Bytes echo_code() {
    Program p;
    p.op(OP_GAS).log().op(OP_CALLER).log().op(OP_CALLVALUE).log();
    p.op(OP_CALLDATASIZE).push(0).push(5).op(OP_CALLDATACOPY);
    return p.push(60).push(0).op(OP_RETURN).code();
}

/// It returns its input and its gas, and may do so in a static call.
Bytes quiet_code() {
    Program p;
    p.op(OP_CALLDATASIZE).push(0).push(5).op(OP_CALLDATACOPY).op(OP_GAS).push(64).op(OP_MSTORE);
    return p.push(96).push(0).op(OP_RETURN).code();
}

class Maker {
  public:
    Maker(Fork fork, uint8_t op, uint32_t pops, uint32_t pushes)
        : m_fork(fork), m_op(op), m_pops(pops), m_pushes(pushes) {}

    std::unique_ptr<Scene> make(const std::vector<U256>& operands) {
        auto scene = std::make_unique<Scene>(m_fork);
        scene->state.set_account(subject, 1, 1000, code(operands));
        scene->state.set_account(echo, 1, 70, echo_code());
        scene->state.set_account(quiet, 1, 90, quiet_code());
        scene->state.set_account(neighbour, 1, 80, Bytes{OP_STOP, OP_STOP});
        for (const uint64_t key : {0x25, 0x24, 0, 1, 8, 9}) scene->state.set_slot(subject, key, 900 + key);
        Program outer;
        outer.push(filler(50)).push(0).op(OP_MSTORE).push(filler(51)).push(32).op(OP_MSTORE);
        outer.push(96).push(128).push(40).push(0).push(3).push(subject).push(150'000).op(OP_CALL).log();
        outer.op(OP_RETURNDATASIZE).push(0).push(64).op(OP_RETURNDATACOPY).push(256).push(0).op(OP_LOG0);
        outer.op(OP_GAS).log();
        scene->state.set_account(scene_contract, 1, 5000, outer.code());
        scene->call(scene_contract, Bytes(70, 9), 300'000, 1);
        if (m_op == OP_BLOBHASH) {
            Transaction& tx = scene->transaction(0);
            tx.type = TxType::blob;
            tx.chain_id = 1;
            tx.max_fee_per_blob_gas = 1'000'000;
            for (uint8_t i = 1; i < 3; ++i) tx.blob_versioned_hashes.push_back(Hash{{1, i}});
        }
        return scene;
    }

  private:
    Bytes code(const std::vector<U256>& operands) {
        Program p;
        // Something in memory, init code among it, in transient storage, and as return data.
        p.push(filler(40)).push(0).op(OP_MSTORE);
        p.push(filler(41)).push(0x20).op(OP_MSTORE);
        Bytes32 init;
        const Bytes init_code{0x60, 0x2a, 0x60, 0x00, 0x53, 0x60, 0x01, 0x60, 0x00, 0xf3};
        std::copy(init_code.begin(), init_code.end(), init.bytes.begin());
        p.push(to_u256(init)).push(operand_at).op(OP_MSTORE);
        p.call(OP_STATICCALL, neighbour, 0, 1000).op(OP_POP);
        p.push(0).push(0).push(40).push(3).push(0).push(echo).push(9000).op(OP_CALL).op(OP_POP);
        if (m_fork >= Fork::cancun)
            for (const uint64_t key : {0x24, 0x25}) p.push(700 + key).push(key).op(OP_TSTORE);
        if (m_op >= OP_PUSH0 && m_op <= OP_PUSH32) return pushed(p);
        if (m_op == OP_JUMP || m_op == OP_JUMPI) return jumped(p, operands);
        for (uint32_t i = words; i-- > 0;)
            p.push(i < operands.size() && i < m_pops ? operands[i] : filler(i));
        p.op(m_op);
        return dumped(p, words - m_pops + m_pushes);
    }
    Bytes pushed(Program& p) {
        p.op(m_op);
        Bytes code = p.code();
        for (uint32_t i = 0; i < uint32_t{m_op} - OP_PUSH0; ++i)
            code.push_back(static_cast<uint8_t>(0xf3 - i));
        Program rest;
        const Bytes more = dumped(rest, 1);
        code.insert(code.end(), more.begin(), more.end());
        return code;
    }
    /// To the destination behind a STOP, which the word may name or miss.
    Bytes jumped(Program& p, const std::vector<U256>& operands) {
        if (m_op == OP_JUMPI) p.push(operands.size() > 1 ? operands[1] : U256{1});
        const size_t target = p.code().size() + 5;
        p.op(OP_PUSH1 + 1).op(static_cast<uint8_t>(target >> 8)).op(static_cast<uint8_t>(target & 0xff));
        p.op(m_op).op(OP_STOP).op(OP_JUMPDEST);
        return dumped(p, 0);
    }
    /// All words, transient storage, memory and gas go into logs.
    Bytes dumped(Program& p, uint32_t left) {
        for (uint32_t i = 0; i < left; ++i) p.push(dump_at + 32 * i).op(OP_MSTORE);
        p.push(dump_at + 32 * (words + 1)).push(0).op(OP_LOG0);
        if (m_fork >= Fork::cancun)
            for (const uint64_t key : {0x24, 0x25}) p.push(key).op(OP_TLOAD).log();
        p.op(OP_GAS).log().op(OP_MSIZE).log().op(OP_RETURNDATASIZE).log();
        return p.push(33).push(1).op(OP_RETURN).code();
    }

    Fork m_fork;
    uint8_t m_op;
    uint32_t m_pops, m_pushes;
};

}  // namespace

std::vector<std::unique_ptr<Scene>> instruction_scenes(Fork fork) {
    std::vector<std::unique_ptr<Scene>> scenes;
    const auto add = [&](uint8_t op, uint32_t pops, uint32_t pushes, Fork since) {
        if (fork < since) return;
        for (const auto& operands : operands_of(op))
            scenes.push_back(Maker(fork, op, pops, pushes).make(operands));
    };
#define WARPEVM_OPCODE(name, value, pops, pushes, gas, fork) add(value, pops, pushes, Fork::fork);
#include "evm/vm/opcodes.def"
#undef WARPEVM_OPCODE
    return scenes;
}

}  // namespace warpevm::test
