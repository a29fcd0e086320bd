// SPDX-License-Identifier: Apache-2.0
// Operands that make an instruction slow. The attacker chooses those for which division, exponentiation and
// the like take longest. For its gas no operand takes several times as long as ordinary ones, and none falls
// below 50 Mgas a second.
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

constexpr uint64_t gas = 30'000'000;
constexpr U256 dense{0x9e3779b97f4a7c15, 0xf39cc0605cedc834, 0x1082276bf3a27251, 0xf86c6a11d0c18e95};

/// `op` over the operands again and again, deepest first; memory takes the result, or nobody would compute
/// it.
void operands(Scene& scene, Side side, uint8_t op, const std::vector<U256>& bad,
              const std::vector<U256>& good) {
    Bytes words, body;
    for (const U256& word : side == Side::attack ? bad : good) append(words, push(word, 32));
    for (size_t i = 0; i < bad.size(); ++i)
        append(body, ops({static_cast<uint8_t>(OP_DUP1 + bad.size() - 1)}));
    scene.call(scene.place(loop(words, repeat(body + ops({op}) + push(0) + ops({OP_MSTORE}), 200))), gas);
}

}  // namespace

void add_arithmetic(Cases& cases) {
    const U256 max = U256::max();
    const U256 half{0, 0, 1, 0x8000000000000000}, low_128{~0ULL, ~0ULL, 0, 0},
        three_limbs{1, 0, 0x8000000000000000, 0};
    struct Operands {
        const char* name;
        uint8_t op;
        std::vector<U256> bad, good;
        Fork fork = Fork::cancun;
    };
    const U256 a{12345, 6789, 0, 0}, b{77, 1, 0, 0}, c{99, 5, 0, 0};
    const std::vector<Operands> all = {
        {"div_by_two_limbs", OP_DIV, {low_128, max}, {b, a}},
        {"div_by_three_limbs", OP_DIV, {three_limbs, max}, {b, a}},
        {"div_by_four_limbs", OP_DIV, {half, max}, {b, a}},
        {"div_by_one_limb", OP_DIV, {U256{~0ULL}, max}, {b, a}},
        {"sdiv", OP_SDIV, {three_limbs, half}, {b, a}},
        {"mod", OP_MOD, {low_128 - 1, max}, {b, a}},
        {"smod", OP_SMOD, {three_limbs, half}, {b, a}},
        {"addmod", OP_ADDMOD, {three_limbs, max, max - 1}, {c, b, a}},
        {"addmod_by_two_limbs", OP_ADDMOD, {low_128, max, max - 1}, {c, b, a}},
        {"mulmod", OP_MULMOD, {half, max, max - 1}, {c, b, a}},
        {"mulmod_by_one_limb", OP_MULMOD, {U256{~0ULL}, max, max - 1}, {c, b, a}},
        {"mulmod_by_three_limbs", OP_MULMOD, {three_limbs, max, dense}, {c, b, a}},
        {"exp", OP_EXP, {max, dense}, {U256{1} << 255, U256{3}}},
        {"exp_frontier", OP_EXP, {max, dense}, {U256{1} << 255, U256{3}}, Fork::frontier},
        {"signextend", OP_SIGNEXTEND, {dense, U256{17}}, {dense, U256{40}}},
        {"sar", OP_SAR, {max - 5, U256{131}}, {U256{5}, U256{3}}},
    };
    for (const Operands& o : all)
        cases.push_back({.name = std::string("operands_") + o.name,
                         .fork = o.fork,
                         .build = [o](Scene& s, Side side) { operands(s, side, o.op, o.bad, o.good); }});
}

}  // namespace warpevm::adversarial
