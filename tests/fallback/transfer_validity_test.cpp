// SPDX-License-Identifier: Apache-2.0
// Transfers that break one rule, among plain ones: which rule it is, and that the others go on.
#include <functional>

#include "evm/crypto/secp256k1.hpp"
#include "tests/fallback/transfer_scene.hpp"
#include "tests/state/program.hpp"

namespace warpevm::test {
namespace {

constexpr uint64_t rich = 1'000'000'000;
const Address alice = party(1);

/// The transfer, whose sender is alice, and the scene that it is in.
using Spoil = std::function<void(Scene& scene, Transaction& tx)>;

struct Rule {
    const char* name;
    ErrorCode error;  ///< none: it is just about right
    Spoil spoil;
    Fork first = Fork::frontier, last = Fork::osaka;
    bool plain = true;  ///< where it is valid: whether it goes straight into the table
};

void set_balance(Scene& scene, const U256& balance) {
    scene.state.set_account(alice, 5, balance, {});
}
BlockTransaction& entry_of(Scene& scene, const Transaction& tx) {
    auto& all = scene.window.back().transactions;
    return *std::find_if(all.begin(), all.end(), [&](const BlockTransaction& t) { return t.tx == &tx; });
}
/// So much that all before it leave `gas`.
void leave_gas(Scene& scene, uint64_t gas) {
    scene.window.back().environment.gas_limit = 21000 * Scene::padding + gas;
}

const Rule rules[] = {
    {"nothing", ErrorCode::none, [](Scene&, Transaction&) {}},
    {"nonce low", ErrorCode::nonce_too_low, [](Scene&, Transaction& tx) { tx.nonce = 4; }},
    {"nonce high", ErrorCode::nonce_too_high, [](Scene&, Transaction& tx) { tx.nonce = 6; }},
    {"last nonce", ErrorCode::tx_nonce_overflow,
     [](Scene& s, Transaction& tx) {
         s.state.set_account(alice, ~uint64_t{0}, rich, {});
         tx.nonce = ~uint64_t{0};
     }},
    {"last nonce far ahead", ErrorCode::nonce_too_high,
     [](Scene&, Transaction& tx) { tx.nonce = ~uint64_t{0}; }},
    {"all it has", ErrorCode::none, [](Scene& s, Transaction&) { set_balance(s, 2 * 100'000 + 7); }},
    {"one wei short", ErrorCode::insufficient_balance,
     [](Scene& s, Transaction&) { set_balance(s, 2 * 100'000 + 6); }},
    {"all it has at the fee cap", ErrorCode::none,
     [](Scene& s, Transaction& tx) {
         tx.max_fee_per_gas = 9;
         tx.type = TxType::dynamic_fee;
         set_balance(s, 9 * 100'000 + 7);
     },
     Fork::london},
    {"one wei short at the fee cap", ErrorCode::insufficient_balance,
     [](Scene& s, Transaction& tx) {
         tx.max_fee_per_gas = 9;
         tx.type = TxType::dynamic_fee;
         set_balance(s, 9 * 100'000 + 6);
     },
     Fork::london},
    {"nothing at all", ErrorCode::insufficient_balance,
     [](Scene& s, Transaction& tx) {
         s.state.set_absent(alice);
         tx.nonce = 0;
     }},
    {"cost of 2^256", ErrorCode::insufficient_balance,
     [](Scene& s, Transaction& tx) {
         set_balance(s, U256::max());
         tx.value = U256::max() - 199'999;
     }},
    {"cost that wraps to little", ErrorCode::insufficient_balance,
     [](Scene& s, Transaction& tx) {
         s.state.set_account(bob, 0, rich, {});
         tx.value = U256::max() - 99'999;
     }},
    {"fee of 2^256", ErrorCode::tx_cost_overflow,
     [](Scene& s, Transaction& tx) {
         set_balance(s, U256::max());
         tx.max_fee_per_gas = tx.max_priority_fee_per_gas = U256{1} << 240;
     }},
    {"all of the intrinsic gas", ErrorCode::none, [](Scene&, Transaction& tx) { tx.gas_limit = 21000; }},
    {"gas below the intrinsic", ErrorCode::tx_intrinsic_gas,
     [](Scene&, Transaction& tx) { tx.gas_limit = 20999; }},
    {"all the block's gas", ErrorCode::none, [](Scene& s, Transaction&) { leave_gas(s, 100'000); }},
    {"above the block's gas", ErrorCode::block_gas_exceeded,
     [](Scene& s, Transaction&) { leave_gas(s, 99'999); }},
    {"all that one may have", ErrorCode::none, [](Scene&, Transaction& tx) { tx.gas_limit = 1 << 24; },
     Fork::osaka},
    {"above what one may have", ErrorCode::tx_gas_limit_too_high,
     [](Scene&, Transaction& tx) { tx.gas_limit = (1 << 24) + 1; }, Fork::osaka},
    {"at the base fee", ErrorCode::none,
     [](Scene&, Transaction& tx) { tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 1; }, Fork::london},
    {"below the base fee", ErrorCode::tx_fee_cap_below_base_fee,
     [](Scene&, Transaction& tx) { tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 0; }, Fork::london},
    {"tip above the cap", ErrorCode::tx_tip_above_fee_cap,
     [](Scene&, Transaction& tx) { tx.max_priority_fee_per_gas = 3; }, Fork::london},
    {"sender with code", ErrorCode::sender_not_eoa,
     [](Scene& s, Transaction&) { s.state.set_account(alice, 5, rich, Bytes{0}); }},
    {"delegated sender", ErrorCode::none,
     [](Scene& s, Transaction&) {
         Bytes designator{0xef, 0x01, 0x00};
         append(designator, bob);
         s.state.set_account(alice, 5, rich, designator);
     },
     Fork::prague, Fork::osaka, /*plain=*/false},
    {"delegated sender too early", ErrorCode::sender_not_eoa,
     [](Scene& s, Transaction&) {
         Bytes designator{0xef, 0x01, 0x00};
         append(designator, bob);
         s.state.set_account(alice, 5, rich, designator);
     },
     Fork::frontier, Fork::cancun},
    {"no sender", ErrorCode::tx_bad_signature,
     [](Scene& s, Transaction& tx) {
         entry_of(s, tx).invalid = {ErrorCode::tx_bad_signature, "as decoding said"};
     }},
    {"signature out of range", ErrorCode::tx_bad_signature,
     [](Scene&, Transaction& tx) {
         tx.r = 1;
         tx.s = secp256k1_order;
     }},
    {"another chain", ErrorCode::tx_wrong_chain_id, [](Scene&, Transaction& tx) { tx.chain_id = 2; }},
    {"access list too early", ErrorCode::tx_type_not_active,
     [](Scene&, Transaction& tx) { tx.type = TxType::access_list; }, Fork::frontier, Fork::istanbul},
    {"fee cap too early", ErrorCode::tx_type_not_active,
     [](Scene&, Transaction& tx) { tx.type = TxType::dynamic_fee; }, Fork::frontier, Fork::berlin},
};

/// Sixteen, the transfer, and one more.
void check(const Rule& rule, Fork fork, OnInvalid on_invalid, Crews& crews) {
    const bool fails = rule.error != ErrorCode::none;
    Scene scene({.fork = fork});
    scene.options.on_invalid = on_invalid;
    scene.options.on_missing_state = OnMissingState::assume_absent;
    scene.state.set_account(alice, 5, rich, {});
    scene.nonces[alice] = 5;
    scene.pad();
    Transaction& tx = scene.send(alice, bob, 7);
    scene.send(Scene::padder(0), bob, 1).gas_limit = 21000;
    rule.spoil(scene, tx);
    const auto outcomes = scene.check(crews);
    ASSERT_TRUE(outcomes) << to_string(outcomes.error());
    const BlockOutcome& outcome = outcomes->back();
    const bool rejected = fails && on_invalid == OnInvalid::reject_block;
    const auto found =
        rejected ? outcome.verdict.error.code : outcome.transactions.at(Scene::padding).invalid.code;
    EXPECT_EQ(name(found), name(rule.error));
    const uint64_t own = !fails && rule.plain ? 1 : 0;
    EXPECT_EQ(scene.taken.back(), Scene::padding + (rejected ? 0 : own + 1));
}

TEST(TransferValidity, is_serials) {
    Crews crews({1, 2, 3, 8});
    for (const Fork fork : forks_by_rules)
        for (const Rule& rule : rules)
            for (const OnInvalid on_invalid : {OnInvalid::reject_block, OnInvalid::skip}) {
                if (fork < rule.first || fork > rule.last) continue;
                const testing::ScopedTrace trace(__FILE__, __LINE__,
                                                 std::string(name(fork)) + ": " + rule.name +
                                                     (on_invalid == OnInvalid::skip ? ", skipped" : ""));
                check(rule, fork, on_invalid, crews);
                if (HasFailure()) return;
            }
}

}  // namespace
}  // namespace warpevm::test
