// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/fast/fast.hpp"

#include "evm/vm/fast/image.hpp"

namespace warpevm {
namespace fast {
namespace {

/// Forks with the same instructions and static gas share images.
size_t family_of(Fork fork) {
    using enum Fork;
    constexpr Fork first_of_family[] = {
        frontier, homestead, tangerine_whistle, byzantium, constantinople, istanbul,
        berlin,   london,    shanghai,          cancun,    osaka};
    static_assert(std::size(first_of_family) <= Code::families);
    size_t family = 0;
    while (family + 1 < std::size(first_of_family) && fork >= first_of_family[family + 1]) ++family;
    return family;
}

/// Null where codes take as much memory as they may and this one has no image yet.
const Image* image_of(const Code& code, Fork fork, const GasTable& gas_table) {
    const size_t family = family_of(fork);
    const CodeImage* image = code.image(family);
    if (image == nullptr && (code.budget() == nullptr || !code.budget()->exhausted()))
        image = code.keep_image(family, std::make_unique<const Image>(code, gas_table));
    return static_cast<const Image*>(image);
}

Status run(FrameBase& frame, const Image& image, const HostTable& host, MachineBuffers& buffers,
           const Cancellation& cancellation, const Instruction* i, size_t height) {
    Context context{frame, image, host, buffers, cancellation};
    U256* s = frame.stack + height;
#if defined(WARPEVM_TAIL_CALLS)
    i->handler(i, s, frame.gas, &frame, &context);
#else
    int64_t gas = frame.gas;
    while (i != nullptr) i = i->handler(i, s, gas, &frame, &context);
#endif
    return context.status;
}

}  // namespace
}  // namespace fast

template <bool R>
Status run_fast(Frame<R>& frame, size_t pc, size_t height) {
    MachineBuffers& buffers = frame.machine.buffers();
    const fast::Image* const image = fast::image_of(*frame.message.code, frame.fork, frame.gas_table);
    if (image == nullptr) return resume_plain(frame, pc, height);
    fast::BlockSlot* const slot = pc == 0 ? image->entry() : image->find_or_make(pc);
    const fast::Instruction* first = slot->first.load(std::memory_order_acquire);
    if (first == nullptr && frame.gas >= fast::worth_translating)
        first = image->translate(*slot, buffers.translator(), frame.gas);
    if (first == nullptr) return resume_plain(frame, pc, height);
    return fast::run(frame, *image, fast::host_table<R>(), buffers, frame.machine.cancellation(), first,
                     height);
}

template Status run_fast(Frame<false>&, size_t, size_t);
template Status run_fast(Frame<true>&, size_t, size_t);

}  // namespace warpevm
