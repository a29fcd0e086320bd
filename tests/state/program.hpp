// SPDX-License-Identifier: Apache-2.0
// Assembles small programs whose every statement takes one word, and makes random ones.
#pragma once

#include <random>
#include <vector>

#include "evm/base/u256.hpp"
#include "evm/types/fork.hpp"
#include "evm/vm/opcodes.hpp"

namespace warpevm::test {

/// The forks that such tests go through: most of those that change what transactions do.
inline constexpr Fork forks_by_rules[] = {Fork::frontier,
                                          Fork::homestead,
                                          Fork::tangerine_whistle,
                                          Fork::spurious_dragon,
                                          Fork::byzantium,
                                          Fork::constantinople,
                                          Fork::istanbul,
                                          Fork::berlin,
                                          Fork::london,
                                          Fork::shanghai,
                                          Fork::cancun,
                                          Fork::prague,
                                          Fork::osaka};

class Program {
  public:
    Program& op(uint8_t opcode) {
        m_code.push_back(opcode);
        return *this;
    }
    Program& push(const U256& value) {
        const unsigned size = std::max(1U, value.byte_length());
        const Bytes32 bytes = to_bytes32(value);
        op(static_cast<uint8_t>(OP_PUSH0 + size));
        m_code.insert(m_code.end(), bytes.bytes.end() - size, bytes.bytes.end());
        return *this;
    }
    Program& push(const Address& address) { return push(to_u256(address)); }
    /// The word on top goes into a slot, or into a log.
    Program& store(const U256& key) { return push(key).op(OP_SSTORE); }
    Program& log() { return push(0).op(OP_MSTORE).push(32).push(0).op(OP_LOG0); }
    Program& call(uint8_t kind, const Address& to, const U256& value, uint64_t gas) {
        push(0).push(0).push(0).push(0);
        if (kind == OP_CALL || kind == OP_CALLCODE) push(value);
        return push(to).push(gas).op(kind);
    }
    /// CREATE, or CREATE2 with salt 0, with up to 32 bytes of init code.
    Program& create(uint8_t kind, const U256& value, const Bytes& initcode) {
        Bytes32 word;
        std::copy(initcode.begin(), initcode.end(), word.bytes.begin());
        push(to_u256(word)).push(0).op(OP_MSTORE);
        if (kind == OP_CREATE2) push(0);
        return push(initcode.size()).push(0).push(value).op(kind);
    }
    /// Runs `then` where the word on top is zero.
    Program& unless(const Program& then) {
        const size_t end = m_code.size() + 4 + then.m_code.size();
        op(OP_PUSH0 + 2).op(static_cast<uint8_t>(end >> 8)).op(static_cast<uint8_t>(end)).op(OP_JUMPI);
        m_code.insert(m_code.end(), then.m_code.begin(), then.m_code.end());
        return op(OP_JUMPDEST);
    }
    /// What `other` does follows; it jumps nowhere.
    Program& append(const Program& other) {
        m_code.insert(m_code.end(), other.m_code.begin(), other.m_code.end());
        return *this;
    }
    [[nodiscard]] const Bytes& code() const { return m_code; }

  private:
    Bytes m_code;
};

/// Random programs over a few accounts and slots, of instructions that `fork` has. Jump targets are those of
/// the whole program, so that `unless` bodies hold no jumps.
class RandomProgram {
  public:
    RandomProgram(uint64_t seed, Fork fork, std::vector<Address> accounts)
        : m_random(seed), m_fork(fork), m_accounts(std::move(accounts)) {}

    Bytes make() {
        Program p;
        for (uint64_t n = 2 + pick(5); n != 0; --n) statement(p, true);
        return p.code();
    }

  private:
    uint64_t pick(uint64_t n) { return m_random() % n; }
    const Address& account() { return m_accounts[pick(m_accounts.size())]; }
    U256 amount() { return pick(3) == 0 ? 0 : pick(14); }

    void word(Program& p) {
        const bool constantinople = m_fork >= Fork::constantinople;
        switch (pick(14)) {
            case 0: p.push(account()).op(OP_BALANCE); break;
            case 1:
                if (m_fork >= Fork::istanbul)
                    p.op(OP_SELFBALANCE);
                else
                    p.op(OP_ADDRESS).op(OP_BALANCE);
                break;
            case 2: p.push(account()).op(constantinople ? OP_EXTCODEHASH : OP_EXTCODESIZE); break;
            case 3: p.push(account()).op(OP_EXTCODESIZE); break;
            case 4: p.push(pick(3)).op(OP_SLOAD); break;
            case 5: p.op(OP_GAS); break;
            case 6: p.op(OP_CALLVALUE); break;
            case 7: creation(p); break;
            default: a_call(p);
        }
    }
    void a_call(Program& p) {
        std::vector<uint8_t> kinds{OP_CALL, OP_CALL, OP_CALL, OP_CALL, OP_CALLCODE};
        if (m_fork >= Fork::homestead) kinds.push_back(OP_DELEGATECALL);
        if (m_fork >= Fork::byzantium) kinds.push_back(OP_STATICCALL);
        p.call(kinds[pick(kinds.size())], account(), amount(), pick(4) == 0 ? pick(3000) : 60'000);
    }
    void creation(Program& p) {
        Program initcode;
        switch (pick(5)) {
            case 0: break;
            case 1: initcode.op(OP_CALLER).op(OP_SELFDESTRUCT); break;
            case 2: initcode.op(OP_ADDRESS).op(OP_BALANCE).store(pick(3)); break;
            case 3: initcode.push(1).push(0).op(OP_RETURN); break;
            default: initcode.op(OP_INVALID);
        }
        const bool create2 = m_fork >= Fork::constantinople && pick(2) == 0;
        p.create(create2 ? OP_CREATE2 : OP_CREATE, amount(), initcode.code());
    }
    void statement(Program& p, bool may_branch) {
        switch (pick(12)) {
            case 0:
                if (pick(3) == 0) p.push(account()).op(OP_SELFDESTRUCT);
                return;
            case 1:
                if (pick(3) == 0) p.push(0).push(0).op(m_fork >= Fork::byzantium ? OP_REVERT : OP_INVALID);
                return;
            case 2:
            case 3:
                word(p);
                p.store(pick(3));
                return;
            case 4:
            case 5:
                if (may_branch) {
                    Program then;
                    statement(then, false);
                    word(p);
                    p.unless(then);
                    return;
                }
                [[fallthrough]];
            case 6:
            case 7:
                word(p);
                p.log();
                return;
            default: word(p); p.op(OP_POP);
        }
    }

    std::mt19937_64 m_random;
    Fork m_fork;
    std::vector<Address> m_accounts;
};

}  // namespace warpevm::test
