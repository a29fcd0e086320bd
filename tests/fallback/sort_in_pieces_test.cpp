// SPDX-License-Identifier: Apache-2.0
#include "fallback/table/sort_in_pieces.hpp"

#include <gtest/gtest.h>

#include <random>

namespace warpevm::test {
namespace {

/// Pieces are done in any order; here, from the last to the first.
void backwards(size_t count, const std::function<void(size_t)>& work) {
    while (count-- > 0) work(count);
}

TEST(SortInPieces, IsASortWhateverTheOrderBefore) {
    std::mt19937_64 random(1);
    for (const size_t count : {0U, 1U, 100U, 8191U, 8192U, 100'000U, 300'000U})
        for (const int order : {0, 1, 2, 3}) {
            std::vector<uint64_t> items(count);
            for (size_t i = 0; i < count; ++i) {
                const uint64_t values[] = {random(), i, count - i, i % 7};  // many are equal in the last
                items[i] = values[order];
            }
            std::vector<uint64_t> expected = items;
            std::sort(expected.begin(), expected.end());
            sort_in_pieces(items, backwards, std::less<>{});
            EXPECT_EQ(items, expected) << count << " items, order " << order;
        }
}

}  // namespace
}  // namespace warpevm::test
