// SPDX-License-Identifier: Apache-2.0
// The instruction and gas tables as C++ sees them: one row of numbers per fork, made at compile time from the
// .def files.
#pragma once

#include <array>
#include <cstdint>

#include "evm/types/fork.hpp"

namespace warpevm {

enum Opcode : uint8_t {
#define WARPEVM_OPCODE(name, value, pops, pushes, gas, fork) OP_##name = value,
#include "evm/vm/opcodes.def"
#undef WARPEVM_OPCODE
};

/// What an instruction needs and leaves. `defined` depends on the fork.
struct OpcodeInfo {
    uint16_t gas = 0;
    uint8_t pops = 0;
    uint8_t pushes = 0;
    bool defined = false;
};

/// Prices that depend on operands or state, in gas.
struct Prices {
    int64_t exp_byte, memory_word, copy_word, keccak_word, log_byte, call_value, call_stipend, new_account;
    int64_t sstore_set, sstore_reset, sstore_noop, sstore_clear_refund;
    int64_t selfdestruct_refund, selfdestruct_new_account, code_deposit_byte, initcode_word;
    int64_t cold_account, cold_slot, warm_access, max_refund_divisor;
};

struct GasTable {
    std::array<OpcodeInfo, 256> ops{};
    Prices prices{};
};

/// The table of a fork; lives forever.
const GasTable& gas_table(Fork fork);
/// "ADD", or null for a byte that no fork defines.
const char* opcode_name(uint8_t opcode);

inline constexpr size_t max_stack = 1024;
inline constexpr int max_call_depth = 1024;
inline constexpr size_t max_code_size = 24576;      ///< EIP-170
inline constexpr size_t max_initcode_size = 49152;  ///< EIP-3860

}  // namespace warpevm
