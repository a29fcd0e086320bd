// SPDX-License-Identifier: Apache-2.0
#include "host/senders/recover_rates.hpp"

#include <algorithm>
#include <cmath>

namespace warpevm {
namespace {

/// All threads together, a transaction.
double cpu_seconds_each(const RecoverRates& rates, unsigned threads) {
    return rates.cpu_item / std::max(1U, threads);
}

/// What the device takes from the threads it gains nothing by taking, unless it is faster than all of them.
bool never_gains(const RecoverRates& rates, unsigned threads) {
    return rates.cpu_item <= 0 || (rates.host_cores && rates.item >= cpu_seconds_each(rates, threads));
}

}  // namespace

size_t device_share(const RecoverRates& rates, unsigned threads, size_t unclaimed, size_t capacity) {
    if (never_gains(rates, threads)) return 0;
    const double cpu = cpu_seconds_each(rates, threads), alone = cpu * static_cast<double>(unclaimed);
    if (unclaimed < rates.least || rates.launch + rates.item * static_cast<double>(rates.least) >= alone)
        return 0;
    // Both ends meet where launch + item * k = cpu * (unclaimed - k).
    const double fair = (alone - rates.launch) / (rates.item + cpu);
    const auto half = static_cast<size_t>(std::max(0.0, fair / 2));
    return std::min({std::max(half, rates.least), capacity, unclaimed});
}

std::optional<size_t> crossover(const RecoverRates& rates, unsigned threads) {
    if (never_gains(rates, threads)) return std::nullopt;
    const double least = rates.launch + rates.item * static_cast<double>(rates.least);
    return std::max(rates.least,
                    static_cast<size_t>(std::floor(least / cpu_seconds_each(rates, threads))) + 1);
}

Bytes to_bytes(const RecoverRates& rates) {
    const auto least = static_cast<double>(rates.least);
    const std::array<double, 5> values{rates.launch, rates.item, rates.cpu_item, least,
                                       rates.host_cores ? 1.0 : 0.0};
    Bytes bytes(sizeof values);
    std::memcpy(bytes.data(), values.data(), sizeof values);
    return bytes;
}

std::optional<RecoverRates> read_rates(BytesView bytes) {
    std::array<double, 5> values{};
    if (bytes.size() != sizeof values) return std::nullopt;
    std::memcpy(values.data(), bytes.data(), sizeof values);
    constexpr double day = 86400, most_items = 1e9;
    for (size_t i = 0; i < 3; ++i)
        if (!(values[i] >= 0 && values[i] < day)) return std::nullopt;
    if (!(values[3] >= 1 && values[3] < most_items) || values[2] <= 0) return std::nullopt;
    return RecoverRates{values[0], values[1], values[2], static_cast<size_t>(values[3]), values[4] != 0};
}

}  // namespace warpevm
