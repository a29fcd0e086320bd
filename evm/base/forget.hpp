// SPDX-License-Identifier: Apache-2.0
// Emptying tables and lists that are used again and again.
#pragma once

#include <cstddef>
#include <vector>

namespace warpevm {

/// Empties a hash table in a time that follows from what is in it: to clear one takes as long as it is large,
/// so that one which somebody needed large once is given back when less is in it.
template <class Table>
void forget(Table& table) {
    constexpr size_t small = 1024, share = 16;
    if (table.bucket_count() > small && table.bucket_count() / share > table.size())
        table = Table{};
    else
        table.clear();
}

/// Empties a list and keeps room for as much as is usual.
template <class T>
void forget(std::vector<T>& list) {
    constexpr size_t usual = size_t{1} << 16;  // bytes
    if (list.capacity() * sizeof(T) > usual)   // NOLINT(bugprone-sizeof-expression): pointers may be elements
        list = std::vector<T>();               // {} would keep its room
    else
        list.clear();
}

}  // namespace warpevm
