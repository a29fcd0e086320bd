// SPDX-License-Identifier: Apache-2.0
// Work on code that is not paid for. The attacker calls long codes that do next to nothing, or whose shape
// makes translation long. What a code costs to call bounds what is spent on it; translation is linear in what
// is run.
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

/// As many times as fit into a code of full length after `head`, which makes each code another.
Bytes filled(uint64_t number, const Bytes& head, const Bytes& unit) {
    Bytes code = push(number, 3) + ops({OP_POP}) + head;
    while (code.size() + unit.size() <= max_code_size - 1) append(code, unit);
    return code + ops({OP_STOP});
}

/// The twin of such a code: of the same length, but it runs `body`.
Bytes as_long(uint64_t number, const Bytes& body) {
    Bytes code = body + ops({OP_STOP}) + push(number, 3);
    code.resize(max_code_size);
    return code;
}

/// `count` distinct codes, each called `times` times with `gas`.
void call_each(Scene& scene, size_t count, uint64_t gas, const std::function<Bytes(uint64_t)>& make,
               int times = 1, int transactions = 1) {
    Bytes calls;
    std::vector<Address> codes;
    for (uint64_t i = 0; i < count; ++i) codes.push_back(scene.place(make(i)));
    for (int t = 0; t < times; ++t)
        for (const Address& a : codes) append(calls, call(a, {.kind = OP_CALLCODE, .gas = gas}));
    const Address caller = scene.place(Address::from_low(0xca11), calls + ops({OP_STOP}));
    for (int t = 0; t < transactions; ++t)
        scene.call(caller, 100'000 + count * static_cast<uint64_t>(times) * (2700 + gas));
}

struct Filling {
    const char* name;
    Bytes head, unit;
    uint64_t gas;
};

/// Whole codes of one kind; the first block may fail for want of gas, or run.
std::vector<Filling> fillings() {
    const Bytes branch = push(0) + push(0xfffff, 3) + ops({OP_JUMPI});
    return {
        {"dup", {}, ops({OP_DUP1 + 15}), 100},
        {"swap", repeat(ops({OP_ADDRESS}), 40), ops({OP_SWAP1 + 15, OP_SWAP1 + 7, OP_SWAP1}), 100'000},
        {"dup_swap_pop", repeat(ops({OP_ADDRESS}), 17), ops({OP_DUP1 + 15, OP_SWAP1 + 14, OP_POP}), 100'000},
        {"rotate", repeat(ops({OP_CALLER}), 900), ops({OP_SWAP1 + 15, OP_SWAP1 + 14, OP_SWAP1 + 13}), 3'000},
        {"made_values", {}, ops({OP_ADDRESS}), 100},
        {"pc", {}, ops({OP_PC}), 100},
        {"pc_pop", {}, ops({OP_PC, OP_POP}), 100'000},
        {"push32", {}, push(U256::max(), 32), 100},
        {"pop", {}, ops({OP_POP}), 100},
        {"jumpdest", {}, ops({OP_JUMPDEST}), 100},
        {"jumpdest_run", {}, ops({OP_JUMPDEST}), 100'000},
        {"jumpdest_pc_jumpi", {}, ops({OP_JUMPDEST, OP_PC, OP_DUP1, OP_POP}) + branch, 100'000},
        {"jumpi", {}, branch, 100},
        {"iszero_branch", ops({OP_CALLER}),
         repeat(ops({OP_ISZERO}), 500) + push(0xffff, 2) + ops({OP_JUMPI, OP_CALLER}), 100},
        {"iszero_branch_run", ops({OP_CALLER}),
         repeat(ops({OP_ISZERO}), 500) + ops({OP_DUP1, OP_EQ, OP_ISZERO}) + push(0xffff, 2) +
             ops({OP_JUMPI, OP_CALLER}),
         100'000},
        {"compare_branch",
         {},
         repeat(ops({OP_CALLER, OP_ADDRESS, OP_LT}), 160) + push(0xffff, 2) + ops({OP_JUMPI}),
         100},
        {"logs", repeat(ops({OP_GAS}), 6), ops({OP_LOG0 + 4, OP_GAS, OP_GAS, OP_GAS}), 100},
        {"gas", {}, ops({OP_GAS}), 100},
        {"sstore_segments", {}, ops({OP_GAS, OP_GAS, OP_SSTORE}), 100},
        {"call_operands", repeat(ops({OP_GAS}), 16),
         ops({OP_DUP1, OP_DUP1, OP_DUP1, OP_DUP1, OP_DUP1, OP_DUP1, OP_CALL}), 100}};
}

/// Blocks of as many operations as a block may have, each entered by a jump that the input names.
Bytes entries(uint64_t number, const Bytes& unit, size_t block_size) {
    Bytes code = push(0) + ops({OP_CALLDATALOAD, OP_JUMP});
    while (code.size() + block_size < max_code_size) {
        code.push_back(OP_JUMPDEST);
        const size_t end = code.size() + block_size - 1;
        while (code.size() + unit.size() <= end) append(code, unit);
        code.resize(end, OP_STOP);
    }
    return code + push(number, 3);
}
/// Branches that lead everywhere, into JUMPDESTs that fill the second half.
Bytes branches_everywhere(uint64_t number) {
    constexpr size_t first_target = max_code_size / 2;
    Bytes code = push(0) + ops({OP_CALLDATALOAD, OP_JUMP});
    for (size_t n = 0; code.size() + 8 < first_target; ++n) {
        if (n % 100 == 0) code.push_back(OP_JUMPDEST);
        const size_t target = first_target + n * 64 % (max_code_size - first_target - 64);
        code = code + ops({OP_CALLDATASIZE}) + push(target, 2) + ops({OP_JUMPI});
    }
    code.resize(first_target, OP_STOP);
    code.resize(max_code_size - 4, OP_JUMPDEST);
    return code + push(number, 3);
}
/// Calls each code at each of `places`, with little gas; afterwards runs `then` until the gas ends.
void enter_each(Scene& scene, const std::vector<Bytes>& codes, const std::vector<uint64_t>& places,
                uint64_t gas, const Bytes& then = {}) {
    Bytes calls;
    std::vector<Address> addresses;
    for (const Bytes& code : codes) addresses.push_back(scene.place(code));
    // Once before, so that none is new.
    for (const Address& a : addresses) append(calls, call(a, {.kind = OP_STATICCALL, .gas = 10}));
    for (const uint64_t place : places) {
        append(calls, push(place) + push(0) + ops({OP_MSTORE}));
        for (const Address& a : addresses)
            append(calls, call(a, {.kind = OP_STATICCALL, .gas = gas, .input_size = 32}));
    }
    const uint64_t total = 100'000 + codes.size() * 2700 + codes.size() * places.size() * (150 + gas);
    if (then.empty()) {
        scene.call(scene.place(calls + ops({OP_STOP})), total);
        return;
    }
    scene.call(scene.place(calls + ops({OP_STOP})), total);
    scene.call(scene.place(then), 30'000'000);
}
std::vector<Bytes> distinct(size_t count, const std::function<Bytes(uint64_t)>& make) {
    std::vector<Bytes> codes;
    for (uint64_t i = 0; i < count; ++i) codes.push_back(make(i));
    return codes;
}
std::vector<uint64_t> every(size_t step, uint64_t first = 4) {
    std::vector<uint64_t> places;
    for (uint64_t at = first; at + step < max_code_size; at += step) places.push_back(at);
    return places;
}

/// A line of blocks, entered at ever earlier places.
Bytes line(uint64_t number) {
    constexpr size_t blocks = 3400;
    const Bytes head = push(number, 3) + ops({OP_POP});
    const size_t stop = head.size() + 5, first = stop + 3;
    const auto at = [&](size_t k) { return first + 7 * k; };
    Bytes code = head + push(at(blocks - 1), 3) + ops({OP_JUMP});
    code.resize(stop);
    code = code + ops({OP_JUMPDEST, OP_STOP, OP_STOP});
    for (size_t k = 0; k < blocks; ++k)
        code = code + ops({OP_JUMPDEST, OP_CALLER}) + push(k == 0 ? stop : at(k - 1), 3) + ops({OP_JUMPI});
    return code;
}
Bytes straight_of_same_gas(uint64_t number) {
    return push(number, 3) + ops({OP_POP, OP_JUMPDEST}) + repeat(ops({OP_CALLER, OP_POP}), 11'000) +
           ops({OP_STOP});
}

/// Calls that fail at once into a long code, in each of the ways in which a block can.
void fail_at_once(Scene& scene, Side side, const Bytes& head, uint64_t gas) {
    const Bytes tail = side == Side::attack ? repeat(ops({OP_JUMPDEST}), max_code_size - head.size() - 1)
                                            : ops({OP_JUMPDEST});
    const Address callee = scene.place(head + tail);
    const Bytes calls = repeat(call(callee, {.kind = OP_STATICCALL, .gas = gas}), 100);
    scene.call(scene.place(loop({}, calls)), 15'000'000);
    scene.call(scene.place(loop({}, calls)), 15'000'000);
}

/// One family of code called with all that one call costs, by many.
void small_codes(Scene& scene, Side side) {
    call_each(scene, 600, 200, [&](uint64_t i) {
        return side == Side::attack ? filled(i, {}, push(i, 1) + ops({OP_JUMPDEST}))
                                    : push(i, 3) + ops({OP_POP, OP_STOP});
    });
}

}  // namespace

void add_translation(Cases& cases) {
    const auto add = [&](const std::string& what, Fork fork, std::function<void(Scene&, Side)> build,
                         bool same = true) {
        cases.push_back({.name = "code_" + what, .fork = fork, .build = std::move(build), .same_gas = same});
    };
    for (const Filling& f : fillings())
        add(
            std::string("full_of_") + f.name, Fork::cancun,
            [f](Scene& scene, Side side) {
                // The twin spends its gas in a short loop, or fails.
                const Bytes burn = f.gas > 3000 ? loop({}, ops({OP_CALLER, OP_POP}), 100) : Bytes{OP_INVALID};
                call_each(scene, f.gas > 3000 ? 200 : 600, f.gas, [&](uint64_t i) {
                    return side == Side::attack ? filled(i, f.head, f.unit) : as_long(i, burn);
                });
            },
            false);
    add(
        "lines_entered_backwards", Fork::cancun,
        [](Scene& scene, Side side) {
            call_each(scene, 60, 200'000,
                      [&](uint64_t i) { return side == Side::attack ? line(i) : straight_of_same_gas(i); });
        },
        false);
    add("fails_without_gas", Fork::cancun, [](Scene& s, Side side) { fail_at_once(s, side, {}, 1); });
    add("fails_by_underflow", Fork::cancun, [](Scene& s, Side side) {
        fail_at_once(s, side, ops({OP_ADD, OP_JUMPDEST}), 20);
    });
    add("fails_by_jump", Fork::cancun,
        [](Scene& s, Side side) { fail_at_once(s, side, push(3, 2) + ops({OP_JUMP}), 20); });
    add("fails_in_second_block", Fork::cancun, [](Scene& s, Side side) {
        fail_at_once(s, side, push(4, 2) + ops({OP_JUMP, OP_JUMPDEST}), 13);
    });
    add("fails_homestead", Fork::homestead, [](Scene& s, Side side) {
        const Bytes tail = repeat(ops({OP_JUMPDEST}), side == Side::attack ? 24'000 : 1);
        const Address callee = s.place(tail);
        s.call(s.place(loop({}, repeat(call(callee, {.kind = OP_CALLCODE, .gas = 1}), 100))), 8'000'000);
    });
    // Nothing makes it free to look at a long code; but what is looked at is paid for.
    add("hundreds_called_once", Fork::cancun, small_codes);
    cases.back().bound_by_gas = true;
    add("hundreds_called_once_homestead", Fork::homestead, [](Scene& scene, Side side) {
        call_each(scene, 600, 20, [&](uint64_t i) {
            return side == Side::attack ? filled(i, {}, ops({OP_JUMPDEST})) : as_long(i, ops({OP_INVALID}));
        });
    });
    // More codes than a cache may want to keep, in turn: none may be read or translated again for 100 gas.
    add("in_turn_and_warm", Fork::cancun, [](Scene& scene, Side side) {
        call_each(
            scene, 200, 200,
            [&](uint64_t i) {
                return side == Side::attack ? filled(i, {}, ops({OP_JUMPDEST}))
                                            : as_long(i, ops({OP_INVALID}));
            },
            20, 2);
    });
    // Blocks that can't be paid for are not translated: each entry costs a warm call, and all want different
    // code.
    struct Unit {
        const char* name;
        Bytes unit;
    };
    for (const Unit& u :
         {Unit{"operations", ops({OP_CALLER})}, Unit{"gas_segments", ops({OP_GAS, OP_GAS, OP_SSTORE})},
          Unit{"logs", ops({OP_DUP1, OP_DUP1, OP_LOG0})},
          Unit{"calls", repeat(ops({OP_CALLDATASIZE}), 7) + ops({OP_CALL})}})
        add(
            std::string("entered_everywhere_") + u.name, Fork::cancun,
            [u](Scene& scene, Side side) {
                const auto codes = distinct(60, [&](uint64_t i) {
                    return side == Side::attack ? entries(i, u.unit, 500)
                                                : entries(i, ops({OP_JUMPDEST, OP_STOP}), 500);
                });
                enter_each(scene, codes, every(500), 30);
            },
            false);
    add(
        "branches_everywhere", Fork::cancun,
        [](Scene& scene, Side side) {
            std::vector<uint64_t> places;
            for (uint64_t n = 0; n < 24; ++n) places.push_back(4 + n * 501);
            const auto codes = distinct(300, [&](uint64_t i) {
                return side == Side::attack ? branches_everywhere(i) : entries(i, ops({OP_STOP}), 501);
            });
            enter_each(scene, codes, places, 60);
        },
        false);
    // Entered at each place, blocks of a run of JUMPDESTs begin anew at each: what one entry translates must
    // not exceed what it can run through.
    add(
        "jumpdests_entered_at_each", Fork::cancun,
        [](Scene& scene, Side side) {
            constexpr size_t twin_run = 160;
            std::vector<uint64_t> places;
            for (uint64_t at = 4; at < 84; ++at) places.push_back(at);
            const auto codes = distinct(60, [&](uint64_t i) {
                Bytes code = push(0) + ops({OP_CALLDATALOAD, OP_JUMP});
                code.resize(side == Side::attack ? max_code_size - 4 : twin_run, OP_JUMPDEST);
                if (side == Side::twin) code = code + push(twin_run - 1, 2) + ops({OP_JUMP});
                return code + push(i, 3);
            });
            enter_each(scene, codes, places, 1100);
        },
        false);
    // Whoever fills the cache must not make everybody else slow.
    add(
        "cache_filled_by_others", Fork::cancun,
        [](Scene& scene, Side side) {
            const auto codes = distinct(side == Side::attack ? 300 : 2, [&](uint64_t i) {
                return entries(i, repeat(ops({OP_CALLDATASIZE}), 7) + ops({OP_CALL}), 500);
            });
            const Bytes spin = loop(push(7), repeat(push(3) + ops({OP_ADD, OP_DUP1, OP_MUL}), 16));
            enter_each(scene, codes, every(500), 30, spin);
        },
        false);
    add("called_twice", Fork::cancun, [](Scene& scene, Side side) {
        call_each(
            scene, 600, 100,
            [&](uint64_t i) {
                return side == Side::attack ? filled(i, {}, push(0) + ops({OP_JUMPDEST, OP_POP}))
                                            : as_long(i, ops({OP_INVALID}));
            },
            2);
    });
    add("jump_in_each", Fork::cancun, [](Scene& scene, Side side) {
        call_each(scene, 600, 100, [&](uint64_t i) {
            const Bytes head = push(4, 2) + ops({OP_JUMP, OP_JUMPDEST, OP_STOP});
            return head + filled(i, {}, side == Side::attack ? push(0, 1) : push(0, 32));
        });
    });
}

}  // namespace warpevm::adversarial
