// SPDX-License-Identifier: Apache-2.0
// What the workloads `keccak` and `recover` share: contestants on the host and on devices over the same
// items.
#pragma once

#include <tbb/task_arena.h>

#include <memory>

#include "host/device/device_programs.hpp"
#include "tools/bench/race.hpp"
#include "tools/bench/workloads.hpp"

namespace warpevm::tools {

/// One way to do a case.
struct ItemContestant {
    std::string backend;
    std::string device{};
    unsigned threads = 1;
    Contestant once{};
    /// Seconds of the device's kernels in the last run; none where there are no kernels.
    std::function<double()> kernel_seconds{};
    /// From opening the device to the first result, programs included.
    Timing cold{};
    /// Set where it could not be started: it is reported as a failure.
    std::string error{};
};

struct ItemCase {
    std::string workload;
    std::string name;
    size_t items = 0;
};

/// How many threads the options ask for, by default one a core.
unsigned threads_to_use(const BenchSession& session);

/// Named after the device; `threads` counts where the device is the host's cores.
ItemContestant device_contestant(const FoundDevice& device, unsigned threads);

/// Calls work(begin, end) for ranges that cover [0, count), on `threads` threads.
class Threads {
  public:
    explicit Threads(unsigned threads);
    void over(size_t count, size_t grain, const std::function<void(size_t begin, size_t end)>& work);

  private:
    std::shared_ptr<tbb::task_arena> m_arena;
};

/// Races them, serial first, after each has given the right result; adds and prints the results.
void bench_items(BenchSession& session, const ItemCase& which, std::vector<ItemContestant> contestants);

/// The devices to compare: those that --device names, else native and all usable ones.
std::vector<FoundDevice> devices_to_compare(const BenchSession& session, unsigned threads);

/// Messages for each of --txs.
inline constexpr size_t keccak_items_per_transaction = 64;
/// The case keccak/permutations: no memory, only registers.
void run_permutations(BenchSession& session, unsigned threads, std::span<const FoundDevice> devices);

}  // namespace warpevm::tools
