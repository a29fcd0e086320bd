// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/recording.hpp"

#include <algorithm>
#include <chrono>

#include "evm/chain/block_frame.hpp"
#include "evm/chain/edge.hpp"
#include "evm/chain/receipts.hpp"
#include "fallback/commit/speculation.hpp"
#include "fallback/commit/window_order.hpp"
#include "fallback/schedule/simulated_table.hpp"
#include "fallback/table/committed_state.hpp"

namespace warpevm {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration<double>(to - from).count();
}

/// Keeps the least; 0 means that nothing was measured yet.
void keep_least(double& kept, double seconds) {
    if (kept == 0 || seconds < kept) kept = seconds;
}

/// Time that went by since the last call.
class Lap {
  public:
    double take() {
        const auto now = Clock::now();
        return seconds_between(std::exchange(m_last, now), now);
    }

  private:
    Clock::time_point m_last = Clock::now();
};

// What is charged, each in a function of its own: tools/charges.py counts the instructions of these by their
// names.
template <class Work>
[[gnu::noinline]] void charged_alone(Work&& work) {
    work();
}
template <class Work>
[[gnu::noinline]] void charged_recorded(Work&& work) {
    work();
}
template <class Work>
[[gnu::noinline]] void charged_validation(Work&& work) {
    work();
}
template <class Work>
[[gnu::noinline]] void charged_commit(Work&& work) {
    work();
}

Error invalid_block(const Error& why) {
    return {ErrorCode::bad_argument, "only a valid window can be recorded: " + to_string(why)};
}

/// Keys of the window, by number.
class Keys {
  public:
    Keys(RecordedWindow& window, const StateView& state) : m_window(window), m_state(state) {}

    uint32_t of(const Address& address) {
        const auto [it, fresh] =
            m_accounts.try_emplace(address, static_cast<uint32_t>(m_window.accounts.size()));
        if (fresh) {
            const Read<AccountRecord> read = m_state.read_account(address);
            m_window.accounts.push_back(
                {.record = read.value, .exists = read.knowledge == Knowledge::value, .wiped = 0});
        }
        return it->second;
    }
    uint32_t of(const SlotKey& key) {
        const uint32_t account = of(key.address);
        const auto [it, fresh] = m_slots.try_emplace(key, static_cast<uint32_t>(m_window.slots.size()));
        if (fresh) {
            const bool asks = m_window.accounts[account].exists;
            m_window.slots.push_back({account, asks ? m_state.read_slot(key).value : U256{}});
        }
        return it->second;
    }

  private:
    RecordedWindow& m_window;
    const StateView& m_state;
    SeededMap<Address, uint32_t> m_accounts;
    SeededMap<SlotKey, uint32_t> m_slots;
};

class Recorder {
  public:
    Recorder(ExecutionContext& context, std::span<const BlockInput> window, const StateView& state,
             const ExecutionOptions& options)
        : m_context(context), m_blocks(window), m_state(state), m_options(options), m_keys(result, state) {
        result.blocks.resize(window.size());
        m_gas.resize(window.size());
        for (size_t b = 0; b < window.size(); ++b) {
            result.state_clearing = window[b].rules.at_least(Fork::spurious_dragon);
            result.blocks[b].beneficiary = m_keys.of(window[b].environment.beneficiary);
            result.blocks[b].transactions.resize(window[b].transactions.size());
            for (size_t i = 0; i < window[b].transactions.size(); ++i)
                result.blocks[b].transactions[i].gas_for_code = gas_for_code(window[b].transactions[i]);
        }
    }

    /// As the serial executor does it.
    Result<void> serially();
    /// On the table, with recording. `early`: on the state at each block's start.
    Result<void> on_table(bool early);
    /// The next time. The first one also translates codes and touches pages, and is not counted.
    void next_round() { m_counts = true; }

    /// Whether what was recorded used the gas that serial used.
    [[nodiscard]] bool agrees() const;

    RecordedWindow result;

  private:
    void take(RecordedRun& run, const Address& sender, const Incarnation& incarnation, double seconds,
              Clock::time_point begin, const std::vector<TimedRead>& reads);

    ExecutionContext& m_context;
    std::span<const BlockInput> m_blocks;
    const StateView& m_state;
    const ExecutionOptions& m_options;
    bool m_counts = false;
    Keys m_keys;
    // Kept from round to round, as an executor keeps them from block to block.
    Versions m_table;
    EntryStretches m_stretches;
    MachineBuffers m_speculating;              ///< the commit loop's machine has the context's
    std::vector<std::vector<uint64_t>> m_gas;  ///< serial's, by block and transaction
};

