// SPDX-License-Identifier: Apache-2.0
// The fast loop's instructions. Each ends by continuing with the next; none may keep a local variable whose
// address leaves it, or its call of the next one would not be a tail call.
#include "evm/vm/fast/handlers.hpp"

#include "evm/vm/fast/image.hpp"
#include "evm/vm/lowering/operations.hpp"
#include "evm/vm/memory_ops.hpp"

namespace warpevm::fast {
using namespace lowering;  // NOLINT(google-build-using-namespace): each of its operations is a handler here
namespace {

/// Slots are addressed in bytes, which saves a shift.
U256& slot(U256* s, int32_t offset) {
    return *reinterpret_cast<U256*>(reinterpret_cast<char*>(s) + offset);
}
/// A constant that stands in the record after its instruction.
const U256& constant_after(const Instruction* i) {
    return *reinterpret_cast<const U256*>(i + 1);
}

#define WARPEVM_MOVE_STACK (s = reinterpret_cast<U256*>(reinterpret_cast<char*>(s) + i->extra))

// What is rare lives in handlers of its own, which the common ones turn to as their last act: a call in
// between would make them save registers each time.

/// The block behind a slot, translated if nobody was there before. Null: it can't be translated now, or is
/// not worth it.
const Instruction* block_at(BlockSlot* slot, int64_t gas, const Context* c) {
    const Instruction* block = slot->first.load(std::memory_order_acquire);
    if (block != nullptr || gas < worth_translating) return block;
    return c->image.translate(*slot, c->buffers.translator(), gas);
}
/// Runs the rest of the frame in the plain loop, from the beginning of a block.
[[gnu::noinline]] Status go_on_untranslated(size_t position, U256* s, int64_t gas, FrameBase* f,
                                            const Context* c) {
    f->gas = gas;
    return c->host.resume_plain(*f, position, static_cast<size_t>(s - f->stack));
}
Link load_link(const Instruction* i) {
    return std::atomic_ref(i->link).load(std::memory_order_acquire);
}

/// Finds out where a jump leads that nobody has taken before; the stack pointer is where it belongs already.
[[gnu::noinline]] WARPEVM_HANDLER(first_jump) {
    const Link link = load_link(i);
    auto* const slot = reinterpret_cast<BlockSlot*>(link & ~Link{1});
    const Instruction* const block =
        (link & 1) == 0 ? reinterpret_cast<const Instruction*>(link) : block_at(slot, gas, c);
    if (block == nullptr) [[unlikely]] {
        const Status status = go_on_untranslated(slot->position, s, gas, f, c);
        gas = f->gas;
        WARPEVM_HALT(status);
    }
    std::atomic_ref(i->link).store(reinterpret_cast<Link>(block), std::memory_order_release);
    WARPEVM_CONTINUE(block);
}
#define WARPEVM_FOLLOW_LINK                                                               \
    do {                                                                                  \
        const Link link = load_link(i);                                                   \
        if ((link & 1) != 0) [[unlikely]]                                                 \
            WARPEVM_INSTEAD(first_jump);                                                  \
        const Instruction* const next_block = reinterpret_cast<const Instruction*>(link); \
        WARPEVM_CONTINUE(next_block);                                                     \
    } while (false)

/// A computed jump to somewhere that nobody has been to, or to nowhere; `i->a` says where, the stack has not
/// moved.
[[gnu::noinline]] WARPEVM_HANDLER(first_computed_jump) {
    BlockSlot* const target = c->image.find_or_make(slot(s, i->a));
    WARPEVM_MOVE_STACK;
    if (target == nullptr) WARPEVM_HALT(Status::invalid_jump);
    const Instruction* const block = block_at(target, gas, c);
    if (block == nullptr) [[unlikely]] {
        const Status status = go_on_untranslated(target->position, s, gas, f, c);
        gas = f->gas;
        WARPEVM_HALT(status);
    }
    WARPEVM_CONTINUE(block);
}
#define WARPEVM_JUMP_TO_OPERAND                                                              \
    do {                                                                                     \
        const BlockSlot* const target = c->image.find(slot(s, i->a));                        \
        if (target == nullptr) [[unlikely]]                                                  \
            WARPEVM_INSTEAD(first_computed_jump);                                            \
        const Instruction* const next_block = target->first.load(std::memory_order_acquire); \
        if (next_block == nullptr) [[unlikely]]                                              \
            WARPEVM_INSTEAD(first_computed_jump);                                            \
        WARPEVM_MOVE_STACK;                                                                  \
        WARPEVM_CONTINUE(next_block);                                                        \
    } while (false)

template <class Op, ConstantOperand k>
WARPEVM_HANDLER(binary) {
    const U256& a = k == ConstantOperand::first ? *i->constant : slot(s, i->a);
    const U256& b = k == ConstantOperand::second ? *i->constant : slot(s, i->b);
    Op::apply(slot(s, i->d), a, b);
    WARPEVM_NEXT;
}

template <class Op>
WARPEVM_HANDLER(unary) {
    Op::apply(slot(s, i->d), slot(s, i->a));
    WARPEVM_NEXT;
}

template <U256 (*function)(const U256&, const U256&, const U256&)>
[[gnu::noinline]] void apply_ternary(U256& r, const U256& a, const U256& b, const U256& m) {
    r = function(a, b, m);
}
template <U256 (*function)(const U256&, const U256&, const U256&)>
WARPEVM_HANDLER(ternary) {
    apply_ternary<function>(slot(s, i->d), slot(s, i->a), slot(s, i->b), slot(s, i->extra));
    WARPEVM_NEXT;
}

// ---- environment
// -------------------------------------------------------------------------------------------------

template <uint8_t opcode>
void environment_value(U256& r, const FrameBase& f) {
    switch (opcode) {
        case OP_ADDRESS: r = to_u256(f.message.recipient); break;
        case OP_ORIGIN: r = to_u256(f.transaction.origin); break;
        case OP_CALLER: r = to_u256(f.message.sender); break;
        case OP_CALLVALUE: r = f.message.value; break;
        case OP_CALLDATASIZE: r = f.message.input.size(); break;
        case OP_CODESIZE: r = f.code.size(); break;
        case OP_GASPRICE: r = f.transaction.gas_price; break;
        case OP_RETURNDATASIZE: r = f.return_data.size(); break;
        case OP_COINBASE: r = to_u256(f.block.beneficiary); break;
        case OP_TIMESTAMP: r = f.block.timestamp; break;
        case OP_NUMBER: r = f.block.number; break;
        case OP_DIFFICULTY: r = f.block.difficulty_or_randao; break;
        case OP_GASLIMIT: r = f.block.gas_limit; break;
        case OP_BASEFEE: r = f.block.base_fee; break;
        case OP_MSIZE: r = f.memory_size; break;
        default: break;
    }
}
template <uint8_t opcode>
WARPEVM_HANDLER(environment) {
    environment_value<opcode>(slot(s, i->d), *f);
    WARPEVM_NEXT;
}

// ---- memory and call data
// ----------------------------------------------------------------------------------------

/// Makes memory reach the word at the offset and runs the instruction again.
template <bool constant_offset>
[[gnu::noinline]] WARPEVM_HANDLER(grow_and_retry) {
    const uint64_t offset = constant_offset ? i->number : slot(s, i->a).saturated_u64();
    if (offset > max_memory_size) WARPEVM_HALT(Status::out_of_gas);
    f->gas = gas + i->extra;
    const Status status = offset + 32 <= f->memory_capacity ? extend_memory(*f, offset + 32)
                                                            : c->host.grow_memory(*f, offset + 32);
    gas = f->gas - i->extra;
    if (status != Status::success) WARPEVM_HALT(status);
    WARPEVM_CONTINUE(i);
}
/// Whether the word at an offset lies in memory as it is.
bool in_memory(const FrameBase* f, const U256& offset) {
    return offset.fits_u64() && offset.limb[0] <= max_memory_size && offset.limb[0] + 32 <= f->memory_size;
}

template <bool constant_offset>
WARPEVM_HANDLER(mload) {
    if constexpr (constant_offset) {
        if (i->number + 32 > f->memory_size) [[unlikely]]
            WARPEVM_INSTEAD(grow_and_retry<true>);
        slot(s, i->d) = load_be(f->memory + i->number);
    } else {
        const U256& offset = slot(s, i->a);
        if (!in_memory(f, offset)) [[unlikely]]
            WARPEVM_INSTEAD(grow_and_retry<false>);
        slot(s, i->d) = load_be(f->memory + offset.limb[0]);
    }
    WARPEVM_NEXT;
}

template <bool constant_offset, bool constant_value>
WARPEVM_HANDLER(mstore) {
    if constexpr (constant_offset) {
        if (i->number + 32 > f->memory_size) [[unlikely]]
            WARPEVM_INSTEAD(grow_and_retry<true>);
        store_be(f->memory + i->number, constant_value ? constant_after(i) : slot(s, i->b));
    } else {
        const U256& offset = slot(s, i->a);
        if (!in_memory(f, offset)) [[unlikely]]
            WARPEVM_INSTEAD(grow_and_retry<false>);
        store_be(f->memory + offset.limb[0], constant_value ? *i->constant : slot(s, i->b));
    }
    if constexpr (constant_offset && constant_value)
        WARPEVM_CONTINUE(i + 2);
    else
        WARPEVM_NEXT;
}

/// Call data near its end, zeros beyond.
template <bool constant_offset>
[[gnu::noinline]] WARPEVM_HANDLER(calldata_end) {
    slot(s, i->d) = op_calldataload(f->message.input, constant_offset ? U256{i->number} : slot(s, i->a));
    WARPEVM_NEXT;
}
template <bool constant_offset>
WARPEVM_HANDLER(calldataload) {
    const BytesView input = f->message.input;
    uint64_t offset = 0;
    if constexpr (constant_offset) {
        offset = i->number;
    } else {
        const U256& operand = slot(s, i->a);
        offset = operand.fits_u64() ? operand.limb[0] : ~uint64_t{0};
    }
    if (input.size() < 32 || offset > input.size() - 32) [[unlikely]]
        WARPEVM_INSTEAD(calldata_end<constant_offset>);
    slot(s, i->d) = load_be(input.data() + offset);
    WARPEVM_NEXT;
}

// ---- control
// -----------------------------------------------------------------------------------------------------

/// The block can't be run to its end: the plain loop finds where it fails, and why. Or the execution was
/// cancelled, which the plain loop finds at the next jump.
[[gnu::noinline]] WARPEVM_HANDLER(fail_in_block) {
    const Status status = go_on_untranslated(static_cast<size_t>(i->d), s, gas, f, c);
    gas = f->gas;
    WARPEVM_HALT(status);
}

WARPEVM_HANDLER(do_enter_block) {
    const auto height =
        static_cast<uint64_t>(reinterpret_cast<const char*>(s) - reinterpret_cast<const char*>(f->stack));
    const int64_t left = gas - static_cast<int64_t>(i->number);
    if (left < 0 || height - static_cast<uint64_t>(i->a) > static_cast<uint64_t>(i->b) ||
        c->cancellation.is_cancelled()) [[unlikely]]
        WARPEVM_INSTEAD(fail_in_block);
    gas = left;
    WARPEVM_NEXT;
}
WARPEVM_HANDLER(do_enter_and_jump) {
    const auto height = static_cast<uint32_t>(s - f->stack);
    const int64_t left = gas - i->a;
    const auto bounds = static_cast<uint32_t>(i->b);
    if (left < 0 || height - (bounds & 0xffff) > bounds >> 16 || c->cancellation.is_cancelled()) [[unlikely]]
        WARPEVM_INSTEAD(fail_in_block);
    gas = left;
    WARPEVM_MOVE_STACK;
    WARPEVM_FOLLOW_LINK;
}
WARPEVM_HANDLER(do_charge_gas) {
    gas -= static_cast<int64_t>(i->number);
    WARPEVM_NEXT;
}
WARPEVM_HANDLER(do_copy_slot) {
    slot(s, i->d) = slot(s, i->a);
    WARPEVM_NEXT;
}
WARPEVM_HANDLER(do_swap_slots) {
    const U256 x = slot(s, i->a);
    slot(s, i->a) = slot(s, i->d);
    slot(s, i->d) = x;
    WARPEVM_NEXT;
}
WARPEVM_HANDLER(do_store_constant) {
    slot(s, i->d) = *i->constant;
    WARPEVM_NEXT;
}
WARPEVM_HANDLER(do_move_stack) {
    WARPEVM_MOVE_STACK;
    WARPEVM_NEXT;
}
WARPEVM_HANDLER(do_jump_to_target) {
    WARPEVM_MOVE_STACK;
    WARPEVM_FOLLOW_LINK;
}
WARPEVM_HANDLER(do_jump_dynamic) {
    WARPEVM_JUMP_TO_OPERAND;
}
WARPEVM_HANDLER(do_branch_dynamic) {
    if (slot(s, i->b).is_zero()) {
        WARPEVM_MOVE_STACK;
        WARPEVM_NEXT;
    }
    WARPEVM_JUMP_TO_OPERAND;
}
template <bool when>
WARPEVM_HANDLER(test_branch) {
    const bool taken = slot(s, i->a).is_zero() != when;
    WARPEVM_MOVE_STACK;
    if (!taken) WARPEVM_NEXT;
    WARPEVM_FOLLOW_LINK;
}
template <class Compare, ConstantOperand k, bool when>
WARPEVM_HANDLER(compare_branch) {
    const U256& a = k == ConstantOperand::first ? constant_after(i) : slot(s, i->a);
    const U256& b = k == ConstantOperand::second ? constant_after(i) : slot(s, i->b);
    const bool taken = Compare::test(a, b) == when;
    WARPEVM_MOVE_STACK;
    if (!taken) WARPEVM_CONTINUE(i + (k == ConstantOperand::none ? 1 : 2));
    WARPEVM_FOLLOW_LINK;
}

Status run_host(const Instruction* i, U256* s, int64_t gas, FrameBase* f, const Context* c) {
    f->gas = gas + i->host->charged_ahead;
    if (f->gas < 0) [[unlikely]]
        return Status::out_of_gas;
    return c->host.by_opcode[i->host->opcode](*f, s, *i->host);
}
WARPEVM_HANDLER(do_call_host) {
    const Status status = run_host(i, s, gas, f, c);
    gas = f->gas - i->host->charged_ahead;
    if (status != Status::success) [[unlikely]]
        WARPEVM_HALT(status);
    WARPEVM_NEXT;
}
WARPEVM_HANDLER(do_host_then_halt) {
    const Status status = run_host(i, s, gas, f, c);
    gas = f->gas;
    WARPEVM_HALT(status != Status::success ? status : static_cast<Status>(i->a));
}
WARPEVM_HANDLER(do_gas_left) {
    if (gas < 0) [[unlikely]]
        WARPEVM_HALT(Status::out_of_gas);
    slot(s, i->d) = static_cast<uint64_t>(gas);
    WARPEVM_NEXT;
}
WARPEVM_HANDLER(do_halt) {
    WARPEVM_HALT(gas < 0 ? Status::out_of_gas : static_cast<Status>(i->number));
}

}  // namespace

const Handler enter_block = do_enter_block;
const Handler enter_and_jump = do_enter_and_jump;
const Handler charge_gas = do_charge_gas;
const Handler copy_slot = do_copy_slot;
const Handler swap_slots = do_swap_slots;
const Handler store_constant = do_store_constant;
const Handler move_stack = do_move_stack;
const Handler jump_to_target = do_jump_to_target;
const Handler jump_dynamic = do_jump_dynamic;
const Handler branch_dynamic = do_branch_dynamic;
const Handler call_host = do_call_host;
const Handler gas_left = do_gas_left;
const Handler halt = do_halt;
const Handler host_then_halt = do_host_then_halt;

Handler binary_handler(uint8_t opcode, ConstantOperand constant) {
    Handler h = nullptr;
    visit_binary(opcode, [&]<class Op>() {
        h = constant == ConstantOperand::none    ? binary<Op, ConstantOperand::none>
            : constant == ConstantOperand::first ? binary<Op, ConstantOperand::first>
                                                 : binary<Op, ConstantOperand::second>;
    });
    return h;
}

Handler unary_handler(uint8_t opcode) {
    Handler h = nullptr;
    visit_unary(opcode, [&]<class Op>() { h = unary<Op>; });
    return h;
}

Handler ternary_handler(uint8_t opcode) {
    return opcode == OP_ADDMOD ? ternary<addmod> : ternary<mulmod>;
}

Handler environment_handler(uint8_t opcode) {
    switch (opcode) {
        case OP_ADDRESS: return environment<OP_ADDRESS>;
        case OP_ORIGIN: return environment<OP_ORIGIN>;
        case OP_CALLER: return environment<OP_CALLER>;
        case OP_CALLVALUE: return environment<OP_CALLVALUE>;
        case OP_CALLDATASIZE: return environment<OP_CALLDATASIZE>;
        case OP_CODESIZE: return environment<OP_CODESIZE>;
        case OP_GASPRICE: return environment<OP_GASPRICE>;
        case OP_RETURNDATASIZE: return environment<OP_RETURNDATASIZE>;
        case OP_COINBASE: return environment<OP_COINBASE>;
        case OP_TIMESTAMP: return environment<OP_TIMESTAMP>;
        case OP_NUMBER: return environment<OP_NUMBER>;
        case OP_DIFFICULTY: return environment<OP_DIFFICULTY>;
        case OP_GASLIMIT: return environment<OP_GASLIMIT>;
        case OP_BASEFEE: return environment<OP_BASEFEE>;
        case OP_MSIZE: return environment<OP_MSIZE>;
        default: return nullptr;
    }
}

Handler load_handler(uint8_t opcode, bool constant_offset) {
    if (opcode == OP_MLOAD) return constant_offset ? mload<true> : mload<false>;
    return constant_offset ? calldataload<true> : calldataload<false>;
}

Handler store_handler(bool constant_offset, bool constant_value) {
    if (constant_offset) return constant_value ? mstore<true, true> : mstore<true, false>;
    return constant_value ? mstore<false, true> : mstore<false, false>;
}

Handler test_branch_handler(bool when) {
    return when ? test_branch<true> : test_branch<false>;
}

namespace {
template <class Compare>
Handler compare_branch_of(ConstantOperand constant, bool when) {
    switch (constant) {
        case ConstantOperand::none:
            return when ? compare_branch<Compare, ConstantOperand::none, true>
                        : compare_branch<Compare, ConstantOperand::none, false>;
        case ConstantOperand::first:
            return when ? compare_branch<Compare, ConstantOperand::first, true>
                        : compare_branch<Compare, ConstantOperand::first, false>;
        case ConstantOperand::second: break;
    }
    return when ? compare_branch<Compare, ConstantOperand::second, true>
                : compare_branch<Compare, ConstantOperand::second, false>;
}
}  // namespace

Handler compare_branch_handler(uint8_t opcode, ConstantOperand constant, bool when) {
    switch (opcode) {
        case OP_LT: return compare_branch_of<Less>(constant, when);
        case OP_SLT: return compare_branch_of<SignedLess>(constant, when);
        default: return compare_branch_of<Equal>(constant, when);
    }
}

}  // namespace warpevm::fast
