// SPDX-License-Identifier: Apache-2.0
// Large memory, return data and logs. The attacker moves as many bytes for a gas as the rules allow, at every
// depth. Bytes are touched no more often than they are paid for, and what frames leave behind does not add
// up.
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

constexpr uint64_t gas = 30'000'000;
constexpr uint64_t megabyte = 1'000'000;

Bytes grown(uint64_t size) {
    return push(size - 32) + ops({OP_MLOAD, OP_POP});
}
/// `body` over a memory of a megabyte; the twin moves as much, a kilobyte at a time.
void over_megabyte(Scene& scene, Side side, const std::function<Bytes(uint64_t)>& body) {
    const Bytes once = side == Side::attack ? body(megabyte) : repeat(body(1000), 100);
    scene.call(scene.place(loop(grown(2 * megabyte), once, 500'000)), gas);
}

/// Every frame grows its memory to `size` and calls the next; at the end of each its output is as long.
void at_each_depth(Scene& scene, Side side, uint64_t size, bool returns, Fork fork) {
    const Bytes end = returns ? push(size) + push(0) + ops({OP_RETURN}) : ops({OP_STOP});
    const Bytes frame = grown(size) + call_self({.input_size = returns ? size : 0}) + end;
    const Bytes flat = loop({}, ops({OP_CALLER, OP_POP}), 5000);
    const uint64_t total = fork < Fork::tangerine_whistle ? 8'000'000 : gas;
    scene.call(scene.place(side == Side::attack ? frame : flat), total);
}

/// A callee returns a megabyte, of which the caller asks for nothing, again and again.
void returned(Scene& scene, Side side, uint8_t how) {
    const uint64_t size = side == Side::attack ? 300'000 : 300;
    const Address callee = scene.place(push(size) + push(0) + ops({how}));
    scene.call(scene.place(loop({}, repeat(call(callee, {}), 4), 1'000'000)), gas);
}

/// Identity over what the caller has anyway.
void through_identity(Scene& scene, Side side) {
    const Bytes once =
        side == Side::attack
            ? call(Address::from_low(4), {.kind = OP_STATICCALL, .input_size = megabyte})
            : repeat(call(Address::from_low(4), {.kind = OP_STATICCALL, .input_size = 1000}), 100);
    scene.call(scene.place(loop(grown(megabyte), once, 200'000)), gas);
}

void input_handed_down(Scene& scene, Side side) {
    const uint64_t size = side == Side::attack ? megabyte : 64;
    const Address callee = scene.place(ops({OP_CALLDATASIZE, OP_POP, OP_STOP}));
    scene.call(scene.place(loop(grown(megabyte), repeat(call(callee, {.input_size = size}), 50), 200'000)),
               gas);
}

void logs(Scene& scene, Side side) {
    const Bytes once = side == Side::attack ? push(500'000) + push(0) + ops({OP_LOG0})
                                            : repeat(push(5'000) + push(0) + ops({OP_LOG0}), 100);
    for (int t = 0; t < 3; ++t) scene.call(scene.place(loop(grown(megabyte), once, 5'000'000)), gas);
}

}  // namespace

void add_big_memory(Cases& cases) {
    const auto add = [&](const char* what, Fork fork, std::function<void(Scene&, Side)> build) {
        cases.push_back({.name = std::string("bytes_") + what, .fork = fork, .build = std::move(build)});
    };
    const auto copies = [&](const char* what, const std::function<Bytes(uint64_t)>& body) {
        add(what, Fork::cancun, [=](Scene& s, Side side) { over_megabyte(s, side, body); });
    };
    const auto copy = [](uint8_t op) {
        return [=](uint64_t n) { return push(n) + push(0) + push(0) + ops({op}); };
    };
    copies("calldatacopy", copy(OP_CALLDATACOPY));
    copies("codecopy", copy(OP_CODECOPY));
    copies("mcopy", [](uint64_t n) { return push(n) + push(1) + push(0) + ops({OP_MCOPY}); });
    copies("extcodecopy", [](uint64_t n) {
        return push(n) + push(0) + push(0) + ops({OP_ADDRESS, OP_EXTCODECOPY});
    });
    copies("keccak", [](uint64_t n) { return push(n) + push(0) + ops({OP_KECCAK256, OP_POP}); });
    add("logs", Fork::cancun, logs);
    add("returned", Fork::cancun, [](Scene& s, Side side) { returned(s, side, OP_RETURN); });
    add("reverted", Fork::cancun, [](Scene& s, Side side) { returned(s, side, OP_REVERT); });
    add("identity", Fork::cancun, through_identity);
    add("input_handed_down", Fork::cancun, input_handed_down);
    add("at_each_depth", Fork::cancun,
        [](Scene& s, Side side) { at_each_depth(s, side, 40'000, false, Fork::cancun); });
    cases.back().same_gas = false;
    add("at_each_depth_returned", Fork::cancun,
        [](Scene& s, Side side) { at_each_depth(s, side, 40'000, true, Fork::cancun); });
    cases.back().same_gas = false;
    add("at_each_depth_large", Fork::cancun,
        [](Scene& s, Side side) { at_each_depth(s, side, 400'000, true, Fork::cancun); });
    cases.back().same_gas = false;
    add("at_each_depth_homestead", Fork::homestead,
        [](Scene& s, Side side) { at_each_depth(s, side, 20'000, true, Fork::homestead); });
    cases.back().same_gas = false;
}

}  // namespace warpevm::adversarial
