// SPDX-License-Identifier: Apache-2.0
// Creations. The attacker has long init code copied, hashed and mapped again and again, or deploys codes that
// nobody calls twice. What a creation costs must follow from what it pays, with and without EIP-3860.
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

constexpr uint64_t gas = 30'000'000;

Bytes create(uint64_t size, uint8_t kind = OP_CREATE) {
    Bytes code;
    if (kind == OP_CREATE2) append(code, ops({OP_GAS}));
    return code + push(size) + push(0) + push(0) + ops({kind, OP_POP});
}

/// Init code of `size` zeros, which stops at once; memory is paid for once.
void from_zeros(Scene& scene, Side side, uint64_t size, uint8_t kind) {
    const Bytes body = repeat(create(side == Side::attack ? size : 1, kind), 10);
    scene.call(scene.place(loop(push(size - 32) + ops({OP_MLOAD, OP_POP}), body, 500'000)), gas);
}

/// The same with init code that is all JUMPDESTs, of which the first fails for want of gas or runs.
void from_jumpdests(Scene& scene, Side side, uint64_t size, uint64_t first) {
    Bytes fill;
    for (uint64_t at = 0; at < size; at += 32)
        append(fill,
               push(U256{0x5b5b5b5b5b5b5b5b, 0x5b5b5b5b5b5b5b5b, 0x5b5b5b5b5b5b5b5b, 0x5b5b5b5b5b5b5b5b}) +
                   push(at) + ops({OP_MSTORE}));
    fill = fill + push(first) + push(0) + ops({OP_MSTORE8});
    const Bytes body = repeat(create(side == Side::attack ? size : 64), 4);
    scene.call(scene.place(loop(fill, body, 500'000)), gas);
}

/// Long init code that jumps once, to its end: which bytes are jump destinations depends on all before.
void jumps(Scene& scene, Side side, uint64_t size) {
    const uint64_t end = side == Side::attack ? size - 32 : 64;
    Bytes32 head{}, tail{};
    const Bytes jump = push(end, 3) + ops({OP_JUMP});
    std::copy(jump.begin(), jump.end(), head.bytes.begin());
    tail.bytes[0] = OP_JUMPDEST;
    const Bytes fill =
        push(to_u256(tail)) + push(end) + ops({OP_MSTORE}) + push(to_u256(head)) + push(0) + ops({OP_MSTORE});
    scene.call(scene.place(loop(fill, repeat(create(end + 32), 4), 500'000)), gas);
}

/// Deploys distinct codes of full length (their tail is the gas left) and calls each once.
void deployed(Scene& scene, Side side, uint64_t length) {
    // Init code: MSTORE of GAS at 0, then RETURN(0, length).
    const Bytes initcode = push(0x5b) + push(40) + ops({OP_MSTORE8, OP_GAS}) + push(0) + ops({OP_MSTORE}) +
                           push(side == Side::attack ? length : 64, 3) + push(0) + ops({OP_RETURN});
    Bytes32 word;
    std::copy(initcode.begin(), initcode.end(), word.bytes.begin());
    const Bytes body = push(to_u256(word)) + push(0) + ops({OP_MSTORE}) + push(initcode.size()) + push(0) +
                       push(0) + ops({OP_CREATE}) + push(0) + push(0) + push(0) + push(0) +
                       ops({OP_DUP1 + 4}) + push(1000) + ops({OP_STATICCALL, OP_POP, OP_POP});
    for (int t = 0; t < 2; ++t) scene.call(scene.place(loop({}, body, 6'000'000)), gas);
}

/// What is deployed is thrown away: each frame that created reverts.
void deployed_and_reverted(Scene& scene, Side side, uint64_t length) {
    const Bytes initcode = ops({OP_GAS}) + push(0) + ops({OP_MSTORE}) +
                           push(side == Side::attack ? length : 64, 3) + push(0) + ops({OP_RETURN});
    Bytes32 word;
    std::copy(initcode.begin(), initcode.end(), word.bytes.begin());
    const Address creator =
        scene.place(push(to_u256(word)) + push(0) + ops({OP_MSTORE}) + push(initcode.size()) + push(0) +
                    push(0) + ops({OP_CREATE}) + push(0) + push(0) + ops({OP_REVERT}));
    scene.call(scene.place(loop({}, call(creator, {.gas = 6'000'000}), 7'000'000)), gas);
}

/// The same address again and again: CREATE2 fails where something is.
void collisions(Scene& scene, Side side) {
    const Bytes once =
        push(side == Side::attack ? 49'152 : 64, 3) + push(0) + push(0) + ops({OP_CREATE2, OP_POP});
    const Bytes body = push(5) + once + push(5) + once;
    const Address creator = scene.place(body + ops({OP_STOP}));
    scene.call(scene.place(loop({}, call(creator, {.gas = 200'000}), 300'000)), gas);
}

}  // namespace

void add_creations(Cases& cases) {
    const auto add = [&](const char* what, Fork fork, std::function<void(Scene&, Side)> build) {
        cases.push_back({.name = std::string("create_") + what, .fork = fork, .build = std::move(build)});
    };
    add("2_mb_london", Fork::london, [](Scene& s, Side side) { from_zeros(s, side, 2'000'000, OP_CREATE); });
    add("1_mb_frontier", Fork::frontier,
        [](Scene& s, Side side) { from_zeros(s, side, 1'000'000, OP_CREATE); });
    add("jumpdests_london", Fork::london,
        [](Scene& s, Side side) { from_jumpdests(s, side, 200'000, OP_JUMPDEST); });
    cases.back().bound_by_gas = true;  // it runs what it pays for
    add("jumpdests_stop_london", Fork::london,
        [](Scene& s, Side side) { from_jumpdests(s, side, 200'000, OP_STOP); });
    add("longest", Fork::cancun, [](Scene& s, Side side) { from_zeros(s, side, 49'152, OP_CREATE); });
    add("longest_create2", Fork::cancun,
        [](Scene& s, Side side) { from_zeros(s, side, 49'152, OP_CREATE2); });
    cases.back().bound_by_gas = true;  // it is hashed, and pays for that
    add("jump_in_2_mb_london", Fork::london, [](Scene& s, Side side) { jumps(s, side, 2'000'000); });
    cases.back().bound_by_gas = true;
    add("jump_in_longest", Fork::cancun, [](Scene& s, Side side) { jumps(s, side, 49'152); });
    cases.back().bound_by_gas = true;
    add("codes", Fork::cancun, [](Scene& s, Side side) { deployed(s, side, 24'000); });
    add("codes_reverted", Fork::cancun, [](Scene& s, Side side) { deployed_and_reverted(s, side, 24'000); });
    add("collisions", Fork::cancun, collisions);
    cases.back().bound_by_gas = true;  // its init code is hashed each time, and pays for that
}

}  // namespace warpevm::adversarial
