// SPDX-License-Identifier: Apache-2.0
// Known answers of evm.cl: each arithmetic instruction on edge values against the host's arithmetic.
#include "evm/vm/opcodes.hpp"
#include "host/device/self_test_programs.hpp"

namespace warpevm {
namespace {

/// Zero, one, limbs' and digits' edges, signs, and what makes Knuth's estimate too large.
constexpr U256 edges[] = {
    {},
    {1},
    {2},
    {31},
    {255},
    {256},
    {0xffffffffU},
    {0x100000000U},
    {~0ULL},
    {0, 1, 0, 0},
    {~0ULL, ~0ULL, 0, 0},
    {0, 0, 1, 0},
    {0, 0, 0, 1ULL << 63},
    {~0ULL, ~0ULL, ~0ULL, ~0ULL >> 1},
    {~0ULL, ~0ULL, ~0ULL, ~0ULL},
    {~0ULL - 1, ~0ULL, ~0ULL, ~0ULL},
    {0, 0, 0x8000000000000000U, 0x7fffffffU},
    {3, 0, 0x8000000000000000U, 0},
    {0, 0x7fffffff80000000U, 0, 0x1234567890abcdefU},
    {0xfedcba9876543210U, 0x0f1e2d3c4b5a6978U, 0x8796a5b4c3d2e1f0U, 0x0123456789abcdefU},
};

constexpr Opcode operations[] = {OP_ADD,    OP_MUL,    OP_SUB,        OP_DIV,  OP_SDIV, OP_MOD, OP_SMOD,
                                 OP_ADDMOD, OP_MULMOD, OP_EXP,        OP_LT,   OP_GT,   OP_SLT, OP_SGT,
                                 OP_EQ,     OP_AND,    OP_OR,         OP_XOR,  OP_NOT,  OP_SHL, OP_SHR,
                                 OP_SAR,    OP_ISZERO, OP_SIGNEXTEND, OP_BYTE, OP_CLZ};

}  // namespace

U256 host_word(uint8_t op, const U256& a, const U256& b, const U256& c) {
    switch (op) {
        case OP_ADD: return a + b;
        case OP_MUL: return a * b;
        case OP_SUB: return a - b;
        case OP_DIV: return a / b;
        case OP_SDIV: return sdiv(a, b);
        case OP_MOD: return a % b;
        case OP_SMOD: return smod(a, b);
        case OP_ADDMOD: return addmod(a, b, c);
        case OP_MULMOD: return mulmod(a, b, c);
        case OP_EXP: return exp(a, b);
        case OP_LT: return uint64_t{a < b};
        case OP_GT: return uint64_t{a > b};
        case OP_SLT: return uint64_t{slt(a, b)};
        case OP_SGT: return uint64_t{slt(b, a)};
        case OP_EQ: return uint64_t{a == b};
        case OP_AND: return a & b;
        case OP_OR: return a | b;
        case OP_XOR: return a ^ b;
        case OP_NOT: return ~a;
        case OP_SHL: return shl(b, a);
        case OP_SHR: return shr(b, a);
        case OP_SAR: return sar(b, a);
        case OP_ISZERO: return uint64_t{a.is_zero()};
        case OP_SIGNEXTEND: return signextend(a, b);
        case OP_BYTE: return byte(a, b);
        default: return clz(a);
    }
}

WordVectors word_vectors() {
    WordVectors v;
    for (const Opcode op : operations)
        for (const U256& a : edges)
            for (const U256& b : edges) {
                const U256& c = edges[(v.ops.size() * 7) % std::size(edges)];
                v.ops.push_back(op);
                v.operands.insert(v.operands.end(), {a, b, c});
                v.expected.push_back(host_word(op, a, b, c));
            }
    return v;
}

DeviceResult<void> self_test_evm(Device& device, DeviceProgram& program) {
    const WordVectors v = word_vectors();
    const size_t count = v.ops.size();
    const std::vector<U256> poison(count, U256{0x5e5e5e5eU});
    std::vector<BufferPtr> buffers;
    for (const auto& buffer :
         {upload<uint32_t>(device, v.ops), upload<U256>(device, v.operands), upload<U256>(device, poison)}) {
        if (!buffer) return tl::unexpected(buffer.error());
        buffers.push_back(*buffer);
    }
    const std::array<KernelArgument, 4> arguments{buffers[0].get(), buffers[1].get(), buffers[2].get(),
                                                  static_cast<uint32_t>(count)};
    auto done = run_kernel(device, program,
                           {.kernel = "evm_words", .items = count, .group_size = 8, .arguments = arguments});
    if (!done) return done;
    const auto got = download<U256>(device, *buffers[2], count);
    if (!got) return tl::unexpected(got.error());
    for (size_t i = 0; i < count; ++i)
        if ((*got)[i] != v.expected[i])
            return wrong_answer(device, std::string(opcode_name(static_cast<uint8_t>(v.ops[i]))) + " of " +
                                            to_decimal(v.operands[3 * i]) + ", " +
                                            to_decimal(v.operands[3 * i + 1]) + ", " +
                                            to_decimal(v.operands[3 * i + 2]));
    return {};
}

}  // namespace warpevm
