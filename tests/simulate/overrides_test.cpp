// SPDX-License-Identifier: Apache-2.0
// State and block overrides, and bundles, on every backend.
#include "evm/crypto/keccak.hpp"
#include "tests/simulate/on_all_backends.hpp"

namespace warpevm::test {
namespace {

/// Answers balance, code size, code hash and slots 1 and 2 of itself.
Program inspector() {
    Program p;
    p.op(OP_SELFBALANCE).push(0).op(OP_MSTORE);
    p.push(1).op(OP_SLOAD).push(32).op(OP_MSTORE).push(2).op(OP_SLOAD).push(64).op(OP_MSTORE);
    p.push(other).op(OP_EXTCODESIZE).push(96).op(OP_MSTORE);
    p.push(other).op(OP_EXTCODEHASH).push(128).op(OP_MSTORE);
    return p.push(160).push(0).op(OP_RETURN);
}

U256 word_at(const CallResult& r, size_t i) {
    return r.output.size() < 32 * (i + 1) ? U256::max() : word_of(BytesView(r.output).subspan(32 * i, 32));
}

class Overrides : public testing::Test {
  protected:
    Overrides() {
        scene.set_code(contract, inspector());
        scene.state.set_slot(contract, 1, 11);
        scene.state.set_slot(contract, 2, 22);
    }
    /// Each with its own overrides, and one without.
    std::vector<BundleResult> run(const std::vector<StateOverrides>& all) {
        scene.bundles.clear();
        for (const StateOverrides& overrides : all) {
            scene.call(contract);
            scene.bundles.back().overrides = &overrides;
        }
        scene.call(contract);
        auto results = scene.run();
        EXPECT_EQ(word_at(results.back().calls[0], 0), 100);
        EXPECT_EQ(word_at(results.back().calls[0], 1), 11);
        return results;
    }
    Scene scene;
};

StateOverrides overriding(const Address& address, AccountOverride account) {
    StateOverrides overrides;
    overrides.set(address, std::move(account));
    return overrides;
}

TEST_F(Overrides, of_each_kind) {
    AccountOverride storage, change;
    storage.slots.emplace(2, 5);
    storage.replaces_storage = true;
    change.slots.emplace(2, 6);
    const Bytes code = Program().op(OP_STOP).op(OP_STOP).code();
    const auto results = run({overriding(contract, {.balance = U256{77}}), overriding(contract, storage),
                              overriding(contract, change), overriding(other, {.code = code}),
                              overriding(other, {.balance = U256{1}})});
    EXPECT_EQ(word_at(results[0].calls[0], 0), 77);
    EXPECT_EQ(word_at(results[1].calls[0], 1), 0);
    EXPECT_EQ(word_at(results[1].calls[0], 2), 5);
    EXPECT_EQ(word_at(results[2].calls[0], 1), 11);
    EXPECT_EQ(word_at(results[2].calls[0], 2), 6);
    EXPECT_EQ(word_at(results[3].calls[0], 3), 2);
    EXPECT_EQ(word_at(results[3].calls[0], 4), to_u256(keccak256(code)));
    EXPECT_EQ(word_at(results[4].calls[0], 4), to_u256(empty_code_hash));
    EXPECT_EQ(word_at(results[5].calls[0], 4), 0);  // it is not there
    EXPECT_EQ(scene.routes.device, 6U);
}

TEST_F(Overrides, of_the_sender) {
    scene.bundles.clear();
    const StateOverrides rich = overriding(caller, {.balance = U256{1} << 200}),
                         old = overriding(caller, {.nonce = 900}),
                         code = overriding(caller, {.code = Bytes{0x60, 0x00}});
    scene.call(other, {}, U256{1} << 199);
    scene.bundles.back().overrides = &rich;
    scene.call(std::nullopt, {});
    scene.bundles.back().overrides = &old;
    scene.call(other, {}, 1);
    scene.bundles.back().overrides = &code;
    const auto results = scene.run();
    EXPECT_EQ(results[0].calls[0].status, CallStatus::success);
    EXPECT_EQ(results[1].calls[0].created, create_address(caller, 900));
    EXPECT_EQ(results[2].calls[0].status, CallStatus::success);
    EXPECT_EQ(scene.routes.device, 3U);
}

/// A code takes another one's place: the account that is called runs it, with its own storage.
TEST_F(Overrides, of_the_code_that_is_called) {
    Program p;
    const StateOverrides overrides = overriding(contract, {.code = answer(p.push(1).op(OP_SLOAD)).code()});
    const auto results = run({overrides});
    EXPECT_EQ(word_of(results[0].calls[0].output), 11);
}

/// Storage makes an account, and what has storage can't be created over (EIP-7610).
TEST_F(Overrides, storage_of_an_account_that_is_not_there) {
    AccountOverride change;
    change.slots.emplace(1, 5);
    const Address created = create_address(caller, 5);
    const StateOverrides overrides = overriding(created, change);
    scene.bundles.clear();
    scene.call(std::nullopt, {});
    scene.bundles.back().overrides = &overrides;
    EXPECT_EQ(scene.only().halt, Status::address_collision);
}

TEST_F(Overrides, of_the_block) {
    Program p;
    const uint8_t ops[] = {OP_NUMBER,  OP_TIMESTAMP,  OP_GASLIMIT,   OP_COINBASE,
                           OP_BASEFEE, OP_DIFFICULTY, OP_BLOBBASEFEE};
    for (size_t i = 0; i < std::size(ops); ++i) p.op(ops[i]).push(32 * i).op(OP_MSTORE);
    // Hashes of the blocks before the real one, and of one beyond them.
    p.push(998).op(OP_BLOCKHASH).push(224).op(OP_MSTORE).push(1001).op(OP_BLOCKHASH).push(256).op(OP_MSTORE);
    scene.set_code(contract, p.push(288).push(0).op(OP_RETURN));
    SimulatedBlock moved = scene.block;
    moved.environment = {.number = 1003,
                         .timestamp = 99,
                         .gas_limit = 5,
                         .beneficiary = other,
                         .base_fee = 3,
                         .difficulty_or_randao = 1 + (U256{1} << 255),
                         .given_blob_base_fee = U256{1} << 90};
    scene.bundles.clear();
    scene.call(contract);
    scene.call(contract, {}, 0, 100'000).tx.max_fee_per_gas = 3;
    for (SimulatedBundle& bundle : scene.bundles) bundle.block = &moved;
    const auto results = scene.run({.on_missing_state = OnMissingState::assume_absent});
    const U256 expected[] = {1003, 99, 5, to_u256(other), 3, 1 + (U256{1} << 255), U256{1} << 90};
    for (size_t i = 0; i < std::size(expected); ++i) EXPECT_EQ(word_at(results[1].calls[0], i), expected[i]);
    EXPECT_EQ(word_at(results[0].calls[0], 4), 0);
    EXPECT_EQ(word_at(results[0].calls[0], 7), to_u256(scene.state.read_block_hash(998).value));
    EXPECT_EQ(word_at(results[0].calls[0], 8), 0);
}

// ---- bundles

TEST(SimulatedBundles, each_call_sees_those_before_it) {
    Scene scene;
    // Adds one to slot 0 and answers it; stores it in a contract that it creates, the second time.
    Program p;
    p.push(0).op(OP_SLOAD).push(1).op(OP_ADD).op(OP_DUP1).store(0);
    scene.set_code(contract, answer(p));
    SimulatedBundle bundle{.calls = {}, .block = &scene.block};
    for (int i = 0; i < 4; ++i) {
        scene.call(contract);
        bundle.calls.push_back(scene.bundles.back().calls[0]);
    }
    scene.call(std::nullopt, Program().push(1).push(0).op(OP_RETURN).code());
    bundle.calls.insert(bundle.calls.begin() + 2, scene.bundles.back().calls[0]);  // the nonce goes on
    scene.bundles.push_back(bundle);
    const auto results = scene.run();
    for (int i = 0; i < 4; ++i) EXPECT_EQ(word_of(results[static_cast<size_t>(i)].calls[0].output), 1);
    const auto& calls = results.back().calls;
    ASSERT_EQ(calls.size(), 5U);
    EXPECT_EQ(word_of(calls[0].output), 1);
    EXPECT_EQ(word_of(calls[1].output), 2);
    EXPECT_EQ(calls[2].created, create_address(caller, 7));
    EXPECT_EQ(word_of(calls[3].output), 3);
    EXPECT_EQ(word_of(calls[4].output), 4);
    EXPECT_EQ(scene.routes.device, 10U);
}

/// Warmth, transient storage and created contracts' licence to vanish end with each call.
TEST(SimulatedBundles, calls_are_transactions_of_their_own) {
    Scene scene;
    Program p;
    scene.set_code(contract, answer(p.push(1).op(OP_TLOAD).push(1).push(1).op(OP_TSTORE)));
    SimulatedBundle bundle{.calls = {}, .block = &scene.block};
    for (int i = 0; i < 2; ++i) {
        scene.call(contract);
        bundle.calls.push_back(scene.bundles.back().calls[0]);
    }
    scene.bundles = {bundle};
    const auto calls = scene.run()[0].calls;
    EXPECT_EQ(word_of(calls[1].output), 0);
    EXPECT_EQ(calls[0].gas_used, calls[1].gas_used);
}

/// A call that fails or is invalid leaves no trace but its nonce, and the CPU does the whole bundle.
TEST(SimulatedBundles, go_on_after_failures) {
    Scene scene;
    Program p;
    scene.set_code(contract, answer(p.push(0).op(OP_SLOAD).push(1).op(OP_ADD).op(OP_DUP1).store(0)));
    scene.set_code(other, Program().push(1).store(0).op(OP_INVALID));
    SimulatedBundle bundle{.calls = {}, .block = &scene.block};
    scene.call(contract);
    const SimulatedCall good = scene.bundles.back().calls[0];
    SimulatedCall bad = good, poor = good;
    bad.tx.to = other;
    poor.tx.value = U256{1} << 100;
    bundle.calls = {good, bad, poor, good};
    scene.bundles = {bundle};
    const auto calls = scene.run()[0].calls;
    EXPECT_EQ(calls[1].status, CallStatus::failed);
    EXPECT_EQ(calls[2].status, CallStatus::invalid);
    EXPECT_EQ(word_of(calls[3].output), 2);
    EXPECT_EQ(scene.routes.escalated, 4U);
}

TEST(SimulatedBundles, overrides_hold_for_the_first_call_only) {
    Scene scene;
    AccountOverride account;
    account.balance = 50;
    account.slots.emplace(0, 9);
    const StateOverrides overrides = overriding(contract, account);
    Program p;
    scene.set_code(contract, answer(p.push(0).op(OP_SLOAD).op(OP_SELFBALANCE).push(1).store(0).op(OP_ADD)));
    scene.call(contract, {}, 1);
    SimulatedBundle& bundle = scene.bundles.back();
    bundle.calls.push_back(bundle.calls[0]);
    bundle.overrides = &overrides;
    const auto calls = scene.run()[0].calls;
    EXPECT_EQ(word_of(calls[0].output), 60);
    EXPECT_EQ(word_of(calls[1].output), 53);
    EXPECT_EQ(scene.routes.device, 2U);
}

TEST(SimulatedBundles, state_without_an_answer_ends_them) {
    Scene scene;
    scene.state = MemoryState(false);
    scene.state.set_account(contract, 1, 0, Program().push(other).op(OP_BALANCE).code());
    scene.state.set_account(caller, 0, 0, {});
    scene.state.set_account(coinbase, 0, 0, {});
    scene.call(caller);
    SimulatedBundle& bundle = scene.bundles.back();
    SimulatedCall asks = bundle.calls[0];
    asks.tx.to = contract;
    bundle.calls.insert(bundle.calls.end(), {asks, bundle.calls[0]});
    const auto calls = scene.run()[0].calls;
    EXPECT_EQ(calls[0].status, CallStatus::success);
    EXPECT_EQ(calls[1].status, CallStatus::no_answer);
    EXPECT_EQ(calls[2].status, CallStatus::no_answer);
}

/// Each assumption is told once.
TEST(SimulatedBundles, assume_what_is_absent_once) {
    Scene scene;
    scene.state = MemoryState(false);
    scene.state.set_account(contract, 1, 0, Program().push(other).op(OP_BALANCE).push(1).op(OP_SLOAD).code());
    scene.state.set_account(caller, 0, 0, {});
    scene.call(contract);
    SimulatedBundle& bundle = scene.bundles.back();
    bundle.calls.push_back(bundle.calls[0]);
    const auto calls = scene.run({.on_missing_state = OnMissingState::assume_absent})[0].calls;
    EXPECT_EQ(calls[0].assumed_accounts, (std::vector{coinbase, other}));
    EXPECT_EQ(calls[0].assumed_slots.size(), 1U);
    EXPECT_TRUE(calls[1].assumed_accounts.empty());
    EXPECT_TRUE(calls[1].assumed_slots.empty());
}

}  // namespace
}  // namespace warpevm::test
