// SPDX-License-Identifier: Apache-2.0
// Keccak-256 over a batch of messages of mixed length.
//
// All kernels read the messages from one array of 64-bit words in the order of memory: message m has
// lengths[m] bytes and starts at word offsets[m]; the words up to offsets[m] + lengths[m] / 8, that one
// included, must be there (what they hold behind the message does not matter). order[i] is the message that
// place i of the launch hashes; to place messages of as many blocks next to each other is what makes the
// kernels fast, and any order is right. Digest m is the four words from digests[4 * m].
#include "kernels/keccak.h"

// The words of a message's last, partial word: `keep` is what of it belongs to the message, `pad` the bit
// that follows.
#define TAIL_KEEP(length) ((1UL << (8 * ((length)&7))) - 1)
#define TAIL_PAD(length) (1UL << (8 * ((length)&7)))

// One message per work-item. The state stays in registers: for GPUs. Slow where neighbours differ in their
// number of blocks.
__kernel void keccak256(__global const ulong* words, __global const uint* offsets,
                        __global const uint* lengths, __global const uint* order, __global ulong* digests,
                        uint count) {
    const uint i = (uint)get_global_id(0);
    if (i >= count) return;
    const uint message = order[i];
    const uint length = lengths[message];
    __global const ulong* from = words + offsets[message];
    ulong a[KECCAK_STATE_WORDS] = {0};

    uint rest = length / 8;  // whole words to come
    for (; rest >= KECCAK_RATE_WORDS; rest -= KECCAK_RATE_WORDS, from += KECCAK_RATE_WORDS) {
#define ABSORB(w) a[w] ^= from[w];
        KECCAK_FOR_RATE(ABSORB)
#undef ABSORB
        keccak_permute(a);
    }
    const ulong tail = (from[rest] & TAIL_KEEP(length)) | TAIL_PAD(length);
#define ABSORB(w) \
    if (rest + 1 > w) a[w] ^= w < rest ? from[w] : tail;
    KECCAK_FOR_RATE(ABSORB)
#undef ABSORB
    a[KECCAK_RATE_WORDS - 1] ^= KECCAK_LAST_BIT;
    keccak_permute(a);

    __global ulong* to = digests + 4 * (size_t)message;
    to[0] = a[0];
    to[1] = a[1];
    to[2] = a[2];
    to[3] = a[3];
}

#define FOR_LANES(F) F(0) F(1) F(2) F(3) F(4) F(5) F(6) F(7)
// Word `index` of each of the eight messages.
#define GATHER(index)                                                                                       \
    WARPEVM_VECTOR8(words[at0 + (index)], words[at1 + (index)], words[at2 + (index)], words[at3 + (index)], \
                    words[at4 + (index)], words[at5 + (index)], words[at6 + (index)], words[at7 + (index)])
// The same, but not beyond a message's last word.
#define GATHER_WITHIN(index)                                                        \
    WARPEVM_VECTOR8(words[at0 + min(index, tail0)], words[at1 + min(index, tail1)], \
                    words[at2 + min(index, tail2)], words[at3 + min(index, tail3)], \
                    words[at4 + min(index, tail4)], words[at5 + min(index, tail5)], \
                    words[at6 + min(index, tail6)], words[at7 + min(index, tail7)])

