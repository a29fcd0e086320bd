// SPDX-License-Identifier: Apache-2.0
// Finds an account among those that a transaction asked for, in a time that does not grow with their number.
#pragma once

#include "evm/base/bytes.hpp"
#include "evm/base/forget.hpp"

namespace warpevm {

class RowIndex {
  public:
    /// The rows mean something else from here on.
    void clear() {
        if (m_indexed != 0) forget(m_rows);
        m_indexed = 0;
    }
    /// The row below `count` whose account is at `address`: there is one, mostly among the last few. The
    /// others are entered in a table, each once.
    template <class AddressOf>
    size_t find(const Address& address, size_t count, AddressOf&& address_of) {
        constexpr size_t few = 8;
        for (size_t row = count; row != 0 && row + few > count; --row)
            if (address_of(row - 1) == address) return row - 1;
        for (; m_indexed < count; ++m_indexed) m_rows.try_emplace(address_of(m_indexed), m_indexed);
        return m_rows.find(address)->second;
    }

  private:
    SeededMap<Address, size_t> m_rows;
    size_t m_indexed = 0;
};

}  // namespace warpevm
