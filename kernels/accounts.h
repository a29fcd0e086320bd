// SPDX-License-Identifier: Apache-2.0
// The accounts of a lane: an account is copied when it is first asked for, and never read again. All that was
// observed of it is said of that copy; what is asked and done here is what evm/state/journal.hpp asks and
// does.
#ifndef WARPEVM_KERNELS_ACCOUNTS_H
#define WARPEVM_KERNELS_ACCOUNTS_H

#include "kernels/undo.h"

// keccak256 of nothing, in the order of memory.
WARPEVM_INLINE word empty_code_hash(void) {
    const word r = {{0x3c23f7860146d2c5UL, 0xc003c7dcb27d7e92UL, 0x3b2782ca53b600e5UL, 0x70a4855d04d8fa7bUL}};
    return r;
}

// Mixes so that every bit of x reaches every bit of the result.
WARPEVM_INLINE ulong mix_bits(ulong x) {
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93UL;
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93UL;
    return x ^ x >> 32;
}

// ---- by address. The table holds indices plus one; it is at most half full.

WARPEVM_INLINE uint account_place(const machine* m, address20 a) {
    ulong h = m->given->seed;
    h = mix_bits(h ^ ((ulong)a.v[0] << 32 | a.v[1]));
    h = mix_bits(h ^ ((ulong)a.v[2] << 32 | a.v[3]));
    return (uint)mix_bits(h ^ a.v[4]);
}
WARPEVM_INLINE __global uint* account_table(const machine* m) {
    return (__global uint*)(m->arena + m->shape->account_table_at);
}

// Its index, or WARPEVM_NONE.
WARPEVM_CALL uint find_account(const machine* m, address20 a) {
    const uint mask = m->shape->account_table_mask;
    __global const uint* table = account_table(m);
    for (uint place = account_place(m, a) & mask; table[place] != 0; place = (place + 1) & mask)
        if (address_equal(account_at(m, table[place] - 1)->address, a)) return table[place] - 1;
    return WARPEVM_NONE;
}

WARPEVM_INLINE word hash_of_given(const machine* m, __global const given_account* given) {
    if (given->code == CODE_EMPTY) return empty_code_hash();
    if (given->code == CODE_NOT_LOADED) return *(__global const word*)(given + 1);
    return m->given->code_records[given->code].hash;
}

// Adds an account that is not there yet, as the host gave it.
WARPEVM_CALL void add_account(machine* m, __global const given_account* given) {
    const uint index = m->lane->account_count;
    if (index >= m->shape->account_limit) {
        escalate(m, STATUS_ESCALATE_accounts);
        return;
    }
    // Bounds say nothing where sums may wrap.
    if (word_is_negative(given->balance)) escalate(m, STATUS_ESCALATE_large_balance);
    __global account_entry* a = account_at(m, index);
    const word hash = hash_of_given(m, given);
    a->balance = given->balance;
    a->start_balance = given->balance;
    a->at_least = word_zero();
    a->below = word_zero();
    a->code_hash = hash;
    a->start_code_hash = hash;
    a->nonce = given->nonce;
    a->start_nonce = given->nonce;
    a->address = given->address;
    a->flags = given->flags;
    a->observed = 0;
    a->code = given->code;
    a->checkpoint = 0;
    a->reserved = 0;
    ++m->lane->account_count;
    const uint mask = m->shape->account_table_mask;
    __global uint* table = account_table(m);
    uint place = account_place(m, given->address) & mask;
    while (table[place] != 0) place = (place + 1) & mask;
    table[place] = index + 1;
}

// Execution is about to use the account.
WARPEVM_CALL void use_account(machine* m, uint index) {
    __global account_entry* a = account_at(m, index);
    if (a->flags & ACCOUNT_USED) return;
    a->flags |= ACCOUNT_USED;
    ((__global uint*)(m->arena + m->shape->account_uses_at))[m->lane->account_uses++] = index;
}

// The account's index, once the host has said what it is.
WARPEVM_CALL uint need_account(machine* m, address20 a, uint* index) {
    *index = find_account(m, a);
    if (*index == WARPEVM_NONE) {
        m->lane->need.address = a;
        return park(m, STATUS_NEED_account);
    }
    use_account(m, *index);
    return STEP_DONE;
}

// ---- what is observed

WARPEVM_INLINE uint has_code(__global const account_entry* a) {
    return a->code != CODE_EMPTY;
}
// No nonce, no balance, no code (EIP-161).
WARPEVM_INLINE uint is_empty(__global const account_entry* a) {
    return a->nonce == 0 && word_is_zero(a->balance) && !has_code(a);
}

WARPEVM_INLINE word observe_balance(machine* m, uint index) {
    __global account_entry* a = account_at(m, index);
    a->observed |= OBSERVED_BALANCE;
    return a->balance;
}
WARPEVM_INLINE ulong observe_nonce(machine* m, uint index) {
    __global account_entry* a = account_at(m, index);
    a->observed |= OBSERVED_NONCE;
    return a->nonce;
}
WARPEVM_INLINE void observe_code(machine* m, uint index) {
    account_at(m, index)->observed |= OBSERVED_CODE;
}

