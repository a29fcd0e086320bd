// SPDX-License-Identifier: Apache-2.0
// Sorts with whoever helps: a sample gives the bounds of buckets, items are dealt out, buckets are sorted.
#pragma once

#include <algorithm>
#include <vector>

#include "evm/base/for_each.hpp"

namespace warpevm {

/// Ascending by `less`. The order of the items decides how evenly buckets are filled, and nothing else.
template <class T, class Less>
void sort_in_pieces(std::vector<T>& items, const ForEach& for_each, const Less& less) {
    constexpr size_t items_in_piece = 4096, most_pieces = 64, samples_each = 16;
    const size_t count = items.size(), pieces = std::min(count / items_in_piece, most_pieces);
    if (pieces < 2) return std::sort(items.begin(), items.end(), less);

    std::vector<T> bounds;  // item k is the least of bucket k + 1
    for (size_t i = 0; i < pieces * samples_each; ++i)
        bounds.push_back(items[piece_begin(count, pieces * samples_each, i)]);
    std::sort(bounds.begin(), bounds.end(), less);
    for (size_t i = 1; i < pieces; ++i) bounds[i - 1] = bounds[i * samples_each];
    bounds.resize(pieces - 1);

    std::vector<uint8_t> bucket_of(count);
    std::vector<size_t> places(pieces * pieces);  // by piece and bucket: first how many, then where
    for_each(pieces, [&](size_t piece) {
        size_t* sizes = &places[piece * pieces];
        for (size_t i = piece_begin(count, pieces, piece); i < piece_begin(count, pieces, piece + 1); ++i) {
            const auto bound = std::upper_bound(bounds.begin(), bounds.end(), items[i], less);
            bucket_of[i] = static_cast<uint8_t>(bound - bounds.begin());
            ++sizes[bucket_of[i]];
        }
    });
    std::vector<size_t> begins(pieces + 1);
    size_t next = 0;
    for (size_t bucket = 0; bucket < pieces; ++bucket) {
        begins[bucket] = next;
        for (size_t piece = 0; piece < pieces; ++piece) {
            size_t& place = places[piece * pieces + bucket];
            next += std::exchange(place, next);
        }
    }
    begins[pieces] = next;
    std::vector<T> sorted(count);
    for_each(pieces, [&](size_t piece) {
        size_t* at = &places[piece * pieces];
        for (size_t i = piece_begin(count, pieces, piece); i < piece_begin(count, pieces, piece + 1); ++i)
            sorted[at[bucket_of[i]]++] = items[i];
    });
    for_each(pieces, [&](size_t bucket) {
        std::sort(sorted.begin() + static_cast<ptrdiff_t>(begins[bucket]),
                  sorted.begin() + static_cast<ptrdiff_t>(begins[bucket + 1]), less);
    });
    items.swap(sorted);
}

}  // namespace warpevm
