// SPDX-License-Identifier: Apache-2.0
// Which precompiles are active where, under which names, and what they cost at the edges of units and forks.
#include <array>

#include "tests/precompiles/call.hpp"

namespace warpevm::test {
namespace {

struct Activation {
    uint64_t address;
    Fork since;
    const char* name;
};

constexpr std::array activations{
    Activation{0x01, Fork::frontier, "ECREC"},
    Activation{0x02, Fork::frontier, "SHA256"},
    Activation{0x03, Fork::frontier, "RIPEMD160"},
    Activation{0x04, Fork::frontier, "ID"},
    Activation{0x05, Fork::byzantium, "MODEXP"},
    Activation{0x06, Fork::byzantium, "BN254_ADD"},
    Activation{0x07, Fork::byzantium, "BN254_MUL"},
    Activation{0x08, Fork::byzantium, "BN254_PAIRING"},
    Activation{0x09, Fork::istanbul, "BLAKE2F"},
    Activation{0x0a, Fork::cancun, "KZG_POINT_EVALUATION"},
    Activation{0x0b, Fork::prague, "BLS12_G1ADD"},
    Activation{0x0c, Fork::prague, "BLS12_G1MSM"},
    Activation{0x0d, Fork::prague, "BLS12_G2ADD"},
    Activation{0x0e, Fork::prague, "BLS12_G2MSM"},
    Activation{0x0f, Fork::prague, "BLS12_PAIRING_CHECK"},
    Activation{0x10, Fork::prague, "BLS12_MAP_FP_TO_G1"},
    Activation{0x11, Fork::prague, "BLS12_MAP_FP2_TO_G2"},
    Activation{0x100, Fork::osaka, "P256VERIFY"},
};

TEST(FindPrecompile, KnowsTheForkOfEachAddress) {
    for (int f = 0; f < fork_count; ++f) {
        const auto fork = static_cast<Fork>(f);
        for (const Activation& a : activations) {
            const Precompile* found = find_precompile(Address::from_low(a.address), fork);
            ASSERT_EQ(fork >= a.since, found != nullptr) << a.name << " under " << name(fork);
            if (found != nullptr) {
                EXPECT_STREQ(a.name, found->name);
            }
        }
    }
}

TEST(FindPrecompile, KnowsNoOtherAddress) {
    const auto last = static_cast<Fork>(fork_count - 1);
    for (uint64_t low = 0; low < 0x20000; ++low) {
        const bool expected = (low >= 1 && low <= 0x11) || low == 0x100;
        ASSERT_EQ(expected, find_precompile(Address::from_low(low), last) != nullptr) << low;
    }
    for (size_t i = 0; i < 18; ++i) {
        Address address = Address::from_low(4);
        address.bytes[i] = 1;
        EXPECT_EQ(nullptr, find_precompile(address, last)) << i;
    }
}

TEST(Gas, HashesAndIdentityArePricedPerBegunWord) {
    struct Row {
        size_t size;
        uint64_t sha256, ripemd160, identity;
    };
    for (const Row& row : {Row{0, 60, 600, 15}, Row{1, 72, 720, 18}, Row{32, 72, 720, 18},
                           Row{33, 84, 840, 21}, Row{1024, 444, 4440, 111}}) {
        const Bytes input(row.size);
        for (const Fork fork : {Fork::frontier, Fork::osaka}) {
            EXPECT_EQ(row.sha256, gas(2, fork, input));
            EXPECT_EQ(row.ripemd160, gas(3, fork, input));
            EXPECT_EQ(row.identity, gas(4, fork, input));
            EXPECT_EQ(3000U, gas(1, fork, input));
        }
    }
}

TEST(Gas, Bn254BecameCheaperInIstanbul) {
    const Bytes none, two_pairs(384), two_pairs_and_more(575);
    for (const Fork fork : {Fork::byzantium, Fork::petersburg}) {
        EXPECT_EQ(500U, gas(6, fork, none));
        EXPECT_EQ(40000U, gas(7, fork, none));
        EXPECT_EQ(100000U, gas(8, fork, none));
        EXPECT_EQ(260000U, gas(8, fork, two_pairs));
        EXPECT_EQ(260000U, gas(8, fork, two_pairs_and_more));
    }
    for (const Fork fork : {Fork::istanbul, Fork::osaka}) {
        EXPECT_EQ(150U, gas(6, fork, none));
        EXPECT_EQ(6000U, gas(7, fork, none));
        EXPECT_EQ(45000U, gas(8, fork, none));
        EXPECT_EQ(113000U, gas(8, fork, two_pairs));
    }
}

TEST(Gas, MultiScalarMultiplicationIsDiscounted) {
    struct Row {
        size_t pairs;
        uint64_t g1, g2;
    };
    // EIP-2537: pairs * price * discount / 1000, the last discount (519, 524) holding for all beyond 128
    // pairs.
    for (const Row& row :
         {Row{0, 0, 0}, Row{1, 12000, 22500}, Row{2, 22776, 45000}, Row{128, 797184, 1509120},
          Row{129, 803412, 1520910}, Row{1000, 6228000, 11790000}}) {
        EXPECT_EQ(row.g1, gas(0x0c, Fork::prague, Bytes(160 * row.pairs))) << row.pairs;
        EXPECT_EQ(row.g2, gas(0x0e, Fork::prague, Bytes(288 * row.pairs))) << row.pairs;
    }
}

TEST(Gas, TheRestOfPragueAndOsaka) {
    EXPECT_EQ(50000U, gas(0x0a, Fork::cancun, {}));
    EXPECT_EQ(375U, gas(0x0b, Fork::prague, {}));
    EXPECT_EQ(600U, gas(0x0d, Fork::prague, {}));
    EXPECT_EQ(37700U, gas(0x0f, Fork::prague, {}));
    EXPECT_EQ(37700U + 3 * 32600U, gas(0x0f, Fork::prague, Bytes(3 * 384)));
    EXPECT_EQ(5500U, gas(0x10, Fork::prague, {}));
    EXPECT_EQ(23800U, gas(0x11, Fork::prague, {}));
    EXPECT_EQ(6900U, gas(0x100, Fork::osaka, {}));
}

TEST(Gas, Blake2fIsPricedByItsRounds) {
    Bytes input(213);
    EXPECT_EQ(0U, gas(9, Fork::istanbul, input));
    input[0] = input[1] = input[2] = input[3] = 0xff;
    EXPECT_EQ(0xffffffffU, gas(9, Fork::istanbul, input));
    input.pop_back();
    EXPECT_EQ(0U, gas(9, Fork::istanbul, input)) << "wrong length";
}

}  // namespace
}  // namespace warpevm::test
