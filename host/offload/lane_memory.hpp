// SPDX-License-Identifier: Apache-2.0
// What lanes have on a device: buffers and codes, kept from batch to batch, and the launches of their
// kernels. Counts what is copied either way. Of codes, images and their records only what is new is sent: on
// 55 real blocks (native, the commit loop waiting) 90 MB went up in batches of 4,096 and 81 MB in batches of
// one, 154 and 250 MB while each new code brought the records of all.
//
// Accounts and slots are not kept: a device's table of state would need a version for each position that a
// lane may have. Of all that went up, what an earlier batch of the window had sent with the same value was
// 0.5 % and 0.8 % on those blocks (5 % and 8 % of what is no code), in batches of 4,096 of token transfers
// 0.3 % and of swaps 0.1 % (0.6 % and 0.1 % in batches of 64; 14 % and 4 % in batches of one, which are for
// tests).
#pragma once

#include "host/device/device.hpp"
#include "host/offload/code_store.hpp"
#include "host/offload/offload_traffic.hpp"
#include "host/offload/pack.hpp"

namespace warpevm {

template <class T>
BytesView bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(T)};
}
template <class T>
BytesView bytes_of(const T& value) {
    return {reinterpret_cast<const uint8_t*>(&value), sizeof value};
}

/// Not thread-safe.
class LaneMemory {
  public:
    /// One of the counters.
    using Kind = uint64_t Traffic::*;

    /// `program` is "evm", built for `device`, which must outlive this.
    LaneMemory(Device& device, ProgramPtr program, uint32_t group_size, Images images)
        : codes(images), m_device(device), m_program(std::move(program)), m_group_size(group_size) {}

    [[nodiscard]] Device& device() const { return m_device; }

    /// Makes a buffer at least so large; keeps what is large enough.
    DeviceResult<void> reserve(BufferPtr& buffer, size_t bytes);
    /// From the buffer's begin on.
    DeviceResult<void> fill(BufferPtr& buffer, BytesView bytes, Kind kind);
    /// What comes behind the first `there` of the bytes, which the buffer has. One that is too small is made
    /// anew, twice as large as need be, and gets all.
    DeviceResult<void> extend(BufferPtr& buffer, size_t there, BytesView bytes, Kind kind);
    DeviceResult<void> read(const BufferPtr& buffer, std::span<uint8_t> to, Kind kind);
    DeviceResult<void> run(std::string_view kernel, size_t items, std::span<const KernelArgument> arguments);

    /// Sends codes that the device does not have, and makes constants of new images.
    DeviceResult<void> send_codes();
    /// Begins anew with no code at all.
    void forget_codes(Images images);

    CodeStore codes;
    // The host's side of what is sent and read back: room that batches use again.
    PackedJobs packed;
    std::vector<uint32_t> words;
    BufferPtr lanes, arenas, shape, inputs, answers, code_records, code_bytes, environments, forks, hashes,
        launch, reports, needs, places, results;
    Traffic traffic;  ///< since whoever reads it last cleared it

  private:
    DeviceResult<void> fold_images();
    DeviceResult<void> send_records();

    Device& m_device;
    ProgramPtr m_program;
    uint32_t m_group_size;
    size_t m_codes_there = 0;   ///< bytes that the device has
    size_t m_images_there = 0;  ///< images whose constants it has made
    /// code_record::image of the records that it has; nothing else of a record ever changes.
    std::vector<uint32_t> m_records_there;
    BufferPtr m_images;
};

}  // namespace warpevm
