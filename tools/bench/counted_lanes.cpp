// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/counted_lanes.hpp"

#include "evm/vm/opcodes.hpp"
#include "host/device/native/shim.hpp"
#include "host/device/native_device.hpp"

namespace warpevm::native {
namespace counted_evm {

#include "kernels/image_access.h"
#include "kernels/keccak.h"

static tools::LaneWork counted;
static uint64_t last_reader;  // the record that read an operand last, as a number of records

static void count_slot() {
    counted.slot_bytes += sizeof(word);
}
static void count_read() {
    counted.operand_rounds += last_reader == counted.records ? 0 : 1;
    last_reader = counted.records;
}
static image_record counted_record(const image_record* records, uint pc) {
    const image_record r = record_at(records, pc);
    const uint action = r.what & 0xffff;
    ++counted.records;
    counted.image_bytes += sizeof r;
    counted.instructions += action == IMAGE_ENTER || action == IMAGE_CHARGE ? 0 : 1;
    counted.multiplications += action == OP_MUL || action == OP_MULMOD ? 1 : 0;
    return r;
}
static const image_operands* counted_operands(const image_record* records, uint pc) {
    ++counted.records;
    counted.image_bytes += sizeof(image_operands);
    return operands_at(records, pc);
}
static word* counted_slot(word* stack, uint sp, uint operand) {
    count_slot();
    return image_slot(stack, sp, operand);
}
static word counted_value(word* stack, const word* constants, uint sp, uint operand) {
    count_read();
    if (operand < IMAGE_FIRST_CONSTANT)
        count_slot();
    else
        counted.image_bytes += sizeof(word);
    return image_value(stack, constants, sp, operand);
}
static word counted_top(const machine* m, uint depth) {
    count_slot();
    return top(m, depth);
}
static void counted_set_top(machine* m, uint depth, word value) {
    count_slot();
    set_top(m, depth, value);
}
static void counted_push(machine* m, word value) {
    count_slot();
    push(m, value);
}
static void counted_finish(machine* m, uint count, word result) {
    count_slot();
    finish_operands(m, count, result);
}
static void counted_permute(ulong* state) {
    ++counted.keccak;
    keccak_permute(state);
}

#define record_at(records, pc) counted_record(records, pc)
#define operands_at(records, pc) counted_operands(records, pc)
#define image_slot(stack, sp, operand) counted_slot(stack, sp, operand)
#define image_value(stack, constants, sp, operand) counted_value(stack, constants, sp, operand)
#define top(m, depth) counted_top(m, depth)
#define set_top(m, depth, value) counted_set_top(m, depth, value)
#define push(m, value) counted_push(m, value)
#define finish_operands(m, count, result) counted_finish(m, count, result)
#define keccak_permute(state) counted_permute(state)
#include "kernels/evm.cl"
#undef record_at
#undef operands_at
#undef image_slot
#undef image_value
#undef top
#undef set_top
#undef push
#undef finish_operands
#undef keccak_permute

static constexpr KernelEntry entries[] = {
    make_entry<evm_run>("evm", "evm_run"),         make_entry<evm_inputs>("evm", "evm_inputs"),
    make_entry<evm_collect>("evm", "evm_collect"), make_entry<evm_fold>("evm", "evm_fold"),
    make_entry<evm_words>("evm", "evm_words"),
};

}  // namespace counted_evm
}  // namespace warpevm::native

namespace warpevm::tools {

std::unique_ptr<Device> open_counted_device() {
    return open_native_device(1, native::counted_evm::entries);
}
void reset_lane_work() {
    native::counted_evm::counted = {};
    native::counted_evm::last_reader = 0;
}
LaneWork lane_work() {
    return native::counted_evm::counted;
}

}  // namespace warpevm::tools
