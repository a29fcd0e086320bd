// SPDX-License-Identifier: Apache-2.0
// Serial's answer against the parallel executor's, field by field, so that a difference says where it is.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <thread>

#include "evm/base/hex.hpp"
#include "evm/chain/context.hpp"
#include "fallback/parallel.hpp"

namespace warpevm::test {

inline Result<std::vector<BlockOutcome>> serially(std::span<const BlockInput> window, const StateView& state,
                                                  const ExecutionOptions& options) {
    ExecutionContext context;
    return execute_serial(context, window, state, options);
}

/// Seeds from `begin` to before `end`: `count` of them, or WARPEVM_SEEDS; WARPEVM_SEED alone where it is set.
struct Seeds {
    explicit Seeds(uint64_t count) : end(count) {
        const char* wanted = std::getenv("WARPEVM_SEEDS");
        if (wanted != nullptr) end = std::strtoull(wanted, nullptr, 10);
        const char* only = std::getenv("WARPEVM_SEED");
        if (only == nullptr) return;
        begin = std::strtoull(only, nullptr, 10);
        end = begin + 1;
        one = true;
    }
    uint64_t begin = 0, end;
    bool one = false;
};

/// Settings that speculate wherever that is allowed, with unusual schedules by seed.
inline ParallelSettings stressed(unsigned threads, uint64_t seed) {
    const Speculate speculate = seed % 4 == 1 ? Speculate::at_once : Speculate::everything;
    ParallelSettings settings{.threads = threads,
                              .speculate = speculate,
                              .least_batch = static_cast<uint32_t>(seed % 5),
                              .at_hand_over = {}};
    if (seed % 3 == 0) return settings;
    settings.at_hand_over = [seed] {
        thread_local std::mt19937_64 random(seed ^ std::hash<std::thread::id>{}(std::this_thread::get_id()));
        const uint64_t kind = random() % 16;
        if (kind < 4) std::this_thread::yield();
        if (kind == 4) std::this_thread::sleep_for(std::chrono::microseconds(random() % 200));
    };
    return settings;
}

inline void expect_equal(const BlockOutcome& expected, const BlockOutcome& got) {
    EXPECT_EQ(to_string(expected.verdict.error), to_string(got.verdict.error));
    EXPECT_EQ(expected.verdict.tx, got.verdict.tx);
    ASSERT_EQ(expected.transactions.size(), got.transactions.size());
    for (size_t i = 0; i < expected.transactions.size(); ++i)
        ASSERT_EQ(expected.transactions[i], got.transactions[i]) << "transaction " << i;
    EXPECT_EQ(expected.logs, got.logs);
    EXPECT_EQ(expected.cumulative_gas, got.cumulative_gas);
    EXPECT_EQ(expected.intermediate_roots, got.intermediate_roots);
    EXPECT_EQ(expected.diff.to_json(), got.diff.to_json());
    EXPECT_EQ(expected.assumed_accounts, got.assumed_accounts);
    EXPECT_EQ(expected.assumed_slots, got.assumed_slots);
    EXPECT_TRUE(expected == got);
}

inline void expect_equal(const Result<std::vector<BlockOutcome>>& expected,
                         const Result<std::vector<BlockOutcome>>& got) {
    ASSERT_EQ(expected.has_value(), got.has_value())
        << (expected ? to_string(got.error()) : to_string(expected.error()));
    if (!expected) {
        EXPECT_EQ(to_string(expected.error()), to_string(got.error()));
        return;
    }
    ASSERT_EQ(expected->size(), got->size());
    for (size_t i = 0; i < expected->size(); ++i) expect_equal((*expected)[i], (*got)[i]);
}

}  // namespace warpevm::test