Result<void> Recorder::serially() {
    Journal<false> journal(m_state, m_context.codes());
    journal.missing().assume_absent = m_options.on_missing_state == OnMissingState::assume_absent;
    for (size_t b = 0; b < m_blocks.size(); ++b) {
        const BlockInput& block = m_blocks[b];
        RecordedBlock& recorded = result.blocks[b];
        Lap lap;
        BlockOutcome outcome;
        Machine<false> machine(journal, m_context.buffers(), outcome.logs, block.rules, block.environment);
        machine.set_interpreter(m_context.interpreter);
        open_block(machine, block, m_options);
        keep_least(recorded.open, lap.take());
        for (size_t i = 0; i < block.transactions.size(); ++i) {
            const BlockTransaction& tx = block.transactions[i];
            TransactionOutcome done;
            const auto execute = [&] { done = execute_transaction(machine, tx, allowance(block, outcome)); };
            m_counts ? charged_alone(execute) : execute();
            if (journal.missing().error) return tl::unexpected(*journal.missing().error);
            if (done.invalid.code != ErrorCode::none) return tl::unexpected(invalid_block(done.invalid));
            append_transaction(outcome, done, tx);
            keep_least(recorded.transactions[i].alone, lap.take());
        }
        m_gas[b].clear();
        for (const TransactionOutcome& done : outcome.transactions) m_gas[b].push_back(done.gas_used);
        if (!close_block(machine, block, m_options, outcome))
            return tl::unexpected(invalid_block(outcome.verdict.error));
        keep_least(recorded.close, lap.take());
        seal_receipts(outcome, block.transactions, block.rules);
        outcome.diff = journal.diff();
        keep_least(recorded.seal, lap.take());
        journal.end_block();
    }
    return {};
}

Result<void> Recorder::on_table(bool early) {
    const bool assume = m_options.on_missing_state == OnMissingState::assume_absent;
    MachineBuffers& buffers = m_context.buffers();
    size_t transactions = 0;
    for (const BlockInput& block : m_blocks) transactions += block.transactions.size();
    const auto reset = [&] {
        m_stretches.clear();
        m_table.reset(m_state, 4 * transactions, 8 * transactions);
    };
    CommittedState committed({m_table, m_stretches, reset}, m_state, m_context.codes(), assume);
    Position position = 4;
    Speculation speculation({m_table, m_context.codes(), m_options, m_context.interpreter, never_cancelled},
                            m_stretches, m_speculating);
    for (size_t b = 0; b < m_blocks.size(); ++b) {
        const BlockInput& block = m_blocks[b];
        BlockOutcome outcome;
        Machine<false> machine(committed.journal(), buffers, outcome.logs, block.rules, block.environment);
        machine.set_interpreter(m_context.interpreter);
        committed.begin_block(block.rules.at_least(Fork::spurious_dragon), position);
        open_block(machine, block, m_options);
        committed.use_table(++position);
        Incarnation incarnation;
        std::vector<TimedRead> reads;
        const auto execute = [&](uint32_t i, RecordedRun& run) {
            const BlockTransaction& tx = block.transactions[i];
            reads.clear();
            PositionView::Reader reader{.position = position + 1, .reads = &reads};
            if (early) reader.sender = &tx.sender, reader.nonce = tx.tx->nonce;
            const auto run_it = [&] { speculation.run(block, i, reader, incarnation); };
            const auto begin = Clock::now();
            m_counts && !early ? charged_recorded(run_it) : run_it();
            take(run, tx.sender, incarnation, seconds_between(begin, Clock::now()), begin, reads);
        };
        const auto go_on_journal = [&](const BlockTransaction& tx) {
            committed.use_journal();
            const TransactionOutcome done = execute_transaction(machine, tx, allowance(block, outcome));
            append_transaction(outcome, done, tx);
        };
        for (uint32_t i = 0; i < block.transactions.size(); ++i) {
            const BlockTransaction& tx = block.transactions[i];
            RecordedTransaction& t = result.blocks[b].transactions[i];
            if (early) {
                execute(i, t.early);
                continue;
            }
            execute(i, t.in_order);
            Lap lap;
            bool valid = false;
            const auto validate = [&] {
                valid = incarnation.outcome.invalid.code == ErrorCode::none && !incarnation.undecided &&
                        committed.validate(incarnation);
            };
            m_counts ? charged_validation(validate) : validate();
            keep_least(t.validate, lap.take());
            ++position;
            if (!valid) {  // sums near 2^256, say: the commit loop decides
                go_on_journal(tx);
                committed.use_table(++position);
                continue;
            }
            const auto commit = [&] {
                committed.commit(incarnation, position);
                incarnation.outcome.first_log = static_cast<uint32_t>(outcome.logs.size());
                for (size_t l = 0; l < incarnation.logs.size(); ++l)
                    outcome.logs.add(incarnation.logs[l].address,
                                     incarnation.logs.topics(incarnation.logs[l]),
                                     incarnation.logs.data(incarnation.logs[l]));
                append_transaction(outcome, incarnation.outcome, tx);
            };
            m_counts ? charged_commit(commit) : commit();
            keep_least(t.commit, lap.take());
        }
        if (early)
            for (const BlockTransaction& tx : block.transactions) go_on_journal(tx);
        committed.use_journal();
        if (committed.journal().missing().error) return tl::unexpected(*committed.journal().missing().error);
        if (!close_block(machine, block, m_options, outcome))
            return tl::unexpected(invalid_block(outcome.verdict.error));
        position += 2;
        committed.end_block(position, b + 1 < m_blocks.size());
        ++position;
    }
    return {};
}

