// SPDX-License-Identifier: Apache-2.0
#include "tools/run/traces.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evm/base/hex.hpp"
#include "evm/chain/block_input.hpp"
#include "evm/chain/context.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"
#include "tools/run/watched_state.hpp"

namespace warpevm::tools {
namespace {

using json::GivenAccount;
using json::TracedTransaction;

/// EIP-7702: 0xef0100 and the address whose code runs.
std::optional<Address> delegation_target(const Bytes& code) {
    constexpr size_t mark = 3;
    Address target;
    if (code.size() != mark + target.bytes.size() || code[0] != 0xef || code[1] != 0x01 || code[2] != 0x00)
        return std::nullopt;
    std::copy(code.begin() + mark, code.end(), target.bytes.begin());
    return target;
}

class TraceMerger {
  public:
    TraceMerger(const std::vector<TracedTransaction>& traces, const json::GivenBlock& block,
                const Rules& rules, const std::map<uint64_t, Hash>& hashes)
        : m_traces(traces), m_block(block), m_rules(rules), m_hashes(hashes) {
        m_rules.dao_transition = false;
    }

    BlockStart merge() {
        for (size_t i = 0; i < m_traces.size(); ++i)
            for (const GivenAccount& account : m_traces[i].accounts) see(account, i);
        // What the last one makes no trace shows.
        for (size_t i = 0; i + 1 < m_traces.size(); ++i) execute_alone(i);
        for (auto& [address, sight] : m_sights) {
            if (sight.exists)
                m_start.accounts.push_back(std::move(sight.account));
            else
                m_start.absent.push_back(address);
        }
        return std::move(m_start);
    }

  private:
    /// What is known of an account before the block.
    struct Sight {
        size_t transaction = 0;  ///< the first one that shows it
        bool exists = true;
        GivenAccount account{};
        SeededSet<U256> slots{};
    };

    void see(const GivenAccount& account, size_t index) {
        const auto [at, first] = m_sights.try_emplace(account.address);
        Sight& sight = at->second;
        if (first) {
            sight.transaction = index;
            // With includeEmpty, and in older versions, the tracer also lists accounts that do not exist.
            sight.exists = !account.is_empty();
            sight.account = account;
            sight.account.storage.clear();
        }
        for (const auto& [slot, value] : account.storage)
            if (sight.slots.insert(slot).second) sight.account.storage.emplace_back(slot, value);
    }

    /// The tracer does not look up where a delegation leads to that its own transaction sets.
    std::vector<Address> hidden_targets(size_t index) const {
        std::vector<Address> targets;
        for (const GivenAccount& account : m_traces[index].accounts)
            if (const auto target = delegation_target(account.code)) targets.push_back(*target);
        for (const Authorization& a : m_block.transactions[index].tx.authorization_list)
            targets.push_back(a.address);
        std::erase_if(targets, [&](const Address& target) {
            return std::ranges::any_of(m_traces[index].accounts,
                                       [&](const GivenAccount& a) { return a.address == target; });
        });
        return targets;
    }

    void execute_alone(size_t index) {
        MemoryState state(false);
        for (const GivenAccount& account : m_traces[index].accounts) {
            if (account.is_empty())
                state.set_absent(account.address);
            else
                account.put(state);
        }
        const auto targets = hidden_targets(index);
        for (const Address& target : targets)
            if (const auto sight = m_sights.find(target); sight != m_sights.end() && sight->second.exists)
                sight->second.account.put(state);
        for (const auto& [number, hash] : m_hashes) state.set_block_hash(number, hash);

        const json::GivenTransaction& given = m_block.transactions[index];
        BlockInput input{.rules = m_rules,
                         .environment = block_environment(m_block.header.with_defaults(), m_rules),
                         .transactions = {{&given.tx, given.from.value_or(Address{}), given.invalid}},
                         .ommers = {},
                         .withdrawals = {}};
        if (!given.from) {
            const auto sender = recover_sender(given.tx, m_rules.fork, m_rules.chain_id);
            if (!sender) return doubt(index, to_string(sender.error()));
            input.transactions[0].sender = *sender;
        }
        ExecutionOptions options;
        options.on_missing_state = OnMissingState::assume_absent;
        options.system_calls = false;
        options.reward = Reward::none;
        const WatchedState watched(state);
        const auto outcomes = execute_serial(m_context, {&input, 1}, watched, options);
        if (!outcomes) return doubt(index, to_string(outcomes.error()));
        const BlockOutcome& outcome = outcomes->front();
        if (!outcome.verdict.valid()) return doubt(index, to_string(outcome.verdict.error));
        const size_t doubts = m_start.doubts.size();
        for (const MissingKey& key : watched.missing()) {
            const auto* account = std::get_if<Address>(&key);
            const auto* hash = std::get_if<MissingBlockHash>(&key);
            if (account != nullptr && std::ranges::find(targets, *account) != targets.end())
                doubt(index, "no trace shows " + to_hex(*account) + ", where a delegation leads to");
            if (hash != nullptr) doubt(index, fmt::format("the hash of block {} is not known", hash->number));
        }
        note_made(outcome.diff, index, m_start.doubts.size() == doubts);
    }

