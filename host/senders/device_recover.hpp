// SPDX-License-Identifier: Apache-2.0
// Sender recovery on a device (kernels/recover.cl).
#pragma once

#include <array>
#include <optional>

#include "host/device/device_programs.hpp"
#include "host/device/kernel_types.hpp"
#include "host/device/recover_kernels.hpp"
#include "host/senders/recover_engine.hpp"

namespace warpevm {

/// From encoded transactions to addresses in one chain, without the host in between. Two slots, so that one
/// is packed and copied while the other computes.
class DeviceRecover final : public RecoverEngine {
  public:
    /// Builds the program (or waits for it) and allocates.
    static DeviceResult<std::unique_ptr<DeviceRecover>> open(std::shared_ptr<DevicePrograms> programs);
    ~DeviceRecover() override;

    [[nodiscard]] const DeviceInfo& info() const override { return m_programs->device().info(); }
    [[nodiscard]] size_t slots() const override { return m_slots.size(); }
    [[nodiscard]] size_t capacity() const override { return m_capacity; }
    [[nodiscard]] size_t least() const override { return m_least; }
    DeviceResult<size_t> submit(size_t slot, std::span<const Transaction* const> transactions) override;
    DeviceResult<std::span<const RecoveredSender>> collect(size_t slot) override;

    /// Signatures over digests in place of transactions: what benchmarks time and the precompile will use.
    DeviceResult<void> submit_signatures(size_t slot, std::span<const kernel::signature> signatures);
    /// Seconds of kernels since the last call, as the device reports them.
    double take_kernel_seconds();

  private:
    struct Slot {
        BufferPtr words, offsets, lengths;  ///< encoded transactions
        RecoverKernels::Buffers buffers;
        size_t count = 0;
        std::vector<EventPtr> stages;
        std::vector<EventPtr> read_backs;
        std::vector<RecoveredSender> results;
    };

    explicit DeviceRecover(std::shared_ptr<DevicePrograms> programs) : m_programs(std::move(programs)) {}
    DeviceResult<void> allocate();
    /// Encodes as many as fit one after the other; answers the words used.
    size_t pack(Slot& slot, std::span<const Transaction* const> transactions) const;
    struct Upload {
        DeviceBuffer* buffer;
        size_t bytes;
    };
    DeviceResult<std::vector<EventPtr>> upload(std::span<const Upload> buffers);
    /// The stages from signatures to addresses, and the way back of all exchange buffers.
    DeviceResult<void> enqueue(Slot& slot, std::span<const EventPtr> after);

    std::shared_ptr<DevicePrograms> m_programs;
    ProgramPtr m_program, m_reader;
    std::optional<RecoverKernels> m_kernels;
    size_t m_capacity = 0, m_least = 0, m_words = 0;
    std::array<Slot, 2> m_slots;
    double m_kernel_seconds = 0;
};

/// Opens a found device with its programs and an engine on it.
RecoverSource recover_source(const struct FoundDevice& device, std::shared_ptr<ProgramCache> cache);

}  // namespace warpevm
