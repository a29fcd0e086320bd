// SPDX-License-Identifier: Apache-2.0
// The figures by which the parallel executor decides, as measured on the machines that README.md speaks of.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace warpevm::parallel {

using Clock = std::chrono::steady_clock;

/// Below this many seconds that they may save, waking other threads costs more.
inline constexpr double least_gain = 300e-6;
/// Seconds of work after which the pace of the first transactions means something.
inline constexpr double least_seen = 100e-6;
/// Seconds that speculating, checking and entering a transaction take above running it, and what each account
/// and slot adds to them: fitted to the real blocks, each transaction speculated, on one core.
inline constexpr double cost_per_transaction = 0.5e-6, cost_per_key = 0.42e-6;
/// The same of a token transfer among many, whose keys are mostly known.
inline constexpr double cost_of_known_keys = 1.25e-6;
/// The clock is read after so many short transactions, and the pace is that of so many.
inline constexpr uint32_t clock_period = 8, pace_period = 64;
/// Seconds that a plain transfer takes on the table, and seconds of them for which others are worth waking to
/// look ahead.
inline constexpr double transfer_cost = 0.3e-6, least_prefetched = 2e-3;
/// Blocks of fewer receipts and logs are sealed by one thread.
inline constexpr size_t sealed_by_one = 400;
/// Seconds of work that a thread claims at once: what it ran it likely commits itself, while it is in its
/// cache, and threads seldom meet. More would leave the others waiting.
inline constexpr double claimed_work = 16e-6;
/// Of a transaction's gas limit: what may take several times as long.
inline constexpr uint64_t large_gas = 500'000;
inline constexpr uint32_t longest_claim = 16;
/// Seconds of a transaction from which asking the state in batches costs nothing to speak of, and may help.
inline constexpr double slow = 100e-6;
/// Transactions whose accounts are asked for together.
inline constexpr uint32_t longest_prefetch = 64;
/// A judgement of speculation looks at this many transactions.
inline constexpr uint32_t judged = 32;
/// Transactions that the walk runs in their turn before it asks where the others are.
inline constexpr uint32_t longest_awaited = 32;
/// Lengths of a retreat, doubling from one to the other.
inline constexpr uint32_t first_stretch = 16, longest_stretch = 1024;
/// The least where transactions have become too short, and for chains: then the journal knows whether the
/// chain goes on.
inline constexpr uint32_t stretch_of_short_ones = 256, stretch_of_chains = 64;
/// Of the last transactions that ran on the journal, so many say what the next ones will be like; what needs
/// one of so many before it would be stale beside a second thread.
inline constexpr uint32_t least_foreseen = 12, near = 16;
/// Work of a thread, without a wait, whose share of a core is worth asking for, and before it waits.
inline constexpr std::chrono::microseconds long_stretch{250}, short_stretch{50};
/// A thread that is called comes within that, where it has a core.
inline constexpr std::chrono::microseconds long_call{100};
/// Seconds of work of all threads, and of helpers among them, from which their cores are judged, and the
/// cores with which speculation gains.
inline constexpr double judged_work = 4e-3, judged_help = 1e-3, least_cores = 1.6;
/// Seconds of work from which it is looked at anew whether threads rather wait for the state.
inline constexpr double remembered = 20e-3;
/// For how long it is believed that there are fewer: doubling from one to the other.
inline constexpr std::chrono::milliseconds shortest_belief{10}, longest_belief{640};
/// How far speculation may be ahead of the walk: what is far ahead is stale more often.
inline constexpr uint32_t least_horizon = 64, horizon_per_thread = 16;

}  // namespace warpevm::parallel
