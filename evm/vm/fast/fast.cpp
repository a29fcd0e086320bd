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

const Image& image_of(const Code& code, Fork fork, const GasTable& gas_table) {
    const size_t family = family_of(fork);
    const CodeImage* image = code.image(family);
    if (image == nullptr)
        image = code.keep_image(family, std::make_unique<const Image>(code.bytes(), gas_table));
    return static_cast<const Image&>(*image);
}

Status run(FrameBase& frame, const Image& image, const HostTable& host, MachineBuffers& buffers) {
    Context context{frame, image, host, buffers};
    const Instruction* i = image.entry()->load(std::memory_order_acquire);
    if (i == nullptr) i = image.translate(*image.entry(), buffers.translator());
#if defined(WARPEVM_TAIL_CALLS)
    i->handler(i, frame.stack, frame.gas, &frame, &context);
#else
    U256* s = frame.stack;
    int64_t gas = frame.gas;
    while (i != nullptr) i = i->handler(i, s, gas, &frame, &context);
#endif
    return context.status;
}

}  // namespace
}  // namespace fast

template <bool R>
Status run_fast(Frame<R>& frame, const Code& code, bool cache_image) {
    // Init code runs once: translating it would cost more than it saves.
    if (!cache_image) return run_plain(frame);
    return fast::run(frame, fast::image_of(code, frame.fork, frame.gas_table), fast::host_table<R>(),
                     frame.machine.buffers());
}

template Status run_fast(Frame<false>&, const Code&, bool);
template Status run_fast(Frame<true>&, const Code&, bool);

}  // namespace warpevm
