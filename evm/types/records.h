// SPDX-License-Identifier: Apache-2.0
// What executing a transaction yields, as fixed-size records in columns: written once, for C++ and for OpenCL
// C. Whoever executes fills them (the CPU's journal, a device, another machine), and the commit loop
// validates and commits them where they lie.
//
// Whoever includes this names the types first: WARPEVM_U32, WARPEVM_U64, WARPEVM_WORD (256 bits as four
// 64-bit words, least significant first), WARPEVM_HASH (32 bytes), WARPEVM_ADDRESS (20 bytes, not aligned).
// A record's fields that its flags don't speak of are zero.
#ifndef WARPEVM_TYPES_RECORDS_H
#define WARPEVM_TYPES_RECORDS_H

// Rows number the accounts, and the slots, of a window. A row with this bit stands for a key that has no row
// yet: the rest is an index into the list of such keys beside the records.
enum row_bits { ROW_IS_NEW_KEY = 1 << 30 };

// Which constraints an account_observation holds. They speak of the account at the transaction's start, so
// that a later change of it makes the transaction stale only if it would have mattered.
enum account_observation_flag {
    OBSERVED_BALANCE = 1 << 0,  // it was exactly `balance`; else at least so much
    OBSERVED_BELOW = 1 << 1,    // and less than `below`
    OBSERVED_NONCE = 1 << 2,    // `nonce`
    OBSERVED_CODE = 1 << 3,     // `code_hash`
    OBSERVED_STORAGE = 1 << 4,  // whether its storage holds anything (EIP-7610): see HAD_STORAGE
    HAD_STORAGE = 1 << 5,
    OBSERVED_EXISTENCE = 1 << 6,  // before Spurious Dragon: see EXISTED
    EXISTED = 1 << 7,
    OBSERVED_DEAD = 1 << 8,  // no nonce, no balance, no code (EIP-161)
    OBSERVED_ALIVE = 1 << 9  // one of the three
};

typedef struct {
    // OBSERVED_BALANCE: the balance. Else what it was at least: of each check that passed the amount, less
    // what the transaction had credited and plus what it had debited before.
    WARPEVM_WORD balance;
    WARPEVM_WORD below;  // the least of the checks that failed
    WARPEVM_HASH code_hash;
    WARPEVM_U64 nonce;
    WARPEVM_U32 row;
    WARPEVM_U32 flags;
} account_observation;

// A slot's exact value at the transaction's start.
typedef struct {
    WARPEVM_WORD value;
    WARPEVM_U32 row;
    WARPEVM_U32 reserved;
} slot_observation;

enum account_effect_flag {
    WROTE_NONCE = 1 << 0,  // `nonce`
    WROTE_CODE = 1 << 1,   // `code_hash`
    // Deletion of empty touched accounts, with all their storage, is decided at each transaction's end, in
    // order (EIP-161). Before Spurious Dragon: the account exists.
    TOUCHED = 1 << 2,
    WIPED = 1 << 3  // SELFDESTRUCT took effect: the account, its balance and all its storage are gone
};

// What a transaction did to an account. `delta` is added to the balance modulo 2^256, so that a debit is its
// negation.
typedef struct {
    WARPEVM_WORD delta;
    WARPEVM_HASH code_hash;
    WARPEVM_U64 nonce;
    WARPEVM_U32 row;
    WARPEVM_U32 flags;
} account_effect;

typedef struct {
    WARPEVM_WORD value;
    WARPEVM_U32 row;
    WARPEVM_U32 reserved;
} slot_effect;

typedef struct {
    WARPEVM_ADDRESS address;
    WARPEVM_U32 topic_count;
    WARPEVM_U64 first_topic;  // in the column of topics, 32 bytes each
    WARPEVM_U64 data_offset;  // in bytes
    WARPEVM_U64 data_size;
} log_record;

enum transaction_record_flag {
    RECORD_SUCCESS = 1 << 0  // the receipt's status
};

// A part of a column.
typedef struct {
    WARPEVM_U32 first;
    WARPEVM_U32 count;
} record_range;

typedef struct {
    WARPEVM_U64 gas_used;
    WARPEVM_U32 flags;
    WARPEVM_U32 reserved;
    record_range account_observations;
    record_range slot_observations;
    record_range account_effects;
    record_range slot_effects;
    record_range logs;
    // Accounts and slots that were read, in the order of first use: for what is assumed of unknown state.
    record_range accounts_read;
    record_range slots_read;
} transaction_record;

#endif
