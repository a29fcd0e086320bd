// SPDX-License-Identifier: Apache-2.0
// Which precompile lives at which address under which fork.
#include "evm/vm/precompiles.hpp"

#include <array>

#include "evm/vm/precompiles/gas.hpp"
#include "evm/vm/precompiles/run.hpp"

namespace warpevm {
namespace {

using namespace precompiles;  // NOLINT(google-build-using-namespace): the table names dozens of functions

struct Entry {
    uint16_t address;
    Fork since;
    Precompile precompile;
};

/// The gas formulas that rows name.
namespace formula {
template <Id id>
constexpr auto linear = linear_gas<id>;
template <Id>
constexpr auto modexp = modexp_gas;
template <Id>
constexpr auto blake2f = blake2f_gas;
template <Id>
constexpr auto bls12_g1msm = bls12_g1msm_gas;
template <Id>
constexpr auto bls12_g2msm = bls12_g2msm_gas;
}  // namespace formula

constexpr std::array entries{
#define WARPEVM_PRECOMPILE(address, since, id, gas, name) \
    Entry{address, Fork::since, {formula::gas<Id::id>, run_##id, #name}},
#include "evm/vm/precompiles/precompiles.def"
#undef WARPEVM_PRECOMPILE
};

/// Rows stand at consecutive addresses from 1 on, but for the last, P256VERIFY at 0x100.
constexpr size_t dense_count = entries.size() - 1;
constexpr bool rows_stand_at_their_addresses() {
    for (size_t i = 0; i < dense_count; ++i)
        if (entries[i].address != i + 1) return false;
    return entries.back().address == 0x100;
}
static_assert(rows_stand_at_their_addresses());

const Entry* entry_at(uint32_t low) {
    if (low - 1 < dense_count) return &entries[low - 1];
    return low == entries.back().address ? &entries.back() : nullptr;
}

}  // namespace

const Precompile* find_precompile(const Address& address, Fork fork) {
    const uint8_t* bytes = address.bytes.data();
    if ((load_u64(bytes) | load_u64(bytes + 8)) != 0 || (bytes[16] | bytes[17]) != 0) return nullptr;
    const Entry* entry = entry_at(uint32_t{bytes[18]} << 8 | bytes[19]);
    return entry != nullptr && fork >= entry->since ? &entry->precompile : nullptr;
}

}  // namespace warpevm
