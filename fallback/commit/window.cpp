// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/window.hpp"

#include <chrono>

namespace warpevm {

double clock_seconds() {
    using Clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

Window::Window(ParallelContext::Parts& its_parts, std::span<const BlockInput> blocks,
               const ExecutionOptions& its_options)
    : parts(its_parts),
      options(its_options),
      order(blocks),
      progress(order.gas_for_code()),
      published(parts.table, order.count()),
      for_each([this](size_t count, const std::function<void(size_t)>& work) {
          pieces.run(count, work, [this] { idle.wake_one(); });
      }),
      sealing(parts.serial->codes(), blocks.size()) {}

}  // namespace warpevm
