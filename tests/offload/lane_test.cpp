// SPDX-License-Identifier: Apache-2.0
// Small programs in lanes against the CPU, by group of instructions, under all forks.
#include "evm/vm/machine.hpp"
#include "tests/offload/lanes.hpp"

namespace warpevm::test {
namespace {

const Address other = Address::from_low(0xbeef), third = Address::from_low(0xcafe),
              nobody = Address::from_low(0x404);

/// Logs the whole memory.
Program& log_memory(Program& p) {
    return p.op(OP_MSIZE).push(0).op(OP_LOG0);
}
/// Logs what an instruction without operands leaves.
Program& log_each(Program& p, std::initializer_list<uint8_t> ops) {
    for (const uint8_t op : ops) p.op(op).log();
    return p;
}

/// One job per program and fork, of the forks that have all its instructions; each may call `other` and
/// `third`.
class Groups : public Lanes {
  protected:
    using Make = void (*)(Scene&, Fork);
    void on_each_fork(Make make, Fork since = Fork::byzantium) {
        for (const Fork fork : lane_forks) {
            if (fork < since) continue;
            const testing::ScopedTrace trace(__FILE__, __LINE__, std::string(name(fork)));
            Scene scene(fork);
            scene.state.set_account(other, 3, 100, Program().push(3).store(4).op(OP_CALLER).log().code());
            make(scene, fork);
            compare(scene);
            if (HasFailure()) return;
        }
        EXPECT_GT(tally.equal, 0U);
    }
    /// `program` as a contract of its own with some ether, called with data and value.
    static void add(Scene& scene, const Program& program, const U256& value = 0, uint64_t gas = 300'000) {
        const Address at = Address::from_low(0x10000 + scene.jobs.size());
        scene.state.set_account(at, 1, 1000, program.code());
        scene.state.set_slot(at, 1, 11);
        scene.state.set_slot(at, 2, 22);
        scene.call(at, {1, 2, 3, 4, 5, 6, 7, 8, 9}, gas, value);
    }
};

TEST_P(Groups, environment) {
    on_each_fork([](Scene& scene, Fork fork) {
        Program p;
        log_each(p, {OP_ADDRESS, OP_ORIGIN, OP_CALLER, OP_CALLVALUE, OP_CALLDATASIZE, OP_CODESIZE,
                     OP_GASPRICE, OP_RETURNDATASIZE, OP_COINBASE, OP_TIMESTAMP, OP_NUMBER, OP_DIFFICULTY,
                     OP_GASLIMIT, OP_PC, OP_MSIZE, OP_GAS});
        if (fork >= Fork::istanbul) log_each(p, {OP_CHAINID, OP_SELFBALANCE});
        if (fork >= Fork::london) log_each(p, {OP_BASEFEE});
        if (fork >= Fork::cancun) log_each(p, {OP_BLOBBASEFEE});
        add(scene, p, 77);
        for (const Address& a : {other, nobody, scene_sender, scene_beneficiary, Address::from_low(2)}) {
            Program q;
            for (int twice = 0; twice < 2; ++twice) {
                q.push(a).op(OP_BALANCE).log().push(a).op(OP_EXTCODESIZE).log();
                if (fork >= Fork::constantinople) q.push(a).op(OP_EXTCODEHASH).log();
                q.push(40).push(1).push(32).push(a).op(OP_EXTCODECOPY);
            }
            add(scene, log_memory(q));
        }
        Program hashes;
        for (const uint64_t n : {0, 500, 743, 744, 745, 998, 999, 1000, 1001})
            hashes.push(n).op(OP_BLOCKHASH).log();
        hashes.push(U256::max()).op(OP_BLOCKHASH).log();
        add(scene, hashes);
    });
}

TEST_P(Groups, blobs_and_their_hashes) {
    on_each_fork(
        [](Scene& scene, Fork) {
            Program p;
            for (const U256& i : {U256{0}, U256{1}, U256{2}, U256::max()}) p.push(i).op(OP_BLOBHASH).log();
            add(scene, p);
            Transaction& tx = scene.transaction(0);
            tx.type = TxType::blob;
            tx.chain_id = 1;
            tx.max_fee_per_blob_gas = 1000;
            tx.blob_versioned_hashes = {Hash{{1, 2, 3}}, Hash{{1, 9}}};
        },
        Fork::cancun);
}

TEST_P(Groups, memory) {
    on_each_fork([](Scene& scene, Fork fork) {
        for (const U256& at :
             {U256{0}, U256{1}, U256{31}, U256{32}, U256{1000}, U256{70'000}, U256{1} << 40, U256::max()}) {
            Program p;
            p.push(U256{0x1122334455667788, 0x99aabbccddeeff00, 3, 4}).push(at).op(OP_MSTORE);
            p.push(0xab).push(at + 7).op(OP_MSTORE8).push(at + 3).op(OP_MLOAD).op(OP_POP);
            p.push(at).push(at).op(OP_KECCAK256).log();
            add(scene, p, 0, 3'000'000);
            for (const U256& size : {U256{0}, U256{1}, U256{33}, U256{5000}, U256::max()}) {
                Program q;
                q.push(size).push(2).push(at).op(OP_CALLDATACOPY).push(size).push(5).push(at).op(OP_CODECOPY);
                if (fork >= Fork::cancun) q.push(size).push(at).push(9).op(OP_MCOPY);
                if (fork >= Fork::cancun) q.push(size).push(9).push(at).op(OP_MCOPY);
                q.push(size).push(at).op(OP_KECCAK256).log();
                q.push(8).op(OP_CALLDATALOAD).log().push(at).op(OP_CALLDATALOAD).log().push(64).push(0);
                add(scene, q.op(OP_RETURN), 0, 3'000'000);
            }
        }
    });
}

/// Jumps to JUMPDESTs and to what only looks like one, in codes whose destinations are found by the host, at
/// deposit, and as far as somebody jumps.
TEST_P(Groups, jumps) {
    on_each_fork([](Scene& scene, Fork) {
        for (const uint64_t target : {0, 3, 4, 36, 37, 38, 40, 41, 45, 46, 70, 71, 72, 200}) {
            Program p;
            p.push(target).op(OP_JUMP);                                      // 0 to 2
            p.op(OP_JUMPDEST).push(U256::max() / 255 * OP_JUMPDEST);         // 3, and 4 to 36
            p.op(OP_JUMPDEST).op(OP_GAS).op(OP_POP);                         // 37
            p.op(OP_JUMPDEST).op(OP_PUSH1).op(OP_JUMPDEST).op(OP_JUMPDEST);  // 40, 42, 43
            p.push(7).store(1).push(0).push(0).op(OP_JUMPI).op(OP_PUSH1 + 31).op(OP_JUMPDEST);  // cut short
            add(scene, p);
            scene.call(std::nullopt, p.code(), 300'000);
            Program deploys;  // init code that returns the same code, which is then called
            const Bytes& code = p.code();
            for (size_t i = 0; i < code.size(); ++i) deploys.push(code[i]).push(100 + i).op(OP_MSTORE8);
            const Bytes text = deploys.push(code.size()).push(100).op(OP_RETURN).code();
            Program outer;
            for (size_t i = 0; i < text.size(); ++i) outer.push(text[i]).push(i).op(OP_MSTORE8);
            outer.push(text.size()).push(0).push(0).op(OP_CREATE).op(OP_DUP1).log();
            for (int n = 0; n < 4; ++n) outer.push(0);
            outer.push(0).op(OP_DUP1 + 5).push(50'000).op(OP_CALL).log();
            add(scene, outer, 0, 900'000);
        }
    });
}

TEST_P(Groups, storage) {
    on_each_fork([](Scene& scene, Fork fork) {
        // Every way from an original value over two stores: the prices and refunds of EIP-1283, 2200, 3529.
        for (const uint64_t slot : {1, 5})
            for (const uint64_t first : {0, 11, 7})
                for (const uint64_t second : {0, 11, 7}) {
                    Program p;
                    p.push(slot).op(OP_SLOAD).log().push(first).store(slot).push(second).store(slot);
                    add(scene, p.push(slot).op(OP_SLOAD).log().op(OP_GAS).log());
                }
        if (fork < Fork::cancun) return;
        Program t;
        t.push(5).push(1).op(OP_TSTORE).push(1).op(OP_TLOAD).log().push(2).op(OP_TLOAD).log();
        add(scene, t.push(1).op(OP_SLOAD).log().call(OP_CALL, other, 0, 5000).op(OP_POP));
    });
}

TEST_P(Groups, calls) {
    on_each_fork([](Scene& scene, Fork fork) {
        Program reverts;
        reverts.push(9).store(1).push(0x77).push(0).op(OP_MSTORE).push(40).push(3).op(OP_REVERT);
        scene.state.set_account(third, 1, 0, reverts.code());
        for (const uint8_t kind : {OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL})
            for (const Address& to : {other, third, nobody, Address::from_low(2), Address::from_low(4)})
                for (const uint64_t value : {0, 5, 5000})
                    for (const uint64_t gas : {0, 700, 60'000}) {
                        Program p;
                        p.push(0xfeed).push(0).op(OP_MSTORE).push(50).push(64).push(45).push(1);
                        if (kind == OP_CALL || kind == OP_CALLCODE) p.push(value);
                        p.push(to).push(gas).op(kind).log().op(OP_RETURNDATASIZE).log();
                        p.op(OP_RETURNDATASIZE).push(0).push(7).op(OP_RETURNDATACOPY);
                        add(scene, log_memory(p).op(OP_GAS).log());
                    }
        Program beyond;
        beyond.call(OP_CALL, third, 0, 60'000).op(OP_POP).push(41).push(0).push(0).op(OP_RETURNDATACOPY);
        add(scene, beyond);
        Program self;  // calls itself with what is left, to the end of gas
        self.push(0).push(0).push(0).push(0).push(1).op(OP_ADDRESS).op(OP_GAS).op(OP_CALL).log();
        add(scene, self, 0, fork >= Fork::osaka ? 10'000'000 : 20'000'000);
    });
}

TEST_P(Groups, creations) {
    on_each_fork([](Scene& scene, Fork fork) {
        Program stores, takes_all, reverts;
        stores.op(OP_CALLER).store(1).push(0x600060).push(0).op(OP_MSTORE).push(5).push(29).op(OP_RETURN);
        takes_all.push(1).push(0xffff).op(OP_MSTORE).op(OP_INVALID);
        reverts.push(33).push(0).op(OP_REVERT);
        Program starts_with_ef, jumps, destructs;
        starts_with_ef.push(0xef).push(0).op(OP_MSTORE8).push(1).push(0).op(OP_RETURN);
        jumps.push(4).op(OP_JUMP).op(OP_JUMPDEST).op(OP_JUMPDEST).push(32).push(0).op(OP_RETURN);
        destructs.op(OP_CALLER).op(OP_SELFDESTRUCT);
        for (const Program* init : {&stores, &takes_all, &reverts, &starts_with_ef, &jumps, &destructs})
            for (const uint64_t value : {0, 3, 3000}) {
                Program p;
                for (int twice = 0; twice < 2; ++twice) {
                    p.create(OP_CREATE, value, init->code()).log().op(OP_RETURNDATASIZE).log();
                    if (fork >= Fork::constantinople)  // the second time at an address that is taken
                        p.create(OP_CREATE2, value, init->code()).log().op(OP_GAS).log();
                }
                add(scene, p, 0, 2'000'000);
                Program q;  // calls what it made, which others don't know
                q.create(OP_CREATE, value, init->code()).push(0).push(0).push(0).push(0).push(1);
                q.op(OP_DUP1 + 5).op(OP_GAS).op(OP_CALL).log().op(OP_DUP1).op(OP_EXTCODESIZE).log();
                add(scene, q, 0, 2'000'000);
                scene.call(std::nullopt, init->code(), 300'000, value);
            }
        Program big;
        big.push(24577).push(0).op(OP_RETURN);
        scene.call(std::nullopt, big.code(), 6'000'000);
        scene.call(std::nullopt, {}, 100'000);
        Program huge;  // init code of 49153 bytes and of one less
        for (const uint64_t size : {49152, 49153}) huge.push(size).push(0).push(0).op(OP_CREATE).log();
        add(scene, huge, 0, 4'000'000);
    });
}

/// EIP-684 and EIP-7610: the address has a nonce, or storage alone.
TEST_P(Groups, creations_over_something) {
    on_each_fork([](Scene& scene, Fork) {
        for (const bool by_storage : {false, true})
            for (const bool by_transaction : {false, true}) {
                Program p;
                const Bytes init = Program().push(1).push(0).op(OP_RETURN).code();
                add(scene, p.create(OP_CREATE, 1, init).log().op(OP_GAS).log());
                const Address at = *scene.transaction(scene.jobs.size() - 1).to;
                if (by_transaction) scene.call(std::nullopt, init);
                const Address taken =
                    by_transaction ? create_address(scene_sender, 5) : create_address(at, 1);
                scene.state.set_account(taken, by_storage ? 0 : 1, 0, {});
                if (by_storage) scene.state.set_slot(taken, 3, 4);
            }
    });
}

/// Depth 1024, and not one deeper; with value, so that the balance is asked after the depth.
TEST_P(Groups, recursion_to_the_depth_limit) {
    on_each_fork([](Scene& scene, Fork fork) {
        if (fork >= Fork::osaka) return;
        for (const uint8_t kind : {OP_CALL, OP_DELEGATECALL, OP_CREATE}) {
            Program p;
            const Address self = Address::from_low(0x10000 + scene.jobs.size());
            if (kind == OP_CREATE)  // init code that is this code
                p.op(OP_CODESIZE)
                    .push(0)
                    .push(0)
                    .op(OP_CODECOPY)
                    .op(OP_CODESIZE)
                    .push(0)
                    .push(0)
                    .op(OP_CREATE);
            else
                p.push(0).push(0).push(0).push(0);
            if (kind == OP_CALL) p.push(1);
            if (kind != OP_CREATE) p.push(self).op(OP_GAS).op(kind);
            add(scene, p.log().op(OP_GAS).log(), 0, 1'000'000'000'000);
        }
    });
    EXPECT_TRUE(tally.equal > 0 && tally.ends.size() == 1);
}

TEST_P(Groups, selfdestruct) {
    on_each_fork([](Scene& scene, Fork) {
        for (const Address& heir : {other, nobody, scene_sender, scene_beneficiary, Address::from_low(3),
                                    Address::from_low(0x10000)}) {
            Program p;
            add(scene, p.push(heir).op(OP_SELFDESTRUCT));
            Program caller;
            const Address victim = Address::from_low(0x10000 + scene.jobs.size() - 1);
            for (int twice = 0; twice < 2; ++twice) caller.call(OP_CALL, victim, 1, 60'000).log();
            add(scene, caller.push(victim).op(OP_BALANCE).log());
        }
    });
}

TEST_P(Groups, precompiles) {
    on_each_fork([](Scene& scene, Fork) {
        for (uint64_t n = 1; n <= 18; ++n) {
            const Address to = Address::from_low(n == 18 ? 0x100 : n);
            for (const uint64_t gas : {10, 3000, 200'000}) {
                Program p;
                for (uint64_t i = 0; i < 8; ++i) p.push(n + i).push(32 * i).op(OP_MSTORE);
                p.push(64).push(0).push(n == 9 ? 213 : 256).push(0).push(gas == 10 ? 1 : 0);
                p.push(to).push(gas).op(OP_CALL).log().op(OP_RETURNDATASIZE).log();
                add(scene, log_memory(p), 0, 1'000'000);
            }
            scene.call(to, Bytes(100, 7), 300'000, 2);
        }
    });
}

TEST_P(Groups, access_lists) {
    on_each_fork(
        [](Scene& scene, Fork) {
            Program p;
            for (const uint64_t slot : {1, 2, 3}) p.push(slot).op(OP_SLOAD).log().op(OP_GAS).log();
            p.push(5).store(9).push(other).op(OP_BALANCE).log().call(OP_CALL, nobody, 1, 0).log();
            add(scene, p);
            Transaction& tx = scene.transaction(0);
            tx.type = TxType::access_list;
            tx.chain_id = 1;
            const Address at = *tx.to;
            tx.access_list = {
                {at, {to_bytes32(1), to_bytes32(3), to_bytes32(1)}}, {other, {}}, {nobody, {Hash{}}}};
        },
        Fork::berlin);
}

/// What is likely goes along; the lane then waits for nothing.
TEST_P(Groups, likely_rows) {
    Scene scene(Fork::prague);
    scene.state.set_account(other, 3, 100, Program().push(3).store(4).op(OP_CALLER).log().code());
    Program p;
    p.push(1).op(OP_SLOAD).log().push(8).store(2).call(OP_CALL, other, 3, 50'000).log();
    add(scene, p);
    const std::vector<Address> accounts{other};
    const Address at = *scene.transaction(0).to;
    const std::vector<SlotKey> slots{{at, 1}, {at, 2}, {other, 4}, {nobody, 1}};
    scene.jobs[0].likely_accounts = accounts;
    scene.jobs[0].likely_slots = slots;
    compare_with_cpu(runner(), context, scene.jobs, tally);
    const uint64_t waits = tally.parks;
    scene.jobs[0].likely_slots = {};
    scene.jobs[0].likely_accounts = {};
    compare_with_cpu(runner(), context, scene.jobs, tally);
    EXPECT_LE(waits, 1U) << "the code of `other` may be new to the device";
    EXPECT_GE(tally.parks - waits, 4U);
}

WARPEVM_ON_EACH_DEVICE(Groups);

}  // namespace
}  // namespace warpevm::test