/// Rows become the window's keys; of several rounds, the fastest stays.
void Recorder::take(RecordedRun& run, const Address& sender, const Incarnation& incarnation, double seconds,
                    Clock::time_point begin, const std::vector<TimedRead>& reads) {
    if (run.seconds != 0 && seconds >= run.seconds) return;
    run = {.seconds = seconds,
           .gas_used = incarnation.outcome.gas_used,
           .valid = incarnation.outcome.invalid.code == ErrorCode::none};
    if (!run.valid) return;
    run.observations = incarnation.observations;
    run.effects = incarnation.effects;
    const auto account_key = [this](Row row) { return m_keys.of(m_table.account(row).address); };
    const auto slot_key = [this](Row row) { return m_keys.of(m_table.key_of(m_table.slot(row))); };
    const auto number = [](auto& records, const auto& key) {
        for (auto& record : records) record.row = key(record.row);
    };
    number(run.observations.accounts, account_key);
    // Who speculates takes the sender's nonce to be the transaction's.
    for (AccountObservation& o : run.observations.accounts)
        if (o.row == m_keys.of(sender)) o.flags &= ~uint32_t{OBSERVED_NONCE}, o.nonce = 0;
    number(run.observations.slots, slot_key);
    number(run.effects.accounts, account_key);
    number(run.effects.slots, slot_key);
    const auto index_by_key = [](const auto& observations, size_t keys) {
        std::vector<uint32_t> index(keys, RecordedRead::none);
        for (uint32_t i = 0; i < observations.size(); ++i) index[observations[i].row] = i;
        return index;
    };
    const std::vector<uint32_t> observed_accounts =
                                    index_by_key(run.observations.accounts, result.accounts.size()),
                                observed_slots = index_by_key(run.observations.slots, result.slots.size());
    for (const TimedRead& read : reads) {
        RecordedRead r{.offset = seconds_between(begin, read.at), .is_slot = read.is_slot};
        r.key = r.is_slot ? slot_key(read.row) : account_key(read.row);
        const auto& observed = r.is_slot ? observed_slots : observed_accounts;
        if (r.key < observed.size()) r.observation = observed[r.key];
        run.reads.push_back(r);
    }
}

bool Recorder::agrees() const {
    for (size_t b = 0; b < m_gas.size(); ++b)
        for (size_t i = 0; i < m_gas[b].size(); ++i) {
            const RecordedRun& run = result.blocks[b].transactions[i].in_order;
            if (run.valid && run.gas_used != m_gas[b][i]) return false;
        }
    return true;
}

Result<RecordedWindow> record(ExecutionContext& context, std::span<const BlockInput> window,
                              const StateView& state, const ExecutionOptions& options, unsigned rounds) {
    const CodeCache::Lease lease = context.codes().lease();
    Recorder recorder(context, window, state, options);
    for (unsigned i = 0; i < rounds; ++i) {
        if (i != 0) recorder.next_round();
        for (const auto pass : {0, 1, 2}) {
            const Result<void> done = pass == 0 ? recorder.serially() : recorder.on_table(pass == 2);
            if (!done) return tl::unexpected(done.error());
        }
    }
    if (!recorder.agrees()) return fail(ErrorCode::internal, "a recorded execution differs from serial's");
    drop_unexplained(recorder.result);
    return std::move(recorder.result);
}

}  // namespace

Result<RecordedWindow> record_window(ExecutionContext& context, std::span<const BlockInput> window,
                                     const StateView& state, const ExecutionOptions& options,
                                     unsigned rounds) {
    return run_guarded(
        state, [&](const StateView& guarded) { return record(context, window, guarded, options, rounds); });
}

}  // namespace warpevm
