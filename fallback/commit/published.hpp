// SPDX-License-Identifier: Apache-2.0
// The incarnations of a window's transactions that wait for their commit, and their versions in the table.
#pragma once

#include <span>
#include <vector>

#include "fallback/table/incarnation.hpp"
#include "fallback/table/versions.hpp"

namespace warpevm {

/// Each transaction's place is one thread's at a time: who has its claim, then who holds the commit lock.
class Published {
  public:
    Published(Versions& table, uint32_t transactions) : m_table(table), m_incarnations(transactions) {}
    Published(const Published&) = delete;
    Published& operator=(const Published&) = delete;
    /// After the window: what is left, where it ended early.
    void clear();

    [[nodiscard]] const Incarnation& operator[](uint32_t index) const { return *m_incarnations[index]; }
    [[nodiscard]] std::span<Incarnation*> between(uint32_t begin, uint32_t end) {
        return std::span(m_incarnations).subspan(begin, end - begin);
    }
    /// Others read what it did, but for what deferred credit hides. Before the hand-in.
    void add(uint32_t index, Incarnation& incarnation, Position position);
    /// A reader of an estimate suspends: what it would read now is likely to change, and it would be stale.
    void mark_estimate(uint32_t index);
    /// Null where it was not executed ahead. Its versions stay in the table.
    [[nodiscard]] Incarnation* take(uint32_t index) { return std::exchange(m_incarnations[index], nullptr); }
    /// Does nothing to versions that are not in the table.
    void withdraw(Incarnation& incarnation);

  private:
    void add_versions(Incarnation& incarnation, Position position);

    Versions& m_table;
    std::vector<Incarnation*> m_incarnations;
};

}  // namespace warpevm