// Eight messages per work-item, side by side in vectors: for processors whose vectors have 64-bit rotation
// (AVX-512). Work-item i takes the places 8 * i to 8 * i + 7. All eight take as long as the longest.
__kernel void keccak256_x8(__global const ulong* words, __global const uint* offsets,
                           __global const uint* lengths, __global const uint* order, __global ulong* digests,
                           uint count) {
    const size_t first = 8 * (size_t)get_global_id(0);
    if (first >= count) return;
    const uint last = count - 1;
    // Lanes behind the last place repeat it and store nothing.
#define LANE(l)                                                   \
    const uint message##l = order[min((uint)first + l##U, last)]; \
    const uint length##l = lengths[message##l];                   \
    const uint tail##l = length##l / 8;                           \
    const size_t at##l = offsets[message##l];
    FOR_LANES(LANE)
#undef LANE
    const ulong8 tails = WARPEVM_VECTOR8(tail0, tail1, tail2, tail3, tail4, tail5, tail6, tail7);
    const ulong8 pads =
        WARPEVM_VECTOR8(TAIL_PAD(length0), TAIL_PAD(length1), TAIL_PAD(length2), TAIL_PAD(length3),
                        TAIL_PAD(length4), TAIL_PAD(length5), TAIL_PAD(length6), TAIL_PAD(length7));
    const ulong8 keeps = pads - 1UL;
    const uint nearest =
        min(min(min(tail0, tail1), min(tail2, tail3)), min(min(tail4, tail5), min(tail6, tail7)));
    const uint farthest =
        max(max(max(tail0, tail1), max(tail2, tail3)), max(max(tail4, tail5), max(tail6, tail7)));

    ulong8 a[KECCAK_STATE_WORDS];
    for (uint w = 0; w < KECCAK_STATE_WORDS; ++w) a[w] = WARPEVM_SPLAT8(0UL);
    ulong digest[4 * 8];
    for (uint base = 0; base <= farthest; base += KECCAK_RATE_WORDS) {
        if (base + KECCAK_RATE_WORDS <= nearest) {
#define ABSORB(w) a[w] ^= GATHER(base + w);
            KECCAK_FOR_RATE(ABSORB)
#undef ABSORB
        } else {
            // The comparisons are the same for all lanes but where messages end.
#define ABSORB(w)                                                         \
    if (base + w < nearest) {                                             \
        a[w] ^= GATHER(base + w);                                         \
    } else if (base + w <= farthest) {                                    \
        const ulong8 x = GATHER_WITHIN(base + w##U);                      \
        const ulong8 within = WARPEVM_MASK8(tails > (ulong)(base + w));   \
        const ulong8 at_tail = WARPEVM_MASK8(tails == (ulong)(base + w)); \
        a[w] ^= (x & (within | (at_tail & keeps))) | (at_tail & pads);    \
    }
            KECCAK_FOR_RATE(ABSORB)
#undef ABSORB
            const ulong8 begun = WARPEVM_MASK8(tails >= (ulong)base);
            const ulong8 ends = begun & WARPEVM_MASK8(tails < (ulong)(base + KECCAK_RATE_WORDS));
            a[KECCAK_RATE_WORDS - 1] ^= ends & KECCAK_LAST_BIT;
        }
        keccak_permute_x8(a);
        if (nearest < base + KECCAK_RATE_WORDS) {
            vstore8(a[0], 0, digest);
            vstore8(a[1], 1, digest);
            vstore8(a[2], 2, digest);
            vstore8(a[3], 3, digest);
            // Those whose last block this was.
#define STORE(l)                                                                      \
    if (first + l < count && tail##l >= base && tail##l < base + KECCAK_RATE_WORDS) { \
        __global ulong* to = digests + 4 * (size_t)message##l;                        \
        to[0] = digest[l];                                                            \
        to[1] = digest[8 + l];                                                        \
        to[2] = digest[16 + l];                                                       \
        to[3] = digest[24 + l];                                                       \
    }
            FOR_LANES(STORE)
#undef STORE
        }
    }
}

// How fast the permutation alone is: each work-item permutes a state of its own `times` times in registers
// and writes one word, which depends on all of it.
__kernel void keccak_permutations(__global ulong* sums, uint times, uint count) {
    const uint i = (uint)get_global_id(0);
    if (i >= count) return;
    ulong a[KECCAK_STATE_WORDS] = {0};
    a[0] = i;
    for (uint t = 0; t < times; ++t) keccak_permute(a);
    sums[i] = a[0];
}
