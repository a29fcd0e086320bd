// SPDX-License-Identifier: Apache-2.0
// wide.h's longest carry chains in NVIDIA's assembly, which has the carry flag that C lacks. 32-bit limbs.
// The self-test and the recovery tests compare it with the portable spelling's results.
#ifndef WARPEVM_KERNELS_WIDE_PTX_H
#define WARPEVM_KERNELS_WIDE_PTX_H

// *sum = a + b modulo 2^256; returns the carry.
WARPEVM_INLINE limb wide_add(wide* sum, const wide* a, const wide* b) {
    wide r;
    limb carry;
    __asm__(
        "add.cc.u32 %0, %9, %17;\n\t"
        "addc.cc.u32 %1, %10, %18;\n\t"
        "addc.cc.u32 %2, %11, %19;\n\t"
        "addc.cc.u32 %3, %12, %20;\n\t"
        "addc.cc.u32 %4, %13, %21;\n\t"
        "addc.cc.u32 %5, %14, %22;\n\t"
        "addc.cc.u32 %6, %15, %23;\n\t"
        "addc.cc.u32 %7, %16, %24;\n\t"
        "addc.u32 %8, 0, 0;\n\t"
        : "=&r"(r.v[0]), "=&r"(r.v[1]), "=&r"(r.v[2]), "=&r"(r.v[3]), "=&r"(r.v[4]), "=&r"(r.v[5]),
          "=&r"(r.v[6]), "=&r"(r.v[7]), "=r"(carry)
        : "r"(a->v[0]), "r"(a->v[1]), "r"(a->v[2]), "r"(a->v[3]), "r"(a->v[4]), "r"(a->v[5]), "r"(a->v[6]),
          "r"(a->v[7]), "r"(b->v[0]), "r"(b->v[1]), "r"(b->v[2]), "r"(b->v[3]), "r"(b->v[4]), "r"(b->v[5]),
          "r"(b->v[6]), "r"(b->v[7]));
    *sum = r;
    return carry;
}

// *difference = a - b modulo 2^256; returns the borrow.
WARPEVM_INLINE limb wide_sub(wide* difference, const wide* a, const wide* b) {
    wide r;
    limb borrow;  // 0 or all ones
    __asm__(
        "sub.cc.u32 %0, %9, %17;\n\t"
        "subc.cc.u32 %1, %10, %18;\n\t"
        "subc.cc.u32 %2, %11, %19;\n\t"
        "subc.cc.u32 %3, %12, %20;\n\t"
        "subc.cc.u32 %4, %13, %21;\n\t"
        "subc.cc.u32 %5, %14, %22;\n\t"
        "subc.cc.u32 %6, %15, %23;\n\t"
        "subc.cc.u32 %7, %16, %24;\n\t"
        "subc.u32 %8, 0, 0;\n\t"
        : "=&r"(r.v[0]), "=&r"(r.v[1]), "=&r"(r.v[2]), "=&r"(r.v[3]), "=&r"(r.v[4]), "=&r"(r.v[5]),
          "=&r"(r.v[6]), "=&r"(r.v[7]), "=r"(borrow)
        : "r"(a->v[0]), "r"(a->v[1]), "r"(a->v[2]), "r"(a->v[3]), "r"(a->v[4]), "r"(a->v[5]), "r"(a->v[6]),
          "r"(a->v[7]), "r"(b->v[0]), "r"(b->v[1]), "r"(b->v[2]), "r"(b->v[3]), "r"(b->v[4]), "r"(b->v[5]),
          "r"(b->v[6]), "r"(b->v[7]));
    *difference = r;
    return borrow & 1;
}

// row[0 .. LIMBS) += a * b; the limb that comes out goes to row[LIMBS], which it replaces. The sum of the low
// halves carries at most 1 into that limb, and the whole is below 2^288, so the high halves' chain ends
// there.
WARPEVM_INLINE void wide_mul_add_row(limb* row, const limb* a, limb b) {
    limb top;
    __asm__(
        "mad.lo.cc.u32 %0, %9, %17, %0;\n\t"
        "madc.lo.cc.u32 %1, %10, %17, %1;\n\t"
        "madc.lo.cc.u32 %2, %11, %17, %2;\n\t"
        "madc.lo.cc.u32 %3, %12, %17, %3;\n\t"
        "madc.lo.cc.u32 %4, %13, %17, %4;\n\t"
        "madc.lo.cc.u32 %5, %14, %17, %5;\n\t"
        "madc.lo.cc.u32 %6, %15, %17, %6;\n\t"
        "madc.lo.cc.u32 %7, %16, %17, %7;\n\t"
        "addc.u32 %8, 0, 0;\n\t"
        "mad.hi.cc.u32 %1, %9, %17, %1;\n\t"
        "madc.hi.cc.u32 %2, %10, %17, %2;\n\t"
        "madc.hi.cc.u32 %3, %11, %17, %3;\n\t"
        "madc.hi.cc.u32 %4, %12, %17, %4;\n\t"
        "madc.hi.cc.u32 %5, %13, %17, %5;\n\t"
        "madc.hi.cc.u32 %6, %14, %17, %6;\n\t"
        "madc.hi.cc.u32 %7, %15, %17, %7;\n\t"
        "madc.hi.u32 %8, %16, %17, %8;\n\t"
        : "+&r"(row[0]), "+&r"(row[1]), "+&r"(row[2]), "+&r"(row[3]), "+&r"(row[4]), "+&r"(row[5]),
          "+&r"(row[6]), "+&r"(row[7]), "=&r"(top)
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(a[4]), "r"(a[5]), "r"(a[6]), "r"(a[7]), "r"(b));
    row[LIMBS] = top;
}

#endif
