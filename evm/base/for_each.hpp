// SPDX-License-Identifier: Apache-2.0
// Work that falls into independent pieces, and who runs them: here nobody but the caller. Executors with
// threads pass a function of their own.
#pragma once

#include <cstddef>
#include <functional>

namespace warpevm {

/// Calls work(i) once for each i below `count`, in any order and possibly on several threads at once; returns
/// when all are done.
using ForEach = std::function<void(size_t count, const std::function<void(size_t)>& work)>;

inline void in_order(size_t count, const std::function<void(size_t)>& work) {
    for (size_t i = 0; i < count; ++i) work(i);
}

/// The first item of piece `index` of `pieces` over `count` items; pieces differ by one item at most.
constexpr size_t piece_begin(size_t count, size_t pieces, size_t index) {
    return count / pieces * index + (index < count % pieces ? index : count % pieces);
}

}  // namespace warpevm
