// SPDX-License-Identifier: Apache-2.0
// Reads of the state that are not paid for. The attacker lets an access run out of gas right where it would
// be charged, for a tenth of its price, each time for another key. What is not paid for is not read, on no
// backend.
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

constexpr uint64_t gas = 15'000'000;
constexpr int transactions = 2;
/// What all transactions' envelopes may read, and what is read before the loops begin.
constexpr uint64_t envelope = 64;

/// Calls `access` again and again, with another number as input each time and `child` gas, which is too
/// little.
void run_short(Scene& scene, Side side, const Bytes& access, uint64_t child) {
    const Bytes dies = repeat(ops({OP_JUMPDEST}), child + 1);
    const Address callee =
        scene.place(push(0) + ops({OP_CALLDATALOAD}) + (side == Side::attack ? access : dies));
    const Bytes next = push(1) + ops({OP_ADD, OP_DUP1}) + push(0) + ops({OP_MSTORE});
    const Bytes one = next + call(callee, {.kind = OP_CALL, .gas = child, .input_size = 32});
    for (int t = 0; t < transactions; ++t)
        scene.call(scene.place(loop(push(U256{static_cast<uint64_t>(t + 1)} << 40), repeat(one, 20))), gas);
}

/// At the top: transactions whose gas ends at their first access.
void transactions_that_run_short(Scene& scene, Side side, const Bytes& access, uint64_t child) {
    const Bytes burn = repeat(ops({OP_JUMPDEST}), child + 1);
    const Address contract = scene.place(ops({OP_CALLER}) + (side == Side::attack ? access : burn));
    for (int t = 0; t < 300; ++t) scene.call(contract, 21'000 + child);
}

void block_hashes(Scene& scene, Side side, int count) {
    const Bytes ask = ops({OP_DUP1, OP_NUMBER, OP_SUB, OP_BLOCKHASH, OP_POP});
    const Bytes other = ops({OP_DUP1, OP_NUMBER, OP_SUB, OP_NOT, OP_NOT, OP_NOT, OP_POP});
    const Bytes body = repeat(
        (side == Side::attack ? ask : other) + push(1) + ops({OP_ADD}) + push(255) + ops({OP_AND}), 20);
    for (int t = 0; t < count; ++t) scene.call(scene.place(loop(push(1), body)), gas);
}

/// Warm codes of many accounts: read once each.
void warm_codes(Scene& scene, Side side) {
    Bytes body;
    const Bytes code = repeat(ops({OP_JUMPDEST}), side == Side::attack ? max_code_size : 1);
    for (uint64_t i = 0; i < 100; ++i) {
        const Address a = scene.place(push(i, 2) + ops({OP_POP, OP_INVALID}) + code);
        body = body + push(to_u256(a)) + ops({OP_EXTCODESIZE, OP_POP}) + push(1) + push(0) + push(0) +
               push(to_u256(a)) + ops({OP_EXTCODECOPY}) + call(a, {.kind = OP_STATICCALL, .gas = 30});
    }
    for (int t = 0; t < transactions; ++t) scene.call(scene.place(loop({}, body, 400'000)), gas);
}

}  // namespace

void add_unpaid_reads(Cases& cases) {
    struct Access {
        const char* name;
        Bytes code;
        uint64_t child;
        Fork fork = Fork::cancun;
        uint64_t price = 2600;
    };
    const auto call_to = [](uint8_t kind) {
        const bool has_value = kind == OP_CALL || kind == OP_CALLCODE;
        const Bytes zeros = push(0) + push(0) + push(0) + push(0) + (has_value ? push(0) : Bytes{});
        const uint8_t dup = static_cast<uint8_t>(OP_DUP1 + (has_value ? 5 : 4));
        return zeros + ops({dup, OP_GAS, kind});
    };
    const std::vector<Access> accesses = {
        {"sload", ops({OP_SLOAD}), 150, Fork::cancun, 2100},
        {"sstore", push(1) + ops({OP_SWAP1, OP_SSTORE}), 2320, Fork::cancun, 2320},
        {"sstore_stipend", push(1) + ops({OP_SWAP1, OP_SSTORE}), 200},
        {"balance", ops({OP_BALANCE}), 150},
        {"extcodesize", ops({OP_EXTCODESIZE}), 150},
        {"extcodehash", ops({OP_EXTCODEHASH}), 150},
        {"extcodecopy", push(0) + push(0) + push(0) + ops({OP_DUP1 + 3, OP_EXTCODECOPY}), 150},
        {"extcodecopy_memory", push(1'000'000) + push(0) + push(0) + ops({OP_DUP1 + 3, OP_EXTCODECOPY}), 150},
        {"call", call_to(OP_CALL), 200},
        {"callcode", call_to(OP_CALLCODE), 200},
        {"delegatecall", call_to(OP_DELEGATECALL), 200},
        {"staticcall", call_to(OP_STATICCALL), 200},
        {"selfdestruct", ops({OP_SELFDESTRUCT}), 5050, Fork::cancun, 5050},
        {"sload_homestead", ops({OP_SLOAD}), 30, Fork::homestead, 50},
        {"sload_istanbul", ops({OP_SLOAD}), 150, Fork::istanbul, 800},
        {"balance_istanbul", ops({OP_BALANCE}), 150, Fork::istanbul, 700},
        {"extcodehash_istanbul", ops({OP_EXTCODEHASH}), 150, Fork::istanbul, 700}};
    for (const Access& a : accesses) {
        Case one{.name = std::string("unpaid_") + a.name,
                 .fork = a.fork,
                 .build = [a](Scene& scene, Side side) { run_short(scene, side, a.code, a.child); }};
        const uint64_t most = transactions * gas / a.price + envelope;
        one.most_reads = {.accounts = most, .slots = most};
        // Nothing of these is ever paid, but for what a stipend covers.
        if (a.fork >= Fork::berlin && a.child < a.price)
            one.most_reads = {.accounts = envelope, .slots = envelope};
        cases.push_back(one);
        if (a.fork != Fork::cancun || a.child > 1000) continue;
        Case top{.name = std::string("unpaid_at_the_top_") + a.name, .build = [a](Scene& scene, Side side) {
                     transactions_that_run_short(scene, side, a.code, a.child);
                 }};
        top.most_reads = {.accounts = 302 + envelope, .slots = envelope};
        cases.push_back(top);
    }
    Case hashes{.name = "unpaid_block_hashes",
                .build = [](Scene& s, Side side) { block_hashes(s, side, 2); }};
    hashes.most_reads.block_hashes = 256 + 8;
    cases.push_back(hashes);
    Case codes{.name = "unpaid_warm_codes", .build = warm_codes};
    codes.most_reads = {.codes = 110, .code_bytes = 110 * (max_code_size + 8)};
    cases.push_back(codes);
}

}  // namespace warpevm::adversarial
