// SPDX-License-Identifier: Apache-2.0
// What keeps a transaction from being a plain transfer, each alone among plain ones: serial's answer, and
// which of them went straight into the table.
#include "evm/vm/machine.hpp"
#include "evm/vm/precompiles.hpp"
#include "tests/fallback/authorize.hpp"
#include "tests/fallback/transfer_scene.hpp"
#include "tests/state/program.hpp"

namespace warpevm::test {
namespace {

constexpr uint64_t rich = 1'000'000'000;
const Address alice = party(1), carol = party(2);

class TransferCase : public testing::Test {
  protected:
    /// Checks the scene, and how many transactions but the padding went straight into the table. `at_least`:
    /// what others need may come between the first look at it and the execution, so they may take either way.
    void expect_taken(uint64_t count, Scene& scene, std::optional<uint64_t> at_least = {}) {
        outcomes = scene.check(crews);
        ASSERT_TRUE(outcomes) << to_string(outcomes.error());
        EXPECT_TRUE(outcomes->back().verdict.valid()) << to_string(outcomes->back().verdict.error);
        ASSERT_EQ(scene.taken.size(), 1U);
        EXPECT_LE(scene.taken.front(), Scene::padding + count);
        EXPECT_GE(scene.taken.front(), Scene::padding + at_least.value_or(count));
    }
    [[nodiscard]] uint64_t gas_used(size_t index) const {
        return outcomes->back().transactions.at(index).gas_used;
    }

