// SPDX-License-Identifier: Apache-2.0
// Signed transactions as on the wire (RLP; types 0 to 4 of EIP-2718, 2930, 1559, 4844 and 7702) to signatures
// over their signing hash: the first link of the chain that recover.cl ends.
#include "kernels/keccak.h"
#include "kernels/rlp.h"
#include "kernels/shared.h"

#define TYPE_ACCESS_LIST 1
#define TYPE_BLOB 3
#define TYPE_SET_CODE 4
// v of a legacy signature is 27 or 28, or 35 + 2 * chain id or one more (EIP-155).
#define LEGACY_V 27
#define PROTECTED_V 35

// What is signed: up to 6 bytes of type and list header, a stretch of the message, up to 11 bytes of EIP-155,
// and the first byte of Keccak's padding. Only the stretch is long, and it is read where it stands.
typedef struct {
    __global const ulong* words;
    uint last_word;  // that may be read
    uint body;       // in bytes from words
    uint body_size;
    ulong prefix;
    uint prefix_size;
    uint suffix_size;  // padding included
    ulong suffix[2];
} signing_payload;

// Eight bytes from any offset within the message; what they have of behind its last word is unspecified.
WARPEVM_INLINE ulong unaligned_word(const signing_payload* p, uint offset) {
    const uint index = offset / 8;
    const uint shift = 8 * (offset % 8);
    const ulong low = p->words[index] >> shift;
    return shift == 0 ? low : low | p->words[min(index + 1, p->last_word)] << (64 - shift);
}

// The lowest `count` bytes of a word, for any count.
WARPEVM_INLINE ulong low_bytes(ulong word, uint count) {
    return count >= 8 ? word : word & ((1UL << (8 * count)) - 1);
}

// The eight bytes of the padded payload from byte `at`, a multiple of 8, on; zeros behind its end.
WARPEVM_CALL ulong payload_word(const signing_payload* p, uint at) {
    const uint body_end = p->prefix_size + p->body_size;
    ulong word = 0;
    if (at == 0) {
        const uint count = min(p->body_size, 8 - p->prefix_size);
        word = p->prefix | low_bytes(unaligned_word(p, p->body), count) << (8 * p->prefix_size);
    } else if (at < body_end) {
        word = low_bytes(unaligned_word(p, p->body + at - p->prefix_size), body_end - at);
    }
    if (at >= body_end) {
        const uint skip = at - body_end;
        if (skip == 0)
            word |= p->suffix[0];
        else if (skip < 8)
            word |= p->suffix[0] >> (8 * skip) | p->suffix[1] << (64 - 8 * skip);
        else if (skip < 16)
            word |= p->suffix[1] >> (8 * (skip - 8));
    } else if (body_end - at < 8) {
        word |= p->suffix[0] << (8 * (body_end - at));
    }
    return word;
}

WARPEVM_INLINE void append_suffix(signing_payload* p, uint byte) {
    p->suffix[p->suffix_size / 8] |= (ulong)byte << (8 * (p->suffix_size % 8));
    ++p->suffix_size;
}

WARPEVM_INLINE uint byte_length(ulong x) {
    uint length = 0;
    for (; x != 0; x >>= 8) ++length;
    return length;
}

// Chain id, 0, 0 (EIP-155).
WARPEVM_INLINE void append_chain_id(signing_payload* p, ulong chain_id) {
    const uint length = byte_length(chain_id);
    if (chain_id >= RLP_STRING || chain_id == 0) append_suffix(p, RLP_STRING + length);
    for (uint i = length; i-- > 0;) append_suffix(p, (uint)(chain_id >> (8 * i)) & 0xff);
    append_suffix(p, RLP_STRING);
    append_suffix(p, RLP_STRING);
}

WARPEVM_INLINE void append_prefix(signing_payload* p, uint byte) {
    p->prefix |= (ulong)byte << (8 * p->prefix_size);
    ++p->prefix_size;
}

// Type byte (0: none) and the header of a list of `size` bytes.
WARPEVM_INLINE void append_header(signing_payload* p, uint type, uint size) {
    if (type != 0) append_prefix(p, type);
    if (size <= RLP_SHORT) {
        append_prefix(p, RLP_LIST + size);
        return;
    }
    const uint length = byte_length(size);
    append_prefix(p, RLP_LIST + RLP_SHORT + length);
    for (uint i = length; i-- > 0;) append_prefix(p, size >> (8 * i) & 0xff);
}

WARPEVM_INLINE void hash_payload(const signing_payload* p, __global ulong* digest) {
    const uint size = p->prefix_size + p->body_size + p->suffix_size - 1;
    ulong a[KECCAK_STATE_WORDS] = {0};
    for (uint block = 0;; block += KECCAK_RATE) {
#define ABSORB(w) a[w] ^= payload_word(p, block + 8 * w);
        KECCAK_FOR_RATE(ABSORB)
#undef ABSORB
        const uint is_last = size - block < KECCAK_RATE;
        if (is_last) a[KECCAK_RATE_WORDS - 1] ^= KECCAK_LAST_BIT;
        keccak_permute(a);
        if (is_last) break;
    }
    digest[0] = a[0];
    digest[1] = a[1];
    digest[2] = a[2];
    digest[3] = a[3];
}

// Nothing (a creation) or an address.
WARPEVM_INLINE void skip_to(rlp_reader* in) {
    const rlp_item to = rlp_string(in);
    in->bad |= to.size != 0 && to.size != 20;
}

