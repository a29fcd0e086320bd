// SPDX-License-Identifier: Apache-2.0
// The tool from options to exit code: execute, skip and list invalid transactions, write the outputs and
// traces.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "evm/base/hex.hpp"
#include "evm/chain/chain_config.hpp"
#include "evm/chain/context.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "evm/state/state_trie.hpp"
#include "tools/t8n/tracers.hpp"
#include "tools/t8n/transition.hpp"

namespace warpevm::tools {
namespace {

namespace fs = std::filesystem;

/// The alloc, and the block hashes of env; one that is not there ends the tool, as in geth.
class T8nView final : public StateView {
  public:
    explicit T8nView(const T8nInput& input) : m_input(input) {}
    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override {
        m_input.alloc.read_accounts(keys, answers);
    }
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
        m_input.alloc.read_slots(keys, answers);
    }
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        m_input.alloc.read_codes(hashes, answers);
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        const auto found = m_input.env.block_hashes.find(number);
        if (found == m_input.env.block_hashes.end()) return {};
        return {Knowledge::value, found->second};
    }

  private:
    const T8nInput& m_input;
};

Rules find_rules(const T8nOptions& options, const T8nInput& input) {
    auto config = network_config(options.state_fork);
    if (!config)
        throw T8nError(T8nExit::config,
                       fmt::format("--state.fork {}: expected the name of a fork", options.state_fork));
    config->chain_id = options.state_chainid;
    Rules rules = config->rules_at(input.env.number, input.env.timestamp);
    if (input.blobs) rules.blobs = *input.blobs;
    return rules;
}

ExecutionOptions execution_options(const T8nOptions& options, const T8nInput& input) {
    ExecutionOptions execution;
    execution.on_invalid = OnInvalid::skip;
    execution.system_calls = !options.state_test;
    execution.allow_missing_system_contracts = true;
    if (options.state_test || options.state_reward.starts_with('-')) {
        execution.reward = Reward::none;
    } else {
        execution.reward = Reward::fixed;
        const auto reward = options.state_reward.starts_with("0x") ? u256_from_hex(options.state_reward)
                                                                   : from_decimal(options.state_reward);
        if (!reward)
            throw T8nError(T8nExit::config, fmt::format("--state.reward {}: expected a number of wei, or -1",
                                                        options.state_reward));
        execution.fixed_reward = *reward;
    }
    execution.state_roots = roots_over(input.alloc);
    return execution;
}

BlockInput make_block(const T8nInput& input, const Rules& rules) {
    const json::GivenEnvironment& env = input.env;
    BlockInput block;
    block.rules = rules;
    BlockEnvironment& to = block.environment;
    to.number = env.number;
    to.timestamp = env.timestamp;
    to.gas_limit = env.gas_limit;
    to.beneficiary = env.coinbase;
    if (rules.at_least(Fork::london)) to.base_fee = *env.base_fee;
    to.difficulty_or_randao = rules.at_least(Fork::paris) ? to_u256(*env.random) : env.difficulty.value_or(0);
    to.excess_blob_gas = env.excess_blob_gas.value_or(0);
    to.parent_beacon_block_root = env.parent_beacon_block_root;
    if (const auto parent = env.block_hashes.find(env.number - 1); parent != env.block_hashes.end())
        to.parent_hash = parent->second;
    else
        to.parent_hash = env.previous_hash.value_or(Hash{});
    block.withdrawals = env.withdrawals;
    for (const json::GivenOmmer& ommer : env.ommers) {
        if (ommer.delta < 1 || ommer.delta > std::min<uint64_t>(8, env.number))
            throw T8nError(T8nExit::json, "env: ommers: expected a delta from 1 to 8");
        block.ommers.push_back({ommer.address, env.number - ommer.delta});
    }
    for (const json::GivenTransaction& given : input.txs) {
        BlockTransaction tx{&given.tx, {}, given.invalid};
        if (tx.invalid.code == ErrorCode::none) {
            const auto sender = recover_sender(given.tx, rules.fork, rules.chain_id);
            if (sender)
                tx.sender = *sender;
            else
                tx.invalid = sender.error();
        }
        block.transactions.push_back(std::move(tx));
    }
    return block;
}

