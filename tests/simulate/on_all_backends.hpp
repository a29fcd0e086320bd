// SPDX-License-Identifier: Apache-2.0
// Runs bundles on every backend and compares: serially by the plain loop, on threads, and on devices that do
// all that they can or race with the CPU.
#pragma once

#include <gtest/gtest.h>

#include "evm/state/memory_state.hpp"
#include "host/simulate/simulator.hpp"
#include "tests/state/program.hpp"

namespace warpevm {

void PrintTo(const CallResult& result, std::ostream* out);
void PrintTo(const BundleResult& result, std::ostream* out);

}  // namespace warpevm

namespace warpevm::test {

std::shared_ptr<DevicePrograms> native_programs();

/// What serial answers. A difference of another backend is a failure; `routes`, unless null, gets those of
/// the native device that does all that it can.
std::vector<BundleResult> simulate(std::span<const SimulatedBundle> bundles, const StateView& state,
                                   const SimulationOptions& options = {}, CallRoutes* routes = nullptr);

inline const Address caller = Address::from_low(0xca11e4), contract = Address::from_low(0xc0de),
                     other = Address::from_low(0xbeef), coinbase = Address::from_low(0xfee);

/// A block, a state, and bundles on it.
struct Scene {
    explicit Scene(Fork fork = Fork::prague);

    SimulatedBlock block;
    MemoryState state;
    std::vector<SimulatedBundle> bundles;
    CallRoutes routes;

    /// A bundle of one call, with no price.
    SimulatedCall& call(const std::optional<Address>& to, Bytes data = {}, const U256& value = 0,
                        uint64_t gas = 1'000'000);
    void set_code(const Address& address, const Program& program) {
        state.set_account(address, 1, 100, program.code());
    }
    /// Each bundle's result.
    std::vector<BundleResult> run(const SimulationOptions& options = {}) {
        return simulate(bundles, state, options, &routes);
    }
    /// Of a scene with one call.
    CallResult only(const SimulationOptions& options = {}) { return run(options).front().calls.front(); }
};

/// Returns the word on top of the stack.
inline Program& answer(Program& p) {
    return p.push(0).op(OP_MSTORE).push(32).push(0).op(OP_RETURN);
}
inline U256 word_of(BytesView output) {
    Bytes32 word;
    if (output.size() == 32) std::copy(output.begin(), output.end(), word.bytes.begin());
    return output.size() == 32 ? to_u256(word) : U256::max();
}

}  // namespace warpevm::test
