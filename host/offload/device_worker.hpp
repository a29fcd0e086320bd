// SPDX-License-Identifier: Apache-2.0
// A worker that is a device: borrows transactions of windows, executes them by kernels, and hands the results
// in. The commit loop waits for nobody: what comes late is dropped.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "evm/chain/executor.hpp"
#include "fallback/loans.hpp"
#include "host/device/device_programs.hpp"
#include "host/offload/device_batch.hpp"
#include "host/offload/learned.hpp"
#include "host/offload/window_plan.hpp"

namespace warpevm {

struct DeviceWorkerOptions {
    OffloadOptions offload;
    /// Transactions of one batch; 0: as many as the device has lanes for.
    uint32_t batch = 0;
    /// Rounds of one batch, where the commit loop does not wait: each costs a few launches, in which a chain
    /// of transactions that wait for one another gets on by one.
    uint32_t most_rounds = 8;
    /// All of a window is borrowed before its first transaction, in order; else from its end, while the CPU
    /// works from its beginning.
    bool takes_all = false;
    /// Which of how many devices it is. Where they take all, each takes its turn.
    uint32_t number = 0, devices = 1;
    /// Threads, each with a batch of its own: while one packs or hands in, another's kernels run. 0: by what
    /// the device is. One where devices take all, in order.
    uint32_t slots = 0;
    /// What batches tell of the device and of contracts; may be null.
    std::shared_ptr<Learned> learned{};
};

/// One device and a few threads. Windows may end while it is at work on them.
class DeviceWorker {
  public:
    /// Programs are built on a thread of the worker, once there is work.
    DeviceWorker(std::shared_ptr<DevicePrograms> programs, const DeviceWorkerOptions& options);
    ~DeviceWorker();
    DeviceWorker(const DeviceWorker&) = delete;
    DeviceWorker& operator=(const DeviceWorker&) = delete;

    /// Starts the programs' builds at once, instead of with the first work.
    void prepare();
    /// The programs are built and tested.
    [[nodiscard]] bool is_ready() const { return m_is_ready.load(std::memory_order_acquire); }
    /// After prepare(): blocks until they are, or the device is lost.
    void wait_until_ready();
    /// Ends the threads. False where one is still within a driver's call after `patience` seconds.
    bool stop(double patience);

    /// For execute_parallel. Must not outlive the worker. `plan`: what of the window is the device's, and in
    /// which order; null: all that it can do.
    /// `timeline`, where given, is told what is done when.
    [[nodiscard]] Borrower borrower(const ExecutionOptions& options,
                                    std::shared_ptr<const WindowPlan> plan = {},
                                    std::shared_ptr<Timeline> timeline = {});
    /// Why the device is not used any more; empty: it works.
    [[nodiscard]] std::string lost_because() const;
    /// Batches that it may be at work on at once.
    [[nodiscard]] uint32_t slots() const { return static_cast<uint32_t>(m_slots.size()); }
    /// Of all batches that have ended.
    [[nodiscard]] BatchCounts counts() const;

  private:
    struct Window;
    struct Part;
    struct Slot {
        std::unique_ptr<Offload> offload[2];  ///< by whether unknown state counts as absent
        std::thread thread;
    };
    void work(Slot& slot);
    DeviceResult<void> open(Slot& slot);
    DeviceResult<void> build();
    [[nodiscard]] uint32_t batch_size(const Window& window) const;
    [[nodiscard]] std::vector<Claims::Loan> next_batch(Window& window) const;
    void gather(std::vector<Part>& parts);
    void serve(Slot& slot);
    DeviceResult<void> execute(std::span<Part> parts, Slot& slot);
    static void give_back_rest(Window& window, std::string_view why);
    void lose(const DeviceError& error);
    void expect_keys(Part& part) const;
    bool note_accesses(const OffloadJob& job, const Hash& code, const ResultOf& result);
    void make_batch(Part& part, size_t& looks);
    void learn(std::span<const Part> parts, const BatchCounts& counts, double seconds);

    const std::shared_ptr<DevicePrograms> m_programs;
    const DeviceWorkerOptions m_options;
    std::mutex m_building;  ///< held while the next two are made, by whoever comes first
    ProgramPtr m_evm, m_transfers;
    mutable std::mutex m_lock;  ///< of the next ones
    std::condition_variable m_changed;
    std::deque<std::shared_ptr<Window>> m_windows;
    bool m_ends = false, m_is_asked_to_prepare = false;
    size_t m_ended = 0;  ///< threads
    std::atomic<bool> m_is_ready{false};
    std::string m_lost_because;
    BatchCounts m_counts;
    LaneRoom m_room;           ///< of each slot
    uint32_t m_batch;          ///< transactions
    std::deque<Slot> m_slots;  ///< last: their threads use the others
};

}  // namespace warpevm
