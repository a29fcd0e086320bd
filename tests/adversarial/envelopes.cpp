// SPDX-License-Identifier: Apache-2.0
// What stands beside the code: access lists, authorizations, blobs, deposits, requests, withdrawals. The
// attacker makes each list as long as gas or the block allow, with repetitions. Each entry costs the same.
#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "tests/adversarial/run.hpp"
#include "tests/fallback/authorize.hpp"

namespace warpevm::adversarial {
namespace {

constexpr uint64_t gas = 30'000'000;

/// The same address, and the same key, thousands of times.
void repeated_access_list(Scene& scene, Side side) {
    for (int t = 0; t < 4; ++t) {
        Transaction& tx = scene.call(scene.place(ops({OP_STOP})), gas);
        tx.type = TxType::access_list;
        tx.chain_id = 1;
        for (uint64_t i = 0; i < 6'500; ++i) {
            AccessListEntry& entry = tx.access_list.emplace_back();
            entry.address = Address::from_low(side == Side::attack ? 0x5150 : 0x515000 + i);
            entry.storage_keys = {to_bytes32(side == Side::attack ? 1 : i)};
        }
    }
}

/// One authority, again and again: each entry is signed, most are of a nonce that is past.
void authorizations(Scene& scene, Side side) {
    const test::Signer signer(keccak256(push(1)));
    for (int t = 0; t < 2; ++t) {
        Transaction& tx = scene.call(scene.place(ops({OP_STOP})), gas);
        tx.type = TxType::set_code;
        tx.chain_id = 1;
        for (uint64_t i = 0; i < 1000; ++i)
            tx.authorization_list.push_back(
                test::authorize(signer, Address::from_low(0x9000 + i), side == Side::attack ? i % 120 : 5));
    }
}

/// Delegations to delegations, to precompiles, to oneself, called in a row.
void delegations(Scene& scene, Side side) {
    const auto designator = [](const Address& to) { return Bytes{0xef, 0x01, 0x00} + BytesView(to); };
    Bytes body;
    const Bytes code = ops({OP_INVALID}) + repeat(ops({OP_JUMPDEST}), 24'000);
    for (uint64_t i = 0; i < 60; ++i) {
        const Address target = scene.place(push(i, 2) + code);
        const Address account = side == Side::attack ? scene.place(designator(target)) : target;
        append(body, call(account, {.gas = 20}));
    }
    for (int t = 0; t < 2; ++t) scene.call(scene.place(loop({}, body, 600'000)), gas);
}

void blobs(Scene& scene, Side side) {
    const Bytes ask = ops({OP_DUP1, OP_BLOBHASH, OP_POP, OP_BLOBBASEFEE, OP_POP});
    const Bytes other = ops({OP_DUP1, OP_NOT, OP_POP, OP_CALLER, OP_POP});
    Transaction& tx =
        scene.call(scene.place(loop(push(5), repeat(side == Side::attack ? ask : other, 50))), gas);
    tx.type = TxType::blob;
    tx.chain_id = 1;
    tx.max_fee_per_blob_gas = U256{1} << 60;
    for (uint8_t i = 0; i < 6; ++i) {
        Hash hash;
        hash.bytes[0] = 1, hash.bytes[31] = i;
        tx.blob_versioned_hashes.push_back(hash);
    }
    // The price of blobs is a series, which must not become long.
    scene.block().environment.excess_blob_gas = side == Side::attack ? 100'000'000 : 0;
}

/// Many blocks whose price of blobs is past all bounds, asked for once each.
void blob_prices(Scene& scene, Side side) {
    const Address asks = scene.place(ops({OP_BLOBBASEFEE, OP_POP, OP_STOP}));
    for (uint64_t b = 0; b < 500; ++b) {
        if (b != 0) scene.next_block();
        // The series is longest just below where it leaves 256 bits.
        scene.block().environment.excess_blob_gas = side == Side::twin ? 0
                                                    : b % 2 == 0       ? 540'000'000 - b * 100'000
                                                                       : ~uint64_t{0} - b;
        scene.call(asks, 30'000).max_fee_per_gas = 16;
    }
}

void withdrawals(Scene& scene, Side side) {
    auto& list = scene.block().withdrawals.emplace();
    for (uint64_t i = 0; i < 20'000; ++i)
        list.push_back({i, i, Address::from_low(side == Side::attack ? 0x77 : 0x770000 + i), 1});
}

/// Logs that look like deposits, thousands of them.
void deposits(Scene& scene, Side side) {
    scene.options.system_calls = true;
    scene.options.allow_missing_system_contracts = true;
    const Address deposit_contract = *address_from_hex("0x00000000219ab540356cbb839cbe05303d7705fa");
    const U256 topic = *u256_from_hex("0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5");
    Bytes event;
    for (const auto& [at, value] : std::initializer_list<std::pair<uint64_t, uint64_t>>{{0, 160},
                                                                                        {32, 256},
                                                                                        {64, 320},
                                                                                        {96, 384},
                                                                                        {128, 512},
                                                                                        {160, 48},
                                                                                        {256, 32},
                                                                                        {320, 8},
                                                                                        {384, 96},
                                                                                        {512, 8}})
        append(event, push(value) + push(at) + ops({OP_MSTORE}));
    const Bytes log =
        push(side == Side::attack ? topic : topic + 1, 32) + push(576) + push(0) + ops({OP_LOG0 + 1});
    scene.place(deposit_contract, loop(event, repeat(log, 10)));
    for (int t = 0; t < 2; ++t) scene.call(deposit_contract, gas);
}

}  // namespace

void add_envelopes(Cases& cases) {
    const auto add = [&](const char* what, Fork fork, void (*build)(Scene&, Side)) {
        cases.push_back({.name = std::string("lists_") + what, .fork = fork, .build = build});
    };
    add("access_list_repeated", Fork::cancun, repeated_access_list);
    add("authorizations", Fork::prague, authorizations);
    add("delegations", Fork::prague, delegations);
    add("blobs", Fork::cancun, blobs);
    add("blob_prices", Fork::cancun, blob_prices);
    add("withdrawals", Fork::cancun, withdrawals);
    add("deposits", Fork::prague, deposits);
}

}  // namespace warpevm::adversarial
