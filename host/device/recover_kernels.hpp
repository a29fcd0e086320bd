// SPDX-License-Identifier: Apache-2.0
// The stages of recover.cl in their order.
#pragma once

#include <span>
#include <vector>

#include "host/device/device.hpp"
#include "host/device/kernel_types.hpp"

namespace warpevm {

/// The launches of recover.cl and the generator's table, over buffers that others own. Shared by the engine
/// of senders and the self-test.
class RecoverKernels {
  public:
    /// Makes the generator's table.
    static DeviceResult<RecoverKernels> open(Device& device, DeviceProgram& program);

    /// What one slot works in: per item a signature, a status and an address, and space that only kernels
    /// see.
    struct Buffers {
        BufferPtr signatures, statuses, addresses;
        BufferPtr points, scalars, zs, scratch;
    };
    DeviceResult<Buffers> allocate(size_t items, BufferKind shared);
    /// Enqueues all stages on the compute queue, after `after`; one event per stage.
    DeviceResult<std::vector<EventPtr>> enqueue(const Buffers& buffers, size_t count,
                                                std::span<const EventPtr> after);

  private:
    Device* m_device = nullptr;
    DeviceProgram* m_program = nullptr;
    BufferPtr m_generator;
};

}  // namespace warpevm
