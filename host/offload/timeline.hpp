// SPDX-License-Identifier: Apache-2.0
// When the devices' part of a window was packed, dispatched and handed in, for traces and reports.
#pragma once

#include <chrono>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include "evm/base/bytes.hpp"

namespace warpevm {

/// What a device's worker spends its time on.
enum class Verb : uint8_t {
    pack,      ///< laying out what lanes begin with, and serving those that wait
    dispatch,  ///< upload, kernels, read back
    merge,     ///< forming what is handed in to the commit loop
};

struct VerbSpan {
    Verb verb{};
    uint32_t device = 0;        ///< by its number in the engine
    uint32_t transactions = 0;  ///< that it is about
    uint32_t launches = 0;      ///< of kernels that execute, within it
    std::chrono::steady_clock::time_point start{};
    std::chrono::steady_clock::duration length{};
};

/// Thread-safe. A device that is late adds to it after its window is over.
class Timeline {
  public:
    void add(const VerbSpan& span) {
        const std::lock_guard held(m_lock);
        if (m_spans.size() < most_spans) m_spans.push_back(span);
    }
    /// What came since the last time.
    [[nodiscard]] std::vector<VerbSpan> take() {
        const std::lock_guard held(m_lock);
        return std::exchange(m_spans, {});
    }

  private:
    static constexpr size_t most_spans = 1 << 20;
    std::mutex m_lock;
    std::vector<VerbSpan> m_spans;
};

/// One device's access to a timeline, or to none.
struct Recorder {
    Timeline* timeline = nullptr;
    uint32_t device = 0;

    using Time = std::chrono::steady_clock::time_point;

    /// Its beginning, for end().
    [[nodiscard]] Time begin() const {
        return timeline != nullptr ? std::chrono::steady_clock::now() : Time{};
    }
    void end(Verb verb, Time start, size_t transactions, uint32_t launches = 0) const noexcept {
        if (timeline == nullptr) return;
        try {
            timeline->add({.verb = verb,
                           .device = device,
                           .transactions = static_cast<uint32_t>(transactions),
                           .launches = launches,
                           .start = start,
                           .length = std::chrono::steady_clock::now() - start});
        } catch (const std::exception&) {  // no memory for it: then it is not shown
        }
    }

    /// From its making to its end.
    class Stretch {
      public:
        Stretch(const Recorder& recorder, Verb verb, size_t transactions)
            : m_recorder(recorder), m_verb(verb), m_transactions(transactions), m_start(recorder.begin()) {}
        ~Stretch() { m_recorder.end(m_verb, m_start, m_transactions, m_launches); }
        Stretch(const Stretch&) = delete;
        Stretch& operator=(const Stretch&) = delete;
        void set_transactions(size_t count) { m_transactions = count; }
        void count_launch() { ++m_launches; }

      private:
        const Recorder& m_recorder;
        const Verb m_verb;
        size_t m_transactions;
        uint32_t m_launches = 0;
        const Time m_start;
    };
    [[nodiscard]] Stretch record(Verb verb, size_t transactions) const { return {*this, verb, transactions}; }
};

}  // namespace warpevm
