// SPDX-License-Identifier: Apache-2.0
// Who works on which transaction of a window. Lock-free, and knows nothing of the EVM.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace warpevm {

/// Transactions by their number over all blocks of the window.
class Claims {
  public:
    enum class Stage : uint8_t {
        open,       ///< nobody works on it
        claimed,    ///< a thread executes it: the commit loop waits for that thread
        lent,       ///< a device has it: the commit loop may override the claim
        done,       ///< an incarnation waits for its commit
        committed,  ///< the commit loop has it, for good
    };
    struct Range {
        uint32_t begin = 0, end = 0;
        [[nodiscard]] bool empty() const { return begin == end; }
    };
    /// What a lent transaction is accepted by: a claim that was overridden is not valid any more.
    struct Loan {
        uint32_t index = 0;
        uint32_t generation = 0;
    };

    explicit Claims(uint32_t count)
        : m_count(count), m_states(std::make_unique<std::atomic<uint32_t>[]>(count)) {}

    [[nodiscard]] uint32_t count() const { return m_count; }
    [[nodiscard]] Stage stage(uint32_t index) const {
        return stage_of(m_states[index].load(std::memory_order_seq_cst));
    }

    /// The next stretch of at most `wanted` before `end`, for the caller to try: others may have single ones
    /// of it. Portions shrink towards the window's end, so that all workers end at the same time.
    Range next(uint32_t wanted, uint32_t from, uint32_t end, unsigned workers) {
        uint32_t cursor = m_cursor.load(std::memory_order_relaxed);
        for (;;) {
            const uint32_t begin = std::max(cursor, from);
            if (begin >= end) return {};
            const uint32_t fair = (m_count - begin) / (2 * workers) + 1;
            const uint32_t to = std::min(end, begin + std::min(wanted, fair));
            if (m_cursor.compare_exchange_weak(cursor, to, std::memory_order_relaxed)) return {begin, to};
        }
    }
    /// Where `next` has come to.
    [[nodiscard]] uint32_t offered() const { return m_cursor.load(std::memory_order_relaxed); }

    /// For a thread, which must execute it and hand it in. False: it is somebody else's.
    bool claim(uint32_t index) { return change(index, Stage::open, Stage::claimed).has_value(); }
    /// For a thread that looks again at an incarnation that waits for its commit. It hands that in, or one
    /// that it has executed anew.
    bool reclaim(uint32_t index) { return change(index, Stage::done, Stage::claimed).has_value(); }
    /// For a device, which may never answer.
    std::optional<Loan> lend(uint32_t index) {
        const auto generation = change(index, Stage::open, Stage::lent);
        if (!generation) return std::nullopt;
        return Loan{index, *generation};
    }
    /// An incarnation is there.
    bool hand_in(uint32_t index) { return change(index, Stage::claimed, Stage::done).has_value(); }
    /// The device has finished: the caller hands in at once, as a thread does. False: the commit loop did not
    /// wait, and what came is dropped.
    bool accept(const Loan& loan) {
        uint32_t expected = loan.generation << 8 | static_cast<uint32_t>(Stage::lent);
        return m_states[loan.index].compare_exchange_strong(
            expected, loan.generation << 8 | static_cast<uint32_t>(Stage::claimed),
            std::memory_order_acq_rel);
    }
    /// What the thread has is no incarnation: anybody may begin it again.
    void drop(uint32_t index) {
        std::atomic<uint32_t>& state = m_states[index];
        const uint32_t generation = state.load(std::memory_order_relaxed) >> 8;
        state.store((generation + 1) << 8 | static_cast<uint32_t>(Stage::open), std::memory_order_seq_cst);
    }
    /// The device gives it back unfinished.
    bool give_back(const Loan& loan) {
        uint32_t expected = loan.generation << 8 | static_cast<uint32_t>(Stage::lent);
        return m_states[loan.index].compare_exchange_strong(
            expected, (loan.generation + 1) << 8 | static_cast<uint32_t>(Stage::open),
            std::memory_order_acq_rel);
    }

    /// For the commit loop, whose turn it is: what the stage was, unless a thread executes it. A device's
    /// claim is overridden.
    std::optional<Stage> take(uint32_t index) {
        std::atomic<uint32_t>& state = m_states[index];
        uint32_t now = state.load(std::memory_order_acquire);
        while (stage_of(now) != Stage::claimed)
            if (state.compare_exchange_weak(now,
                                            ((now >> 8) + 1) << 8 | static_cast<uint32_t>(Stage::committed),
                                            std::memory_order_acq_rel))
                return stage_of(now);
        return std::nullopt;
    }

    /// Likewise those from `begin` to `end`, whose incarnations are all there.
    void take_done(uint32_t begin, uint32_t end) {
        for (uint32_t i = begin; i < end; ++i) {
            const uint32_t generation = m_states[i].load(std::memory_order_relaxed) >> 8;
            m_states[i].store((generation + 1) << 8 | static_cast<uint32_t>(Stage::committed),
                              std::memory_order_release);
        }
    }

  private:
    static Stage stage_of(uint32_t state) { return static_cast<Stage>(state & 0xff); }
    /// The generation, where the stage was `from`.
    std::optional<uint32_t> change(uint32_t index, Stage from, Stage to) {
        std::atomic<uint32_t>& state = m_states[index];
        uint32_t now = state.load(std::memory_order_relaxed);
        while (stage_of(now) == from)
            if (state.compare_exchange_weak(now, (now & ~0xffU) | static_cast<uint32_t>(to),
                                            std::memory_order_seq_cst, std::memory_order_relaxed))
                return now >> 8;
        return std::nullopt;
    }

    uint32_t m_count;
    std::unique_ptr<std::atomic<uint32_t>[]> m_states;  ///< the stage, and above it a generation
    std::atomic<uint32_t> m_cursor{0};
};

}  // namespace warpevm
