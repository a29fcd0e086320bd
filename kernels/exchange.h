// SPDX-License-Identifier: Apache-2.0
// What travels between the host and lanes, as compact as it can be without an encoding of its own. A lane's
// record (lane.h) stays on the device. Shared with the host, as shared.h is.
//
//   up, once a batch     forks; with the first job that needs it, an environment, a code, and in `inputs` an
//                        account that lanes are given, however many of them know it
//   up, once a job       its envelope, with call data, in `inputs`, before the launch in which it begins
//   up, each launch      a launch_head; a lane_place for each lane that runs; answers for those that waited
//   down, each launch    a lane_report for each lane that ran; a lane_need for each that waits, side by side
//   down, once a job     its result: a stream of 32-bit words that names the fields it has, which the host
//                        reads into the columns of evm/types/records.h (host/offload/collect)
//
// So all that grows with the number of launches is 16 bytes a lane, and an answer where there was a question.
// A lane that has ended is given another job of the batch. What is in `inputs` stays where it is until all
// lanes have ended.
#ifndef WARPEVM_KERNELS_EXCHANGE_H
#define WARPEVM_KERNELS_EXCHANGE_H

// ---- up

// An account at the transaction's start. The hash of a code that is not loaded follows; of any other,
// code_records has it.
typedef struct {
    WARPEVM_WORD balance;
    WARPEVM_U64 nonce;
    WARPEVM_ADDRESS address;
    WARPEVM_U32 flags;  // account_flag
    WARPEVM_U32 code;   // code_reference
    WARPEVM_U32 reserved;
} given_account;

typedef struct {
    WARPEVM_WORD key;
    WARPEVM_WORD start;
    WARPEVM_U32 account;  // its place among the lane's accounts
    WARPEVM_U32 flags;    // slot_flag
} given_slot;

enum authorization_flag {
    AUTHORIZATION_SEES_CODE = 1 << 0,
    AUTHORIZATION_SEES_NONCE = 1 << 1,
    AUTHORIZATION_SEES_EXISTENCE = 1 << 2,
    AUTHORIZATION_APPLIES = 1 << 3
};

// What the host made of one EIP-7702 authorization whose signer it recovered.
typedef struct {
    WARPEVM_HASH code_hash;
    WARPEVM_U64 nonce;
    WARPEVM_U64 refund;
    WARPEVM_U32 account;  // its place among the lane's accounts
    WARPEVM_U32 code;
    WARPEVM_U32 flags;
    WARPEVM_U32 reserved;
} authorization_record;

enum lane_flag {
    LANE_CREATES = 1 << 0,
    LANE_SUCCEEDED = 1 << 1,
    LANE_IS_CALL = 1 << 2,  // nobody signed it: its sender may have code, and its output is in the result
    LANE_REVERTED = 1 << 3  // it has not succeeded, and no exceptional halt is why
};

// Numbers of an envelope that are seldom wider than 64 bits.
enum envelope_number { NUMBER_GAS_PRICE, NUMBER_TIP, NUMBER_PREPAID, NUMBER_WORST_COST, NUMBER_VALUE };

// A transaction as the host prepared it, by evm/chain. It is followed by, in this order: given_slot;
// authorization_record; blob hashes; for each account its place in `inputs`, 32 bits; the numbers, each in so
// many 32-bit words as `number_sizes` says in four bits, least significant first; call data.
typedef struct {
    WARPEVM_U64 nonce;
    WARPEVM_U64 gas_limit;
    WARPEVM_U64 gas;  // for execution
    WARPEVM_U64 floor_gas;
    WARPEVM_U32 environment;
    WARPEVM_U32 flags;                   // lane_flag
    WARPEVM_U32 recipient, beneficiary;  // among the lane's accounts; the sender is the first of them
    WARPEVM_U32 account_count, slot_count, authorization_count, blob_hash_count;
    WARPEVM_U32 input_size;
    WARPEVM_U32 number_sizes;
} lane_envelope;

// A lane, and where something of it lies. In a launch: its envelope in `inputs`, for lanes with PLACE_BEGINS;
// else its answer (lane_need). For evm_inputs: where the input goes, in bytes. For evm_collect: where the
// result goes, in 32-bit words. For these two one more follows, for where the last one ends.
typedef struct {
    WARPEVM_U32 lane;
    WARPEVM_U32 at;
} lane_place;

enum lane_place_bits { PLACE_BEGINS = 1 << 30 };  // of `lane`: it begins with a job

// What all lanes of a launch share; their lane_places follow.
typedef struct {
    WARPEVM_U64 seed;    // of the hash tables of all lanes, the same for a batch
    WARPEVM_U32 parked;  // how many have left a lane_need; 0 before the launch
    WARPEVM_U32 reserved;
} launch_head;

// The answer to NEED_precompile; the output follows.
typedef struct {
    WARPEVM_U64 gas;  // left
    WARPEVM_U32 succeeded;
    WARPEVM_U32 size;
} precompile_answer;

// ---- down

// How a lane left a launch. `detail`: for NEED_*, the place of its lane_need; for done, the size of its
// result in 32-bit words.
typedef struct {
    WARPEVM_U32 status;
    WARPEVM_U32 detail;
} lane_report;

// What a lane waits for, by its status, and what lane_place::at is then:
//   NEED_account      address                          a given_account in `answers`
//   NEED_slot         address, key                     a word in `answers`
//   NEED_code         key (the hash as it lies in memory)   the code_reference itself
//   NEED_block_hash   key (the number)                 nothing: the environment's hash_window has it
//   NEED_precompile   address, gas, and the input: space, at, size   a precompile_answer in `answers`
// `at` is the lane's own for NEED_slot and NEED_code: of the slot or account.
typedef struct {
    WARPEVM_WORD key;
    WARPEVM_U64 gas;
    WARPEVM_ADDRESS address;
    WARPEVM_U32 space, at, size;
} lane_need;

// A result begins with these words.
enum result_word {
    RESULT_GAS_LOW,
    RESULT_GAS_HIGH,
    RESULT_FLAGS,  // lane_flag
    RESULT_ACCOUNTS,
    RESULT_ACCOUNT_USES,
    RESULT_SLOTS,
    RESULT_SLOT_USES,
    RESULT_LOGS,
    RESULT_CODES,
    RESULT_HEADER_WORDS
};
// Then so many of each:
//   accounts   the address; what is said of it, as below; of account_observation balance, below, code_hash,
//              nonce, of account_effect delta, code_hash, nonce, those that its bits name
//   uses       indices of accounts in the order of first use
//   slots      the account's index, with the bits below; the key; the value observed, and written
//   uses       likewise
//   logs       the account's index, number of topics, size of the data in bytes; topics; data
//   codes      the hash, size in bytes; the bytes
// and of a lane with LANE_IS_CALL its output: the size in bytes; the bytes.
// Bytes are padded with zeros to 32 bits. Words and hashes are eight, in the order of memory.
enum result_account {
    // From bit 0 on account_observation_flag, and from bit RESULT_EFFECT_SHIFT on account_effect_flag.
    RESULT_OBSERVATION_BITS = 0x3ff,
    RESULT_EFFECT_SHIFT = 12,
    RESULT_EFFECT_BITS = 0xf,
    RESULT_BALANCE = 1 << 16,  // the observation has a balance; OBSERVED_BALANCE: it is exact
    RESULT_DELTA = 1 << 17,
    RESULT_ACCOUNT_BITS = 0x3f3ff
};
enum result_slot { RESULT_SLOT_OBSERVED = 1 << 29, RESULT_SLOT_WRITTEN = 1 << 30 };

#endif
