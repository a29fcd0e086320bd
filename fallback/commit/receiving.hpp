// SPDX-License-Identifier: Apache-2.0
// Results from elsewhere become incarnations where they lie, unless something about them is visibly wrong.
// They are validated at commit like any other.
#pragma once

#include <list>
#include <memory>
#include <optional>

#include "evm/base/for_each.hpp"
#include "fallback/commit/context.hpp"
#include "fallback/commit/window_order.hpp"

namespace warpevm {

class Receiving {
  public:
    /// A transaction of the window; none where the commit loop did not wait for it.
    using Index = std::optional<uint32_t>;

    Receiving(ParallelContext::Parts& parts, const WindowOrder& order, bool may_assume)
        : m_parts(parts), m_order(order), m_may_assume(may_assume) {}

    /// By any thread. `results.transactions[i]` is of `indices[i]`.
    void add(std::vector<Index> indices, TransactionResults results);

    /// Who wants to know what became of a result. Called by any thread.
    struct Target {
        std::function<void(uint32_t index, Incarnation* incarnation)> arrived;
        std::function<void(uint32_t index)> is_wrong;
    };
    /// Gives keys rows, loads what the state has of them, and fills incarnations: of results that were added
    /// once, with whoever helps. False: there are none.
    bool some(const Target& target, const ForEach& for_each);
    /// Something was added that is not all incarnations yet.
    [[nodiscard]] bool has_more() const { return m_unfinished.load(std::memory_order_acquire) != 0; }

  private:
    struct Handed {
        std::vector<Index> indices;
        std::shared_ptr<TransactionResults> results;
    };
    bool fill(const Handed& handed, size_t i, Incarnation& t) const;
    void look_at_pre_state(Incarnation& t) const;

    ParallelContext::Parts& m_parts;
    const WindowOrder& m_order;
    const bool m_may_assume;
    SpinLock m_lock;
    std::list<Handed> m_handed;
    std::atomic<size_t> m_waiting{0};     ///< that nobody has begun
    std::atomic<size_t> m_unfinished{0};  ///< and those that somebody has
};

}  // namespace warpevm
