// SPDX-License-Identifier: Apache-2.0
// EIP-7702 in lanes: delegations that are there, and those that the transaction itself makes.
#include "tests/fallback/authorize.hpp"
#include "tests/offload/lanes.hpp"

namespace warpevm::test {
namespace {

const Address target = Address::from_low(0x7a), chained = Address::from_low(0x7b);

Bytes designator(const Address& to) {
    Bytes code{0xef, 0x01, 0x00};
    append(code, to);
    return code;
}

class Delegations : public Lanes {
  protected:
    static void fill(Scene& scene) {
        Program p;
        p.op(OP_ADDRESS).log().push(1).op(OP_SLOAD).push(1).op(OP_ADD).store(1).op(OP_CODESIZE).log();
        scene.state.set_account(target, 1, 0, p.op(OP_CALLVALUE).log().code());
        uint64_t n = 0x100'0000;
        for (const Address& to :
             {target, Address::from_low(2), chained, Address::from_low(0x404), scene_sender})
            scene.state.set_account(Address::from_low(n++), 1, 5, designator(to));
        scene.state.set_account(chained, 1, 5, designator(target));
        scene.state.set_account(Address::from_low(n), 1, 5, designator(Address::from_low(n)));  // itself
    }
    static std::vector<Address> delegated() {
        std::vector<Address> all;
        for (uint64_t i = 0; i < 6; ++i) all.push_back(Address::from_low(0x100'0000 + i));
        return all;
    }
    /// A transaction of type 4 to `to`.
    static void set_code(Scene& scene, const Address& to, std::vector<Authorization> list) {
        scene.call(to, {1, 2}, 400'000);
        Transaction& tx = scene.transaction(scene.jobs.size() - 1);
        tx.type = TxType::set_code;
        tx.chain_id = 1;
        tx.authorization_list = std::move(list);
    }
};

TEST_P(Delegations, that_are_there) {
    for (const Fork fork : {Fork::cancun, Fork::prague, Fork::osaka}) {
        Scene scene(fork);
        fill(scene);
        for (const Address& a : delegated()) {
            scene.call(a, {9}, 200'000, 3);
            for (const uint8_t kind : {OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL}) {
                Program p;
                for (int twice = 0; twice < 2; ++twice)
                    p.call(kind, a, 1, 50'000).log().op(OP_GAS).log().op(OP_RETURNDATASIZE).log();
                p.push(a).op(OP_EXTCODESIZE).log().push(a).op(OP_EXTCODEHASH).log();
                // The target is warm by now.
                p.push(target).op(OP_BALANCE).log().op(OP_GAS).log();
                const Address at = Address::from_low(0x10000 + scene.jobs.size());
                scene.state.set_account(at, 1, 1000, p.code());
                scene.call(at, {}, 900'000);
            }
        }
        scene.call(target);
        scene.state.set_account(scene_sender, 5, U256{1} << 80, designator(target));
        compare(scene);
    }
}

TEST_P(Delegations, that_the_transaction_makes) {
    Hash key{};
    key.bytes[31] = 7;
    const Signer one(key);
    key.bytes[31] = 8;
    const Signer two(key);
    for (const Fork fork : {Fork::prague, Fork::osaka}) {
        Scene scene(fork);
        fill(scene);
        scene.state.set_account(two.address, 3, 10, designator(chained));
        const Address contract = Address::from_low(0xc0);
        scene.state.set_account(contract, 1, 0, Bytes{0});
        // New, existing, cleared, again, by a wrong nonce, with a wrong chain, over a contract; in one
        // transaction and alone.
        std::vector<std::vector<Authorization>> lists{
            {authorize(one, target, 0)},
            {authorize(two, target, 3)},
            {authorize(two, {}, 3)},
            {authorize(two, target, 2)},
            {authorize(one, target, 0), authorize(one, chained, 1), authorize(one, {}, 2)},
            {authorize(one, target, 0), authorize(one, target, 0)},
            {authorize(one, Address::from_low(4), 0), authorize(two, one.address, 3)},
        };
        lists.push_back({authorize(one, target, 0)});
        lists.back()[0].chain_id = 5;
        lists.push_back({authorize(one, target, 0)});
        lists.back()[0].r = 0;
        for (const auto& list : lists)
            for (const Address& to : {one.address, two.address, target, contract}) set_code(scene, to, list);
        compare(scene);
    }
}

/// The sender authorizes itself: its nonce has been raised by then.
TEST_P(Delegations, of_the_sender) {
    Hash key{};
    key.bytes[31] = 9;
    const Signer sender(key);
    for (const uint64_t nonce : {5, 6, 7}) {
        Scene scene(Fork::prague);
        fill(scene);
        scene.state.set_account(sender.address, 5, U256{1} << 80, {});
        set_code(scene, target, {authorize(sender, target, nonce)});
        set_code(scene, sender.address, {authorize(sender, target, nonce)});
        for (OffloadJob& job : scene.jobs) job.sender = sender.address;
        compare(scene);
    }
}

WARPEVM_ON_EACH_DEVICE(Delegations);

}  // namespace
}  // namespace warpevm::test
