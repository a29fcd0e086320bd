// SPDX-License-Identifier: Apache-2.0
// Two loops in bytecode. Both keep the rounds that are left and the value on the stack, the value on top.
#include "bench/workload/computation.hpp"

#include <initializer_list>

#include "bench/workload/calls.hpp"
#include "evm/vm/opcodes.hpp"

namespace warpevm::workload {
namespace {

/// A loop over `body`, which takes the value from the stack's top and leaves the next one.
Bytes loop(const Bytes& body) {
    // Rounds, then the start value, from the call's two words.
    Bytes code{OP_PUSH1, 0, OP_CALLDATALOAD, OP_PUSH1, 32, OP_CALLDATALOAD};
    const auto start = static_cast<uint8_t>(code.size());
    code.push_back(OP_JUMPDEST);
    append(code, body);
    // One round less; again while any is left.
    append(code,
           Bytes{OP_SWAP1, OP_PUSH1, 1, OP_SWAP1, OP_SUB, OP_SWAP1, OP_DUP2, OP_PUSH1, start, OP_JUMPI});
    append(code, Bytes{OP_CALLER, OP_SSTORE, OP_STOP});
    return code;
}

}  // namespace

Bytes arithmetic_code() {
    // The group's order: any odd modulus of full length would do.
    constexpr U256 modulus{0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, 0xffffffffffffffff};
    Bytes body{OP_PUSH32};
    append(body, to_bytes32(modulus));
    append(body, Bytes{OP_DUP2, OP_DUP1, OP_MULMOD, OP_ADD});                        // x + x * x mod m
    append(body, Bytes{OP_DUP1, OP_PUSH1, 7, OP_SHR, OP_XOR});                       // x ^ x >> 7
    append(body, Bytes{OP_PUSH4, 0x9e, 0x37, 0x79, 0xb1, OP_DUP2, OP_DIV, OP_ADD});  // x + x / 2654435761
    return loop(body);
}

Bytes hashing_code() {
    return loop({OP_PUSH1, 0, OP_MSTORE, OP_PUSH1, 64, OP_PUSH1, 0, OP_KECCAK256});
}

Transaction computation_call(const Address& contract, uint32_t rounds, uint64_t start) {
    // A new slot, the transaction itself, and each round, all rounded up.
    const uint64_t gas = 60000 + uint64_t{100} * rounds;
    Bytes data;
    append(data, to_bytes32(rounds));
    append(data, to_bytes32(start));
    return call(contract, gas, std::move(data));
}

}  // namespace warpevm::workload
