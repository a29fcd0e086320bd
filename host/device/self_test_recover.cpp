// SPDX-License-Identifier: Apache-2.0
// Known answers of recover.cl: good signatures and each way of being bad, judged by libsecp256k1.
#include "evm/crypto/secp256k1.hpp"
#include "host/device/recover_kernels.hpp"
#include "host/device/self_test_programs.hpp"

namespace warpevm {
namespace {

/// x of the generator; as r it makes R = G or -G, where additions collide with doublings.
constexpr U256 generator_x{0x59F2815B16F81798ULL, 0x029BFCDB2DCE28D9ULL, 0x55A06295CE870B07ULL,
                           0x79BE667EF9DCBBACULL};

struct Case {
    Hash digest;
    U256 r, s;
    uint8_t y_parity;
};

/// Spread over 256 bits, and the same on every machine.
U256 spread(uint64_t seed) {
    return {mix64(seed), mix64(seed + 1), mix64(seed + 2), mix64(seed + 3) >> 1};
}

std::vector<Case> cases() {
    std::vector<Case> all;
    const U256 n = secp256k1_order, one = 1;
    for (uint64_t i = 1; i <= 24; ++i)  // about half of these r are the x of a point
        all.push_back({to_bytes32(spread(100 * i)), spread(100 * i + 10), spread(100 * i + 20),
                       static_cast<uint8_t>(i & 1)});
    for (const U256& r : {U256(0), one, n - one, n, n + one, ~U256(0), generator_x})
        for (const U256& s : {U256(0), one, n - one, n, generator_x})
            for (const bool parity : {false, true}) all.push_back({to_bytes32(generator_x), r, s, parity});
    for (const U256& z : {U256(0), one, n, ~U256(0)})
        for (const bool parity : {false, true}) all.push_back({to_bytes32(z), generator_x, one, parity});
    return all;
}

kernel::signature to_kernel(const Case& c) {
    kernel::signature s{};
    std::memcpy(s.digest, c.digest.bytes.data(), sizeof s.digest);
    for (size_t i = 0; i < 4; ++i) {
        s.r[i] = c.r.limb[i];
        s.s[i] = c.s.limb[i];
    }
    s.recovery_id = c.y_parity;
    return s;
}

}  // namespace

DeviceResult<void> self_test_recover(Device& device, DeviceProgram& program) {
    const std::vector<Case> all = cases();
    std::vector<kernel::signature> signatures;
    signatures.reserve(all.size());
    for (const Case& c : all) signatures.push_back(to_kernel(c));
    auto kernels = RecoverKernels::open(device, program);
    if (!kernels) return tl::unexpected(kernels.error());
    const auto buffers = kernels->allocate(all.size(), BufferKind::device);
    if (!buffers) return tl::unexpected(buffers.error());
    const std::vector<uint32_t> statuses(all.size(), kernel::STATUS_ok);
    const auto bytes = [](const auto& v) {
        return BytesView(reinterpret_cast<const uint8_t*>(v.data()), v.size() * sizeof v.front());
    };
    for (const auto& [buffer, from] : {std::pair{buffers->signatures.get(), bytes(signatures)},
                                       std::pair{buffers->statuses.get(), bytes(statuses)}})
        if (auto done = device.write(*buffer, 0, from); !done) return done;
    const auto events = kernels->enqueue(*buffers, all.size(), {});
    if (!events) return tl::unexpected(events.error());
    if (auto done = device.wait(events->back()); !done) return done;
    const auto got = download<Address>(device, *buffers->addresses, all.size());
    if (!got) return tl::unexpected(got.error());
    const auto verdicts = download<uint32_t>(device, *buffers->statuses, all.size());
    if (!verdicts) return tl::unexpected(verdicts.error());
    for (size_t i = 0; i < all.size(); ++i) {
        const auto expected = recover_address(all[i].digest, all[i].r, all[i].s, all[i].y_parity);
        const bool recovered = (*verdicts)[i] == kernel::STATUS_ok;
        if (recovered != expected.has_value() || (*got)[i] != expected.value_or(Address{}))
            return wrong_answer(device, "recover, signature " + std::to_string(i) + " of the known answers");
    }
    return {};
}

}  // namespace warpevm
