// SPDX-License-Identifier: Apache-2.0
// The parallel executor's tables. The attacker makes few transactions touch very many keys, or very many
// transactions one key, in the order that costs most. A look-up costs the same however many keys and versions
// there are.
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

/// Loads slots from `first` on while gas is left; each transaction other ones, or the same.
Bytes load_slots(const Bytes& before) {
    return loop(before + push(0) + ops({OP_CALLDATALOAD}),
                repeat(ops({OP_DUP1, OP_SLOAD, OP_POP}) + push(1) + ops({OP_ADD}), 16), 40'000);
}
Bytes word(const U256& value) {
    const Bytes32 bytes = to_bytes32(value);
    return {bytes.bytes.begin(), bytes.bytes.end()};
}
/// The same gas in arithmetic.
Bytes spin() {
    return loop(push(7), repeat(push(3) + ops({OP_ADD, OP_DUP1, OP_MUL}), 16), 40'000);
}

void many_slots(Scene& scene, Side side, uint64_t gas, int transactions) {
    // The twin's loads are few keys again and again.
    const Bytes code =
        side == Side::attack
            ? load_slots({})
            : loop(push(0) + ops({OP_CALLDATALOAD}),
                   repeat(ops({OP_DUP1, OP_SLOAD, OP_POP}) + push(0) + ops({OP_ADD}), 16), 40'000);
    const Address contract = scene.place(code);
    for (int t = 0; t < transactions; ++t)
        scene.call(contract, gas, word(U256{static_cast<uint64_t>(t)} << 32));
}

void many_accounts(Scene& scene, Side side, uint64_t gas, int transactions) {
    const U256 step = side == Side::attack ? 1 : 0;
    const Bytes code =
        loop(push(0) + ops({OP_CALLDATALOAD}),
             repeat(ops({OP_DUP1, OP_BALANCE, OP_POP}) + push(step) + ops({OP_ADD}), 16), 40'000);
    const Address contract = scene.place(code);
    for (int t = 0; t < transactions; ++t)
        scene.call(contract, gas, word(U256{static_cast<uint64_t>(t + 1)} << 40));
}

/// Many accounts first, then slots of the account that was touched before all of them.
void accounts_then_slots(Scene& scene, Side side, uint64_t gas, uint64_t accounts, int transactions) {
    const uint64_t count = side == Side::attack ? accounts : 1;
    Bytes touch = push(U256{1} << 50) + push(count);
    // [address, left]: BALANCE, then both step.
    touch = touch + ops({OP_JUMPDEST, OP_DUP1 + 1, OP_BALANCE, OP_POP, OP_SWAP1}) + push(1) +
            ops({OP_ADD, OP_SWAP1}) + push(1) + ops({OP_SWAP1, OP_SUB, OP_DUP1}) +
            push(push(U256{1} << 50).size() + push(count).size()) + ops({OP_JUMPI});
    const Address contract = scene.place(load_slots(touch));
    for (int t = 0; t < transactions; ++t)
        scene.call(contract, gas, word(U256{static_cast<uint64_t>(t)} << 32));
}

/// Thousands of transactions on one slot: each adds to it; or on slots of their own.
void one_slot(Scene& scene, Side side, int transactions) {
    const Bytes key = side == Side::attack ? push(1) : ops({OP_CALLER});
    const Address contract =
        scene.place(key + ops({OP_SLOAD}) + push(1) + ops({OP_ADD}) + key + ops({OP_SSTORE, OP_STOP}));
    for (int t = 0; t < transactions; ++t) scene.call(contract, 60'000);
}

/// Blind stores: nobody reads, so that everything may run at once, in the order in which threads come.
void blind_stores(Scene& scene, Side side, int transactions, bool descending) {
    const Bytes key = side == Side::attack ? push(1) : ops({OP_CALLER});
    const Address contract = scene.place(push(0) + ops({OP_CALLDATALOAD}) + key + ops({OP_SSTORE, OP_STOP}));
    for (int t = 0; t < transactions; ++t)
        scene.call(contract, 60'000, word(static_cast<uint64_t>(descending ? transactions - t : t + 1)));
}

/// Everybody pays one account, which some ask for its balance.
void one_account(Scene& scene, Side side, int transactions) {
    const Address hot = Address::from_low(0x40700);
    const Address asks = scene.place(push(to_u256(hot)) + ops({OP_BALANCE}) + push(0) + ops({OP_MSTORE}) +
                                     push(32) + push(0) + ops({OP_LOG0, OP_STOP}));
    for (int t = 0; t < transactions; ++t) {
        if (t % 3 == 2) {
            scene.call(asks, 60'000);
            continue;
        }
        const auto other = static_cast<uint64_t>(t);
        scene.call(side == Side::attack ? hot : Address::from_low(0x50000 + other), 60'000).value = 1;
    }
}

/// Asks the beneficiary, who is paid by all.
void beneficiary(Scene& scene, Side side, int transactions) {
    const Bytes who = side == Side::attack ? ops({OP_COINBASE}) : ops({OP_CALLER});
    const Address asks = scene.place(who + ops({OP_BALANCE}) + push(0) + ops({OP_MSTORE}) + push(32) +
                                     push(0) + ops({OP_LOG0, OP_STOP}));
    for (int t = 0; t < transactions; ++t) scene.call(asks, 60'000);
}

/// The first transaction's table is large; the small ones that follow must not pay for it.
void large_then_small(Scene& scene, Side side) {
    scene.call(scene.place(side == Side::attack ? load_slots({}) : spin()), 30'000'000, word(0));
    const Address small = scene.place(push(1) + ops({OP_CALLER, OP_SSTORE, OP_STOP}));
    for (int t = 0; t < 500; ++t) scene.call(small, 60'000);
}

}  // namespace

void add_hot_rows(Cases& cases) {
    const auto add = [&](const char* what, Fork fork, std::function<void(Scene&, Side)> build) {
        cases.push_back({.name = std::string("rows_") + what, .fork = fork, .build = std::move(build)});
    };
    // Their twins ask for few keys, which is less work: only the bound by gas holds.
    const auto add_by_gas = [&](const char* what, Fork fork, std::function<void(Scene&, Side)> build) {
        add(what, fork, std::move(build));
        cases.back().bound_by_gas = true;
    };
    add_by_gas("slots_of_few_transactions_byzantium", Fork::byzantium,
               [](Scene& s, Side side) { many_slots(s, side, 8'000'000, 8); });
    add_by_gas("slots_of_few_transactions_homestead", Fork::homestead,
               [](Scene& s, Side side) { many_slots(s, side, 1'000'000, 8); });
    add_by_gas("slots_of_few_transactions", Fork::cancun,
               [](Scene& s, Side side) { many_slots(s, side, 30'000'000, 8); });
    add_by_gas("accounts_of_few_transactions_frontier", Fork::frontier,
               [](Scene& s, Side side) { many_accounts(s, side, 500'000, 8); });
    // Until EIP-150 a new account cost 20 gas. Serial needs 0.2 us for each (85 Mgas/s), but cpu loads and
    // records it, and commits: 0.45 us, 43 Mgas/s on a Xeon of 2.6 GHz, spread over page faults and look-ups.
    cases.back().mgas_per_second = 25;
    add_by_gas("accounts_of_few_transactions", Fork::cancun,
               [](Scene& s, Side side) { many_accounts(s, side, 30'000'000, 8); });
    add_by_gas("accounts_then_slots_byzantium", Fork::byzantium,
               [](Scene& s, Side side) { accounts_then_slots(s, side, 10'000'000, 8'000, 8); });
    add_by_gas("accounts_then_slots", Fork::cancun,
               [](Scene& s, Side side) { accounts_then_slots(s, side, 30'000'000, 5'000, 8); });
    add("one_slot", Fork::cancun, [](Scene& s, Side side) { one_slot(s, side, 5000); });
    cases.back().same_gas = false;  // new slots cost more
    add("blind_stores_ascending", Fork::cancun,
        [](Scene& s, Side side) { blind_stores(s, side, 5000, false); });
    cases.back().same_gas = false;  // new slots cost more
    add("blind_stores_descending", Fork::cancun,
        [](Scene& s, Side side) { blind_stores(s, side, 5000, true); });
    cases.back().same_gas = false;  // new slots cost more
    add("one_account", Fork::cancun, [](Scene& s, Side side) { one_account(s, side, 5000); });
    add("beneficiary", Fork::cancun, [](Scene& s, Side side) { beneficiary(s, side, 5000); });
    add_by_gas("large_then_small_byzantium", Fork::byzantium, large_then_small);
    add_by_gas("large_then_small", Fork::cancun, large_then_small);
}

}  // namespace warpevm::adversarial
