// SPDX-License-Identifier: Apache-2.0
// What a lane consists of: a lane executes one transaction. All of it lies in buffers, so that a lane can
// stop at any instruction and go on in a later launch. Shared with the host, as shared.h is; what travels
// between the two is in exchange.h.
//
//   buffer        holds
//   lanes         a lane_record per lane, which stays on the device
//   arenas        a part of equal size per lane, whose sections a lane_shape places: offsets in bytes from
//                 the part's begin, 32 bits wide
//     frames      frame_record by depth
//     stack       words; each frame's stack begins where its caller's ends
//     memory      bytes; likewise. A frame of init code has its jump destinations before its memory
//     output      what the last callee returned: only one such output is alive at a time
//     accounts, slots   entries in the order of first use, found by hash through tables of indices plus one
//                 (transient slots too)
//     uses        the accounts in the order in which execution first used them, and likewise slots
//     undo        what reverting takes back
//     logs, topics, log data, codes   what was logged, what was deployed
//   inputs        read-only: envelopes with call data, accounts that the host knew beforehand
//   answers       read-only, one launch: what parked lanes asked for
//   codes         read-only: code bytes, each followed by its jump destinations, a bit a byte; code_records
//                 tell where. And images (image.h)
//   environments, forks, hashes   what blocks tell their transactions; prices; hashes of earlier blocks
//   launch, reports, needs, results   see exchange.h
#ifndef WARPEVM_KERNELS_LANE_H
#define WARPEVM_KERNELS_LANE_H

#include "kernels/exchange.h"

// An index that is none.
#define WARPEVM_NONE 0xffffffffU

enum fork_index {
#define WARPEVM_FORK(id, display) FORK_##id,
#include "evm/types/forks.def"
#undef WARPEVM_FORK
    FORK_COUNT
};

// The prices of gas.def, by the rows that introduce them.
enum price_index {
#define WARPEVM_PRICE_AT_frontier(price) PRICE_##price,
#define WARPEVM_PRICE_AT_tangerine_whistle(price)
#define WARPEVM_PRICE_AT_spurious_dragon(price)
#define WARPEVM_PRICE_AT_constantinople(price)
#define WARPEVM_PRICE_AT_petersburg(price)
#define WARPEVM_PRICE_AT_istanbul(price)
#define WARPEVM_PRICE_AT_berlin(price)
#define WARPEVM_PRICE_AT_london(price)
#define WARPEVM_PRICE_AT_shanghai(price)
#define WARPEVM_PRICE(fork, price, gas) WARPEVM_PRICE_AT_##fork(price)
#include "evm/vm/gas.def"
#undef WARPEVM_PRICE
    PRICE_COUNT
};

// An instruction in 32 bits: its static gas, what it takes and leaves, and whether the fork has it.
enum opcode_bits { OPCODE_POPS_SHIFT = 16, OPCODE_PUSHES_SHIFT = 21, OPCODE_DEFINED = 1 << 26 };

typedef struct {
    WARPEVM_U64 prices[PRICE_COUNT];
    WARPEVM_U64 identity_base, identity_word;  // of the one precompile that lanes run themselves
    WARPEVM_U32 opcodes[256];
    WARPEVM_U32 max_code_size;
    WARPEVM_U32 max_initcode_size;
    WARPEVM_U32 max_depth;
    WARPEVM_U32 max_stack;
    WARPEVM_U32 family;  // of forks with the same table of instructions (image.h)
    WARPEVM_U32 reserved;
} fork_record;

typedef struct {
    WARPEVM_WORD base_fee;
    WARPEVM_WORD difficulty_or_randao;
    WARPEVM_WORD blob_base_fee;
    WARPEVM_HASH parent_hash;
    WARPEVM_U64 number;
    WARPEVM_U64 timestamp;
    WARPEVM_U64 gas_limit;
    WARPEVM_U64 chain_id;
    WARPEVM_ADDRESS beneficiary;
    WARPEVM_U32 fork;
    WARPEVM_U32 precompiles;  // bit i: address i is one; bit 0: address 0x100 is
    WARPEVM_U32 hashes;       // its hash_window, or WARPEVM_NONE
} environment_record;

// Hashes of the 256 blocks before one, by number modulo 256.
typedef struct {
    WARPEVM_U32 known[8];
    WARPEVM_HASH hashes[256];
} hash_window;

// Where bytes lie.
enum byte_space { SPACE_ARENA, SPACE_INPUTS, SPACE_CODES, SPACE_ANSWERS };

