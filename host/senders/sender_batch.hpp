// SPDX-License-Identifier: Apache-2.0
// A batch of transactions whose senders are wanted, claimable from both ends: threads of the processor take
// from the front, devices from the back, and what a device holds may be taken back at any time. All compute
// the same values, so whoever is first settles an item.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "evm/base/result.hpp"
#include "evm/types/rules.hpp"
#include "evm/types/transaction.hpp"

namespace warpevm {

/// `tx` is signed; both must live until recovery returns.
struct SenderRequest {
    const Transaction* tx = nullptr;
    const Rules* rules = nullptr;
};

enum class SettledBy : uint8_t { cpu, device };

class SenderBatch {
  public:
    struct Range {
        size_t begin = 0, end = 0;
        [[nodiscard]] size_t size() const { return end - begin; }
    };

    /// `requests` are read only between the constructor and close().
    explicit SenderBatch(std::span<const SenderRequest> requests);

    [[nodiscard]] size_t size() const { return m_requests.size(); }
    [[nodiscard]] size_t unclaimed() const;
    /// Empty where nothing is left.
    Range claim_front(size_t most);
    /// What a device claims stays in the list that take_back() goes through.
    Range claim_back(size_t most);
    /// The next item that a device claimed and that no thread has taken back yet; size() where there is none.
    /// Each item comes once, settled or not.
    size_t take_back();

    [[nodiscard]] bool settled(size_t i) const { return m_settled[i].load(std::memory_order_acquire) != 0; }
    /// The first to settle an item wins; true for it.
    bool settle(size_t i, Result<Address> result, SettledBy who);
    /// Recovers with libsecp256k1 and settles, unless it is settled.
    void compute(size_t i);

    /// Devices read requests only inside such a section; false: the batch is closed.
    bool begin_reading();
    void end_reading();
    [[nodiscard]] bool closed() const { return m_closed.load(std::memory_order_relaxed); }
    [[nodiscard]] const SenderRequest& request(size_t i) const { return m_requests[i]; }

    /// After every item was settled: waits until no device reads the requests any more.
    std::vector<Result<Address>> close();
    [[nodiscard]] size_t settled_by(SettledBy who) const { return m_counts[static_cast<size_t>(who)]; }

    /// For tests and benchmarks that want devices to go first: threads wait until each that joined has left.
    void device_joins();
    void device_leaves();
    void wait_for_devices();

  private:
    struct Flight {
        size_t next = 0, end = 0;
    };

    std::span<const SenderRequest> m_requests;
    std::vector<Result<Address>> m_results;
    std::unique_ptr<std::atomic<uint8_t>[]> m_settled;
    std::atomic<uint64_t> m_unclaimed;  ///< begin in the low half, end in the high half
    std::array<std::atomic<size_t>, 2> m_counts{};
    std::atomic<bool> m_closed{false};

    std::mutex m_lock;  ///< over the rest
    std::condition_variable m_changed;
    std::deque<Flight> m_flights;
    unsigned m_readers = 0;
    unsigned m_devices = 0;
};

}  // namespace warpevm
