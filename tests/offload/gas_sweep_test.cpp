// SPDX-License-Identifier: Apache-2.0
// Every gas limit from nothing on over small programs: a lane runs out of gas exactly where the CPU does.
#include "evm/chain/envelope.hpp"
#include "tests/offload/lanes.hpp"

namespace warpevm::test {
namespace {

const Address callee = Address::from_low(0xbeef);

class GasSweep : public Lanes {
  protected:
    /// From the intrinsic gas up to what the program needs, in `step`s.
    void sweep(Fork fork, const std::optional<Address>& to, const Program& code, uint64_t most,
               uint64_t step) {
        const testing::ScopedTrace trace(__FILE__, __LINE__, std::string(name(fork)));
        Scene scene(fork);
        scene.state.set_account(scene_contract, 1, 50, code.code());
        scene.state.set_slot(scene_contract, 1, 11);
        scene.state.set_account(
            callee, 1, 0,
            Program().push(3).store(4).push(7).push(1).op(OP_SSTORE).push(64).push(0).op(OP_RETURN).code());
        const Bytes data = to ? Bytes{} : code.code();
        const uint64_t first = intrinsic_gas(scene.call(to, data).tx[0], fork);
        scene.jobs.clear();
        for (uint64_t gas = first - 1; gas < first + most; gas += step) scene.call(to, data, gas);
        for (const Images images : {Images::always, Images::never})
            compare_with_cpu(runner(50'000, images), context, scene.jobs, tally);
    }
    void sweep_forks(const Program& code, uint64_t most, uint64_t step, Fork since = Fork::byzantium) {
        for (const Fork fork : lane_forks) {
            if (fork < since || HasFailure()) continue;
            sweep(fork, scene_contract, code, most, step);
        }
    }
};

TEST_P(GasSweep, cheap_instructions) {
    Program p;
    p.push(3).push(5).op(OP_ADD).push(9).op(OP_EXP).push(0x300).op(OP_MSTORE).push(70).push(3).op(
        OP_KECCAK256);
    p.op(OP_GAS).op(OP_ADD).push(50).push(1).push(1000).op(OP_CODECOPY).log();
    p.push(1).op(OP_SLOAD).log().push(99).push(2000).op(OP_RETURN);
    sweep_forks(p, 5500, 1);
}

/// With nothing left, an instruction that has no price of its own still runs.
TEST_P(GasSweep, to_the_last_unit) {
    sweep_forks(Program().push(0).push(0).op(OP_LOG0), 400, 1);
    sweep_forks(Program().push(1).op(OP_SLOAD).op(OP_POP).push(1).op(OP_SLOAD).op(OP_POP), 2500, 1);
    sweep_forks(Program().op(OP_SELFBALANCE).op(OP_POP), 20, 1, Fork::istanbul);
}

TEST_P(GasSweep, stores) {
    Program p;
    p.push(12).store(1).push(0).store(1).push(11).store(1).push(5).store(2).op(OP_GAS).log();
    sweep_forks(p, 70'000, 61);
    // Round EIP-1706's limit, unit by unit.
    sweep_forks(Program().push(11).store(1).push(11).store(1), 5'500, 1);
}

TEST_P(GasSweep, calls) {
    Program p;
    p.call(OP_CALL, callee, 1, 30'000).log().call(OP_DELEGATECALL, callee, 0, 50'000).log();
    p.call(OP_STATICCALL, Address::from_low(4), 0, 1000)
        .log()
        .call(OP_CALL, Address::from_low(0x404), 2, 0)
        .log();
    sweep_forks(p, 150'000, 101);
}

TEST_P(GasSweep, creations) {
    const Program init = Program().push(1).store(1).push(40).push(0).op(OP_RETURN);
    Program p;
    p.create(OP_CREATE, 1, init.code()).log().create(OP_CREATE, 100, init.code()).log();
    sweep_forks(p, 200'000, 113);
    Program two;
    two.create(OP_CREATE2, 1, init.code()).op(OP_DUP1).op(OP_BALANCE).log().op(OP_SELFDESTRUCT);
    sweep_forks(two, 200'000, 113, Fork::constantinople);
    for (const Fork fork : lane_forks)
        if (!HasFailure()) sweep(fork, std::nullopt, init, 40'000, 17);
}

WARPEVM_ON_EACH_DEVICE(GasSweep);

}  // namespace
}  // namespace warpevm::test