// Codes are referred to by their place in code_records, or among those that the lane deployed.
enum code_reference {
    CODE_DEPLOYED = 1 << 30,      // the rest is an index of deployed_code
    CODE_EMPTY = 0x7ffffffe,      // no bytes
    CODE_NOT_LOADED = 0x7fffffff  // the account's code hash is not empty; nobody asked for the bytes
};

typedef struct {
    WARPEVM_HASH hash;
    WARPEVM_U32 at;  // in `codes`, in bytes; the jump destinations follow from the next multiple of 8 on
    WARPEVM_U32 size;
    WARPEVM_U32 image;  // an image_header in `codes`, the first of a chain; 0: there is none
    WARPEVM_U32 reserved;
} code_record;

// Likewise in the arena.
typedef struct {
    WARPEVM_HASH hash;
    WARPEVM_U32 at;
    WARPEVM_U32 size;
} deployed_code;

enum account_flag {
    ACCOUNT_EXISTS = 1 << 0,
    ACCOUNT_TOUCHED = 1 << 1,
    ACCOUNT_WARM = 1 << 2,
    ACCOUNT_CREATED = 1 << 3,
    ACCOUNT_DESTRUCTED = 1 << 4,
    ACCOUNT_STICKY_TOUCH = 1 << 5,  // of RIPEMD-160's address, which survives a revert
    // What follows is no state: a revert keeps it.
    ACCOUNT_USED = 1 << 6,
    ACCOUNT_EXISTED = 1 << 7,  // at the transaction's start
    ACCOUNT_HAD_STORAGE = 1 << 8,
    ACCOUNT_REVERTIBLE =
        ACCOUNT_EXISTS | ACCOUNT_TOUCHED | ACCOUNT_WARM | ACCOUNT_CREATED | ACCOUNT_DESTRUCTED
};

// An account as of now, as it was at the transaction's start, and what was observed of it.
typedef struct {
    WARPEVM_WORD balance;
    WARPEVM_WORD start_balance;
    WARPEVM_WORD at_least;
    WARPEVM_WORD below;
    WARPEVM_HASH code_hash;
    WARPEVM_HASH start_code_hash;
    WARPEVM_U64 nonce;
    WARPEVM_U64 start_nonce;
    WARPEVM_ADDRESS address;
    WARPEVM_U32 flags;
    WARPEVM_U32 observed;    // account_observation_flag
    WARPEVM_U32 code;        // code_reference
    WARPEVM_U32 checkpoint;  // for which the undo log has its state already
    WARPEVM_U32 reserved;
} account_entry;

enum slot_flag {
    SLOT_WARM = 1 << 0,
    SLOT_LOADED = 1 << 1,  // `start` is known
    SLOT_SEEN = 1 << 2,    // execution has read it
    SLOT_WRITTEN = 1 << 3,
    SLOT_TRANSIENT = 1 << 4
};

typedef struct {
    WARPEVM_WORD key;
    WARPEVM_WORD current;
    WARPEVM_WORD start;
    WARPEVM_U32 account;
    WARPEVM_U32 flags;
    WARPEVM_U32 checkpoint;
    WARPEVM_U32 reserved;
} slot_entry;

enum undo_bits { UNDO_SLOT = 1 << 30 };

// The state of an account or a slot (UNDO_SLOT, and `value` alone) before a frame changed it.
typedef struct {
    WARPEVM_WORD value;
    WARPEVM_HASH code_hash;
    WARPEVM_U64 nonce;
    WARPEVM_U32 index;
    WARPEVM_U32 flags;
    WARPEVM_U32 code;
    WARPEVM_U32 checkpoint;
} undo_entry;

typedef struct {
    WARPEVM_U32 account;
    WARPEVM_U32 topic_count;
    WARPEVM_U32 first_topic;
    WARPEVM_U32 data_at;
    WARPEVM_U32 data_size;
} log_entry;

enum frame_flag {
    FRAME_STATIC = 1 << 0,
    FRAME_CREATES = 1 << 1,
    FRAME_PRECOMPILE = 1 << 2,
    FRAME_LAZY_JUMPS = 1 << 3  // jump destinations are found as far as somebody jumped
};

