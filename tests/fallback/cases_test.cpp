// SPDX-License-Identifier: Apache-2.0
// What optimistic executors fall over, each alone: every transaction is speculated, and the answer is
// serial's.
#include <algorithm>
#include <atomic>
#include <deque>

#include "evm/chain/executor.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/state/memory_state.hpp"
#include "evm/vm/machine.hpp"
#include "fallback/schedule/parallelism.hpp"
#include "tests/fallback/compare.hpp"
#include "tests/state/program.hpp"

namespace warpevm::test {
namespace {

const Address miner = Address::from_low(0xfee0000), contract = Address::from_low(0xc0de00),
              bob = Address::from_low(0xb0b00);
Address sender(uint64_t i) {
    return Address::from_low(0x5e0000 + i);
}

/// A state whose slots are waited for.
class StrangeStorage final : public StateView {
  public:
    struct Wanted {
        Address slow;                    ///< its storage is there once
        Address awaited;                 ///< is asked for, or after a while
        std::optional<Address> unknown;  ///< whose storage nobody knows
    };
    StrangeStorage(const MemoryState& state, const Wanted& wanted) : m_state(state), m_wanted(wanted) {}
    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override {
        for (const Address& key : keys)
            if (key == m_wanted.awaited) m_asked = true;
        m_state.read_accounts(keys, answers);
    }
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
        m_state.read_slots(keys, answers);
        for (size_t i = 0; i < keys.size(); ++i) {
            if (keys[i].address == m_wanted.slow) wait();
            if (keys[i].address == m_wanted.unknown) answers[i] = {Knowledge::unknown, {}};
        }
    }
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        m_state.read_codes(hashes, answers);
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        return m_state.read_block_hash(number);
    }

  private:
    void wait() const {
        using std::chrono::milliseconds;
        for (int i = 0; i < 250 && !m_asked; ++i) std::this_thread::sleep_for(milliseconds(1));
        std::this_thread::sleep_for(milliseconds(1));
        m_asked = false;
    }
    const MemoryState& m_state;
    const Wanted m_wanted;
    mutable std::atomic<bool> m_asked{false};
};