// Whether the balance is at least `amount`. Of the balance at the start that says a bound: what this
// transaction credited before counts less, what it debited more.
WARPEVM_CALL uint can_pay(machine* m, uint index, word amount) {
    __global account_entry* a = account_at(m, index);
    const word start = a->start_balance;
    const word now = a->balance;
    if (!word_less(now, amount)) {
        const word slack = word_sub(now, amount);
        if (word_less(start, slack)) return 1;
        const word least = word_sub(start, slack);
        if (word_less(a->at_least, least)) a->at_least = least;
        return 1;
    }
    ulong carry;
    const word below = word_add_carry(start, word_sub(amount, now), &carry);
    if (carry) return 0;  // no balance could have passed
    if (!(a->observed & OBSERVED_BELOW) || word_less(below, a->below)) a->below = below;
    a->observed |= OBSERVED_BELOW;
    return 0;
}

// Whether the account is empty now, said of the start. Where this transaction changed the balance, it is a
// question of a bound.
WARPEVM_CALL uint is_dead(machine* m, uint index) {
    __global account_entry* a = account_at(m, index);
    const uint dead = is_empty(a);
    const uint same_nonce = a->nonce == a->start_nonce;
    const uint same_code = word_equal(a->code_hash, a->start_code_hash);
    if (same_nonce && same_code && word_equal(a->balance, a->start_balance)) {
        a->observed |= dead ? OBSERVED_DEAD : OBSERVED_ALIVE;
        return dead;
    }
    if (!same_nonce && a->nonce != 0) return dead;  // alive by this transaction's own doing
    if (!same_code && has_code(a)) return dead;
    a->observed |= OBSERVED_NONCE | OBSERVED_CODE;
    if (a->nonce == 0 && !has_code(a)) can_pay(m, index, word_of(1));
    return dead;
}

// ---- what is done

WARPEVM_INLINE void touch_as(machine* m, uint index, uint of_no_value) {
    __global account_entry* a = account_at(m, index);
    if ((a->flags & ACCOUNT_TOUCHED) && (a->flags & ACCOUNT_EXISTS)) return;
    // RIPEMD-160's address keeps its touch beyond a revert (mainnet block 2,675,119).
    const uint sticky = of_no_value && small_address(a->address) == 3 && is_dead(m, index);
    save_account(m, index);
    a->flags |= ACCOUNT_TOUCHED | ACCOUNT_EXISTS | (sticky ? ACCOUNT_STICKY_TOUCH : 0);
}
WARPEVM_CALL void touch(machine* m, uint index) {
    touch_as(m, index, 0);
}

WARPEVM_CALL void credit(machine* m, uint index, word amount) {
    touch_as(m, index, word_is_zero(amount));
    if (word_is_zero(amount)) return;
    save_account(m, index);
    __global account_entry* a = account_at(m, index);
    a->balance = word_add(a->balance, amount);
    if (word_is_negative(a->balance) || word_is_negative(amount)) escalate(m, STATUS_ESCALATE_large_balance);
}

// Whoever debits has checked can_pay.
WARPEVM_CALL void debit(machine* m, uint index, word amount) {
    touch(m, index);
    if (word_is_zero(amount)) return;
    save_account(m, index);
    __global account_entry* a = account_at(m, index);
    a->balance = word_sub(a->balance, amount);
}

WARPEVM_CALL void set_nonce(machine* m, uint index, ulong nonce) {
    touch(m, index);
    save_account(m, index);
    account_at(m, index)->nonce = nonce;
}

WARPEVM_CALL void set_code(machine* m, uint index, uint code, word hash) {
    touch(m, index);
    save_account(m, index);
    __global account_entry* a = account_at(m, index);
    a->code = code;
    a->code_hash = hash;
}

WARPEVM_CALL void set_account_flag(machine* m, uint index, uint flag) {
    if (account_at(m, index)->flags & flag) return;
    save_account(m, index);
    account_at(m, index)->flags |= flag;
}

// EIP-2929. Precompiles are always warm; without access lists everything is.
WARPEVM_INLINE uint is_warm(const machine* m, uint index, address20 a) {
    return (index != WARPEVM_NONE && (account_at(m, index)->flags & ACCOUNT_WARM)) || is_precompile(m, a);
}
WARPEVM_INLINE void warm_up(machine* m, uint index) {
    if (m->fork >= FORK_berlin) set_account_flag(m, index, ACCOUNT_WARM);
}

// Charges for touching an account: `cold` and `warm` beyond the instruction's static gas; only then asks for
// it. The caller warms it up once nothing can park any more.
WARPEVM_CALL uint access_account(machine* m, address20 a, long cold, long warm, uint* index) {
    *index = find_account(m, a);
    if (m->fork >= FORK_berlin && !charge(m, is_warm(m, *index, a) ? warm : cold)) return STEP_FAILED;
    return need_account(m, a, index);
}
// Where the static gas holds the warm price already.
WARPEVM_INLINE uint access_beyond_warm(machine* m, address20 a, uint* index) {
    return access_account(m, a, price(m, PRICE_cold_account) - price(m, PRICE_warm_access), 0, index);
}

#endif