typedef struct {
    WARPEVM_WORD value;
    WARPEVM_U64 gas;     // of a frame that waits for its callee or its next launch
    WARPEVM_U64 refund;  // from here on: what a revert goes back to
    WARPEVM_U32 undo;
    WARPEVM_U32 logs;
    WARPEVM_U32 topics;
    WARPEVM_U32 log_bytes;
    WARPEVM_U32 deployed;
    WARPEVM_U32 deployed_bytes;
    WARPEVM_U32 checkpoint;  // its number
    WARPEVM_U32 flags;
    WARPEVM_U32 self;  // whose storage and balance it works on
    WARPEVM_U32 caller;
    WARPEVM_U32 code_account;  // where its code came from
    WARPEVM_U32 code_space;
    WARPEVM_U32 code_at;
    WARPEVM_U32 code_size;
    WARPEVM_U32 image;  // that it is run over: an image_header in `codes`, or 0
    WARPEVM_U32 jumps_space;
    WARPEVM_U32 jumps_at;
    WARPEVM_U32 jumps_found;  // FRAME_LAZY_JUMPS: positions before this are in the bits
    WARPEVM_U32 jumps_skip;   // of the following, how many are a PUSH's data
    WARPEVM_U32 input_space;
    WARPEVM_U32 input_at;
    WARPEVM_U32 input_size;
    WARPEVM_U32 pc;  // in the code, or in the image's records
    WARPEVM_U32 height;
    WARPEVM_U32 stack_base;  // in words
    WARPEVM_U32 memory_base;
    WARPEVM_U32 memory_size;
    WARPEVM_U32 memory_cleared;  // what is beyond memory_size and before this is zero; until a callee runs
    WARPEVM_U32 output_at;       // in its caller's memory
    WARPEVM_U32 output_size;
} frame_record;

// Where the sections of a lane's arena lie, and how many of each it holds.
typedef struct {
    WARPEVM_U32 size;  // of the whole, in bytes
    WARPEVM_U32 frames_at, frame_limit;
    WARPEVM_U32 stack_at, stack_limit;
    WARPEVM_U32 memory_at, memory_limit;
    WARPEVM_U32 output_at, output_limit;
    WARPEVM_U32 accounts_at, account_limit;
    WARPEVM_U32 account_table_at, account_table_mask;
    WARPEVM_U32 account_uses_at;
    WARPEVM_U32 slots_at, slot_limit;
    WARPEVM_U32 slot_table_at, slot_table_mask;
    WARPEVM_U32 slot_uses_at;
    WARPEVM_U32 undo_at, undo_limit;
    WARPEVM_U32 logs_at, log_limit;
    WARPEVM_U32 topics_at, topic_limit;
    WARPEVM_U32 log_data_at, log_data_limit;
    WARPEVM_U32 deployed_at, deployed_limit;
    WARPEVM_U32 deployed_bytes_at, deployed_bytes_limit;
} lane_shape;

// PREPARE: nothing has happened. BEGIN: its tables stand. ENTER: the sender has paid. RUN: frames run.
enum lane_phase { PHASE_PREPARE, PHASE_BEGIN, PHASE_ENTER, PHASE_RUN, PHASE_ENDED };

// All of a lane but its arena.
typedef struct {
    // The envelope (lane_envelope).
    WARPEVM_WORD gas_price;
    WARPEVM_WORD tip;  // of the price, what the beneficiary gets
    WARPEVM_WORD prepaid;
    WARPEVM_WORD worst_cost;
    WARPEVM_WORD value;
    WARPEVM_U64 nonce;
    WARPEVM_U64 gas_limit;
    WARPEVM_U64 gas;  // for execution
    WARPEVM_U64 floor_gas;
    WARPEVM_U32 environment;
    WARPEVM_U32 flags;
    WARPEVM_U32 sender, recipient, beneficiary;  // accounts
    WARPEVM_U32 input_at, input_size;
    WARPEVM_U32 given_at, given_count;  // places of given_account
    WARPEVM_U32 given_slots_at, given_slot_count;
    WARPEVM_U32 authorizations_at, authorization_count;
    WARPEVM_U32 blob_hashes_at, blob_hash_count;
    // Between launches.
    WARPEVM_U32 status, phase;
    WARPEVM_U32 depth;
    WARPEVM_U32 account_count, account_uses, slot_count, slot_uses;
    WARPEVM_U32 undo_count, log_count, topic_count, log_bytes, deployed_count, deployed_bytes;
    WARPEVM_U32 output_size, checkpoints;
    WARPEVM_U32 answer;  // lane_place::at of this launch
    WARPEVM_U64 refund;  // signed
    // Of an instruction that hashes in several launches: Keccak's state after so many bytes, if any.
    WARPEVM_U64 hash_state[25];
    WARPEVM_U32 hashed;
    WARPEVM_U32 result_words;  // in phase PHASE_ENDED
    lane_need need;
    // In phase PHASE_ENDED.
    WARPEVM_U64 gas_used;
} lane_record;

#endif
