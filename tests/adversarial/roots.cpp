// SPDX-License-Identifier: Apache-2.0
// Receipts with state roots, as before Byzantium (EIP-658). The attacker has many transactions change little
// of a large state. A root after a transaction costs what the transaction changed, not the state, nor the
// block so far.
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

void large_state(Scene& scene, Side side) {
    scene.with_roots = true;
    const uint64_t accounts = side == Side::attack ? 30'000 : 300;
    for (uint64_t i = 0; i < accounts; ++i)
        scene.state.set_account(Address::from_low(0x77000000 + i), 1, 1, {});
    for (uint64_t i = 0; i < 300; ++i) scene.call(Address::from_low(0x77000000 + i), 21'000).value = 1;
}

/// A storage that is large: it costs its size once, and from then on what changes.
void large_storage(Scene& scene, Side side) {
    scene.with_roots = true;
    const Bytes store = push(5) + ops({OP_CALLER, OP_SSTORE, OP_STOP});
    const Address large = scene.place(store), small = scene.place(store + ops({OP_STOP}));
    for (uint64_t i = 1; i <= 30'000; ++i) scene.state.set_slot(large, i, i);
    for (int i = 0; i < 180; ++i) scene.call(i == 0 || side == Side::attack ? large : small, 42'000);
}

/// The block itself changes much, early.
void large_block(Scene& scene, Side side) {
    scene.with_roots = true;
    const Bytes stores =
        loop(push(1), repeat(ops({OP_DUP1, OP_DUP1, OP_SSTORE}) + push(1) + ops({OP_ADD}), 16), 700'000);
    const Bytes spin = loop(push(1), repeat(push(3) + ops({OP_ADD, OP_DUP1, OP_MUL}), 16), 10'000);
    scene.call(scene.place(side == Side::attack ? stores : spin), 40'000'000);
    for (uint64_t i = 0; i < 300; ++i) scene.call(Address::from_low(0x77000000 + i), 21'000).value = 1;
}

/// A window of blocks, each of which is small.
void many_blocks(Scene& scene, Side side) {
    scene.with_roots = true;
    const uint64_t accounts = side == Side::attack ? 5'000 : 50;
    for (uint64_t i = 0; i < accounts; ++i)
        scene.state.set_account(Address::from_low(0x77000000 + i), 1, 1, {});
    for (uint64_t b = 0; b < 40; ++b) {
        if (b != 0) scene.next_block();
        for (uint64_t i = 0; i < 10; ++i)
            scene.call(Address::from_low(0x77000000 + 10 * b + i), 21'000).value = 1;
    }
}

}  // namespace

void add_roots(Cases& cases) {
    const auto add = [&](const char* what, void (*build)(Scene&, Side)) {
        cases.push_back({.name = std::string("roots_") + what, .fork = Fork::homestead, .build = build});
    };
    add("large_state", large_state);
    add("large_storage", large_storage);
    add("large_block", large_block);
    add("many_blocks", many_blocks);
}

}  // namespace warpevm::adversarial
