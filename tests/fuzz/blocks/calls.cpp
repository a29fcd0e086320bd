// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/calls.hpp"

#include "tests/fuzz/blocks/precompile_input.hpp"

namespace warpevm::fuzz {
namespace {

uint8_t some_kind(Scribe& s) {
    const uint8_t kind = s.random.any<uint8_t>(
        {OP_CALL, OP_CALL, OP_CALL, OP_CALL, OP_DELEGATECALL, OP_DELEGATECALL, OP_CALLCODE, OP_STATICCALL});
    return s.code.has(kind) ? kind : uint8_t{OP_CALL};
}
bool has_value(uint8_t kind) {
    return kind == OP_CALL || kind == OP_CALLCODE;
}

/// Output and input ranges: they may overlap, lie behind what memory there is, or be empty.
void push_ranges(Scribe& s) {
    Random& r = s.random;
    if (r.chance(25)) {  // the same
        const uint64_t size = some_extent(s), place = some_place(s);
        s.code.push(size).push(place).push(size).push(place);
        return;
    }
    for (int range = 0; range < 2; ++range) {
        push_extent(s);
        push_place(s);
    }
}

/// Jumps over what follows unless more gas than this is left; leaves 0 where it does.
Code::Label only_with_gas(Scribe& s, uint64_t least) {
    s.code.push(0);
    s.code.push(least).op(OP_GAS).op(OP_GT).op(OP_ISZERO);
    const Code::Label end = s.code.push_label();
    s.code.op(OP_JUMPI);
    return end;
}

}  // namespace

void push_call(Scribe& s) {
    Random& r = s.random;
    const bool guarded = r.chance(80);
    Code::Label end;
    if (guarded) end = only_with_gas(s, r.any<uint64_t>({5'000, 20'000, 40'000, 80'000}));
    const uint8_t kind = some_kind(s);
    push_ranges(s);
    if (has_value(kind)) push_value(s);
    push_address(s);
    push_gas(s);
    s.code.op(kind);
    if (!guarded) return;
    s.code.op(OP_ADD);  // to the 0
    s.code.land(end);
}

void push_recursion(Scribe& s) {
    Random& r = s.random;
    Code& code = s.code;
    Code::Label end;
    if (r.chance(60)) {
        code.push(0);
        code.push(r.any<uint64_t>({2, 4, 12, 40, 1100})).push(0).op(OP_CALLDATALOAD).op(OP_LT).op(OP_ISZERO);
        end = code.push_label();
        code.op(OP_JUMPI);
        code.push(0).op(OP_CALLDATALOAD).push(1).op(OP_ADD);
    } else {
        end = only_with_gas(s, 20'000 + r.pick(50'000));
        push_word(s, 0);
    }
    const uint64_t place = some_place(s), size = 32 + r.any<uint64_t>({0, 0, 1, 32, 68, some_extent(s)});
    code.push(place).op(OP_MSTORE);
    push_extent(s);
    push_place(s);
    code.push(size).push(place);
    const uint8_t kind = some_kind(s);
    if (has_value(kind)) push_value(s);
    if (r.chance(80)) {
        code.op(OP_ADDRESS);
    } else {
        code.op(OP_CALLER);
    }
    const bool all = r.chance(70);
    if (all && s.around.fork >= Fork::tangerine_whistle) {
        code.op(OP_GAS);
    } else if (all) {
        code.push(60'000 + r.pick(9'000)).op(OP_GAS).op(OP_SUB);
    } else {
        push_gas(s);
    }
    code.op(kind).op(OP_ADD);
    code.land(end);
}

void push_precompile_call(Scribe& s) {
    Random& r = s.random;
    const uint64_t which = some_precompile(r);
    const Bytes input = precompile_input(r, which);
    const uint64_t place = some_place(s);
    if (!input.empty()) s.code.copy_data(input, place);
    const uint8_t kind = some_kind(s);
    push_extent(s);
    push_place(s);
    // Now and then it is given much more, or less.
    s.code.push(r.chance(8) ? some_extent(s) : input.size()).push(place);
    if (has_value(kind)) push_value(s);
    s.code.push(which);
    if (r.chance(80)) {
        s.code.push(2).op(OP_GAS).op(OP_DIV);
    } else {
        push_gas(s);
    }
    s.code.op(kind);
}

void push_creation(Scribe& s, const Bytes& initcode) {
    Random& r = s.random;
    const uint8_t op = s.code.has(OP_CREATE2) && r.chance(50) ? OP_CREATE2 : OP_CREATE;
    const Code::Label end = only_with_gas(s, 60'000);
    const uint64_t place = some_place(s);
    s.code.copy_data(initcode, place);
    if (op == OP_CREATE2) s.code.push(r.pick(3));
    s.code.push(initcode.size()).push(place);
    push_value(s);
    s.code.op(op).op(OP_ADD);
    s.code.land(end);
}

void use_result(Scribe& s) {
    Code& code = s.code;
    switch (s.random.pick(8)) {
        case 0:
        case 1:
            push_key(s);
            code.op(OP_SSTORE);
            break;
        case 2:
            push_place(s);
            code.op(OP_MSTORE);
            break;
        case 3:
            push_place(s);
            code.op(OP_MSTORE8);
            break;
        case 4:
            if (code.has(OP_TSTORE)) {
                push_key(s);
                code.op(OP_TSTORE);
                break;
            }
            [[fallthrough]];
        default: code.op(OP_POP);
    }
}

void read_return_data(Scribe& s) {
    Code& code = s.code;
    Random& r = s.random;
    if (!code.has(OP_RETURNDATACOPY)) return;
    if (r.chance(5)) {  // likely out of bounds
        push_extent(s);
        push_place(s);
        push_place(s);
        code.op(OP_RETURNDATACOPY);
        return;
    }
    if (r.chance(30)) {
        code.push(0);
    } else {
        code.op(OP_RETURNDATASIZE);
    }
    code.push(0);
    push_place(s);
    code.op(OP_RETURNDATACOPY);
}

}  // namespace warpevm::fuzz
