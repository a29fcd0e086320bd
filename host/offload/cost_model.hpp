// SPDX-License-Identifier: Apache-2.0
// What work costs on this machine, in seconds: cautious figures, until work that was done anyway has told
// better ones.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "evm/base/bytes.hpp"

namespace warpevm {

/// Transactions, as far as they are seen beforehand.
struct Work {
    uint64_t transactions = 0;
    /// What they may spend on code: their gas limits, and nothing for those without call data.
    uint64_t gas = 0;
    /// The most of one of them.
    uint64_t longest = 0;

    Work& operator+=(const Work& more) {
        transactions += more.transactions;
        gas += more.gas;
        longest = std::max(longest, more.longest);
        return *this;
    }
    bool operator==(const Work&) const = default;
};

/// All the threads of an executor together.
struct CoreCosts {
    double transaction = 1e-6;  ///< beside code
    double gas = 1e-9;

    [[nodiscard]] double seconds(const Work& work) const {
        return transaction * static_cast<double>(work.transactions) + gas * static_cast<double>(work.gas);
    }
    /// `work` took so long. What took less than a clock can tell says nothing.
    void learn(const Work& work, double seconds);
    bool operator==(const CoreCosts&) const = default;
};

/// A device, and what it asks of the cores.
struct DeviceCosts {
    /// Until it is ready: the driver starts, programs are loaded. Paid once.
    double opening = 1;
    double batch = 2e-3;          ///< of each batch, whatever is in it
    double transaction = 0.5e-6;  ///< with all lanes at work
    double gas = 0.5e-9;          ///< likewise
    double lane_gas = 0.5e-6;     ///< gas of one lane, which nobody makes faster
    double packing = 2e-6;        ///< of its thread, a transaction: to pack, collect and hand in
    double merging = 0.5e-6;      ///< of all cores together, a transaction: to validate and commit its result
    bool uses_host_cores = false;

    /// Of a batch whose lanes are as long as each other.
    [[nodiscard]] double seconds(const Work& work) const { return fixed(work) + each(work); }
    [[nodiscard]] double fixed(const Work& work) const {
        return batch + lane_gas * static_cast<double>(work.longest);
    }
    [[nodiscard]] double each(const Work& work) const {
        return transaction * static_cast<double>(work.transactions) + gas * static_cast<double>(work.gas);
    }
    /// A batch's kernels took so long, and its thread for the rest.
    void learn(const Work& work, double kernel_seconds, double packing_seconds);
    /// The cores took so long to merge the results of so many transactions.
    void learn_merging(uint64_t transactions, double seconds);
    bool operator==(const DeviceCosts&) const = default;
};

/// What is kept from process to process.
struct CostModel {
    CoreCosts cores;
    DeviceCosts device;
    bool operator==(const CostModel&) const = default;
};
Bytes to_bytes(const CostModel& model);
/// Nothing where the bytes are none, or say what can't be.
std::optional<CostModel> read_cost_model(BytesView bytes);

}  // namespace warpevm
