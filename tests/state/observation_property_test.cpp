// SPDX-License-Identifier: Apache-2.0
// What makes recorded executions worth anything: where the constraints hold on another state, the transaction
// does there what it did here, and its effects lead to the state that a serial execution leads to.
#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "tests/state/program.hpp"
#include "tests/state/recorded_transaction.hpp"

namespace warpevm::test {
namespace {

const Address ripemd = Address::from_low(3);

/// Every field of every account, so that a difference says where it is.
using Dump = std::map<std::string, std::string>;
Dump dump(const MemoryState& state) {
    Dump out;
    for (const auto& [address, account] : state.accounts()) {
        const std::string name = to_hex(address);
        out[name] = "nonce " + to_quantity(account.nonce) + " balance " + to_quantity(account.balance) +
                    " code " + to_hex(account.code_hash);
        for (const auto& [slot, value] : account.storage)
            out[name + " slot " + to_quantity(slot)] = to_quantity(value);
    }
    return out;
}

/// All constraints, against the values that another state has.
bool all_hold(const TransactionRun& run, const MemoryState& state) {
    for (const auto& [address, observation] : run.accounts) {
        const Read<AccountRecord> read = state.read_account(address);
        const AccountRecord& a = read.value;
        const AccountValues values{a.balance, a.nonce, a.code_hash, a.has_storage,
                                   read.knowledge == Knowledge::value};
        if (!holds(observation, values)) return false;
    }
    for (const auto& [key, value] : run.slots)
        if (state.read_slot(key).value != value) return false;
    return true;
}

/// The commit of a transaction that was executed elsewhere: deltas, writes and wipes, then EIP-161's
/// deletions.
MemoryState committed(MemoryState state, const TransactionRun& run, const CodeCache& codes,
                      bool state_clearing) {
    for (const auto& [address, e] : run.effects) {
        if (has(e, WIPED)) {
            state.set_absent(address);
            continue;
        }
        AccountRecord a = state.read_account(address).value;
        const Hash hash = has(e, WROTE_CODE) ? e.code_hash : a.code_hash;
        const Code* code = codes.find(hash);
        const BytesView bytes = hash == empty_code_hash ? BytesView{}
                                : code != nullptr       ? code->bytes()
                                                        : state.code(hash);
        state.set_account(address, has(e, WROTE_NONCE) ? e.nonce : a.nonce, a.balance + e.delta, bytes);
    }
    for (const auto& [key, value] : run.writes) state.set_slot(key.address, key.slot, value);
    for (const auto& [address, e] : run.effects) {
        const AccountRecord a = state.read_account(address).value;
        const bool dead = a.nonce == 0 && a.balance.is_zero() && a.code_hash == empty_code_hash;
        if (state_clearing && has(e, TOUCHED) && dead) state.set_absent(address);
    }
    return state;
}

/// Some accounts with random programs, some without code, a delegation where the fork has them, and a
/// transaction.
class World {
  public:
    World(uint64_t seed, Fork at) : fork(at), m_random(seed) {
        std::vector<Address> known{sender_address, beneficiary_address, ripemd};
        for (uint64_t i = 1; i <= 7; ++i) known.push_back(Address::from_low(i << 8));
        for (size_t i = 3; i < 7; ++i) {
            const Bytes code = RandomProgram(m_random(), fork, known).make();
            state.set_account(known[i], 1, pick(20), code);
            for (uint64_t key = 0; key < 3; ++key) state.set_slot(known[i], key, pick(2));
        }
        if (fork >= Fork::prague && pick(2) == 0) {
            Bytes designator{0xef, 0x01, 0x00};
            append(designator, known[3]);
            state.set_account(known[7], 1, pick(20), designator);
        } else {
            state.set_account(known[7], pick(2), pick(20), {});
        }
        if (pick(2) == 0) state.set_account(known[8], 0, pick(2), {});
        if (pick(2) == 0) state.set_account(ripemd, 0, pick(2), {});
        state.set_account(sender_address, 0, 600'000 + pick(30), {});
        transaction = transaction_to(known[3], pick(2) == 0 ? 0 : pick(12));
        if (pick(8) == 0) {
            transaction.to.reset();
            transaction.data = RandomProgram(m_random(), fork, known).make();
        }
    }

    /// Another state: one value that the run met is different, or one that it did not meet.
    MemoryState perturbed(const TransactionRun& run) {
        MemoryState s = state;
        std::vector<Address> addresses{beneficiary_address};
        for (const auto& [address, o] : run.accounts) addresses.push_back(address);
        for (const auto& [address, e] : run.effects) addresses.push_back(address);
        const Address& address = addresses[pick(addresses.size())];
        const Read<AccountRecord> read = s.read_account(address);
        const BytesView code = s.code(read.value.code_hash);
        const bool is_sender = address == sender_address;
        switch (pick(8)) {
            case 0:
                if (read.knowledge == Knowledge::absent || is_sender || !code.empty()) break;
                s.set_absent(address);
                return s;
            case 1:
                if (is_sender) break;
                s.set_account(address, read.value.nonce + 1, read.value.balance, code);
                return s;
            case 2:
            case 3:
                if (run.slots.empty()) break;
                perturb_slot(s,
                             std::next(run.slots.begin(), static_cast<long>(pick(run.slots.size())))->first);
                return s;
            default: break;
        }
        const U256 balance = is_sender ? 600'000 + U256{pick(30)} : pick(4) == 0 ? U256{} : U256{pick(24)};
        s.set_account(address, read.value.nonce, balance, code);
        return s;
    }

    Fork fork;
    MemoryState state;
    Transaction transaction;

  private:
    uint64_t pick(uint64_t n) { return m_random() % n; }
    void perturb_slot(MemoryState& s, const SlotKey& key) {
        // An account that isn't there has no slots either.
        if (s.read_account(key.address).knowledge == Knowledge::value)
            s.set_slot(key.address, key.slot, pick(3));
    }
    std::mt19937_64 m_random;
};

struct Counts {
    int held = 0, failed = 0, wiped = 0, created = 0, reverted = 0, bounded = 0, liveness = 0;
};

void count(const TransactionRun& run, Counts& counts) {
    counts.reverted += run.outcome.success ? 0 : 1;
    for (const auto& [address, e] : run.effects) {
        counts.wiped += has(e, WIPED) ? 1 : 0;
        counts.created += has(e, WROTE_CODE) ? 1 : 0;
    }
    for (const auto& [address, o] : run.accounts) {
        const bool bounded = !has(o, OBSERVED_BALANCE) && (has(o, OBSERVED_BELOW) || !o.balance.is_zero());
        counts.bounded += address != sender_address && bounded ? 1 : 0;
        counts.liveness += has(o, OBSERVED_DEAD | OBSERVED_ALIVE) ? 1 : 0;
    }
}

void check_world(ExecutionContext& context, uint64_t seed, Fork fork, Counts& counts) {
    World world(seed, fork);
    const bool state_clearing = fork >= Fork::spurious_dragon;
    const Interpreter interpreter = seed % 2 == 0 ? Interpreter::fast : Interpreter::plain;
    const auto serial_on = [&](const MemoryState& s) {
        return run_transaction<false>(context, s, world.transaction, fork, interpreter);
    };
    const TransactionRun run =
        run_transaction<true>(context, world.state, world.transaction, fork, interpreter);
    const TransactionRun serial = serial_on(world.state);
    ASSERT_EQ(run.outcome, serial.outcome);
    ASSERT_EQ(run.logs, serial.logs);
    ASSERT_EQ(run.diff.to_json(), serial.diff.to_json());
    ASSERT_TRUE(all_hold(run, world.state)) << "constraints hold where they were recorded";
    MemoryState after = world.state;
    after.apply(serial.diff);
    ASSERT_EQ(dump(committed(world.state, run, context.codes(), state_clearing)), dump(after));
    count(run, counts);

    for (int n = 0; n < 12; ++n) {
        const MemoryState other = world.perturbed(run);
        if (!all_hold(run, other)) {
            ++counts.failed;
            continue;
        }
        ++counts.held;
        const TransactionRun there = serial_on(other);
        ASSERT_EQ(run.outcome, there.outcome);
        ASSERT_EQ(run.logs, there.logs);
        const TransactionRun recorded =
            run_transaction<true>(context, other, world.transaction, fork, interpreter);
        ASSERT_EQ(run.effects, recorded.effects);
        ASSERT_EQ(run.writes, recorded.writes);
        MemoryState expected = other;
        expected.apply(there.diff);
        ASSERT_EQ(dump(committed(other, run, context.codes(), state_clearing)), dump(expected));
    }
}

TEST(ObservationProperty, where_constraints_hold_the_transaction_does_the_same) {
    ExecutionContext context;
    Counts counts;
#ifdef WARPEVM_SANITIZED
    constexpr int worlds = 1300;  // sanitizers take ten times as long
#else
    constexpr int worlds = 6500;
#endif
    for (uint64_t seed = 0; seed < worlds; ++seed) {
        const Fork fork = forks_by_rules[seed % std::size(forks_by_rules)];
        const testing::ScopedTrace trace(__FILE__, __LINE__,
                                         "seed " + std::to_string(seed) + " " + std::string(name(fork)));
        check_world(context, seed, fork, counts);
        if (testing::Test::HasFatalFailure()) return;
    }
    std::printf(
        "%d transactions, %d reverted, %d codes changed, %d wipes, %d bounds, %d livenesses; constraints "
        "held %d times, failed %d\n",
        worlds, counts.reverted, counts.created, counts.wiped, counts.bounded, counts.liveness, counts.held,
        counts.failed);
    EXPECT_GT(counts.held, worlds);
    EXPECT_GT(counts.failed, worlds);
    for (const int n : {counts.wiped, counts.created, counts.reverted, counts.bounded, counts.liveness})
        EXPECT_GT(n, worlds / 50);
}

}  // namespace
}  // namespace warpevm::test
