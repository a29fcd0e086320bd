// SPDX-License-Identifier: Apache-2.0
// What transfers.cl takes and leaves. Shared with the host, as shared.h is.
#ifndef WARPEVM_KERNELS_TRANSFER_H
#define WARPEVM_KERNELS_TRANSFER_H

// The accounts of a transfer, in the order of their keys.
enum transfer_party { PARTY_SENDER, PARTY_RECIPIENT, PARTY_BENEFICIARY, PARTY_COUNT };
// Records that a transfer has room for; how many of each it has says its result.
enum transfer_records { TRANSFER_OBSERVATIONS = 2, TRANSFER_EFFECTS = PARTY_COUNT };

// The envelope, by evm/chain, and what the host knows of the three accounts.
typedef struct {
    WARPEVM_WORD value;
    WARPEVM_WORD gas_price;
    WARPEVM_WORD tip;  // of the price, what the beneficiary gets
    WARPEVM_WORD worst_cost;
    WARPEVM_WORD balances[PARTY_COUNT];
    WARPEVM_U64 nonce;
    WARPEVM_U64 intrinsic_gas;
    WARPEVM_U64 floor_gas;
    WARPEVM_U32 codes[2];  // code_reference of sender and recipient
    // Which party the account is listed as: accounts that are the same are one.
    WARPEVM_U32 recipient;
    WARPEVM_U32 beneficiary;
} transfer_record;

typedef struct {
    WARPEVM_U64 gas_used;
    WARPEVM_U32 status;
    WARPEVM_U32 observations;
    WARPEVM_U32 effects;
    WARPEVM_U32 reserved;
} transfer_result;

#endif