class ParallelCase : public testing::Test {
  protected:
    explicit ParallelCase(Fork fork = Fork::london) {
        m_block.rules.fork = fork;
        m_block.environment = {
            .number = 100, .timestamp = 1000, .gas_limit = 30'000'000, .beneficiary = miner};
        m_block.environment.base_fee = 1;
        for (uint64_t i = 0; i < 8; ++i) m_state.set_account(sender(i), 0, U256{1'000'000'000}, {});
    }
    Transaction& send(uint64_t from, const std::optional<Address>& to, const U256& value = 0,
                      Bytes data = {}) {
        Transaction& tx = m_transactions.emplace_back();
        tx.nonce = m_nonces[from]++;
        tx.gas_limit = 200'000;
        tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 2;
        tx.to = to;
        tx.value = value;
        tx.data = std::move(data);
        m_block.transactions.push_back({&tx, sender(from), {}});
        return tx;
    }
    RouteReport check() {
        RouteReport sum;
        const auto expected = serially({&m_block, 1}, *m_view, m_options);
        for (uint64_t seed = 0; seed < 40; ++seed) {
            ParallelSettings settings = stressed(static_cast<unsigned>(2 + seed % 3), seed);
            settings.speculate = Speculate::everything;
            ParallelContext context(settings);
            std::vector<RouteReport> counters;
            expect_equal(expected, execute_parallel(context, {&m_block, 1}, *m_view, m_options, &counters));
            if (counters.empty()) continue;
            sum += counters.front();
        }
        return sum;
    }
    BlockParallelism parallelism() {
        ExecutionContext context;
        return measure_parallelism(context, m_block, m_state, m_options).value();
    }

    MemoryState m_state;
    const StateView* m_view = &m_state;
    BlockInput m_block;
    ExecutionOptions m_options;
    std::deque<Transaction> m_transactions;
    std::array<uint64_t, 8> m_nonces{};
};

TEST_F(ParallelCase, a_contract_is_destroyed_and_made_again) {
    // The factory makes one at the same address each time (CREATE2); whoever calls it destroys it.
    Program initcode;  // returns CALLER SELFDESTRUCT
    initcode.push(0x33ff).push(0).op(OP_MSTORE).push(2).push(30).op(OP_RETURN);
    Program factory;
    factory.create(OP_CREATE2, 0, initcode.code()).store(1);
    m_state.set_account(contract, 1, 0, factory.code());
    const Address made = create2_address(contract, Bytes32{}, keccak256(initcode.code()));
    for (int round = 0; round < 3; ++round) {
        send(0, contract);
        send(1, made, 5);
        send(2, bob, 1);
    }
    check();
}

TEST_F(ParallelCase, a_contract_was_not_destroyed_after_all) {
    // Called with one byte while `bob` has nothing, it is destroyed; else it copies the slot that the data's
    // length names.
    Program runtime, destroy;
    destroy.op(OP_CALLER).op(OP_SELFDESTRUCT);
    runtime.push(bob).op(OP_CALLDATASIZE).op(OP_MUL).op(OP_BALANCE);
    runtime.op(OP_CALLDATASIZE).op(OP_ISZERO).op(OP_OR).unless(destroy);
    runtime.op(OP_CALLDATASIZE).op(OP_SLOAD).store(9);
    const auto size = static_cast<uint8_t>(runtime.code().size());
    Program initcode;
    initcode.push(load_be_short(runtime.code()))
        .push(0)
        .op(OP_MSTORE)
        .push(size)
        .push(32U - size)
        .op(OP_RETURN);
    Program factory;
    factory.create(OP_CREATE2, 0, initcode.code()).store(1);
    m_state.set_account(contract, 1, 0, factory.code());
    const Address made = create2_address(contract, Bytes32{}, keccak256(initcode.code()));
    m_state.set_account(made, 1, 0, runtime.code());
    m_state.set_slot(made, 0, 5);
    // Takes so long that what comes after is speculated meanwhile: destroyed, made again, its storage new.
    const Address slow = Address::from_low(0x510000);
    Program pays;
    pays.push(0).op(OP_SLOAD).call(OP_CALL, bob, 1, 0);
    m_state.set_account(slow, 1, 0, pays.code());
    StrangeStorage::Wanted wanted{.slow = slow, .awaited = sender(3), .unknown = {}};
    const StrangeStorage known(m_state, wanted);
    wanted.unknown = made;
    const StrangeStorage unknown(m_state, wanted);
    send(0, slow, 1);
    send(1, made, 0, {1});
    send(2, contract);
    send(3, made);
    m_view = &known;
    EXPECT_GT(check().repeated(), 0U);
    m_view = &unknown;
    check();
    m_options.on_missing_state = OnMissingState::assume_absent;
    EXPECT_GT(check().repeated(), 0U);
}

TEST_F(ParallelCase, a_creation_goes_to_an_address_that_was_funded_before) {
    send(0, create_address(sender(1), 0), 7);
    Program code;
    code.op(OP_SELFBALANCE).store(0).push(1).push(0).op(OP_RETURN);
    send(1, std::nullopt, 3, code.code());
    send(2, create_address(sender(1), 0), 1);
    check();
}

TEST_F(ParallelCase, a_credit_lets_a_later_sender_pay) {
    m_state.set_account(sender(1), 0, 10, {});
    send(0, sender(1), 900'000);
    send(1, bob, 5);
    send(0, sender(1), 900'000);
    send(1, bob, 6);
    check();
}

TEST_F(ParallelCase, a_block_turns_invalid_midway) {
    send(0, bob, 1);
    send(1, bob, 1);
    send(2, bob, 1).nonce = 9;
    send(3, bob, 1);
    check();
    m_options.on_invalid = OnInvalid::skip;
    check();
}

TEST_F(ParallelCase, a_block_runs_out_of_gas_midway) {
    m_block.environment.gas_limit = 500'000;
    for (uint64_t i = 0; i < 20; ++i) send(i % 8, bob, 1);
    check();
    m_options.on_invalid = OnInvalid::skip;
    check();
}

TEST_F(ParallelCase, the_beneficiary_is_asked_for_its_balance) {
    Program code;
    code.push(miner).op(OP_BALANCE).store(0);
    m_state.set_account(contract, 1, 0, code.code());
    for (uint64_t i = 0; i < 12; ++i) send(i % 8, i % 3 == 1 ? contract : bob, 1);
    check();
}

TEST_F(ParallelCase, fees_and_credits_alone_are_no_conflicts) {
    for (uint64_t i = 0; i < 40; ++i) send(i % 8, bob, 1);
    EXPECT_EQ(check().repeated(), 0U);
    EXPECT_EQ(parallelism().independent, 40U);
}

TEST_F(ParallelCase, a_counter_is_a_chain) {
    Program code;
    code.push(1).push(0).op(OP_SLOAD).op(OP_ADD).store(0);
    m_state.set_account(contract, 1, 0, code.code());
    for (uint64_t i = 0; i < 8; ++i) send(i, contract);
    check();
    const BlockParallelism p = parallelism();
    EXPECT_EQ(p.longest_chain, 8U);
    EXPECT_EQ(p.critical_path_gas, p.gas);
}

TEST_F(ParallelCase, missing_state_is_the_same_error) {
    MemoryState open(false);
    for (uint64_t i = 0; i < 8; ++i) open.set_account(sender(i), 0, U256{1'000'000'000}, {});
    open.set_account(miner, 0, 1, {});
    open.set_account(bob, 0, 1, {});
    m_state = std::move(open);
    for (uint64_t i = 0; i < 8; ++i) send(i, i == 5 ? Address::from_low(0x123456) : bob, 1);
    check();
}

/// The table takes the stranger as absent; then the journal, which knows of that by itself, comes to it
/// again.
TEST_F(ParallelCase, what_is_assumed_is_told_once) {
    m_options.on_invalid = OnInvalid::skip;
    m_options.on_missing_state = OnMissingState::assume_absent;
    const Address stranger = Address::from_low(0x123456);
    MemoryState open(false);
    for (uint64_t i = 0; i < 8; ++i) open.set_account(sender(i), 0, U256{1'000'000'000}, {});
    Program code;
    code.push(stranger).op(OP_BALANCE).push(7).op(OP_SLOAD).op(OP_ADD).store(0);
    open.set_account(contract, 1, 0, code.code());
    open.set_account(sender(7), 0, U256{1} << 255, {});  // sums of that are decided on the journal
    m_state = std::move(open);
    for (uint64_t i = 0; i < 4; ++i) {
        send(i, contract);
        send(i, bob, 1);
    }
    send(7, contract);
    m_block.transactions[3].sender = stranger;  // can't pay, which the commit loop decides
    m_block.transactions[5].sender = stranger;
    const auto expected = serially({&m_block, 1}, *m_view, m_options);
    ASSERT_TRUE(expected.has_value());
    const std::vector<Address>& assumed = expected->front().assumed_accounts;
    EXPECT_EQ(std::count(assumed.begin(), assumed.end(), stranger), 1);
    EXPECT_EQ(expected->front().assumed_slots.size(), 2U);
    check();
}

}  // namespace
}  // namespace warpevm::test
