// SPDX-License-Identifier: Apache-2.0
// Instructions that ask or change the state: shared by both loops. All charge what depends on state and
// operands.
#pragma once

#include "evm/vm/memory_ops.hpp"
#include "evm/vm/precompiles.hpp"

namespace warpevm {

/// What touching an account costs beyond the instruction's static gas (EIP-2929).
struct AccessPrice {
    int64_t cold, warm;
};
/// Where the static gas holds the warm price already.
inline AccessPrice beyond_warm(const Prices& p) {
    return {.cold = p.cold_account - p.warm_access, .warm = 0};
}

/// Charges for touching an account, and only then asks the state for it and warms it up. Precompiles are
/// always warm. Nothing: out of gas.
template <class F>
std::optional<Row> access_account(F& f, const Address& address, const AccessPrice& price) {
    const std::optional<Row> known = f.journal.known_account(address);
    if (f.fork < Fork::berlin) return known ? *known : f.journal.account(address);
    const bool warm = (known && f.journal.is_warm(*known)) || find_precompile(address, f.fork) != nullptr;
    if (!f.charge(warm ? price.warm : price.cold)) return std::nullopt;
    const Row row = known ? *known : f.journal.account(address);
    f.journal.warm_account(row);
    return row;
}

template <class F>
Status op_balance(F& f, const U256& address, U256& result) {
    const auto row = access_account(f, to_address(address), beyond_warm(f.prices()));
    if (!row) return Status::out_of_gas;
    result = f.journal.balance(*row);
    return Status::success;
}
template <class F>
Status op_extcodesize(F& f, const U256& address, U256& result) {
    const auto row = access_account(f, to_address(address), beyond_warm(f.prices()));
    if (!row) return Status::out_of_gas;
    result = f.journal.code(*row).bytes().size();
    return Status::success;
}
template <class F>
Status op_extcodehash(F& f, const U256& address, U256& result) {
    const auto row = access_account(f, to_address(address), beyond_warm(f.prices()));
    if (!row) return Status::out_of_gas;
    // EIP-1052: zero for an account that is dead.
    result = f.journal.is_dead(*row) ? U256{} : to_u256(f.journal.code_hash(*row));
    return Status::success;
}
template <class F>
Status op_extcodecopy(F& f, const U256& address, const U256& to, const U256& from, const U256& size) {
    if (const Status s = charge_copy(f, to, size); s != Status::success) return s;
    const auto row = access_account(f, to_address(address), beyond_warm(f.prices()));
    if (!row) return Status::out_of_gas;
    if (!size.is_zero()) copy_paid(f, f.journal.code(*row).bytes(), to, from, size);
    return Status::success;
}

template <class F>
U256 op_blockhash(F& f, const U256& number) {
    const BlockEnvironment& block = f.block;
    if (!number.fits_u64() || number.limb[0] >= block.number || block.number - number.limb[0] > 256)
        return {};
    if (number.limb[0] + 1 == block.number && !block.parent_hash.is_zero()) return to_u256(block.parent_hash);
    return to_u256(f.journal.block_hash(number.limb[0]));
}

template <class F>
Status op_sload(F& f, const U256& key, U256& result) {
    const Row row = f.journal.unread_slot(f.message.recipient_row, key);
    if (f.fork >= Fork::berlin && f.journal.warm_slot(row) &&
        !f.charge(f.prices().cold_slot - f.prices().warm_access))
        return Status::out_of_gas;
    result = f.journal.read_slot(row).current;
    return Status::success;
}

/// Gas and refund of a store with net metering (EIP-1283, EIP-2200, EIP-3529): `noop` is the price of a no-op
/// costs.
inline int64_t net_metered_sstore(const Prices& p, const SlotRow& s, const U256& value, int64_t& refund) {
    if (s.current == value) return p.sstore_noop;
    const int64_t clear = p.sstore_clear_refund;
    if (s.original == s.current) {
        if (s.original.is_zero()) return p.sstore_set;
        if (value.is_zero()) refund += clear;
        return p.sstore_reset;
    }
    if (!s.original.is_zero()) {
        if (s.current.is_zero()) refund -= clear;
        if (value.is_zero()) refund += clear;
    }
    if (s.original == value) refund += (s.original.is_zero() ? p.sstore_set : p.sstore_reset) - p.sstore_noop;
    return p.sstore_noop;
}

template <class F>
Status op_sstore(F& f, const U256& key, const U256& value) {
    if (f.message.is_static) return Status::static_violation;
    const Prices& p = f.prices();
    const bool net_metered = f.fork == Fork::constantinople || f.fork >= Fork::istanbul;
    // EIP-1706: a call with a stipend only can't store.
    if (f.fork >= Fork::istanbul && f.gas <= p.call_stipend) return Status::out_of_gas;
    const Row row = f.journal.unread_slot(f.message.recipient_row, key);
    if (f.fork >= Fork::berlin && f.journal.warm_slot(row) && !f.charge(p.cold_slot))
        return Status::out_of_gas;
    // Charge before reading: the price depends on the value, but it is known to be at least this.
    if (f.gas < (net_metered ? p.sstore_noop : p.sstore_reset)) return Status::out_of_gas;
    const SlotRow& s = f.journal.read_slot(row);
    int64_t gas = 0, refund = 0;
    if (net_metered) {
        gas = net_metered_sstore(p, s, value, refund);
    } else {
        gas = s.current.is_zero() && !value.is_zero() ? p.sstore_set : p.sstore_reset;
        if (!s.current.is_zero() && value.is_zero()) refund = p.sstore_clear_refund;
    }
    if (!f.charge(gas)) return Status::out_of_gas;
    f.journal.add_refund(refund);
    f.journal.set_slot(row, value);
    return Status::success;
}

template <class F>
Status op_tstore(F& f, const U256& key, const U256& value) {
    if (f.message.is_static) return Status::static_violation;
    f.journal.set_transient(f.message.recipient_row, key, value);
    return Status::success;
}

template <class F>
U256 op_blobhash(const F& f, const U256& index) {
    const auto hashes = f.transaction.blob_hashes;
    return index.fits_u64() && index.limb[0] < hashes.size() ? to_u256(hashes[index.limb[0]]) : U256{};
}

/// SELFDESTRUCT (Yellow Paper H.2, EIP-150, 161, 2929, 3529, 6780).
template <class F>
Status op_selfdestruct(F& f, const U256& to) {
    if (f.message.is_static) return Status::static_violation;
    auto& journal = f.journal;
    const Prices& p = f.prices();
    const Row self = f.message.recipient_row;
    const auto accessed = access_account(f, to_address(to), {.cold = p.cold_account, .warm = 0});
    if (!accessed) return Status::out_of_gas;
    const Row heir = *accessed;
    const U256 balance = journal.balance(self);
    if (p.selfdestruct_new_account != 0) {
        const bool makes_account = f.fork >= Fork::spurious_dragon
                                       ? !balance.is_zero() && journal.is_dead(heir)
                                       : !journal.exists(heir);
        if (makes_account && !f.charge(p.selfdestruct_new_account)) return Status::out_of_gas;
    }
    const bool vanishes = f.fork < Fork::cancun || journal.created_now(self);
    if (self != heir || vanishes) {
        journal.debit(self, balance);
        // To itself and vanishing: the ether is burned.
        if (self != heir) journal.credit(heir, balance);
    } else {
        journal.touch(self);
    }
    if (vanishes && journal.destruct(self)) journal.add_refund(p.selfdestruct_refund);
    return Status::success;
}

}  // namespace warpevm
