// SPDX-License-Identifier: Apache-2.0
// Memory that moves under a running callee. The attacker makes a frame hold a view of memory (its input, its
// init code, a range for output) while a frame above it makes the shared segment grow. Results must be the
// same wherever the segment lies; the address sanitizer watches.
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

constexpr uint64_t gas = 16'000'000;

/// Fills the word at `at` with something to be known again.
Bytes fill(uint64_t at, uint64_t n) {
    return push(U256{n, ~n, n * 3, n * 7}) + push(at) + ops({OP_MSTORE});
}
/// Memory reaches `end`, at least.
Bytes reach(uint64_t end) {
    return push(end) + ops({OP_MLOAD, OP_POP});
}
Bytes keep(uint64_t slot) {
    return push(slot) + ops({OP_SSTORE});
}
/// Where the depth, told in the first word of the input, is below `depth`: calls itself with a longer memory.
Bytes deeper(uint64_t depth, uint64_t step, const CallShape& shape) {
    const Bytes then = push(0) + ops({OP_CALLDATALOAD}) + push(1) + ops({OP_ADD}) + push(0) +
                       ops({OP_MSTORE}) + fill(32, 5) + reach(step) + call_self(shape);
    const Bytes head = push(0) + ops({OP_CALLDATALOAD}) + push(depth) + ops({OP_GT});
    // GT leaves depth > input; ISZERO jumps over.
    const size_t end = head.size() + 1 + 4 + 1 + then.size();
    return head + ops({OP_ISZERO}) + push(end, 3) + ops({OP_JUMPI}) + then + ops({OP_JUMPDEST});
}

/// The callee reads its input after it has made memory grow past any first size.
void input(Scene& scene, Side side) {
    const uint64_t size = side == Side::attack ? 1'200'000 : 64;
    const Bytes head = deeper(4, size, {.input_size = 96});
    scene.call(scene.place(head + fill(0, 1) + reach(size) + push(32) + ops({OP_CALLDATALOAD}) + keep(1) +
                           push(96) + push(0) + push(64) + ops({OP_CALLDATACOPY}) + push(64) +
                           ops({OP_MLOAD}) + keep(2) + ops({OP_STOP})),
               gas);
}

/// Init code goes on running after a contract that it calls has made memory grow.
void init_code(Scene& scene, Side side) {
    const uint64_t size = side == Side::attack ? 1'500'000 : 64;
    const Address grower = scene.place(fill(0, 2) + reach(size) + push(64) + push(0) + ops({OP_RETURN}));
    const Bytes initcode = call(grower, {.output_size = 64}) + reach(size) + push(0) + ops({OP_MLOAD}) +
                           keep(1) + push(200) + push(0) + push(0) + ops({OP_CODECOPY, OP_MSIZE}) + keep(2) +
                           push(64) + push(0) + ops({OP_RETURN});
    const Bytes copy = push(initcode.size()) + push(200, 2) + push(0) + ops({OP_CODECOPY}) +
                       push(initcode.size()) + push(0) + push(0) + ops({OP_CREATE}) + keep(7);
    Bytes code = copy + ops({OP_STOP});
    code.resize(200);
    scene.call(scene.place(code + initcode), gas);
}

/// A precompile's input and its output range lie where the frame's memory ends.
void precompile(Scene& scene, Side side) {
    const uint64_t end = side == Side::attack ? 1'048'576 + 4096 : 4096;
    Bytes body;
    for (uint64_t id = 1; id <= 9; ++id)
        append(body, fill(end - 64, id) + push(64) + push(end + 32 * id) + push(96) + push(end - 64) +
                         push(0) + push(id) + push(50'000) + ops({OP_CALL}) + push(end + 32 * id) +
                         ops({OP_MLOAD, OP_ADD}) + keep(id));
    scene.call(scene.place(deeper(3, 400'000, {.input_size = 32}) + body + ops({OP_STOP})), gas);
}

/// Return data of a frame whose memory made the segment grow, copied into the caller's, which is grown for
/// it.
void return_data(Scene& scene, Side side) {
    const uint64_t size = side == Side::attack ? 1'100'000 : 64;
    const Address callee =
        scene.place(fill(0, 9) + fill(size - 32, 10) + push(size) + push(0) + ops({OP_RETURN}));
    const Bytes copy = ops({OP_RETURNDATASIZE}) + push(0) + push(0) + ops({OP_RETURNDATACOPY}) +
                       push(size - 32) + ops({OP_MLOAD}) + keep(1) + push(0) + ops({OP_MLOAD}) + keep(2);
    scene.call(scene.place(call(callee, {.output_size = 32}) + copy + ops({OP_RETURNDATASIZE}) + keep(3) +
                           ops({OP_STOP})),
               gas);
}

/// Log data and topics behind a callee that made the segment grow.
void log_data(Scene& scene, Side side) {
    const uint64_t size = side == Side::attack ? 1'300'000 : 64;
    const Address grower = scene.place(reach(size) + ops({OP_STOP}));
    const Bytes log = fill(0, 3) + fill(32, 4) + call(grower, {.input_size = 64}) + push(11) + push(12) +
                      push(64) + push(0) + ops({OP_LOG0 + 2});
    scene.call(scene.place(log + reach(size) + log + ops({OP_STOP})), gas);
}

/// The output range was paid for before the call; what the callee returns must land there, not where it was.
void output_range(Scene& scene, Side side) {
    const uint64_t size = side == Side::attack ? 1'300'000 : 96;
    const Address callee = scene.place(fill(0, 21) + reach(size) + push(32) + push(0) + ops({OP_RETURN}));
    Bytes code;
    for (const uint8_t kind : {OP_CALL, OP_DELEGATECALL, OP_STATICCALL, OP_CALLCODE})
        append(code, fill(0, kind) + fill(64, kind) +
                         call(callee, {.kind = kind, .input_size = 64, .output_size = 64}) + push(0) +
                         ops({OP_MLOAD}) + keep(kind) + push(32) + ops({OP_MLOAD}) + keep(kind + 16));
    scene.call(scene.place(code + ops({OP_STOP})), gas);
}

}  // namespace

void add_moving_memory(Cases& cases) {
    const auto add = [&](const char* what, Fork fork, void (*build)(Scene&, Side)) {
        cases.push_back({.name = std::string("memory_") + what,
                         .fork = fork,
                         .build = build,
                         .sanitized = true,
                         .same_gas = false});
    };
    add("input_frontier", Fork::frontier, input);
    add("input", Fork::cancun, input);
    add("init_code_homestead", Fork::homestead, init_code);
    add("init_code", Fork::cancun, init_code);
    add("precompile_byzantium", Fork::byzantium, precompile);
    add("precompile", Fork::prague, precompile);
    add("return_data_byzantium", Fork::byzantium, return_data);
    add("return_data", Fork::osaka, return_data);
    add("log_data", Fork::london, log_data);
    add("output_range", Fork::byzantium, output_range);
}

}  // namespace warpevm::adversarial
