// SPDX-License-Identifier: Apache-2.0
// The pure operations, once: the fast loop's handlers run them and lowering folds constants with them.
#pragma once

#include "evm/base/u256.hpp"
#include "evm/vm/opcodes.hpp"

namespace warpevm::lowering {

// Each writes its result last, so that the result may share its place with an operand.
#define WARPEVM_BINARY(Name, expression)                                             \
    struct Name {                                                                    \
        static void apply(U256& r, const U256& a, const U256& b) { r = expression; } \
    }
WARPEVM_BINARY(Add, a + b);
WARPEVM_BINARY(Mul, a* b);
WARPEVM_BINARY(Sub, a - b);
WARPEVM_BINARY(And, a& b);
WARPEVM_BINARY(Or, a | b);
WARPEVM_BINARY(Xor, a ^ b);
WARPEVM_BINARY(Byte, byte(a, b));
WARPEVM_BINARY(Shl, shl(b, a));
WARPEVM_BINARY(Shr, shr(b, a));
WARPEVM_BINARY(Sar, sar(b, a));
WARPEVM_BINARY(Signextend, signextend(a, b));
#undef WARPEVM_BINARY

// Long ones stay out of line, so that the handlers around them keep nothing on the host's stack.
#define WARPEVM_BINARY_CALL(Name, expression)                                                          \
    struct Name {                                                                                      \
        [[gnu::noinline]] static void apply(U256& r, const U256& a, const U256& b) { r = expression; } \
    }
WARPEVM_BINARY_CALL(Div, a / b);
WARPEVM_BINARY_CALL(Sdiv, sdiv(a, b));
WARPEVM_BINARY_CALL(Mod, a % b);
WARPEVM_BINARY_CALL(Smod, smod(a, b));
#undef WARPEVM_BINARY_CALL

#define WARPEVM_COMPARE(Name, expression)                                                      \
    struct Name {                                                                              \
        static bool test(const U256& a, const U256& b) { return expression; }                  \
        static void apply(U256& r, const U256& a, const U256& b) { r = uint64_t{test(a, b)}; } \
    }
WARPEVM_COMPARE(Less, sub_borrow(a, b).carry);
WARPEVM_COMPARE(SignedLess, slt(a, b));
WARPEVM_COMPARE(Equal, a == b);
#undef WARPEVM_COMPARE

struct Iszero {
    static void apply(U256& r, const U256& a) { r = uint64_t{a.is_zero()}; }
};
struct Not {
    static void apply(U256& r, const U256& a) { r = ~a; }
};
struct Clz {
    static void apply(U256& r, const U256& a) { r = clz(a); }
};

/// Calls visit.operator()<Op>() for the binary operation of an opcode; false where it is none. GT and SGT do
/// not occur: the translator turns them into LT and SLT.
template <class Visit>
bool visit_binary(uint8_t opcode, Visit&& visit) {
    switch (opcode) {
        case OP_ADD: visit.template operator()<Add>(); return true;
        case OP_MUL: visit.template operator()<Mul>(); return true;
        case OP_SUB: visit.template operator()<Sub>(); return true;
        case OP_DIV: visit.template operator()<Div>(); return true;
        case OP_SDIV: visit.template operator()<Sdiv>(); return true;
        case OP_MOD: visit.template operator()<Mod>(); return true;
        case OP_SMOD: visit.template operator()<Smod>(); return true;
        case OP_SIGNEXTEND: visit.template operator()<Signextend>(); return true;
        case OP_LT: visit.template operator()<Less>(); return true;
        case OP_SLT: visit.template operator()<SignedLess>(); return true;
        case OP_EQ: visit.template operator()<Equal>(); return true;
        case OP_AND: visit.template operator()<And>(); return true;
        case OP_OR: visit.template operator()<Or>(); return true;
        case OP_XOR: visit.template operator()<Xor>(); return true;
        case OP_BYTE: visit.template operator()<Byte>(); return true;
        case OP_SHL: visit.template operator()<Shl>(); return true;
        case OP_SHR: visit.template operator()<Shr>(); return true;
        case OP_SAR: visit.template operator()<Sar>(); return true;
        default: return false;
    }
}

template <class Visit>
bool visit_unary(uint8_t opcode, Visit&& visit) {
    switch (opcode) {
        case OP_ISZERO: visit.template operator()<Iszero>(); return true;
        case OP_NOT: visit.template operator()<Not>(); return true;
        case OP_CLZ: visit.template operator()<Clz>(); return true;
        default: return false;
    }
}

}  // namespace warpevm::lowering
