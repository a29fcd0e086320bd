// SPDX-License-Identifier: Apache-2.0
#include "tests/offload/mutants.hpp"

#include <array>

#include "evm/vm/opcodes.hpp"
#include "host/device/native/shim.hpp"

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
namespace {

struct Done final : DeviceEvent {};

/// Buffers are exchange buffers of the native device, whose memory can be had.
class MutantDevice final : public Device {
  public:
    MutantDevice() : m_device(open_native_device(1)) {}
    [[nodiscard]] const DeviceInfo& info() const override { return m_device->info(); }
    DeviceResult<ProgramPtr> build(const ProgramRequest& request) override {
        return m_device->build(request);
    }
    DeviceResult<Bytes> binary(DeviceProgram& program) override { return m_device->binary(program); }
    DeviceResult<BufferPtr> allocate(size_t bytes, BufferKind) override {
        return m_device->allocate(bytes, BufferKind::exchange);
    }
    DeviceResult<BufferPtr> part(const BufferPtr& whole, size_t offset, size_t bytes) override {
        return m_device->part(whole, offset, bytes);
    }
    DeviceResult<void> write(DeviceBuffer& buffer, size_t offset, BytesView from) override {
        return m_device->write(buffer, offset, from);
    }
    DeviceResult<void> read(DeviceBuffer& buffer, size_t offset, std::span<uint8_t> to) override {
        return m_device->read(buffer, offset, to);
    }
    DeviceResult<EventPtr> upload(Queue queue, DeviceBuffer& buffer, size_t bytes,
                                  std::span<const EventPtr> after) override {
        return m_device->upload(queue, buffer, bytes, after);
    }
    DeviceResult<EventPtr> read_back(Queue queue, DeviceBuffer& buffer, size_t bytes,
                                     std::span<const EventPtr> after) override {
        return m_device->read_back(queue, buffer, bytes, after);
    }
    DeviceResult<EventPtr> launch(Queue, DeviceProgram&, const Launch& launch,
                                  std::span<const EventPtr>) override {
        std::vector<native::Argument> arguments;
        for (const KernelArgument& argument : launch.arguments) {
            if (const auto* buffer = std::get_if<DeviceBuffer*>(&argument))
                arguments.push_back({*buffer ? (*buffer)->host().data() : nullptr, 0});
            else if (const auto* number = std::get_if<uint32_t>(&argument))
                arguments.push_back({nullptr, *number});
            else
                arguments.push_back({nullptr, std::get<uint64_t>(argument)});
        }
        for (const native::KernelEntry& entry : native::mutated_evm::entries)
            if (entry.name == launch.kernel)
                for (size_t i = 0; i < launch.items; ++i) {
                    native::current_item = {i, launch.items, 0, 1, i};
                    entry.invoke(arguments);
                }
        return std::make_shared<Done>();
    }
    DeviceResult<void> wait(const EventPtr&) override { return {}; }
    DeviceResult<double> seconds(const EventPtr&) override { return 0.0; }
    DeviceResult<void> finish(Queue) override { return {}; }

  private:
    std::unique_ptr<Device> m_device;
};

}  // namespace

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
    return std::make_unique<MutantDevice>();
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
