// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/opcodes.hpp"

namespace warpevm {
namespace {

consteval std::array<GasTable, fork_count> make_tables() {
    using enum Fork;
    std::array<GasTable, fork_count> tables{};
    for (int f = 0; f < fork_count; ++f) {
        const auto now = static_cast<Fork>(f);
        GasTable& t = tables[f];
#define WARPEVM_OPCODE(name, value, pops, pushes, gas, fork) \
    t.ops[value] = OpcodeInfo{gas, pops, pushes, now >= fork};
#include "evm/vm/opcodes.def"
#undef WARPEVM_OPCODE
#define WARPEVM_GAS(fork, name, value) \
    if (now >= fork) t.ops[OP_##name].gas = value;
#include "evm/vm/gas.def"
#undef WARPEVM_GAS
#define WARPEVM_PRICE(fork, price, value) \
    if (now >= fork) t.prices.price = value;
#include "evm/vm/gas.def"
#undef WARPEVM_PRICE
    }
    return tables;
}

constexpr std::array<GasTable, fork_count> tables = make_tables();

static_assert(tables[static_cast<int>(Fork::frontier)].ops[OP_SLOAD].gas == 50);
static_assert(tables[static_cast<int>(Fork::osaka)].ops[OP_SLOAD].gas == 100);
static_assert(!tables[static_cast<int>(Fork::prague)].ops[OP_CLZ].defined);

}  // namespace

const GasTable& gas_table(Fork fork) {
    return tables[static_cast<size_t>(fork)];
}

const char* opcode_name(uint8_t opcode) {
    switch (opcode) {
#define WARPEVM_OPCODE(name, value, pops, pushes, gas, fork) \
    case value:                                              \
        return #name;
#include "evm/vm/opcodes.def"
#undef WARPEVM_OPCODE
        default: return nullptr;
    }
}

}  // namespace warpevm
