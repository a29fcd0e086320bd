// SPDX-License-Identifier: Apache-2.0
// Observations and effects as a test writes them down: what is left out was not observed, or not changed.
#pragma once

#include <optional>

#include "evm/state/observation.hpp"

namespace warpevm::test {

struct BalanceConstraint {
    std::optional<U256> exact;
    U256 at_least;
    std::optional<U256> below;
    bool operator==(const BalanceConstraint&) const = default;
};
inline BalanceConstraint exactly(const U256& v) {
    return {.exact = v, .at_least = {}, .below = {}};
}
inline BalanceConstraint between(const U256& least, std::optional<U256> below = {}) {
    return {.exact = {}, .at_least = least, .below = below};
}
inline BalanceConstraint balance_of(const AccountObservation& o) {
    if (has(o, OBSERVED_BALANCE)) return exactly(o.balance);
    return between(o.balance, has(o, OBSERVED_BELOW) ? std::optional(o.below) : std::nullopt);
}

enum class Liveness : uint8_t { not_observed, dead, alive };
inline Liveness liveness_of(const AccountObservation& o) {
    if (has(o, OBSERVED_DEAD)) return Liveness::dead;
    return has(o, OBSERVED_ALIVE) ? Liveness::alive : Liveness::not_observed;
}

struct Observed {
    BalanceConstraint balance{};
    std::optional<uint64_t> nonce{};
    std::optional<Hash> code_hash{};
    std::optional<bool> has_storage{};
    std::optional<bool> exists{};
    Liveness liveness = Liveness::not_observed;

    operator AccountObservation() const {  // NOLINT(google-explicit-constructor)
        AccountObservation o{};
        const auto flag = [&](bool set, uint32_t bits) { o.flags |= set ? bits : 0; };
        o.balance = balance.exact.value_or(balance.at_least);
        o.below = balance.below.value_or(U256{});
        o.nonce = nonce.value_or(0);
        o.code_hash = code_hash.value_or(Hash{});
        flag(balance.exact.has_value(), OBSERVED_BALANCE);
        flag(balance.below.has_value(), OBSERVED_BELOW);
        flag(nonce.has_value(), OBSERVED_NONCE);
        flag(code_hash.has_value(), OBSERVED_CODE);
        flag(has_storage.has_value(), OBSERVED_STORAGE);
        flag(has_storage.value_or(false), HAD_STORAGE);
        flag(exists.has_value(), OBSERVED_EXISTENCE);
        flag(exists.value_or(false), EXISTED);
        flag(liveness == Liveness::dead, OBSERVED_DEAD);
        flag(liveness == Liveness::alive, OBSERVED_ALIVE);
        return o;
    }
};

struct Did {
    Row row = 0;
    U256 delta{};
    std::optional<uint64_t> nonce{};
    std::optional<Hash> code_hash{};
    bool touched = false;
    bool wiped = false;

    operator AccountEffect() const {  // NOLINT(google-explicit-constructor)
        AccountEffect e{.delta = delta, .row = row};
        e.nonce = nonce.value_or(0);
        e.code_hash = code_hash.value_or(Hash{});
        const auto flag = [&](bool set, uint32_t bit) { e.flags |= set ? bit : 0; };
        flag(nonce.has_value(), WROTE_NONCE);
        flag(code_hash.has_value(), WROTE_CODE);
        flag(touched, TOUCHED);
        flag(wiped, WIPED);
        return e;
    }
};

}  // namespace warpevm::test
