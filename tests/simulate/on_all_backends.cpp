// SPDX-License-Identifier: Apache-2.0
#include "tests/simulate/on_all_backends.hpp"

#include <map>

#include "evm/base/hex.hpp"
#include "host/device/native_device.hpp"
#include "tests/device/programs.hpp"

namespace warpevm {

void PrintTo(const CallResult& r, std::ostream* out) {
    *out << name(r.status) << " (" << name(r.halt) << ") gas " << r.gas_used << " output " << to_hex(r.output)
         << " logs " << r.logs.size() << " assumed " << r.assumed_accounts.size() << "+"
         << r.assumed_slots.size();
    if (r.created) *out << " created " << to_hex(*r.created);
    for (const Address& a : r.assumed_accounts) *out << " " << to_hex(a);
    if (r.error.code != ErrorCode::none) *out << " error " << to_string(r.error);
}
void PrintTo(const BundleResult& r, std::ostream* out) {
    *out << (r.is_done ? "done" : "not done");
    for (const CallResult& call : r.calls) {
        *out << "\n  ";
        PrintTo(call, out);
    }
}

}  // namespace warpevm

namespace warpevm::test {
namespace {

struct Way {
    BackendKind backend;
    std::unique_ptr<Simulator> simulator;
};

std::map<std::string, Way> make_ways() {
    std::map<std::string, Way> ways;
    ways["cpu"] = {BackendKind::cpu, std::make_unique<Simulator>(SimulatorSettings{.threads = 3})};
    // Lanes end in different launches, and there are fewer of them than calls.
    SimulatorSettings native{.threads = 2, .device = native_programs(), .device_takes_all = true};
    native.offload.slice = 200;
    native.offload.most_lanes = 64;
    native.offload.images = Images::always;
    ways["native"] = {BackendKind::device, std::make_unique<Simulator>(native)};
    native.device_takes_all = false;
    native.offload.images = Images::worth;
    ways["native, racing"] = {BackendKind::device, std::make_unique<Simulator>(native)};
    if (auto programs = opencl_programs())
        ways["opencl"] = {BackendKind::device,
                          std::make_unique<Simulator>(SimulatorSettings{
                              .threads = 2, .device = std::move(programs), .device_takes_all = true})};
    return ways;
}

}  // namespace

std::shared_ptr<DevicePrograms> native_programs() {
    return programs_of(open_native_device(2));
}

std::vector<BundleResult> simulate(std::span<const SimulatedBundle> bundles, const StateView& state,
                                   const SimulationOptions& options, CallRoutes* routes) {
    static const std::map<std::string, Way> ways = make_ways();
    SimulationOptions plainly = options;
    plainly.interpreter = Interpreter::plain;
    auto expected = Simulator({.threads = 1}).run(BackendKind::serial, bundles, state, plainly);
    if (!expected) {
        ADD_FAILURE() << to_string(expected.error());
        return {};
    }
    for (const auto& [name, way] : ways) {
        const auto got = way.simulator->run(way.backend, bundles, state, options);
        if (!got) {
            ADD_FAILURE() << name << ": " << to_string(got.error());
            continue;
        }
        EXPECT_EQ(way.simulator->device_lost_because(), "") << name;
        EXPECT_EQ(got->routes.calls(), expected->routes.calls()) << name;
        EXPECT_EQ(got->bundles.size(), bundles.size()) << name;
        for (size_t i = 0; i < bundles.size(); ++i)
            EXPECT_EQ(got->bundles[i], expected->bundles[i]) << name << ", bundle " << i;
        if (name == "native" && routes != nullptr) *routes += got->routes;
    }
    return std::move(expected->bundles);
}

Scene::Scene(Fork fork)
    : block{.rules = {.fork = fork, .chain_id = 1, .blobs = mainnet_blob_schedule(fork)},
            .environment = {.number = 1000,
                            .timestamp = 12345,
                            .gas_limit = 30'000'000,
                            .beneficiary = coinbase,
                            .difficulty_or_randao = 0x1234567}} {
    if (fork >= Fork::london) block.environment.base_fee = 7;
    block.environment.excess_blob_gas = 40'000'000;
    state.set_account(caller, 5, 1'000'000, {});
    for (uint64_t n = 744; n < 1000; ++n) state.set_block_hash(n, Hash{{static_cast<uint8_t>(n), 7}});
}

SimulatedCall& Scene::call(const std::optional<Address>& to, Bytes data, const U256& value, uint64_t gas) {
    SimulatedCall call;
    call.sender = caller;
    call.tx.to = to;
    call.tx.data = std::move(data);
    call.tx.value = value;
    call.tx.gas_limit = gas;
    bundles.push_back({.calls = {std::move(call)}, .block = &block});
    return bundles.back().calls.back();
}

}  // namespace warpevm::test
