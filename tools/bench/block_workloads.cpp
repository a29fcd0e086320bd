// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/block_workloads.hpp"

#include <chrono>
#include <cmath>
#include <map>
#include <thread>

#include "bench/workload/traffic.hpp"
#include "evm/codec/wire.hpp"
#include "fallback/parallel.hpp"
#include "fallback/parallelism.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/run/execute.hpp"

namespace warpevm::tools {
namespace {

using Clock = std::chrono::steady_clock;

double wall_seconds() {
    return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

/// The median of the ratios and, by order statistics, its 95 % interval.
void summarize_ratios(std::vector<double> ratios, BlockBench& result) {
    std::sort(ratios.begin(), ratios.end());
    const auto n = static_cast<double>(ratios.size());
    const double spread = 0.98 * std::sqrt(n);
    const auto at = [&](double rank) {
        return ratios[static_cast<size_t>(std::clamp(rank, 0.0, n - 1))];
    };
    result.ratio = at(n / 2);
    result.ratio_low = at(n / 2 - spread);
    result.ratio_high = at(n / 2 + spread);
}

void time_block(const BlockInput& block, const StateView& state, const ExecutionOptions& options,
                unsigned threads, unsigned pairs, BlockBench& result) {
    ExecutionContext serial;
    ParallelContext parallel({.threads = threads, .speculate = Speculate::measured, .at_hand_over = {}});
    const auto expected = execute_serial(serial, {&block, 1}, state, options);
    std::vector<BlockCounters> counters;
    const auto got = execute_parallel(parallel, {&block, 1}, state, options, {}, &counters);
    result.threads = threads;
    if (!expected || !got || !(*expected == *got) || !expected->front().verdict.valid()) {
        result.error = !expected ? to_string(expected.error())
                       : !expected->front().verdict.valid()
                           ? to_string(expected->front().verdict.error)
                           : "the outcomes of cpu and serial differ";
        return;
    }
    result.txs = block.transactions.size();
    result.gas = expected->front().gas_used;
    std::vector<double> serial_times, parallel_times, ratios;
    double cpu = 0;
    for (unsigned i = 0; i < pairs; ++i) {
        const double begin = wall_seconds();
        (void)execute_serial(serial, {&block, 1}, state, options);
        const double middle = wall_seconds(), cpu_begin = cpu_seconds();
        (void)execute_parallel(parallel, {&block, 1}, state, options, {}, &counters);
        const double end = wall_seconds();
        cpu += cpu_seconds() - cpu_begin;
        serial_times.push_back(middle - begin);
        parallel_times.push_back(end - middle);
        ratios.push_back(serial_times.back() / parallel_times.back());
    }
    double parallel_sum = 0;
    for (const double t : parallel_times) parallel_sum += t;
    result.cores_busy = cpu / parallel_sum;
    result.serial = summarize(serial_times);
    result.parallel = summarize(parallel_times);
    summarize_ratios(std::move(ratios), result);
    result.speculated = counters.back().speculated;
    result.direct = counters.back().direct;
    result.repeated = counters.back().repeated;
    if (const auto p = measure_parallelism(serial, block, state, options)) result.bound = p->bound();
}

BlockBench bench_generated(const std::string& name, const BenchOptions& options, unsigned threads) {
    BlockBench result{.workload = name};
    const workload::Signer signer;
    const bool chain = name == "chain";
    const auto mix = workload::parse_mix(chain ? "swaps" : name);
    const auto accounts = static_cast<uint32_t>(std::max<size_t>(64, options.txs));
    const workload::World world = workload::make_world(
        signer, {.accounts = accounts, .pairs = chain ? 1 : std::max(1U, options.txs / 4), .collectibles = 8});
    workload::Traffic traffic(signer, world, {.seed = options.seed, .hot_percent = chain ? 100U : 0U});
    const std::vector<Transaction> transactions = traffic.batch(*mix, options.txs);
    BlockInput block;
    block.rules.fork = Fork::cancun;
    block.environment = {.number = 1, .timestamp = 1, .gas_limit = 100'000'000'000, .base_fee = 7};
    block.environment.beneficiary = Address::from_low(0xfee0001);
    for (const Transaction& tx : transactions)
        block.transactions.push_back({&tx, recover_sender(tx, Fork::cancun, 1).value(), {}});
    time_block(block, world.state, {}, threads, options.repeat, result);
    return result;
}

std::vector<BlockBench> bench_real(const BenchOptions& options, unsigned threads) {
    std::vector<BlockBench> results;
    std::map<uint64_t, std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(options.blocks))
        if (std::filesystem::exists(entry.path() / "block.json"))
            folders.emplace(std::strtoull(entry.path().filename().c_str(), nullptr, 10), entry.path());
    if (folders.empty()) throw UsageError(options.blocks + ": holds no block folders");
    for (const auto& [number, path] : folders) {
        BlockBench& result = results.emplace_back();
        result.workload = "blocks";
        result.name = std::to_string(number);
        BlockReport report;
        const RulesSource rules = read_rules_source("mainnet", "");
        auto block = read_block_file(path);
        auto folder = block ? read_block_folder(path, std::move(*block), rules)
                            : Result<BlockFolder>(tl::unexpected(block.error()));
        auto input = folder ? make_input(*folder, report) : Result<BlockInput>(tl::unexpected(folder.error()));
        if (!input) {
            result.error = to_string(input.error());
            continue;
        }
        ExecutionOptions execution;
        execution.on_missing_state = OnMissingState::assume_absent;
        execution.allow_missing_system_contracts = true;
        time_block(*input, folder->state, execution, threads, options.repeat, result);
    }
    return results;
}

}  // namespace

double calibrate(unsigned threads) {
    const auto work = [] {
        volatile uint64_t sink = 0;
        uint64_t x = 1;
        for (int i = 0; i < 20'000'000; ++i) x = x * 6364136223846793005ULL + 1442695040888963407ULL;
        sink = x;
        (void)sink;
    };
    std::vector<double> scalings;
    for (int round = 0; round < 5; ++round) {
        const double begin = wall_seconds();
        work();
        const double middle = wall_seconds();
        std::vector<std::thread> others;
        for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
        work();
        for (std::thread& t : others) t.join();
        scalings.push_back(threads * (middle - begin) / (wall_seconds() - middle));
    }
    return summarize(scalings).median;
}

bool is_block_workload(const std::string& name) {
    return name == "blocks" || name == "chain" || workload::parse_mix(name).has_value();
}

std::vector<BlockBench> bench_blocks(const std::string& name, const BenchOptions& options,
                                     unsigned threads) {
    if (name == "blocks") return bench_real(options, threads);
    return {bench_generated(name, options, threads)};
}

}  // namespace warpevm::tools
