// SPDX-License-Identifier: Apache-2.0
// The deepest recursions, by callers whose threads have next to no stack.
#include <gtest/gtest.h>
#include <pthread.h>

#include "evm/base/native_stack.hpp"
#include "evm/chain/context.hpp"
#include "evm/chain/executor.hpp"
#include "evm/state/memory_state.hpp"
#include "tests/state/program.hpp"

namespace warpevm::test {
namespace {

const Address alice = Address::from_low(0xa11ce), contract = Address::from_low(0xc0de);
constexpr uint64_t gas = 100'000'000;

/// Runs on a thread that has `size` bytes of stack.
template <class Work>
void on_small_stack(size_t size, Work work) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    ASSERT_EQ(pthread_attr_setstacksize(&attributes, size), 0);
    pthread_t thread{};
    const auto start = [](void* w) -> void* { return (*static_cast<Work*>(w))(), nullptr; };
    ASSERT_EQ(pthread_create(&thread, &attributes, start, &work), 0);
    pthread_join(thread, nullptr);
    pthread_attr_destroy(&attributes);
}

/// Code that runs itself again inside a frame of this kind, with all gas but a little: before EIP-150 it is
/// the depth that ends it.
Bytes recursion(uint8_t kind) {
    Program p;
    if (kind == OP_CREATE) {
        p.op(OP_CODESIZE).push(0).push(0).op(OP_CODECOPY).op(OP_CODESIZE).push(0).push(0).op(OP_CREATE);
    } else {
        for (int i = 0; i < (kind == OP_DELEGATECALL ? 4 : 5); ++i) p.push(0);
        p.push(contract).push(2000).op(OP_GAS).op(OP_SUB).op(kind);
    }
    return p.op(OP_POP).op(OP_STOP).code();
}

class NativeStack : public testing::TestWithParam<uint8_t> {};

TEST_P(NativeStack, SufficesForTheDeepestRecursion) {
    const bool creates = GetParam() == OP_CREATE;
    MemoryState state;
    state.set_account(alice, 0, U256{1} << 200, {});
    state.set_account(contract, 1, 0, recursion(GetParam()));
    Transaction tx;
    tx.gas_limit = gas;
    tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 1;
    if (creates)
        tx.data = recursion(OP_CREATE);
    else
        tx.to = contract;
    BlockInput block;
    block.rules.fork = Fork::homestead;
    block.environment = {
        .number = 1, .timestamp = 1, .gas_limit = gas, .beneficiary = Address::from_low(0xfee)};
    block.transactions = {{.tx = &tx, .sender = alice}};
    for (const Interpreter interpreter : {Interpreter::plain, Interpreter::fast, Interpreter::tiered})
        for (const size_t size : {size_t{256} << 10, size_t{1} << 20, needed_native_stack}) {
            ExecutionContext context;
            context.interpreter = interpreter;
            on_small_stack(size, [&] {
                const auto outcome = execute_serial(context, {&block, 1}, state, {});
                ASSERT_TRUE(outcome) << to_string(outcome.error());
                EXPECT_TRUE(outcome->front().transactions.at(0).success);
                // 1,025 frames, and not one less.
                const uint64_t used = outcome->front().gas_used, least = creates ? 32000 : 40;
                EXPECT_GT(used, 21000 + 1024 * least);
                if (creates) {
                    EXPECT_EQ(outcome->front().diff.accounts.size(), 1024U + 3);
                }
            });
        }
}

INSTANTIATE_TEST_SUITE_P(Kinds, NativeStack,
                         testing::Values(OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_CREATE),
                         [](const testing::TestParamInfo<uint8_t>& one) -> std::string {
                             return opcode_name(one.param);
                         });

TEST(NativeStackThread, WhatIsThrownComesOutOfTheThread) {
    int ran = 0;
    on_small_stack(size_t{256} << 10, [&] {
        EXPECT_LT(native_stack_left(), size_t{256} << 10);
        EXPECT_THROW(with_native_stack(size_t{1} << 20,
                                       [&] {
                                           EXPECT_GE(native_stack_left(), size_t{1} << 20);
                                           ++ran;
                                           throw std::runtime_error("as it should");
                                       }),
                     std::runtime_error);
    });
    EXPECT_EQ(ran, 1);
}

}  // namespace
}  // namespace warpevm::test