    /// An account that the transaction changes was looked up by the tracer; that it is not listed says that
    /// it was empty. The next trace that shows it shows what this transaction made of it: if not, executing
    /// it alone went another way than in the block. `sure`: nothing was missing for it.
    void note_made(const StateDiff& diff, size_t index, bool sure) {
        for (const AccountChange& change : diff.accounts) {
            const auto at = m_sights.find(change.address);
            if (at == m_sights.end()) {
                if (sure) m_sights.emplace(change.address, Sight{.transaction = index, .exists = false});
                continue;
            }
            Sight& sight = at->second;
            if (sight.transaction <= index || !sight.exists) continue;
            if (is_as_made(sight.account, change)) {
                sight.exists = false;
                m_start.made_by_block.push_back(change.address);
            } else {
                doubt(index,
                      fmt::format("alone it changes {}, which the trace of transaction {} shows otherwise",
                                  to_hex(change.address), sight.transaction));
            }
        }
    }

    static bool is_as_made(const GivenAccount& account, const AccountChange& change) {
        return change.exists && account.nonce == change.nonce && account.balance == change.balance &&
               hash_of_code(account) == change.code_hash;
    }

    static Hash hash_of_code(const GivenAccount& account) {
        if (account.code_hash) return *account.code_hash;
        return account.code.empty() ? empty_code_hash : keccak256(account.code);
    }

    void doubt(size_t index, const std::string& why) {
        m_start.doubts.push_back(
            fmt::format("transaction {} can't be executed from its own trace ({}), so what it makes may be "
                        "taken for older than the block",
                        index, why));
    }

    const std::vector<TracedTransaction>& m_traces;
    const json::GivenBlock& m_block;
    Rules m_rules;
    const std::map<uint64_t, Hash>& m_hashes;
    ExecutionContext m_context;
    std::map<Address, Sight> m_sights;
    BlockStart m_start;
};

tl::unexpected<Error> not_of_this_block(std::string_view file, const std::string& why) {
    return fail(ErrorCode::json_field, fmt::format("{}: {}", file, why));
}

/// Puts the traces into the order of the block's transactions, where they say whose they are.
Result<void> arrange(std::vector<TracedTransaction>& traces, const json::GivenBlock& block,
                     std::string_view file) {
    if (traces.size() != block.transactions.size())
        return not_of_this_block(file, fmt::format("expected a trace for each of {} transactions, got {}",
                                                   block.transactions.size(), traces.size()));
    const auto named = [](const TracedTransaction& t) { return t.hash.has_value(); };
    if (!std::ranges::all_of(traces, named)) return {};
    std::map<Hash, size_t> places;
    for (size_t i = 0; i < traces.size(); ++i) {
        const json::GivenTransaction& given = block.transactions[i];
        if (!given.tx.is_signed() && !given.hash) return {};
        places.emplace(given.hash ? *given.hash : transaction_hash(given.tx), i);
    }
    std::vector<TracedTransaction> arranged(traces.size());
    for (TracedTransaction& trace : traces) {
        const auto place = places.find(*trace.hash);
        if (place == places.end())
            return not_of_this_block(file, "txHash " + to_hex(*trace.hash) + " is not in the block");
        arranged[place->second] = std::move(trace);
        places.erase(place);
    }
    traces = std::move(arranged);
    return {};
}

}  // namespace

void BlockStart::put(MemoryState& state) const {
    for (const GivenAccount& account : accounts) account.put(state);
    for (const Address& address : absent) state.set_absent(address);
}

Result<BlockStart> block_start(std::vector<TracedTransaction> traces, const json::GivenBlock& block,
                               const Rules& rules, const std::map<uint64_t, Hash>& hashes,
                               std::string_view file) {
    if (auto done = arrange(traces, block, file); !done) return tl::unexpected(done.error());
    return TraceMerger(traces, block, rules, hashes).merge();
}

}  // namespace warpevm::tools
