// SPDX-License-Identifier: Apache-2.0
// Which transactions of a block conflict: a recipient whose transactions keep failing validation is
// contended, and each of its transactions is taken to depend on the one before.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "evm/chain/executor.hpp"

namespace warpevm {

class Contention {
  public:
    static constexpr uint32_t none = ~uint32_t{0};

    /// Whether a speculated transaction was validated. Called by the commit loop only.
    void note(std::span<const BlockTransaction> transactions, uint32_t index, bool kept);

    /// The transaction that should be published before `index` is executed, if known. From any thread.
    [[nodiscard]] uint32_t needed_before(uint32_t index) const {
        if (!m_known.load(std::memory_order_acquire)) return none;
        const uint32_t group = m_group[index];
        return group != none && m_contended[group].load(std::memory_order_relaxed) ? m_before[index] : none;
    }

    /// The next one of a contended group, which depends on `index`. From any thread.
    [[nodiscard]] uint32_t needing(uint32_t index) const {
        if (!m_known.load(std::memory_order_acquire)) return none;
        const uint32_t group = m_group[index];
        return group != none && m_contended[group].load(std::memory_order_relaxed) ? m_after[index] : none;
    }

  private:
    struct Record {
        uint32_t kept = 0, stale = 0;
    };
    void group(std::span<const BlockTransaction> transactions);

    std::atomic<bool> m_known{false};
    std::vector<uint32_t> m_group;   ///< by transaction; none: a creation
    std::vector<uint32_t> m_before;  ///< the one before in its group
    std::vector<uint32_t> m_after;   ///< the one after
    std::vector<Record> m_records;   ///< by group
    std::unique_ptr<std::atomic<bool>[]> m_contended;
};

}  // namespace warpevm
