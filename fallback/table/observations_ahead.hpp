// SPDX-License-Identifier: Apache-2.0
// Whether an incarnation that waits for its commit would see the same again, of what is committed and of what
// earlier transactions did that are not.
#pragma once

#include "fallback/table/incarnation.hpp"
#include "fallback/table/versions.hpp"

namespace warpevm {

class ObservationsAhead {
  public:
    /// As of the position.
    ObservationsAhead(Versions& table, Position position, bool state_clearing)
        : m_table(table), m_position(position), m_state_clearing(state_clearing) {}

    /// Of a transaction from `sender`, whose nonce is assumed, as it was when it was executed. Nothing where
    /// it saw what is only an estimate now, or was not loaded.
    [[nodiscard]] std::optional<bool> hold(const ExecutionRecords& records, const Address& sender,
                                           uint64_t nonce) const;

  private:
    /// Nothing where it can't be told.
    [[nodiscard]] std::optional<AccountState> account(Row row) const;

    Versions& m_table;
    Position m_position;
    bool m_state_clearing;
};

}  // namespace warpevm
