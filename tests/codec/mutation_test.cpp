// SPDX-License-Identifier: Apache-2.0
// Decoders on damaged input: never a crash, and whatever decodes has exactly one encoding, the input itself.
#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "evm/codec/rlp.hpp"
#include "evm/codec/wire.hpp"
#include "tests/codec/damage.hpp"

namespace warpevm {
namespace {

using test::damaged;
using test::RandomValues;

/// Damage inside the outermost list, whose header is then made right again, so that damage further inside is
/// reached.
Bytes mutated_inside(RandomValues& random, const Bytes& bytes) {
    const size_t type = bytes[0] < 0xc0 ? 1 : 0;
    const auto whole = rlp::decode_one(BytesView(bytes).subspan(type)).value();
    const Bytes inside = damaged(random, {whole.payload.begin(), whole.payload.end()});
    rlp::Writer out;
    return out.raw(BytesView(bytes).first(type)).list_of_size(inside.size()).raw(inside).take();
}

struct Tally {
    int decoded = 0;
    int refused = 0;
};

template <class Encode, class Decode>
Tally mutate(uint64_t seed, int count, Encode make_valid, Decode decode_and_encode) {
    RandomValues random(seed);
    Tally tally;
    for (int i = 0; i < count; ++i) {
        const Bytes valid = make_valid(random);
        const Bytes input = random.flip() ? damaged(random, valid) : mutated_inside(random, valid);
        const Result<Bytes> again = decode_and_encode(input);
        if (again) {
            ++tally.decoded;
            EXPECT_EQ(to_hex(*again), to_hex(input)) << "seed " << seed << ", case " << i;
        } else {
            ++tally.refused;
            EXPECT_FALSE(again.error().detail.empty()) << name(again.error().code);
        }
    }
    EXPECT_GT(tally.decoded, 0) << "no damaged input decoded: the test lost its second half";
    EXPECT_GT(tally.refused, 0);
    return tally;
}

TEST(Mutations, of_transactions) {
    const Tally tally = mutate(
        20, 100000, [](RandomValues& random) { return encode_transaction(random.transaction()); },
        [](BytesView input) { return decode_transaction(input).map(encode_transaction); });
    std::printf("transactions: %d damaged inputs decoded, %d refused\n", tally.decoded, tally.refused);
}

TEST(Mutations, of_headers) {
    mutate(
        21, 20000,
        [](RandomValues& random) {
            return encode_header(random.header(static_cast<unsigned>(random.below(7))));
        },
        [](BytesView input) { return decode_header(input).map(encode_header); });
}

TEST(Mutations, of_blocks) {
    mutate(
        22, 20000, [](RandomValues& random) { return encode_block(random.block()); },
        [](BytesView input) { return decode_block(input).map(encode_block); });
}

TEST(Mutations, random_bytes_are_refused_or_mean_one_thing) {
    RandomValues random(23);
    for (int i = 0; i < 100000; ++i) {
        const Bytes input = random.bytes(40);
        if (rlp::validate(input)) {
            const auto item = rlp::decode_one(input).value();
            rlp::Writer out;
            if (item.is_list)
                out.list_of_size(item.payload.size()).raw(item.payload);
            else
                out.string(item.payload);
            EXPECT_EQ(out.bytes(), input);
        }
        if (const auto tx = decode_transaction(input)) {
            EXPECT_EQ(encode_transaction(*tx), input);
        }
    }
}

}  // namespace
}  // namespace warpevm
