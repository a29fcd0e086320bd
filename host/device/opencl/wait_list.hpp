// SPDX-License-Identifier: Apache-2.0
// The events that an operation waits for, in the form that OpenCL takes: null and zero where there are none.
#pragma once

#include <vector>

#include "host/device/opencl/device.hpp"

namespace warpevm::opencl {

class WaitList {
  public:
    explicit WaitList(std::span<const EventPtr> after) {
        for (const EventPtr& event : after)
            if (event) m_events.push_back(static_cast<Event&>(*event).get());
    }
    [[nodiscard]] cl_uint size() const { return static_cast<cl_uint>(m_events.size()); }
    [[nodiscard]] const cl_event* data() const { return m_events.empty() ? nullptr : m_events.data(); }

  private:
    std::vector<cl_event> m_events;
};

}  // namespace warpevm::opencl
