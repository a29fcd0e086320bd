// SPDX-License-Identifier: Apache-2.0
// What a single call is answered, on every backend: how it ends, what it may, and what it pays.
#include "evm/vm/machine.hpp"
#include "tests/simulate/on_all_backends.hpp"

namespace warpevm::test {
namespace {

TEST(SimulatedCalls, answer_output_gas_and_logs) {
    Scene scene;
    Program p;
    p.push(7).push(0xabc).push(0).op(OP_MSTORE).push(32).push(0).op(OP_LOG1).push(0x1234);
    scene.set_code(contract, answer(p));
    scene.call(contract);
    const CallResult r = scene.only();
    EXPECT_EQ(r.status, CallStatus::success);
    EXPECT_EQ(word_of(r.output), 0x1234);
    EXPECT_GT(r.gas_used, 21'000U);
    ASSERT_EQ(r.logs.size(), 1U);
    EXPECT_EQ(r.logs[0].address, contract);
    EXPECT_EQ(to_u256(r.logs.topics(r.logs[0])[0]), 7);
    EXPECT_EQ(word_of(r.logs.data(r.logs[0])), 0xabc);
    EXPECT_EQ(scene.routes.device, 1U);
    EXPECT_TRUE(scene.routes.reasons.empty());
}

TEST(SimulatedCalls, a_revert_has_its_data_and_no_logs) {
    Scene scene;
    Program p;
    p.push(1).log().push(0xbad).push(0).op(OP_MSTORE).push(32).push(0).op(OP_REVERT);
    scene.set_code(contract, p);
    scene.call(contract);
    const CallResult r = scene.only();
    EXPECT_EQ(r.status, CallStatus::reverted);
    EXPECT_EQ(word_of(r.output), 0xbad);
    EXPECT_EQ(r.logs.size(), 0U);
    EXPECT_LT(r.gas_used, 30'000U);
    EXPECT_EQ(scene.routes.device, 1U);
}

/// A lane knows only that there was one; the CPU names it.
TEST(SimulatedCalls, exceptional_halts_are_named) {
    Scene scene;
    scene.set_code(contract, Program().op(OP_JUMPDEST).push(0).op(OP_JUMP));  // for ever
    scene.set_code(other, Program().op(OP_INVALID));
    scene.call(contract, {}, 0, 100'000);
    scene.call(other, {}, 0, 50'000);
    const auto results = scene.run();
    EXPECT_EQ(results[0].calls[0].status, CallStatus::failed);
    EXPECT_EQ(results[0].calls[0].halt, Status::out_of_gas);
    EXPECT_EQ(results[0].calls[0].gas_used, 100'000U);
    EXPECT_EQ(results[1].calls[0].halt, Status::invalid_instruction);
    EXPECT_EQ(results[1].calls[0].gas_used, 50'000U);
    EXPECT_TRUE(results[1].calls[0].output.empty());
    EXPECT_EQ(scene.routes.escalated, 2U);
    EXPECT_EQ(scene.routes.reasons.at("exceptional_halt"), 2U);
}

/// As geth's eth_call: the deployed code is the answer, and the nonce that of the state.
TEST(SimulatedCalls, a_creation_answers_the_deployed_code) {
    Scene scene;
    // Init code that returns 40 bytes of zeros and a STOP before them.
    scene.call(std::nullopt, Program().push(40).push(0).op(OP_RETURN).code()).tx.nonce = 77;
    scene.call(std::nullopt, Program().push(3000).push(0).op(OP_RETURN).code());
    scene.call(std::nullopt, Program().push(9).push(0).op(OP_MSTORE).push(32).push(0).op(OP_REVERT).code());
    // It vanishes at its end, and its code is still the answer.
    scene.call(std::nullopt,
               Program().call(OP_DELEGATECALL, other, 0, 50'000).push(5).push(0).op(OP_RETURN).code());
    scene.set_code(other, Program().op(OP_CALLER).op(OP_SELFDESTRUCT));
    const auto results = scene.run();
    EXPECT_EQ(results[0].calls[0].output, Bytes(40));
    EXPECT_EQ(results[0].calls[0].created, create_address(caller, 5));
    EXPECT_EQ(results[1].calls[0].output, Bytes(3000));
    EXPECT_EQ(results[2].calls[0].status, CallStatus::reverted);
    EXPECT_EQ(word_of(results[2].calls[0].output), 9);
    EXPECT_FALSE(results[2].calls[0].created);
    EXPECT_EQ(results[3].calls[0].output, Bytes(5));
    EXPECT_EQ(scene.routes.device, 4U);
}

TEST(SimulatedCalls, a_large_output_fits_a_larger_lane) {
    Scene scene;
    scene.set_code(contract, Program().push(200'000).push(0).op(OP_RETURN));
    scene.call(contract);
    EXPECT_EQ(scene.only().output, Bytes(200'000));
    EXPECT_EQ(scene.routes.device, 1U);
}

TEST(SimulatedCalls, precompiles_and_plain_transfers_answer_too) {
    Scene scene;
    scene.call(Address::from_low(4), Bytes{1, 2, 3});
    scene.call(Address::from_low(2), Bytes{1, 2, 3});
    scene.call(other, {}, 5);
    scene.call(other, Bytes{1});
    const auto results = scene.run();
    EXPECT_EQ(results[0].calls[0].output, (Bytes{1, 2, 3}));
    EXPECT_EQ(results[1].calls[0].output.size(), 32U);
    EXPECT_TRUE(results[2].calls[0].output.empty());
    EXPECT_EQ(results[2].calls[0].gas_used, 21'000U);
    EXPECT_EQ(scene.routes.device, 4U);
}

/// EIP-3607 is not applied, and no nonce is looked at.
TEST(SimulatedCalls, a_contract_may_send) {
    Scene scene;
    Program p;
    scene.set_code(contract, answer(p.op(OP_CALLER)));
    scene.call(contract).sender = contract;
    scene.call(other, {}, 5).sender = contract;
    const auto results = scene.run();
    EXPECT_EQ(word_of(results[0].calls[0].output), to_u256(contract));
    EXPECT_EQ(results[1].calls[0].status, CallStatus::success);
    EXPECT_EQ(scene.routes.device, 2U);
}

/// Without a price the base fee is zero; with one it is the block's, and has to be paid.
TEST(SimulatedCalls, a_call_without_a_price_sees_no_base_fee) {
    Scene scene;
    Program p;
    scene.set_code(contract, answer(p.op(OP_BASEFEE).push(100).op(OP_MUL).op(OP_GASPRICE).op(OP_ADD)));
    scene.call(contract);
    scene.call(contract, {}, 0, 50'000).tx.max_fee_per_gas = 9;
    SimulatedCall& cheap = scene.call(contract, {}, 0, 50'000);
    cheap.tx.max_fee_per_gas = cheap.tx.max_priority_fee_per_gas = 3;
    SimulatedCall& dear = scene.call(contract, {}, 0, 1'000'000);
    dear.tx.max_fee_per_gas = dear.tx.max_priority_fee_per_gas = 8;
    const auto results = scene.run();
    EXPECT_EQ(word_of(results[0].calls[0].output), 0);
    EXPECT_EQ(word_of(results[1].calls[0].output), 707);
    EXPECT_EQ(results[2].calls[0].error.code, ErrorCode::tx_fee_cap_below_base_fee);
    EXPECT_EQ(results[3].calls[0].status, CallStatus::invalid);
    EXPECT_EQ(results[3].calls[0].error.code, ErrorCode::insufficient_balance);
}

TEST(SimulatedCalls, blobs_without_a_price_cost_nothing) {
    Scene scene;
    Program p;
    scene.set_code(contract, answer(p.op(OP_BLOBBASEFEE)));
    Hash blob{};
    blob.bytes[0] = 1;
    for (const uint64_t price : {0, 1'000'000'000}) {
        Transaction& tx = scene.call(contract, {}, 0, 100'000).tx;
        tx.type = TxType::blob;
        tx.chain_id = 1;
        tx.blob_versioned_hashes = {blob};
        tx.max_fee_per_blob_gas = price;
    }
    scene.call(contract);
    const auto results = scene.run();
    EXPECT_EQ(word_of(results[0].calls[0].output), 0);
    EXPECT_EQ(results[1].calls[0].error.code, ErrorCode::insufficient_balance);
    EXPECT_GT(word_of(results[2].calls[0].output), 1);
    EXPECT_NE(word_of(results[2].calls[0].output), U256::max());
}

TEST(SimulatedCalls, what_a_call_is_held_to) {
    Scene scene(Fork::osaka);
    scene.call(contract, {}, 2'000'000);         // more than it has
    scene.call(contract, Bytes(10), 0, 21'000);  // below the intrinsic gas
    scene.call(std::nullopt, Bytes(50'000));     // EIP-3860
    scene.call(contract, {}, 0, 30'000'000);     // above EIP-7825's cap, which is not applied
    scene.call(contract).tx.max_priority_fee_per_gas = 1;
    const auto results = scene.run();
    const auto code = [&](size_t i) { return results[i].calls[0].error.code; };
    EXPECT_EQ(code(0), ErrorCode::insufficient_balance);
    EXPECT_EQ(code(1), ErrorCode::tx_intrinsic_gas);
    EXPECT_EQ(code(2), ErrorCode::tx_initcode_too_large);
    EXPECT_EQ(code(3), ErrorCode::none);
    EXPECT_EQ(code(4), ErrorCode::tx_tip_above_fee_cap);
}

TEST(SimulatedCalls, access_lists_warm_up) {
    Scene scene;
    Program p;
    scene.set_code(contract, p.push(3).op(OP_SLOAD).op(OP_POP));
    scene.call(contract);
    Transaction& tx = scene.call(contract).tx;
    tx.type = TxType::access_list;
    tx.chain_id = 1;
    tx.access_list = {{contract, {to_bytes32(3)}}};
    const auto results = scene.run();
    EXPECT_EQ(results[1].calls[0].gas_used, results[0].calls[0].gas_used + 2400 + 1900 - 2000);
}

/// The sender's nonce can't be raised any more.
TEST(SimulatedCalls, the_last_nonce_is_none) {
    Scene scene;
    scene.state.set_account(caller, ~uint64_t{0}, 10, {});
    scene.call(contract);
    scene.call(other, {}, 1);
    const auto results = scene.run();
    for (const BundleResult& r : results) EXPECT_EQ(r.calls[0].error.code, ErrorCode::tx_nonce_overflow);
}

TEST(SimulatedCalls, unknown_state_has_no_answer_or_is_assumed_absent) {
    Scene scene;
    scene.state = MemoryState(false);
    Program p;
    scene.state.set_account(contract, 1, 0, p.push(other).op(OP_BALANCE).push(8).op(OP_SLOAD).code());
    scene.state.set_account(caller, 0, 0, {});
    scene.state.set_account(coinbase, 0, 0, {});
    scene.call(contract);
    const CallResult assumed = scene.only({.on_missing_state = OnMissingState::assume_absent});
    EXPECT_EQ(assumed.status, CallStatus::success);
    EXPECT_EQ(assumed.assumed_accounts, std::vector{other});
    EXPECT_EQ(assumed.assumed_slots, (std::vector<SlotKey>{{contract, 8}}));
    const CallResult failed = scene.only();
    EXPECT_EQ(failed.status, CallStatus::no_answer);
    EXPECT_EQ(failed.error.code, ErrorCode::missing_state);
}

TEST(SimulatedCalls, before_byzantium_the_cpu_does_it) {
    for (const Fork fork : {Fork::frontier, Fork::homestead, Fork::spurious_dragon, Fork::byzantium}) {
        Scene scene(fork);
        Program p;
        scene.set_code(contract, answer(p.op(OP_CALLVALUE)));
        scene.call(contract, {}, 3);
        scene.call(std::nullopt, Program().push(40).push(0).op(OP_RETURN).code());
        const auto results = scene.run();
        EXPECT_EQ(word_of(results[0].calls[0].output), 3);
        EXPECT_EQ(results[1].calls[0].output, Bytes(40));
        EXPECT_EQ(scene.routes.device, fork < Fork::byzantium ? 0U : 2U);
    }
}

}  // namespace
}  // namespace warpevm::test
