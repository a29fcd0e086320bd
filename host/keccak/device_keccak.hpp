// SPDX-License-Identifier: Apache-2.0
// Keccak-256 of many messages on a device.
#pragma once

#include <array>

#include "host/device/device_programs.hpp"

namespace warpevm {

/// Where a batch's time went, as the device reports it, in seconds. Sums over slices; copies and kernels
/// overlap.
struct DeviceTimes {
    double upload = 0, kernel = 0, read_back = 0;
};

/// Hashes batches in slices, two of them in flight: one is packed and copied while the other is hashed. One
/// batch at a time.
class DeviceKeccak {
  public:
    /// `automatic` measures both kernels once and takes the faster.
    enum class Variant : uint8_t { automatic, one_per_item, eight_per_item };

    /// Builds the program (or waits for it), allocates the buffers, picks the variant.
    static DeviceResult<std::unique_ptr<DeviceKeccak>> open(std::shared_ptr<DevicePrograms> programs,
                                                            Variant variant = Variant::automatic);
    ~DeviceKeccak();
    DeviceKeccak(const DeviceKeccak&) = delete;
    DeviceKeccak& operator=(const DeviceKeccak&) = delete;

    /// digests[i] becomes the hash of messages[i]. After an error nothing of the batch may be used, and every
    /// later batch fails likewise. Messages too large for a slice are hashed by the host.
    DeviceResult<void> hash(std::span<const BytesView> messages, std::span<Hash> digests);

    /// Of the last batch.
    [[nodiscard]] const DeviceTimes& times() const { return m_times; }
    [[nodiscard]] Variant variant() const { return m_variant; }

  private:
    struct Slice {
        BufferPtr words, offsets, lengths, order, digests;
        size_t first = 0, count = 0;  ///< the messages that it holds
        size_t used_words = 0;
        std::vector<EventPtr> uploads;
        EventPtr kernel, read_back;  ///< set while it is in flight
    };

    DeviceKeccak(std::shared_ptr<DevicePrograms> programs, ProgramPtr program, Variant variant)
        : m_programs(std::move(programs)), m_program(std::move(program)), m_variant(variant) {}
    DeviceResult<void> allocate();
    DeviceResult<void> choose_variant();
    size_t pack(Slice& slice, std::span<const BytesView> messages, size_t first);
    void order_by_blocks(Slice& slice);
    DeviceResult<void> submit(Slice& slice);
    DeviceResult<void> collect(Slice& slice, std::span<Hash> digests);
    DeviceResult<void> hash_in_slices(std::span<const BytesView> messages, std::span<Hash> digests);

    std::shared_ptr<DevicePrograms> m_programs;
    ProgramPtr m_program;
    Variant m_variant;
    size_t m_slice_words = 0, m_slice_messages = 0;
    std::array<Slice, 2> m_slices;
    DeviceTimes m_times;
    std::optional<DeviceError> m_broken;
};

}  // namespace warpevm
