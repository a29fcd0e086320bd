// SPDX-License-Identifier: Apache-2.0
// Depth. The attacker goes 1,024 frames deep by every way there is, with as many live stack words as a frame
// can have. What frames share must have room for the deepest legal recursion, and a caller's thread may have
// little stack.
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

constexpr uint64_t endless = uint64_t{1} << 50;

/// `height` words, of which a block takes `pops` away; makes `made` words that are alive across a call of
/// itself, and uses all of them up in logs afterwards, so that none is dead.
Bytes live(size_t height, size_t pops, size_t made, const Bytes& call_itself) {
    const size_t logs = made / 6;
    const Bytes six = ops({OP_CALLER, OP_ADDRESS, OP_CALLER, OP_ADDRESS, OP_CALLDATASIZE, OP_CALLDATASIZE});
    const Bytes words = repeat(ops({OP_ADDRESS}), made % 6) + repeat(six, logs);
    return push(1) + repeat(ops({OP_DUP1}), height - 1) + ops({OP_JUMPDEST}) + repeat(ops({OP_POP}), pops) +
           words + call_itself + repeat(ops({OP_LOG0 + 4}), logs) + ops({OP_STOP});
}
/// The frame keeps some gas for its logs.
Bytes self_with_reserve(uint8_t kind, bool all_gas) {
    Bytes code = push(0) + push(0) + push(0) + push(0);
    if (kind == OP_CALL || kind == OP_CALLCODE) append(code, push(0));
    append(code, ops({OP_ADDRESS}));
    if (all_gas)
        append(code, ops({OP_GAS}));
    else
        append(code, push(200) + ops({OP_GAS, OP_SUB}));
    return code + ops({kind, OP_POP});
}

void live_words(Scene& scene, Side side, size_t height, size_t pops, size_t made, uint64_t gas,
                uint8_t kind) {
    const bool all_gas = gas == endless;  // a 64th stays behind anyway
    const Bytes call_itself = self_with_reserve(kind, all_gas);
    if (side == Side::attack)
        for (int t = 0; t < 3; ++t) scene.call(scene.place(live(height, pops, made, call_itself)), gas);
    else
        scene.call(scene.place(push(1) + call_itself + ops({OP_STOP})), gas);
}

/// The ways to go one frame down.
enum class Way : uint8_t { call, callcode, delegatecall, staticcall, create, create2, mixed, to_precompile };

/// CREATE or CREATE2 of the running code by itself: init code copies itself and creates again.
Bytes create_itself(uint8_t kind) {
    Bytes code = ops({OP_CODESIZE}) + push(0) + push(0) + ops({OP_CODECOPY});
    if (kind == OP_CREATE2) append(code, push(7));
    return code + ops({OP_CODESIZE}) + push(0) + push(0) + ops({kind, OP_POP, OP_STOP});
}

Bytes step_down(Way way) {
    switch (way) {
        case Way::call: return call_self({.kind = OP_CALL});
        case Way::callcode: return call_self({.kind = OP_CALLCODE});
        case Way::delegatecall: return call_self({.kind = OP_DELEGATECALL});
        case Way::staticcall: return call_self({.kind = OP_STATICCALL});
        case Way::create: return create_itself(OP_CREATE);
        case Way::create2: return create_itself(OP_CREATE2);
        // Each frame tries one kind after the other; gas for the first alone goes to the bottom.
        case Way::mixed:
            return call_self({.kind = OP_DELEGATECALL}) + call_self({.kind = OP_STATICCALL, .gas = 1000}) +
                   call_self({.kind = OP_CALL, .gas = 1000});
        // MODEXP, pairing and hashing run on what stack is left at the bottom.
        case Way::to_precompile: {
            Bytes code = call_self({.kind = OP_CALL});
            for (uint64_t id = 1; id <= 0x11; ++id)
                append(code, push(0) + push(0) + push(384) + push(0) + push(id) + push(200'000) +
                                 ops({OP_STATICCALL, OP_POP}));
            return code;
        }
    }
    return {};
}

void nested(Scene& scene, Side side, Way way) {
    const uint64_t gas = side == Side::attack ? endless : 1'000'000;  // the twin ends early
    if (way == Way::mixed) {
        // Mutual recursion, every second frame another kind.
        const Address a = Address::from_low(0xaaaa), b = Address::from_low(0xbbbb),
                      c = Address::from_low(0xcccc);
        scene.place(a, call(b, {.kind = OP_DELEGATECALL}) + ops({OP_STOP}));
        scene.place(b, call(c, {.kind = OP_CALLCODE}) + ops({OP_STOP}));
        scene.place(
            c, call(a, {.kind = OP_CALL}) + call(Address::from_low(4), {.input_size = 64}) + ops({OP_STOP}));
        scene.call(a, gas);
        return;
    }
    const Bytes code = step_down(way) + ops({OP_STOP});
    for (int t = 0; t < 6; ++t)
        if (way == Way::create || way == Way::create2)
            scene.create(gas, code);
        else
            scene.call(scene.place(code), gas);
}

}  // namespace

void add_deep_stacks(Cases& cases) {
    struct Shape {
        const char* name;
        Fork fork;
        size_t height, pops, made;
        uint64_t gas;
        uint8_t kind;
    };
    for (const Shape& s :
         {Shape{"homestead_1000", Fork::homestead, 1000, 40, 40, 8'000'000, OP_CALL},
          Shape{"homestead_1015", Fork::homestead, 1015, 430, 420, 8'000'000, OP_CALL},
          Shape{"homestead_callcode", Fork::homestead, 900, 0, 110, 8'000'000, OP_CALLCODE},
          Shape{"frontier_1010", Fork::frontier, 1010, 300, 300, 8'000'000, OP_CALL},
          Shape{"tangerine_endless", Fork::tangerine_whistle, 1010, 60, 60, endless, OP_CALL},
          Shape{"cancun_endless", Fork::cancun, 1010, 500, 500, endless, OP_DELEGATECALL},
          Shape{"cancun_no_pops", Fork::cancun, 512, 0, 500, endless, OP_CALL},
          Shape{"prague_all_made", Fork::prague, 1000, 1000, 1000, endless, OP_CALL}})
        cases.push_back(
            {.name = std::string("deep_live_") + s.name,
             .fork = s.fork,
             .build = [s](Scene& scene,
                          Side side) { live_words(scene, side, s.height, s.pops, s.made, s.gas, s.kind); },
             .small_stacks = true,
             .sanitized = true,
             .same_gas = false,
             .bound_by_gas = true});
    const std::pair<const char*, Way> ways[] = {{"call", Way::call},
                                                {"callcode", Way::callcode},
                                                {"delegatecall", Way::delegatecall},
                                                {"staticcall", Way::staticcall},
                                                {"create", Way::create},
                                                {"create2", Way::create2},
                                                {"mixed", Way::mixed},
                                                {"precompile_below", Way::to_precompile}};
    for (const auto& [name, way] : ways)
        cases.push_back({.name = std::string("deep_frames_") + name,
                         .fork = Fork::prague,
                         .build = [way = way](Scene& scene, Side side) { nested(scene, side, way); },
                         .small_stacks = true,
                         .sanitized = true,
                         .same_gas = false,
                         .bound_by_gas = true});
}

}  // namespace warpevm::adversarial
