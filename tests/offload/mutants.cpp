// SPDX-License-Identifier: Apache-2.0
#include "tests/offload/mutants.hpp"

#include "evm/vm/opcodes.hpp"
#include "host/device/native/shim.hpp"
#include "host/device/native_device.hpp"

namespace warpevm::native {
namespace mutated_evm {

#include "kernels/machine.h"

static uint mutant_op, mutant_kind;
static ulong mutant_count;

static bool strikes(const machine* m, uint kind) {
    const uint op = m->pc < m->code_size ? m->code[m->pc] : 0;
    if (kind != mutant_kind || op != mutant_op) return false;
    ++mutant_count;
    return true;
}
static word changed_result(const machine* m, word result) {
    if (strikes(m, test::Mutant::result_low)) result.v[0] ^= 1;
    if (strikes(m, test::Mutant::result_high)) result.v[3] ^= 1UL << 63;
    return result;
}
static word mutated_top(const machine* m, uint depth) {
    word w = top(m, depth);
    if (strikes(m, test::Mutant::operand + depth)) w.v[0] ^= 1;
    return w;
}
static void mutated_set_top(machine* m, uint depth, word value) {
    set_top(m, depth, changed_result(m, value));
}
static void mutated_push(machine* m, word value) {
    push(m, changed_result(m, value));
}
static void mutated_finish(machine* m, uint count, word result) {
    finish_operands(m, count, changed_result(m, result));
}
static uint mutated_charge(machine* m, long amount) {
    return charge(m, amount + (strikes(m, test::Mutant::gas) ? 1 : 0));
}

#define top(m, depth) mutated_top(m, depth)
#define set_top(m, depth, value) mutated_set_top(m, depth, value)
#define push(m, value) mutated_push(m, value)
#define finish_operands(m, count, result) mutated_finish(m, count, result)
#define charge(m, amount) mutated_charge(m, amount)
#include "kernels/evm.cl"
#undef top
#undef set_top
#undef push
#undef finish_operands
#undef charge

static constexpr KernelEntry entries[] = {
    make_entry<evm_run>("evm", "evm_run"),         make_entry<evm_inputs>("evm", "evm_inputs"),
    make_entry<evm_collect>("evm", "evm_collect"), make_entry<evm_fold>("evm", "evm_fold"),
    make_entry<evm_words>("evm", "evm_words"),
};

}  // namespace mutated_evm
}  // namespace warpevm::native

namespace warpevm::test {

std::string to_string(const Mutant& mutant) {
    const std::string op(opcode_name(mutant.op));
    switch (mutant.kind) {
        case Mutant::none: return "none";
        case Mutant::gas: return op + ": gas";
        case Mutant::result_low: return op + ": result's lowest bit";
        case Mutant::result_high: return op + ": result's highest bit";
        default: return op + ": operand " + std::to_string(mutant.kind - Mutant::operand);
    }
}

std::vector<Mutant> all_mutants() {
    std::vector<Mutant> all;
    const auto add = [&](uint8_t op, uint32_t pops, uint32_t pushes) {
        all.push_back({op, Mutant::gas});
        if (pushes > 0) {
            all.push_back({op, Mutant::result_low});
            all.push_back({op, Mutant::result_high});
        }
        // POP looks at nothing; DUP and SWAP at one or two words of those that must be there.
        const bool is_dup = op >= OP_DUP1 && op <= OP_DUP16, is_swap = op >= OP_SWAP1 && op <= OP_SWAP16;
        for (uint32_t depth = 0; depth < pops && op != OP_POP; ++depth)
            if ((!is_dup && !is_swap) || depth + 1 == pops || (is_swap && depth == 0))
                all.push_back({op, Mutant::operand + depth});
    };
#define WARPEVM_OPCODE(name, value, pops, pushes, gas, fork) add(value, pops, pushes);
#include "evm/vm/opcodes.def"
#undef WARPEVM_OPCODE
    return all;
}

std::unique_ptr<Device> open_mutant_device() {
    return open_native_device(1, native::mutated_evm::entries);
}
void set_mutant(const Mutant& mutant) {
    native::mutated_evm::mutant_op = mutant.op;
    native::mutated_evm::mutant_kind = mutant.kind;
    native::mutated_evm::mutant_count = 0;
}
uint64_t mutations() {
    return native::mutated_evm::mutant_count;
}

}  // namespace warpevm::test
