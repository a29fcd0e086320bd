// SPDX-License-Identifier: Apache-2.0
// A transaction of any type as the protocol sees it. Decoding lives in codec/, execution in executor files
// beside this.
#pragma once

#include <optional>
#include <vector>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"

namespace warpevm {

enum class TxType : uint8_t {
    legacy = 0,
    access_list = 1,  ///< EIP-2930
    dynamic_fee = 2,  ///< EIP-1559
    blob = 3,         ///< EIP-4844
    set_code = 4,     ///< EIP-7702
};

struct AccessListEntry {
    Address address{};
    std::vector<Bytes32> storage_keys{};
    bool operator==(const AccessListEntry&) const = default;
};
using AccessList = std::vector<AccessListEntry>;

/// One tuple of an EIP-7702 authorization list, unchecked: an invalid one is skipped, not an error.
struct Authorization {
    U256 chain_id{};
    Address address{};
    uint64_t nonce = 0;
    uint8_t y_parity = 0;
    U256 r{};
    U256 s{};
    bool operator==(const Authorization&) const = default;
};

struct Transaction {
    TxType type = TxType::legacy;
    /// Absent in legacy transactions signed before EIP-155.
    std::optional<uint64_t> chain_id{};
    uint64_t nonce = 0;
    uint64_t gas_limit = 0;
    /// wei per gas: the gas price of types 0 and 1, which then equals max_priority_fee_per_gas.
    U256 max_fee_per_gas{};
    U256 max_priority_fee_per_gas{};
    /// Absent: creates a contract.
    std::optional<Address> to{};
    U256 value{};
    Bytes data{};
    AccessList access_list{};
    U256 max_fee_per_blob_gas{};
    std::vector<Hash> blob_versioned_hashes{};
    std::vector<Authorization> authorization_list{};
    /// The signature; y_parity is 0 or 1 whatever the encoding of v was. A transaction without signature has
    /// r = s = 0.
    uint8_t y_parity = 0;
    U256 r{};
    U256 s{};

    [[nodiscard]] bool is_create() const { return !to.has_value(); }
    [[nodiscard]] bool is_signed() const { return !(r.is_zero() && s.is_zero()); }
    bool operator==(const Transaction&) const = default;
};

}  // namespace warpevm
