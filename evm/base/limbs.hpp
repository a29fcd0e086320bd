// SPDX-License-Identifier: Apache-2.0
// Carry chains over four 64-bit limbs. GCC 12 builds poor ones from __int128, so there they are assembly;
// everywhere else, and in constant expressions, they are plain C++.
#pragma once

#include <cstdint>
#include <type_traits>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define WARPEVM_CARRY_ASM 1
#else
#define WARPEVM_CARRY_ASM 0
#endif

namespace warpevm::limbs {

using u128 = unsigned __int128;

constexpr uint64_t low(u128 x) {
    return static_cast<uint64_t>(x);
}
constexpr uint64_t high(u128 x) {
    return static_cast<uint64_t>(x >> 64);
}
constexpr u128 join(uint64_t hi, uint64_t lo) {
    return static_cast<u128>(hi) << 64 | lo;
}
constexpr u128 wide_mul(uint64_t a, uint64_t b) {
    return static_cast<u128>(a) * b;
}

/// True where assembly may run: at run time, on a compiler that needs it.
constexpr bool use_asm() {
    return WARPEVM_CARRY_ASM != 0 && !std::is_constant_evaluated();
}

constexpr uint64_t add_with_carry(uint64_t a, uint64_t b, bool& carry) {
    uint64_t partial = 0;
    uint64_t sum = 0;
    const bool first = __builtin_add_overflow(a, b, &partial);
    const bool second = __builtin_add_overflow(partial, uint64_t{carry}, &sum);
    carry = first | second;
    return sum;
}

constexpr uint64_t sub_with_borrow(uint64_t a, uint64_t b, bool& borrow) {
    uint64_t partial = 0;
    uint64_t difference = 0;
    const bool first = __builtin_sub_overflow(a, b, &partial);
    const bool second = __builtin_sub_overflow(partial, uint64_t{borrow}, &difference);
    borrow = first | second;
    return difference;
}

/// a += b; returns the carry out of limb 3.
constexpr bool add(uint64_t (&a)[4], const uint64_t (&b)[4]) {
    bool carry = false;
#if WARPEVM_CARRY_ASM
    if (use_asm()) {
        asm("addq %5, %0\n\tadcq %6, %1\n\tadcq %7, %2\n\tadcq %8, %3"
            : "+&r"(a[0]), "+&r"(a[1]), "+&r"(a[2]), "+&r"(a[3]), "=@ccc"(carry)
            : "rme"(b[0]), "rme"(b[1]), "rme"(b[2]), "rme"(b[3]));
        return carry;
    }
#endif
    a[0] = add_with_carry(a[0], b[0], carry);
    a[1] = add_with_carry(a[1], b[1], carry);
    a[2] = add_with_carry(a[2], b[2], carry);
    a[3] = add_with_carry(a[3], b[3], carry);
    return carry;
}

/// a -= b; returns the borrow out of limb 3.
constexpr bool sub(uint64_t (&a)[4], const uint64_t (&b)[4]) {
    bool borrow = false;
#if WARPEVM_CARRY_ASM
    if (use_asm()) {
        asm("subq %5, %0\n\tsbbq %6, %1\n\tsbbq %7, %2\n\tsbbq %8, %3"
            : "+&r"(a[0]), "+&r"(a[1]), "+&r"(a[2]), "+&r"(a[3]), "=@ccc"(borrow)
            : "rme"(b[0]), "rme"(b[1]), "rme"(b[2]), "rme"(b[3]));
        return borrow;
    }
#endif
    a[0] = sub_with_borrow(a[0], b[0], borrow);
    a[1] = sub_with_borrow(a[1], b[1], borrow);
    a[2] = sub_with_borrow(a[2], b[2], borrow);
    a[3] = sub_with_borrow(a[3], b[3], borrow);
    return borrow;
}

/// a < b: the borrow of a - b, without a branch that random operands would mispredict.
constexpr bool less(const uint64_t (&a)[4], const uint64_t (&b)[4]) {
#if WARPEVM_CARRY_ASM
    if (use_asm()) {
        bool borrow = false;
        uint64_t scratch = a[1];
        uint64_t scratch2 = a[2];
        uint64_t scratch3 = a[3];
        asm("cmpq %5, %4\n\tsbbq %6, %1\n\tsbbq %7, %2\n\tsbbq %8, %3"
            : "=@ccc"(borrow), "+&r"(scratch), "+&r"(scratch2), "+&r"(scratch3)
            : "r"(a[0]), "rme"(b[0]), "rme"(b[1]), "rme"(b[2]), "rme"(b[3]));
        return borrow;
    }
#endif
    uint64_t difference[4] = {a[0], a[1], a[2], a[3]};
    return sub(difference, b);
}

/// (r2, r1, r0) += x, modulo 2^192.
constexpr void accumulate(uint64_t& r0, uint64_t& r1, uint64_t& r2, u128 x) {
#if WARPEVM_CARRY_ASM
    if (use_asm()) {
        asm("addq %3, %0\n\tadcq %4, %1\n\tadcq $0, %2"
            : "+&r"(r0), "+&r"(r1), "+&r"(r2)
            : "rm"(low(x)), "rm"(high(x))
            : "cc");
        return;
    }
#endif
    bool carry = false;
    r0 = add_with_carry(r0, low(x), carry);
    r1 = add_with_carry(r1, high(x), carry);
    r2 += carry;
}

/// The low four limbs of a * b, by the ten partial products that reach them; r overlaps neither.
constexpr void mul(uint64_t (&r)[4], const uint64_t (&a)[4], const uint64_t (&b)[4]) {
    const u128 p00 = wide_mul(a[0], b[0]);
    const u128 p02 = wide_mul(a[0], b[2]);
    const u128 p11 = wide_mul(a[1], b[1]);
    const u128 p20 = wide_mul(a[2], b[0]);
    const u128 upper = p02 + p11 + p20;
    uint64_t r0 = low(p00);
    uint64_t r1 = high(p00);
    uint64_t r2 = low(upper);
    uint64_t r3 = high(upper) + a[0] * b[3] + a[1] * b[2] + a[2] * b[1] + a[3] * b[0];
    accumulate(r1, r2, r3, wide_mul(a[0], b[1]));
    accumulate(r1, r2, r3, wide_mul(a[1], b[0]));
    r[0] = r0;
    r[1] = r1;
    r[2] = r2;
    r[3] = r3;
}

/// All eight limbs of a * b, column by column; r overlaps neither.
constexpr void mul_wide(uint64_t (&r)[8], const uint64_t (&a)[4], const uint64_t (&b)[4]) {
    const u128 first = wide_mul(a[0], b[0]);
    r[0] = low(first);
    uint64_t c0 = high(first);
    uint64_t c1 = 0;
    uint64_t c2 = 0;
    const auto column = [&](uint64_t& out) {
        out = c0;
        c0 = c1;
        c1 = c2;
        c2 = 0;
    };
    accumulate(c0, c1, c2, wide_mul(a[0], b[1]));
    accumulate(c0, c1, c2, wide_mul(a[1], b[0]));
    column(r[1]);
    accumulate(c0, c1, c2, wide_mul(a[0], b[2]));
    accumulate(c0, c1, c2, wide_mul(a[1], b[1]));
    accumulate(c0, c1, c2, wide_mul(a[2], b[0]));
    column(r[2]);
    accumulate(c0, c1, c2, wide_mul(a[0], b[3]));
    accumulate(c0, c1, c2, wide_mul(a[1], b[2]));
    accumulate(c0, c1, c2, wide_mul(a[2], b[1]));
    accumulate(c0, c1, c2, wide_mul(a[3], b[0]));
    column(r[3]);
    accumulate(c0, c1, c2, wide_mul(a[1], b[3]));
    accumulate(c0, c1, c2, wide_mul(a[2], b[2]));
    accumulate(c0, c1, c2, wide_mul(a[3], b[1]));
    column(r[4]);
    accumulate(c0, c1, c2, wide_mul(a[2], b[3]));
    accumulate(c0, c1, c2, wide_mul(a[3], b[2]));
    column(r[5]);
    const u128 last = wide_mul(a[3], b[3]) + join(c1, c0);
    r[6] = low(last);
    r[7] = high(last);
}

/// `yes` where the condition holds, else `no`; never a branch, for conditions that predict badly.
constexpr uint64_t select(bool condition, uint64_t yes, uint64_t no) {
#if WARPEVM_CARRY_ASM
    if (use_asm()) {
        asm("testb %1, %1\n\tcmovneq %2, %0" : "+r"(no) : "q"(condition), "rm"(yes) : "cc");
        return no;
    }
#endif
    return condition ? yes : no;
}

/// (hi, lo) << n, the upper limb, for n < 64.
constexpr uint64_t shift_left(uint64_t hi, uint64_t lo, unsigned n) {
#if WARPEVM_CARRY_ASM
    if (use_asm()) {
        asm("shldq %b2, %1, %0" : "+r"(hi) : "r"(lo), "c"(n) : "cc");
        return hi;
    }
#endif
    return hi << n | lo >> 1 >> (63 - n);
}

/// (hi, lo) >> n, the lower limb, for n < 64.
constexpr uint64_t shift_right(uint64_t hi, uint64_t lo, unsigned n) {
#if WARPEVM_CARRY_ASM
    if (use_asm()) {
        asm("shrdq %b2, %1, %0" : "+r"(lo) : "r"(hi), "c"(n) : "cc");
        return lo;
    }
#endif
    return lo >> n | hi << 1 << (63 - n);
}

}  // namespace warpevm::limbs
