// SPDX-License-Identifier: Apache-2.0
// The constants of the scheduling policy, as measured on the machines that README.md names.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace warpevm::parallel {

using Clock = std::chrono::steady_clock;

/// Seconds that speculation must be expected to save; below, waking other threads costs more.
inline constexpr double least_gain = 300e-6;
/// Seconds of work after which the pace of the first transactions means something.
inline constexpr double least_seen = 100e-6;
/// Seconds that speculating, validating and committing a transaction take above executing it, and what each
/// account and slot adds: fitted to the real blocks, each transaction speculated, on one core.
inline constexpr double cost_per_transaction = 0.5e-6, cost_per_key = 0.42e-6;
/// The same of a token transfer among many, whose keys are mostly known.
inline constexpr double cost_of_known_keys = 1.25e-6;
/// The clock is read after so many short transactions, and the pace is that of so many.
inline constexpr uint32_t clock_period = 8, pace_period = 64;
/// Seconds that a plain transfer takes on the table, and seconds of transfers for which it is worth waking
/// other threads to prefetch.
inline constexpr double transfer_cost = 0.3e-6, least_prefetched = 2e-3;
/// Blocks of fewer receipts and logs are sealed by one thread.
inline constexpr size_t sealed_by_one = 400;
/// Seconds of work in one claim: a thread likely commits what it executed while that is in its cache, and
/// claims seldom collide. More would leave the others waiting.
inline constexpr double claimed_work = 16e-6;
/// Of a transaction's gas limit: what may take several times as long.
inline constexpr uint64_t large_gas = 500'000;
inline constexpr uint32_t longest_claim = 16;
/// Seconds of a transaction from which asking the state in batches costs nothing to speak of, and may help.
inline constexpr double slow = 100e-6;
/// Transactions whose accounts are asked for together.
inline constexpr uint32_t longest_prefetch = 64;
/// Commits after which the hit rate of speculation is judged.
inline constexpr uint32_t judged = 32;
/// Commits that are not judged while woken threads have not delivered a first incarnation.
inline constexpr uint32_t longest_awaited = 32;
/// Length of a serial stretch after backing off, in transactions: doubled each time up to the longest.
inline constexpr uint32_t first_back_off = 16, longest_back_off = 1024;
/// Its least where transactions have become too short, and for chains: after that many the journal knows
/// whether the chain goes on.
inline constexpr uint32_t back_off_of_short_ones = 256, back_off_of_chains = 64;
/// So many transactions on the journal predict the dependences of the next ones; with two threads, one that
/// depends on any of the `near` before it would likely be stale.
inline constexpr uint32_t least_foreseen = 12, near = 16;
/// Work of a thread, without a wait, after which its share of a core is read; and before a wait.
inline constexpr std::chrono::microseconds long_stretch{250}, short_stretch{50};
/// A woken thread arrives within that, where a core is free.
inline constexpr std::chrono::microseconds long_call{100};
/// Seconds of work of all threads, and of helpers among them, after which the share of cores is judged, and
/// the cores from which speculation pays.
inline constexpr double judged_work = 4e-3, judged_help = 1e-3, least_cores = 1.6;
/// Seconds of work after which it is judged anew whether threads are I/O-bound.
inline constexpr double remembered = 20e-3;
/// For how long too few cores are assumed: doubled each time up to the longest.
inline constexpr std::chrono::milliseconds shortest_belief{10}, longest_belief{640};
/// How far speculation may run ahead of the commit loop, in transactions: what is far ahead is stale more
/// often.
inline constexpr uint32_t least_horizon = 64, horizon_per_thread = 16;

}  // namespace warpevm::parallel