WARPEVM_INLINE void skip_hashes(rlp_reader* in) {
    rlp_reader hashes = rlp_list(in);
    while (!hashes.bad && hashes.at < hashes.end) rlp_fixed(&hashes, 32);
    in->bad |= hashes.bad;
}

WARPEVM_INLINE void skip_access_list(rlp_reader* in) {
    rlp_reader list = rlp_list(in);
    while (!list.bad && list.at < list.end) {
        rlp_reader entry = rlp_list(&list);
        rlp_fixed(&entry, 20);
        skip_hashes(&entry);
        list.bad |= entry.bad | (entry.at != entry.end);
    }
    in->bad |= list.bad;
}

// EIP-7702: chain id, address, nonce, y parity, r, s.
WARPEVM_INLINE void skip_authorizations(rlp_reader* in) {
    rlp_reader list = rlp_list(in);
    while (!list.bad && list.at < list.end) {
        rlp_reader tuple = rlp_list(&list);
        rlp_number(&tuple, 32);
        rlp_fixed(&tuple, 20);
        rlp_number(&tuple, 8);
        rlp_number(&tuple, 1);
        rlp_number(&tuple, 32);
        rlp_number(&tuple, 32);
        list.bad |= tuple.bad | (tuple.at != tuple.end);
    }
    in->bad |= list.bad;
}

// Everything before the signature.
WARPEVM_INLINE void skip_unsigned(rlp_reader* in, uint type) {
    if (type != 0) rlp_number(in, 8);                 // chain id
    rlp_number(in, 8);                                // nonce
    rlp_number(in, 32);                               // gas price, or max priority fee per gas
    if (type > TYPE_ACCESS_LIST) rlp_number(in, 32);  // max fee per gas
    rlp_number(in, 8);                                // gas limit
    skip_to(in);
    rlp_number(in, 32);  // value
    rlp_string(in);      // data
    if (type == 0) return;
    skip_access_list(in);
    if (type == TYPE_BLOB) {
        rlp_number(in, 32);  // max fee per blob gas
        skip_hashes(in);
    }
    if (type == TYPE_SET_CODE) skip_authorizations(in);
}

// v of a legacy transaction to the parity of y, and the chain id to the payload's end if there is one.
WARPEVM_INLINE uint read_v(rlp_reader* in, signing_payload* p) {
    const rlp_item v = rlp_number(in, 9);
    if (in->bad) return 0;
    const ulong low = rlp_number_word(in, v, 0);
    const ulong high = rlp_number_word(in, v, 1);
    if (high == 0 && (low == LEGACY_V || low == LEGACY_V + 1)) return (uint)low - LEGACY_V;
    const ulong top = high - (low < PROTECTED_V);
    // Also where v is below PROTECTED_V: then top is 2^64 - 1.
    if (top > 1) {
        in->bad = 1;
        return 0;
    }
    const ulong doubled = low - PROTECTED_V;
    append_chain_id(p, top << 63 | doubled >> 1);
    return (uint)doubled & 1;
}

WARPEVM_INLINE uint read_y_parity(rlp_reader* in) {
    const rlp_item parity = rlp_number(in, 1);
    if (in->bad || parity.size == 0) return 0;
    const uint value = in->bytes[parity.start];
    in->bad |= value > 1;
    return value;
}

// Reads a transaction of `length` bytes at `words` into *to; returns whether it is one.
WARPEVM_INLINE uint read_transaction(__global const ulong* words, uint length, __global signature* to) {
    rlp_reader whole = {(__global const uchar*)words, 0, length, length == 0};
    uint type = 0;
    if (!whole.bad && whole.bytes[0] < RLP_LIST) {
        type = whole.bytes[0];
        whole.bad = type == 0 || type > TYPE_SET_CODE;
        whole.at = 1;
    }
    rlp_reader in = rlp_list(&whole);
    if (in.bad || whole.at != whole.end) return 0;

    signing_payload p = {words, length / 8, in.at, 0, 0, 0, 0, {0, 0}};
    skip_unsigned(&in, type);
    p.body_size = in.at - p.body;
    const uint parity = type == 0 ? read_v(&in, &p) : read_y_parity(&in);
    const rlp_item r = rlp_number(&in, 32);
    const rlp_item s = rlp_number(&in, 32);
    if (in.bad || in.at != in.end) return 0;

    append_header(&p, type, p.body_size + p.suffix_size);
    append_suffix(&p, 1);
    hash_payload(&p, to->digest);
    for (uint i = 0; i < 4; ++i) {
        to->r[i] = rlp_number_word(&in, r, i);
        to->s[i] = rlp_number_word(&in, s, i);
    }
    to->recovery_id = parity;
    return 1;
}

// One transaction per work-item: lengths[i] bytes from word offsets[i] on, with the words up to offsets[i] +
// lengths[i] / 8 there. Writes a signature with the given flags and status ok, or, where the bytes are no
// transaction that is read here, zeros and ESCALATE_transaction_form. Slow where neighbours differ in length.
__kernel void read_transactions(__global const ulong* words, __global const uint* offsets,
                                __global const uint* lengths, __global signature* signatures,
                                __global uint* statuses, uint flags, uint count) {
    const size_t i = get_global_id(0);
    if (i >= count) return;
    __global signature* to = signatures + i;
    to->flags = flags;
    if (read_transaction(words + offsets[i], lengths[i], to)) {
        statuses[i] = STATUS_ok;
        return;
    }
    for (uint w = 0; w < 4; ++w) to->digest[w] = to->r[w] = to->s[w] = 0;
    to->recovery_id = 0;
    statuses[i] = STATUS_ESCALATE_transaction_form;
}
