// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/shapes.hpp"

#include <algorithm>

namespace warpevm::fuzz {
namespace {

uint8_t recursive_kind(Scribe& s) {
    const uint8_t kind =
        s.random.any<uint8_t>({OP_CALL, OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL});
    return s.code.has(kind) ? kind : uint8_t{OP_CALL};
}

/// What is left less a little, or less what the input or storage says, or a part.
void push_gas_of_depth(Scribe& s) {
    Code& code = s.code;
    Random& r = s.random;
    switch (r.pick(6)) {
        case 0: code.push(200 + r.pick(30'000)).op(OP_GAS).op(OP_SUB); break;
        case 1:
            code.push(0xfff).push(32 * r.pick(3)).op(OP_CALLDATALOAD).op(OP_AND);
            code.push(300).op(OP_ADD).op(OP_GAS).op(OP_SUB);
            break;
        case 2:
            code.push(1 + r.pick(3)).push(100).push(99).op(OP_GAS).op(OP_MUL).op(OP_DIV).op(OP_SUB);
            break;
        case 3:
            if (s.around.fork >= Fork::tangerine_whistle) {
                code.op(OP_GAS);
                break;
            }
            [[fallthrough]];
        default: code.push(200).op(OP_GAS).op(OP_SUB);
    }
}

/// One word made from nothing that is known beforehand.
void make_word(Scribe& s) {
    Random& r = s.random;
    switch (r.pick(6)) {
        case 0: s.code.op(OP_ADDRESS); break;
        case 1: s.code.push(r.pick(64)).op(OP_CALLDATALOAD); break;
        case 2: s.code.op(OP_CALLER); break;
        case 3: s.code.op(OP_GAS); break;
        case 4: s.code.dup(1).op(OP_NOT); break;
        default: s.code.push(r.pick(200)).dup(2).op(OP_ADD);
    }
}

/// Uses words from the stack, so that none of them may be dropped.
void consume(Scribe& s, int words) {
    Code& code = s.code;
    Random& r = s.random;
    while (words >= 6) {
        switch (r.pick(5)) {
            case 0:
                code.push(32).push(0).op(OP_LOG4);
                words -= 4;
                break;
            case 1:
                code.op(OP_XOR);
                words -= 1;
                break;
            case 2:
                code.push(32 * r.pick(4)).op(OP_MSTORE);
                words -= 1;
                break;
            case 3:
                code.swap(static_cast<unsigned>(1 + r.pick(std::min(16, words - 1)))).op(OP_ADD);
                words -= 1;
                break;
            default: code.op(OP_ADD); words -= 1;
        }
    }
    if (r.chance(50)) code.push(r.pick(4)).op(OP_SSTORE);
}

}  // namespace

Bytes make_deep_program(Random& random, const Surroundings& around) {
    Scribe s(random, around, 256);
    Code& code = s.code;
    const auto before = static_cast<int>(random.any<uint64_t>({0, 20, 500, 1000, 1010, random.pick(1012)}));
    code.push(random.pick(2));
    while (code.height() < before)
        code.dup(1 + static_cast<unsigned>(random.pick(std::min(16, code.height()))));
    if (random.chance(85)) code.op(OP_JUMPDEST);  // ends the block, so that all of it lies on the stack
    const auto dropped = static_cast<int>(random.pick(
        std::min<uint64_t>(static_cast<uint64_t>(code.height()), random.any<uint64_t>({1, 60, 500}))));
    code.pop(dropped);
    const int room = 1024 - 8 - code.height();
    const int made = std::max(0, std::min(room, dropped + static_cast<int>(random.pick(12)) - 8));
    for (int i = 0; i < made; ++i) make_word(s);
    const bool grows = random.chance(30);
    if (grows) code.push(1).push(random.any<uint64_t>({64, 1024, 8192, 40'000})).op(OP_MSTORE);
    const uint8_t kind = recursive_kind(s);
    code.push(random.any<uint64_t>({0, 32, 64})).push(0);
    code.push(random.any<uint64_t>({0, 32, 100})).push(0);
    if (kind == OP_CALL || kind == OP_CALLCODE) code.push(0);
    code.op(OP_ADDRESS);
    push_gas_of_depth(s);
    code.op(kind);
    consume(s, std::min(code.height(), made + static_cast<int>(random.pick(40))));
    if (random.chance(60)) code.push(32 * random.pick(3)).push(0).op(OP_RETURN);
    return code.finish();
}

Bytes make_growing_program(Random& random, const Surroundings& around) {
    // Together as large as what moves the segment, at some depth between 1 and a few hundred.
    const uint64_t reach = random.any<uint64_t>({3'000, 10'000, 40'000, 140'000, 400'000, 1'050'000});
    Scribe s(random, around, reach);
    Code& code = s.code;
    const auto grow = [&] {
        code.push(1 + random.pick(255)).push(random.chance(60) ? reach : some_place(s)).op(OP_MSTORE);
    };
    const auto read = [&] {
        if (random.chance(50)) {
            code.push(32 * random.pick(5)).op(OP_CALLDATALOAD).push(32 * random.pick(5)).op(OP_MSTORE);
        } else {
            code.push(some_extent(s)).push(random.pick(40)).push(some_place(s)).op(OP_CALLDATACOPY);
        }
        if (random.chance(20))
            code.push(random.pick(64))
                .push(some_place(s))
                .op(OP_KECCAK256)
                .push(random.pick(4))
                .op(OP_SSTORE);
    };
    const auto some = [&](uint64_t most) {
        for (uint64_t n = random.pick(most + 1); n > 0; --n) {
            if (random.chance(40)) {
                grow();
            } else {
                read();
            }
        }
    };
    some(3);
    // The input counts the depth.
    const uint64_t depth = random.any<uint64_t>({2, 3, 8, 30, 300, 1100});
    code.push(std::min<uint64_t>(depth, 2 + (uint64_t{16} << 20) / reach))
        .push(0)
        .op(OP_CALLDATALOAD)
        .op(OP_LT)
        .op(OP_ISZERO);
    const Code::Label last = code.push_label();
    code.op(OP_JUMPI);
    const uint64_t input = random.chance(60) ? 32 * random.pick(6) : some_place(s);
    code.push(0).op(OP_CALLDATALOAD).push(1).op(OP_ADD).push(input).op(OP_MSTORE);
    const uint64_t size = 32 + random.any<uint64_t>({0, 32, 64, some_extent(s)});
    code.push(some_extent(s)).push(random.chance(50) ? input : some_place(s)).push(size).push(input);
    const uint8_t kind = recursive_kind(s);
    if (kind == OP_CALL || kind == OP_CALLCODE) code.push(0);
    code.op(OP_ADDRESS);
    push_gas_of_depth(s);
    code.op(kind).push(random.pick(3)).op(OP_MSTORE);
    code.land(last);
    some(3);
    if (code.has(OP_RETURNDATACOPY) && random.chance(50))
        code.op(OP_RETURNDATASIZE).push(0).push(some_place(s)).op(OP_RETURNDATACOPY);
    code.push(random.pick(2) * 32).op(OP_MLOAD).push(random.pick(4));
    code.op(kind == OP_STATICCALL ? OP_POP : OP_SSTORE);
    code.push(some_extent(s)).push(some_place(s)).op(random.chance(90) ? OP_RETURN : OP_STOP);
    return code.finish();
}

Bytes make_nested_creation(Random& random, const Surroundings& around) {
    Scribe s(random, around, 256);
    Code& code = s.code;
    const uint64_t words = random.pick(500);
    code.push(1);
    for (uint64_t i = 0; i < words; ++i) make_word(s);
    code.op(OP_CODESIZE).push(0).push(0).op(OP_CODECOPY);
    const bool salted = code.has(OP_CREATE2) && random.chance(50);
    if (salted) code.op(OP_GAS);
    code.op(OP_CODESIZE).push(0).push(0).op(salted ? OP_CREATE2 : OP_CREATE);
    consume(s, static_cast<int>(words));
    code.push(random.pick(2)).push(0).op(OP_RETURN);
    return code.finish();
}

}  // namespace warpevm::fuzz