    Crews crews{1, 2, 3, 8};
    Result<std::vector<BlockOutcome>> outcomes;
};

/// Under each fork from `first` on.
template <class Check>
void under_each_fork(Fork first, Check check) {
    for (const Fork fork : forks_by_rules) {
        if (fork < first) continue;
        const testing::ScopedTrace trace(__FILE__, __LINE__, std::string(name(fork)));
        check(fork);
        if (testing::Test::HasFailure()) return;
    }
}

// ---- forms

TEST_F(TransferCase, calldata_is_paid_for) {
    under_each_fork(Fork::frontier, [&](Fork fork) {
        Scene scene({.fork = fork});
        scene.state.set_account(alice, 0, rich, {});
        scene.send(alice, bob, 1).data = Bytes(100, 1);
        scene.pad();
        expect_taken(0, scene);
        // EIP-7623: 40 a byte, instead of 16.
        const uint64_t each = fork >= Fork::prague ? 40 : fork >= Fork::istanbul ? 16 : 68;
        EXPECT_EQ(gas_used(0), 21000 + 100 * each);
        EXPECT_EQ(gas_used(1), 21000U);
    });
}

TEST_F(TransferCase, an_access_list_is_paid_for_and_an_empty_one_costs_nothing) {
    under_each_fork(Fork::berlin, [&](Fork fork) {
        Scene scene({.fork = fork});
        scene.state.set_account(alice, 0, rich, {});
        Transaction& with_key = scene.send(alice, bob, 1);
        with_key.type = TxType::access_list;
        with_key.access_list = {{carol, {Bytes32{}}}};
        scene.send(alice, bob, 1).type = TxType::access_list;
        scene.pad();
        expect_taken(1, scene);
        EXPECT_EQ(gas_used(0), 21000U + 2400 + 1900);
        EXPECT_EQ(gas_used(1), 21000U);
    });
}

TEST_F(TransferCase, a_fee_cap_bounds_the_tip) {
    under_each_fork(Fork::london, [&](Fork fork) {
        Scene scene({.fork = fork});
        scene.state.set_account(alice, 0, rich, {});
        for (const auto& [cap, priority] : {std::pair{1, 0}, {1, 1}, {5, 0}, {5, 2}, {5, 4}, {5, 5}}) {
            Transaction& tx = scene.send(alice, bob, 1);
            tx.type = TxType::dynamic_fee;
            tx.max_fee_per_gas = cap;
            tx.max_priority_fee_per_gas = priority;
        }
        scene.pad();
        expect_taken(6, scene);
    });
}

TEST_F(TransferCase, creations_delegations_and_blobs_are_none) {
    under_each_fork(Fork::prague, [&](Fork fork) {
        Scene scene({.fork = fork});
        scene.state.set_account(alice, 0, rich, {});
        scene.send(alice, std::nullopt, 1);
        Transaction& blobs = scene.send(alice, bob, 1);
        blobs.type = TxType::blob;
        blobs.max_fee_per_blob_gas = 1;
        blobs.blob_versioned_hashes = {Hash{{1}}};
        Transaction& delegation = scene.send(alice, bob, 1);
        delegation.type = TxType::set_code;
        delegation.authorization_list = {authorize(Signer(Hash{{7}}), contract, 0)};
        scene.pad();
        expect_taken(0, scene);
    });
}

// ---- recipients

TEST_F(TransferCase, an_address_is_a_precompile_from_its_fork_on) {
    under_each_fork(Fork::frontier, [&](Fork fork) {
        for (const uint64_t value : {0, 1}) {
            Scene scene({.fork = fork});
            scene.state.set_account(alice, 0, rich, {});
            scene.state.set_account(Address::from_low(3), 0, 0, {});
            uint64_t plain = 0, precompiles = 0;
            for (const uint64_t low : {0x0, 0x1, 0x3, 0x4, 0x5, 0x8, 0x9, 0xa, 0xb, 0x11, 0x12, 0x100}) {
                const Address to = Address::from_low(low);
                scene.send(alice, to, value);
                ++(find_precompile(to, fork) == nullptr ? plain : precompiles);
            }
            scene.pad();
            outcomes = scene.check(crews);
            EXPECT_GE(precompiles, 3U);
            EXPECT_EQ(scene.taken.back(), Scene::padding + plain);
        }
    });
}

TEST_F(TransferCase, a_recipient_with_code_runs_it) {
    under_each_fork(Fork::frontier, [&](Fork fork) {
        Scene scene({.fork = fork});
        scene.state.set_account(alice, 0, rich, {});
        Program code;
        code.push(miner).op(OP_BALANCE).log().push(alice).op(OP_BALANCE).log().op(OP_CALLVALUE).store(0);
        scene.state.set_account(contract, 1, 0, code.code());
        scene.send(alice, bob, 1);
        scene.send(alice, contract, 7);
        scene.send(alice, bob, 2);
        scene.send(alice, contract, 0);
        scene.pad();
        expect_taken(2, scene);
        EXPECT_EQ(outcomes->back().logs.size(), 4U);
    });
}

/// Before Cancun (EIP-6780), what was destroyed is an account without code for the rest of the block.
TEST_F(TransferCase, a_recipient_was_destroyed_before) {
    under_each_fork(Fork::frontier, [&](Fork fork) {
        for (const uint64_t value : {0, 7}) {
            Scene scene({.fork = fork});
            scene.state.set_account(alice, 0, rich, {});
            Program code;
            code.push(carol).op(OP_SELFDESTRUCT);
            scene.state.set_account(contract, 1, 9, code.code());
            scene.state.set_slot(contract, 1, 1);
            scene.send(alice, contract, 5);
            scene.pad();
            scene.send(alice, contract, value);
            scene.send(alice, carol, value);
            expect_taken(fork < Fork::cancun ? 2 : 1, scene, /*at_least=*/1);
        }
    });
}

TEST_F(TransferCase, a_recipient_is_created_and_destroyed_in_one_transaction) {
    under_each_fork(Fork::frontier, [&](Fork fork) {
        Scene scene({.fork = fork});
        scene.state.set_account(alice, 0, rich, {});
        const Address with_code = create_address(alice, 0), without = create_address(alice, 1),
                      gone = create_address(alice, 2);
        Program one_byte, destroyed;
        one_byte.push(1).push(0).op(OP_RETURN);
        destroyed.op(OP_CALLER).op(OP_SELFDESTRUCT);
        scene.pad();
        for (const Address& to : {with_code, without, gone}) scene.send(Scene::padder(1), to, 4);
        scene.send(alice, std::nullopt, 1).data = one_byte.code();
        scene.send(alice, std::nullopt, 1);
        scene.send(alice, std::nullopt, 1).data = destroyed.code();
        for (const Address& to : {with_code, without, gone}) scene.send(alice, to, 1);
        expect_taken(3 + 2, scene);
    });
}

TEST_F(TransferCase, a_delegation_comes_and_goes) {
    under_each_fork(Fork::prague, [&](Fork fork) {
        Scene scene({.fork = fork});
        const Signer signer(Hash{{0x42}});
        const Address& dora = signer.address;
        scene.state.set_account(dora, 0, rich, {});
        scene.state.set_account(alice, 0, rich, {});
        Program code;
        code.op(OP_SELFBALANCE).log();
        scene.state.set_account(contract, 1, 0, code.code());
        const auto delegate = [&](const Address& to) {
            Transaction& tx = scene.send(alice, bob, 1);
            tx.type = TxType::set_code;
            tx.authorization_list = {authorize(signer, to, scene.nonces[dora]++)};
        };
        const auto send_both_ways = [&] {
            scene.send(dora, bob, 1);
            scene.send(alice, dora, 1);
        };
        send_both_ways();
        delegate(contract);
        scene.pad();
        send_both_ways();  // she may still send (EIP-3607, 7702), and what she gets runs code
        delegate({});
        send_both_ways();
        expect_taken(4, scene, /*at_least=*/2);
        EXPECT_EQ(outcomes->back().logs.size(), 1U);
    });
}

// ---- what others see

TEST_F(TransferCase, the_beneficiary_lives_off_its_tips) {
    under_each_fork(Fork::frontier, [&](Fork fork) {
        const bool london = fork >= Fork::london;
        Scene scene({.fork = fork});
        Program code;
        code.push(miner).op(OP_BALANCE).log();
        scene.state.set_account(contract, 1, 0, code.code());
        scene.state.set_account(alice, 0, rich, {});
        scene.pad();
        scene.send(alice, contract);
        // Of what sixteen paid: at the lowest price, so that its own tip is nothing from London on.
        const uint64_t earned = 16 * 21000 * (london ? 1 : 2);
        Transaction& tx = scene.send(miner, bob, earned - 21000);
        tx.gas_limit = 21000;
        tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 1;
        scene.send(alice, contract);
        expect_taken(1, scene, /*at_least=*/0);
        EXPECT_EQ(load_be(outcomes->back().logs.data(outcomes->back().logs[0]).data()), U256{earned});
    });
}

TEST_F(TransferCase, sums_reach_the_bounds_and_wrap) {
    const U256 half = U256{1} << 255;
    const U256 balances[] = {rich, half - 1, half, U256::max()};
    const U256 values[] = {1, U256{1} << 254, half - 1 - 200'000, half - 1, U256::max() - 200'000};
    uint64_t taken = 0, cases = 0;
    for (const Fork fork : {Fork::frontier, Fork::london, Fork::prague})
        for (const U256& sender : balances)
            for (const U256& recipient : balances)
                for (const U256& beneficiary : balances)
                    for (const U256& value : values) {
                        const testing::ScopedTrace trace(__FILE__, __LINE__,
                                                         "case " + std::to_string(cases++));
                        Scene scene({.fork = fork});
                        scene.options.on_invalid = OnInvalid::skip;
                        scene.state.set_account(alice, 0, sender, {});
                        scene.state.set_account(carol, 0, recipient, {});
                        scene.state.set_account(miner, 0, beneficiary, {});
                        scene.send(alice, carol, value);
                        scene.send(carol, miner, value);
                        scene.send(miner, alice, value);
                        scene.pad();
                        outcomes = scene.check(crews);
                        if (HasFailure()) return;
                        taken += scene.taken.at(0) == Scene::padding + 3 ? 1 : 0;
                    }
    EXPECT_GT(taken, 0U);
}

}  // namespace
}  // namespace warpevm::test
