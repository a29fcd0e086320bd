// SPDX-License-Identifier: Apache-2.0
// What `bench` is asked to do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace warpevm::tools {

struct BenchOptions {
    std::vector<std::string> workloads;
    bool list = false;
    /// In place of workloads: measure what `auto` decides by, and keep it.
    bool calibrate = false;
    /// Transactions of a generated block, and what its choices follow from.
    size_t txs = 1000;
    uint64_t seed = 1;
    /// Of backends that take threads, each of these counts is measured; none: as many as there are cores.
    std::vector<unsigned> threads;
    /// Real blocks (the workload `blocks`).
    std::string blocks = "build/data/blocks";
    /// An HTML file.
    std::string report;
    /// Where the interpreter cases lie (the workload `evm`).
    std::string cases = "build/data/evm-benchmarks";
    /// Where recordings are kept (the workload `schedule`): those that are there are not recorded anew.
    /// Empty: nowhere.
    std::string recordings;
    /// Also what each constant of the policy is worth (the workload `schedule`).
    bool ablation = false;
    /// How many times as long everything takes while all workers are busy (the workload `schedule`).
    double slowdown = 1;
    /// Rounds per case, in each of which every backend executes once (`evm`: a batch); the medians are over
    /// these.
    unsigned repeat = 31;
    /// CPU time of one batch, in milliseconds.
    unsigned batch_ms = 10;
};

}  // namespace warpevm::tools
