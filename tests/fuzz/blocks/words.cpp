// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/words.hpp"

#include "tests/fuzz/blocks/precompile_input.hpp"

namespace warpevm::fuzz {
namespace {

constexpr uint64_t mebibyte = uint64_t{1} << 20;

void push_constant(Scribe& s) {
    Random& r = s.random;
    switch (r.pick(9)) {
        case 0: s.code.push(0); break;
        case 1: s.code.push(U256::max()); break;
        case 2: s.code.push(U256{1} << r.pick(256)); break;
        case 3: s.code.push((U256{1} << r.pick(256)) - 1); break;
        case 4: s.code.push(r.word()); break;
        case 5: s.code.push(-U256{r.pick(300)}); break;
        default: s.code.push(r.pick(300));
    }
}

void push_environment(Scribe& s) {
    static constexpr uint8_t ops[] = {
        OP_ADDRESS,     OP_ORIGIN,         OP_CALLER,       OP_CALLVALUE, OP_CALLDATASIZE,  OP_CODESIZE,
        OP_GASPRICE,    OP_COINBASE,       OP_TIMESTAMP,    OP_NUMBER,    OP_DIFFICULTY,    OP_GASLIMIT,
        OP_PC,          OP_MSIZE,          OP_GAS,          OP_CHAINID,   OP_SELFBALANCE,   OP_BASEFEE,
        OP_BLOBBASEFEE, OP_RETURNDATASIZE, OP_CALLDATASIZE, OP_MSIZE,     OP_RETURNDATASIZE};
    const uint8_t op = s.random.of(ops);
    s.code.op(s.code.has(op) ? op : uint8_t{OP_MSIZE});
}

void push_about_account(Scribe& s) {
    static constexpr uint8_t ops[] = {OP_BALANCE, OP_EXTCODESIZE, OP_EXTCODEHASH, OP_EXTCODEHASH};
    const uint8_t op = s.random.of(ops);
    push_address(s);
    s.code.op(s.code.has(op) ? op : uint8_t{OP_BALANCE});
}

void push_block_hash(Scribe& s) {
    Random& r = s.random;
    const uint64_t back = r.any<uint64_t>({0, 1, 2, 255, 256, 257, r.pick(300)});
    s.code.push(r.chance(5) ? r.word() : U256{s.around.number - std::min(back, s.around.number)});
    s.code.op(OP_BLOCKHASH);
}

void push_operation(Scribe& s, int nesting) {
    static constexpr uint8_t ops[] = {
        OP_ADD, OP_MUL,        OP_SUB, OP_DIV,  OP_SDIV, OP_MOD, OP_SMOD, OP_ADDMOD, OP_MULMOD,
        OP_EXP, OP_SIGNEXTEND, OP_LT,  OP_GT,   OP_SLT,  OP_SGT, OP_EQ,   OP_ISZERO, OP_AND,
        OP_OR,  OP_XOR,        OP_NOT, OP_BYTE, OP_SHL,  OP_SHR, OP_SAR,  OP_CLZ};
    uint8_t op = s.random.of(ops);
    if (!s.code.has(op)) op = OP_ADD;
    const int pops = gas_table(s.around.fork).ops[op].pops;
    for (int i = 0; i < pops; ++i) push_word(s, nesting - 1);
    s.code.op(op);
}

}  // namespace

void push_word(Scribe& s, int nesting) {
    Random& r = s.random;
    Code& code = s.code;
    const int height = code.height();
    const uint64_t kind = r.pick(100);
    if (kind < 20) return push_constant(s);
    if (kind < 34) return push_environment(s);
    if (kind < 52 && height > 0) {
        code.dup(1 + static_cast<unsigned>(r.pick(std::min<uint64_t>(16, height))));
        return;
    }
    if (kind < 74 && nesting > 0) return push_operation(s, nesting);
    if (kind < 82) {
        push_place(s);
        code.op(OP_CALLDATALOAD);
    } else if (kind < 88) {
        push_place(s);
        code.op(OP_MLOAD);
    } else if (kind < 91) {
        push_key(s);
        code.op(code.has(OP_TLOAD) && r.chance(40) ? OP_TLOAD : OP_SLOAD);
    } else if (kind < 94) {
        push_about_account(s);
    } else if (kind < 95) {
        push_block_hash(s);
    } else if (kind < 96 && code.has(OP_BLOBHASH)) {
        code.push(r.pick(8)).op(OP_BLOBHASH);
    } else if (kind < 98) {
        push_extent(s);
        push_place(s);
        code.op(OP_KECCAK256);
    } else {
        push_constant(s);
    }
}

void push_key(Scribe& s) {
    Random& r = s.random;
    if (r.chance(85)) {
        s.code.push(r.pick(5));
    } else if (r.chance(50)) {
        s.code.push(U256::max() - r.pick(3));
    } else {
        s.code.op(r.any<uint8_t>({OP_CALLER, OP_ADDRESS, OP_ORIGIN, OP_TIMESTAMP}));
    }
}

uint64_t some_place(Scribe& s) {
    Random& r = s.random;
    const uint64_t reach = s.memory;
    uint64_t place = 0;
    switch (r.pick(12)) {
        case 0:
        case 1: place = r.pick(512); break;
        case 2: place = 4096 * (1 + r.pick(1 + reach / 4096)) - r.pick(65); break;
        case 3: place = r.pick(reach); break;
        case 4: place = reach - r.pick(std::min<uint64_t>(reach, 96)); break;
        case 5: place = r.any<uint64_t>({mebibyte, mebibyte / 2, 2 * mebibyte}) - r.pick(65); break;
        default: place = 32 * r.pick(16);
    }
    return std::min(place, reach);
}

uint64_t some_extent(Scribe& s) {
    Random& r = s.random;
    switch (r.pick(12)) {
        case 0: return 0;
        case 1: return r.pick(s.memory);
        case 2: return s.memory / (1 + r.pick(8));
        case 3: return 4096 + r.pick(64);
        case 4:
        case 5: return r.pick(300);
        case 6: return 1;
        default: return 32 * (1 + r.pick(8));
    }
}

namespace {
/// A word that only running the program tells, below `s.memory`.
void push_masked(Scribe& s) {
    s.code.push((uint64_t{1} << (std::bit_width(s.memory) - 1)) - 1);
    push_word(s, 0);
    s.code.op(OP_AND);
}
bool push_absurd(Scribe& s) {
    Random& r = s.random;
    if (r.pick(400) != 0) return false;
    s.code.push(r.any<U256>({U256::max(), U256{~uint64_t{0}}, U256{1} << 64, U256{1} << r.pick(70),
                             U256{0xffffffff}, U256{0, 1, 0, 0} - U256{31}}));
    return true;
}
}  // namespace

void push_place(Scribe& s) {
    if (push_absurd(s)) return;
    if (s.random.chance(6) && s.code.height() > 0) return push_masked(s);
    s.code.push(some_place(s));
}

void push_extent(Scribe& s) {
    if (push_absurd(s)) return;
    if (s.random.chance(4) && s.code.height() > 0) return push_masked(s);
    s.code.push(some_extent(s));
}

Address some_contract(Scribe& s) {
    return s.random.of(s.around.contracts);
}

void push_address(Scribe& s) {
    Random& r = s.random;
    const uint64_t kind = r.pick(100);
    if (kind < 12) {
        s.code.op(OP_ADDRESS);
    } else if (kind < 20) {
        s.code.op(r.any<uint8_t>({OP_CALLER, OP_ORIGIN, OP_COINBASE}));
    } else if (kind < 28) {
        s.code.push(some_precompile(r));
    } else if (kind < 50) {
        s.code.push(r.of(s.around.others));
    } else if (kind < 53) {
        s.code.push(to_u256(some_contract(s)) | r.word() << 160);
    } else {
        s.code.push(some_contract(s));
    }
}

void push_gas(Scribe& s) {
    Random& r = s.random;
    Code& code = s.code;
    // Before EIP-150 asking for more than is left ends the frame.
    const bool exact = s.around.fork < Fork::tangerine_whistle;
    switch (r.pick(10)) {
        case 0: code.push(r.by_magnitude(200'000)); break;
        case 1:  // what the input says
            code.push(r.any<uint64_t>({0xffff, 0x3ffff, 0xfff}));
            code.push(32 * r.pick(4)).op(OP_CALLDATALOAD).op(OP_AND);
            break;
        case 2:
            if (exact) {
                code.push(r.pick(3000));
            } else {
                code.push(U256::max() >> r.pick(256));
            }
            break;
        case 3: code.push(exact ? 60'000 + r.pick(1000) : r.pick(2500)).op(OP_GAS).op(OP_SUB); break;
        default: code.push(2 + r.pick(6)).op(OP_GAS).op(OP_DIV);
    }
}

void push_value(Scribe& s) {
    Random& r = s.random;
    switch (r.pick(12)) {
        case 0: s.code.push(1); break;
        case 1: s.code.push(r.pick(50)); break;
        case 2: s.code.op(OP_CALLVALUE); break;
        case 3:
            if (r.chance(20)) {
                s.code.push(r.word());
            } else {
                s.code.op(OP_ADDRESS).op(OP_BALANCE);
                if (r.chance(30)) s.code.push(1).op(OP_ADD);
            }
            break;
        default: s.code.push(0);
    }
}

}  // namespace warpevm::fuzz
