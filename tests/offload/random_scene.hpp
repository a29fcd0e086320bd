// SPDX-License-Identifier: Apache-2.0
// Scenes whose contracts are random programs that call, create and destroy each other.
#pragma once

#include <memory>
#include <random>

#include "tests/offload/scene.hpp"

namespace warpevm::test {

inline const Address one = Address::from_low(0xa1), two = Address::from_low(0xa2),
                     absent = Address::from_low(0xa3);

/// A scene whose contracts are random, and one job on it.
inline std::unique_ptr<Scene> random_scene(uint64_t seed, Fork fork) {
    std::mt19937_64 random(seed);
    auto scene = std::make_unique<Scene>(fork);
    std::vector<Address> accounts{one, two, absent, scene_contract, scene_sender, scene_beneficiary};
    accounts.push_back(Address::from_low(1 + random() % 4));
    RandomProgram programs(seed, fork, accounts);
    for (const Address& a : {scene_contract, one, two}) {
        scene->state.set_account(a, 1, random() % 20, programs.make());
        for (uint64_t slot = 0; slot < 3; ++slot) scene->state.set_slot(a, slot, random() % 4);
    }
    scene->state.set_account(Address::from_low(3), 0, 0, {});  // empty, and may be touched
    if (random() % 8 == 0)
        scene->call(std::nullopt, programs.make(), 60'000 + random() % 400'000, random() % 5);
    else
        scene->call(accounts[random() % accounts.size()], Bytes(random() % 40, 7),
                    22'000 + random() % 400'000, random() % 5);
    return scene;
}

}  // namespace warpevm::test
