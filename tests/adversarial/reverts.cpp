// SPDX-License-Identifier: Apache-2.0
// What is taken back. The attacker fills undo logs, lists of touched, destructed and warm rows, and reverts
// them, at depth and again and again. Taking back costs what was done, once.
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

constexpr uint64_t gas = 30'000'000;

Bytes revert() {
    return push(0) + push(0) + ops({OP_REVERT});
}
Bytes spin(uint64_t margin = 50'000) {
    return loop(push(7), repeat(push(3) + ops({OP_ADD, OP_DUP1, OP_MUL}), 16), margin);
}

/// A frame that does `work` many times and reverts, called until the gas ends.
void storm(Scene& scene, Side side, const Bytes& work, uint64_t each) {
    const Address frame =
        scene.place(side == Side::attack ? loop(push(1), repeat(work, 8), 20'000, revert()) : spin(20'000));
    scene.call(scene.place(loop({}, call(frame, {.gas = each}), each + 50'000)), gas);
}

/// Each frame writes, calls itself, and reverts what it and those below did: the log is cut at every depth.
void nested(Scene& scene, Side side) {
    const Bytes writes = repeat(ops({OP_GAS}) + push(1) + ops({OP_TSTORE}), 20);
    const Bytes others =
        repeat(ops({OP_GAS}) + push(1) + ops({OP_MUL}) + repeat(ops({OP_JUMPDEST}), 96) + ops({OP_POP}), 20);
    const Address frame = scene.place((side == Side::attack ? writes : others) + call_self({}) + revert());
    scene.call(scene.place(loop({}, call(frame, {.gas = 3'000'000}), 3'200'000)), gas);
}

/// One account is destructed thousands of times; or many once. Before Cancun.
void destructed(Scene& scene, Side side, Fork fork, bool reverted) {
    const Address heir = Address::from_low(0xdead);
    const Address doomed = scene.place(push(to_u256(heir)) + ops({OP_SELFDESTRUCT}));
    const Address inner =
        scene.place(repeat(call(doomed, {.gas = 40'000}), 10) + (reverted ? revert() : ops({OP_STOP})));
    const uint64_t each = fork < Fork::tangerine_whistle ? 50'000 : 500'000;
    const uint64_t total = fork < Fork::tangerine_whistle ? 8'000'000 : gas;
    const Bytes body =
        side == Side::attack ? call(inner, {.gas = each}) : repeat(ops({OP_CALLER, OP_POP}), 200);
    scene.call(scene.place(loop({}, body, each + 50'000)), total);
}

/// New empty accounts for nearly nothing: heirs before EIP-150 (the attack of 2016).
void heirs(Scene& scene, Side side) {
    const Address doomed = scene.place(push(0) + ops({OP_CALLDATALOAD, OP_SELFDESTRUCT}));
    const Bytes next =
        push(side == Side::attack ? 1 : 0) + ops({OP_ADD, OP_DUP1}) + push(0) + ops({OP_MSTORE});
    const Bytes body = repeat(next + call(doomed, {.kind = OP_CALLCODE, .gas = 30, .input_size = 32}), 20);
    scene.call(scene.place(loop(push(U256{1} << 40), body, 20'000)), 8'000'000);
}

/// Touches of empty accounts, which vanish at the end.
void touched(Scene& scene, Side side) {
    const U256 step = side == Side::attack ? 1 : 0;
    const Bytes one = push(step) + ops({OP_ADD}) + push(0) + push(0) + push(0) + push(0) + push(0) +
                      ops({OP_DUP1 + 5}) + push(0) + ops({OP_CALL, OP_POP});
    scene.call(scene.place(loop(push(U256{1} << 40), repeat(one, 20))), gas);
}

}  // namespace

void add_reverts(Cases& cases) {
    const auto add = [&](const char* what, Fork fork, std::function<void(Scene&, Side)> build) {
        cases.push_back({.name = std::string("reverts_") + what, .fork = fork, .build = std::move(build)});
    };
    const Bytes next = push(1) + ops({OP_ADD});
    const auto storms = [&](const char* what, const Bytes& work, uint64_t each) {
        add(what, Fork::cancun, [=](Scene& s, Side side) { storm(s, side, work, each); });
    };
    storms("transient", ops({OP_DUP1, OP_DUP1, OP_TSTORE}) + next, 5'000'000);
    storms("transient_one_key", ops({OP_DUP1}) + push(1) + ops({OP_TSTORE}) + next, 5'000'000);
    storms("slots", ops({OP_DUP1, OP_DUP1, OP_SSTORE}) + next, 5'000'000);
    storms("one_slot", ops({OP_DUP1}) + push(1) + ops({OP_SSTORE}) + next, 5'000'000);
    storms("warm_accounts", ops({OP_DUP1, OP_BALANCE, OP_POP}) + next, 3'000'000);
    storms("warm_slots", ops({OP_DUP1, OP_SLOAD, OP_POP}) + next, 3'000'000);
    storms("logs", push(64) + push(0) + ops({OP_LOG0}) + next, 3'000'000);
    storms("log_topics",
           ops({OP_DUP1, OP_DUP1, OP_DUP1, OP_DUP1}) + push(0) + push(0) + ops({OP_LOG0 + 4}) + next,
           3'000'000);
    add("nested", Fork::cancun, nested);
    add("destructed", Fork::shanghai,
        [](Scene& s, Side side) { destructed(s, side, Fork::shanghai, false); });
    add("destructed_and_reverted", Fork::shanghai,
        [](Scene& s, Side side) { destructed(s, side, Fork::shanghai, true); });
    add("destructed_homestead", Fork::homestead,
        [](Scene& s, Side side) { destructed(s, side, Fork::homestead, false); });
    add("heirs_homestead", Fork::homestead, heirs);
    cases.back().bound_by_gas = true;  // a new account is more work than a known one
    add("touched", Fork::cancun, touched);
    add("touched_byzantium", Fork::byzantium, touched);
    cases.back().bound_by_gas = true;  // a new account is more work than a known one
}

}  // namespace warpevm::adversarial
