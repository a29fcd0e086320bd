// SPDX-License-Identifier: Apache-2.0
// Hash collisions. Slots, addresses and topics are the sender's to choose; a hash without a seed can be
// inverted, and then thousands of keys fall into one place of a table. Keys here collide under the hash that
// this project had; under a seeded one they are like any others, which the twin has.
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

constexpr uint64_t factor = 0xd6e8feb86659fd93ULL;

/// The unseeded mixer of 64 bits that was a bijection, so that the outer of two words can cancel the inner.
uint64_t mixed(uint64_t x) {
    for (int i = 0; i < 2; ++i) x = (x ^ x >> 32) * factor;
    return x ^ x >> 32;
}

/// Words with the low limbs (mixed(i), i): all of one hash where the low limb is combined with the mixed next
/// one. The twin has the same digits in places where they cancel nothing.
U256 word(uint64_t i, Side side) {
    return side == Side::attack ? U256{mixed(mixed(mixed(0)) ^ i) ^ 0x1234, i, 0, 0}
                                : U256{mixed(mixed(mixed(0)) ^ i) ^ i * factor, i, 0, 0};
}
/// Topics hash their bytes in memory order: the first 8 cancel the mixed next 8.
Bytes32 topic(uint64_t i, Side side) {
    Bytes32 t;
    const uint64_t inner = mixed(i ^ mixed(mixed(0)));
    const uint64_t outer = side == Side::attack ? inner ^ 0x4321 : inner ^ i * factor;
    std::memcpy(t.bytes.data(), &outer, 8);
    std::memcpy(t.bytes.data() + 8, &i, 8);
    return t;
}
Address address(uint64_t i, Side side) {
    Address a;
    const uint64_t low = i << 8 | 0xab;  // bytes 8 to 15
    const uint64_t outer = side == Side::attack ? mixed(low) ^ 0x9876 : mixed(low) ^ i * factor;
    std::memcpy(a.bytes.data(), &outer, 8);
    std::memcpy(a.bytes.data() + 8, &low, 8);
    return a;
}

/// Reads word after word of the call data and gives each to `use`, until it ends.
Bytes for_each_word(const Bytes& use) {
    const Bytes start = push(0);
    const Bytes body =
        ops({OP_DUP1, OP_CALLDATALOAD}) + use + push(32) + ops({OP_ADD, OP_DUP1, OP_CALLDATASIZE, OP_GT});
    return start + ops({OP_JUMPDEST}) + body + push(start.size(), 2) + ops({OP_JUMPI, OP_STOP});
}

template <class Make>
Bytes words(size_t count, const Make& make) {
    Bytes data;
    for (uint64_t i = 1; i <= count; ++i) append(data, make(i));
    return data;
}

void per_word(Scene& scene, Side side, const Bytes& use, size_t count, uint64_t each, size_t transactions) {
    const Address contract = scene.place(for_each_word(use));
    for (size_t t = 0; t < transactions; ++t)
        scene.call(contract, 21'000 + count * (16 * 32 + 100 + each),
                   words(count, [&](uint64_t i) { return to_bytes32(word(i + t * count, side)); }));
}

void balances(Scene& scene, Side side) {
    const Address contract = scene.place(for_each_word(ops({OP_BALANCE, OP_POP})));
    constexpr size_t count = 9000;
    for (int t = 0; t < 5; ++t)
        scene.call(contract, 21'000 + count * 3500,
                   words(count, [&](uint64_t i) { return to_bytes32(to_u256(address(i, side))); }));
}

void access_lists(Scene& scene, Side side) {
    const Address contract = scene.place(ops({OP_STOP}));
    for (int t = 0; t < 5; ++t) {
        Transaction& tx = scene.call(contract, 30'000'000);
        tx.type = TxType::access_list;
        tx.chain_id = 1;
        AccessListEntry& entry = tx.access_list.emplace_back();
        entry.address = contract;
        for (uint64_t i = 1; i <= 12'000; ++i) entry.storage_keys.push_back(to_bytes32(word(i, side)));
    }
}

void listed_addresses(Scene& scene, Side side) {
    Transaction& tx = scene.call(scene.place(ops({OP_STOP})), 30'000'000);
    tx.type = TxType::access_list;
    tx.chain_id = 1;
    for (uint64_t i = 1; i <= 12'000; ++i) tx.access_list.push_back({.address = address(i, side)});
}

void topics(Scene& scene, Side side) {
    const Bytes code =
        for_each_word(ops({OP_DUP1, OP_DUP1, OP_DUP1}) + push(0) + push(0) + ops({OP_LOG0 + 4}));
    constexpr size_t count = 12'000;
    scene.call(scene.place(code), 21'000 + count * 3000,
               words(count, [&](uint64_t i) { return topic(i, side); }));
}

/// Many senders or recipients; the state's own maps hold them too.
void recipients(Scene& scene, Side side) {
    for (uint64_t i = 1; i <= 1400; ++i) scene.call(address(i, side), 21'000).value = 1;
}

}  // namespace

void add_colliding_keys(Cases& cases) {
    const auto add = [&](const char* what, std::function<void(Scene&, Side)> build) {
        cases.push_back(
            {.name = std::string("keys_") + what, .fork = Fork::cancun, .build = std::move(build)});
    };
    const Bytes tstore = push(1) + ops({OP_SWAP1, OP_TSTORE}), sstore = push(1) + ops({OP_SWAP1, OP_SSTORE});
    add("transient", [=](Scene& s, Side side) { per_word(s, side, tstore, 16'000, 100, 1); });
    add("transient_loads", [=](Scene& s, Side side) {
        per_word(s, side, ops({OP_TLOAD, OP_POP}), 16'000, 100, 1);
    });
    add("slots_loaded", [=](Scene& s, Side side) {
        per_word(s, side, ops({OP_SLOAD, OP_POP}), 6'000, 2100, 5);
    });
    add("slots_stored", [=](Scene& s, Side side) { per_word(s, side, sstore, 1'300, 22'100, 5); });
    add("balances", balances);
    add("access_list_slots", access_lists);
    add("access_list_addresses", listed_addresses);
    add("topics", topics);
    add("recipients", recipients);
}

}  // namespace warpevm::adversarial