void write_file(const fs::path& file, const std::string& text) {
    std::error_code ignored;
    if (file.has_parent_path()) fs::create_directories(file.parent_path(), ignored);
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out) throw T8nError(T8nExit::io, fmt::format("{}: can't be written", file.string()));
}

/// Outputs named stdout or stderr are members of one object there; the others are files of their own.
class Dispatcher {
  public:
    explicit Dispatcher(std::string basedir) : m_basedir(std::move(basedir)) {}
    void add(const std::string& where, const char* name, const std::string& text) {
        if (where.empty()) return;
        if (where != "stdout" && where != "stderr")
            return write_file(fs::path(m_basedir) / where, text + '\n');
        std::string& to = where == "stdout" ? m_stdout : m_stderr;
        to += fmt::format("{}  \"{}\": {}", to.empty() ? "" : ",\n", name, text);
    }
    void finish() const {
        if (!m_stdout.empty()) fmt::print(stdout, "{{\n{}\n}}\n", m_stdout);
        if (!m_stderr.empty()) fmt::print(stderr, "{{\n{}\n}}\n", m_stderr);
    }

  private:
    std::string m_basedir;
    std::string m_stdout;
    std::string m_stderr;
};

/// Numbered like geth's, by the transactions that were included.
void write_traces(const T8nOptions& options, const BlockInput& block, const BlockOutcome& outcome,
                  const std::vector<std::string>& texts) {
    size_t position = 0;
    for (size_t i = 0; i < outcome.transactions.size() && position < texts.size(); ++i) {
        if (outcome.transactions[i].invalid.code != ErrorCode::none) continue;
        const std::string hash = to_hex(transaction_hash(*block.transactions[i].tx));
        write_file(fs::path(options.output_basedir) / fmt::format("trace-{}-{}.jsonl", position, hash),
                   texts[position]);
        ++position;
    }
}

std::optional<TraceStyle> trace_style(const T8nOptions& options) {
    if (!options.trace) return std::nullopt;
    return TraceStyle{.stack = !options.trace_no_stack,
                      .memory = options.trace_memory,
                      .return_data = options.trace_return_data,
                      .as_geth = true};
}

BlockOutcome execute(const T8nOptions& options, const T8nInput& input, const BlockInput& block,
                     TransactionTracer* tracer, OpcodeCounter* counter) {
    ExecutionContext context;
    context.tracer = tracer;
    context.system_call_tracer = counter;
    auto outcomes = execute_serial(context, {&block, 1}, T8nView(input), execution_options(options, input));
    if (!outcomes) {
        // The alloc answers every read, so only a block hash can be missing.
        const bool block_hash = outcomes.error().code == ErrorCode::missing_state;
        throw T8nError(block_hash ? T8nExit::missing_block_hash : T8nExit::evm, to_string(outcomes.error()));
    }
    return std::move(outcomes->front());
}

void transition(const T8nOptions& options) {
    T8nInput input = read_t8n_input(options);
    const Rules rules = find_rules(options, input);
    complete_environment(input.env, rules);
    if (options.state_test && input.env.withdrawals) input.env.withdrawals->clear();
    const BlockInput block = make_block(input, rules);
    OpcodeCounter counter;
    const bool counts = !options.opcode_count.empty();
    TransactionTracer tracer(trace_style(options), counts ? &counter : nullptr);
    const BlockOutcome outcome = execute(options, input, block, options.trace || counts ? &tracer : nullptr,
                                         counts ? &counter : nullptr);
    const T8nOutputs outputs = make_outputs({rules, input, block, outcome});
    Dispatcher dispatcher(options.output_basedir);
    dispatcher.add(options.output_alloc, "alloc", outputs.alloc);
    dispatcher.add(options.output_body, "body", outputs.body);
    dispatcher.add(options.opcode_count, "opcodeCount", counter.json());
    dispatcher.add(options.output_result, "result", outputs.result);
    dispatcher.finish();
    write_traces(options, block, outcome, tracer.texts);
}

}  // namespace

int run_t8n(const T8nOptions& options) {
    try {
        transition(options);
        return 0;
    } catch (const T8nError& error) {
        fmt::print(stderr, "ERROR({}): {}\n", static_cast<int>(error.code), error.what());
        return static_cast<int>(error.code);
    }
}

}  // namespace warpevm::tools
