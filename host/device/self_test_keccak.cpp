// SPDX-License-Identifier: Apache-2.0
// Known answers of keccak.cl: lengths round every edge of a word and of a block, in both kernels.
#include <numeric>

#include "evm/crypto/keccak.hpp"
#include "host/device/self_test_programs.hpp"

namespace warpevm {
namespace {

/// keccak256("abc") and keccak256(""), as published; the others are the host's own.
constexpr Hash of_abc{{0x4e, 0x03, 0x65, 0x7a, 0xea, 0x45, 0xa9, 0x4f, 0xc7, 0xd4, 0x7b,
                       0xa8, 0x26, 0xc8, 0xd6, 0x67, 0xc0, 0xd1, 0xe6, 0xe3, 0x3a, 0x64,
                       0xa0, 0x36, 0xec, 0x44, 0xf5, 0x8f, 0xa1, 0x2d, 0x6c, 0x45}};
constexpr size_t longest = 300;

struct Batch {
    std::vector<uint64_t> words;
    std::vector<uint32_t> offsets, lengths, order;
    std::vector<Hash> expected;

    void add(BytesView message, const Hash& hash) {
        offsets.push_back(static_cast<uint32_t>(words.size()));
        lengths.push_back(static_cast<uint32_t>(message.size()));
        words.resize(words.size() + message.size() / 8 + 1, 0xa5a5a5a5a5a5a5a5U);
        if (!message.empty()) std::memcpy(words.data() + offsets.back(), message.data(), message.size());
        order.push_back(static_cast<uint32_t>(order.size()));
        expected.push_back(hash);
    }
};

Batch known_answers() {
    Batch batch;
    const Bytes abc{'a', 'b', 'c'};
    batch.add({}, empty_code_hash);
    batch.add(abc, of_abc);
    Bytes bytes(longest);
    std::iota(bytes.begin(), bytes.end(), uint8_t{1});
    for (const size_t length : {1,   7,   8,   9,   31,  32,  33,  63,  64,  65,  127, 128, 134,
                                135, 136, 137, 143, 144, 145, 200, 271, 272, 273, 299, 300}) {
        const BytesView message = BytesView(bytes).first(length);
        batch.add(message, keccak256(message));
    }
    // Places in another order than the messages.
    std::swap(batch.order.front(), batch.order.back());
    return batch;
}

}  // namespace

DeviceResult<void> self_test_keccak(Device& device, DeviceProgram& program) {
    const Batch batch = known_answers();
    const size_t count = batch.expected.size();
    std::vector<BufferPtr> buffers;
    const std::vector<Hash> poison(count, Hash{});
    for (const auto& buffer : {upload<uint64_t>(device, batch.words), upload<uint32_t>(device, batch.offsets),
                               upload<uint32_t>(device, batch.lengths), upload<uint32_t>(device, batch.order),
                               upload<Hash>(device, poison)}) {
        if (!buffer) return tl::unexpected(buffer.error());
        buffers.push_back(*buffer);
    }
    const std::array<KernelArgument, 6> arguments{buffers[0].get(), buffers[1].get(),
                                                  buffers[2].get(), buffers[3].get(),
                                                  buffers[4].get(), static_cast<uint32_t>(count)};
    for (const auto& [kernel, items] :
         {std::pair{"keccak256", count}, std::pair{"keccak256_x8", (count + 7) / 8}}) {
        if (auto done = device.write(*buffers[4], 0, {poison.front().bytes.data(), count * sizeof(Hash)});
            !done)
            return done;
        auto done = run_kernel(device, program, {.kernel = kernel, .items = items, .arguments = arguments});
        if (!done) return done;
        const auto digests = download<Hash>(device, *buffers[4], count);
        if (!digests) return tl::unexpected(digests.error());
        for (size_t i = 0; i < count; ++i)
            if ((*digests)[i] != batch.expected[i])
                return wrong_answer(
                    device, std::string(kernel) + " of " + std::to_string(batch.lengths[i]) + " bytes");
    }
    return {};
}

}  // namespace warpevm
