// SPDX-License-Identifier: Apache-2.0
// The precompiles of Frontier to Cancun, and P256VERIFY: vectors, short and long inputs, wrong encodings.
#include <numeric>

#include "tests/precompiles/call.hpp"

namespace warpevm::test {
namespace {

const Bytes ecrecover_input =
    hex("18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c"
        "000000000000000000000000000000000000000000000000000000000000001c"
        "73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f"
        "eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549");
const char* const ecrecover_output = "0x000000000000000000000000a94f5374fce5edbc8e2a8697c15331677e6ebf0b";

TEST(Ecrecover, FindsTheSignerAndIgnoresWhatFollows) {
    EXPECT_EQ(ecrecover_output, call(1, Fork::frontier, ecrecover_input));
    EXPECT_EQ(ecrecover_output, call(1, Fork::frontier, concat(ecrecover_input, hex("ffff"))));
}

TEST(Ecrecover, ContinuesShortInputByZeros) {
    Bytes zero_ended = ecrecover_input;
    zero_ended[127] = 0;
    const std::string other_signer = call(1, Fork::frontier, zero_ended);
    EXPECT_NE("0x", other_signer);
    EXPECT_EQ(other_signer, call(1, Fork::frontier, BytesView{ecrecover_input}.first(127)));
}

TEST(Ecrecover, ReturnsNothingForWrongSignatures) {
    EXPECT_EQ("0x", call(1, Fork::frontier, {}));
    EXPECT_EQ("0x", call(1, Fork::frontier, BytesView{ecrecover_input}.first(96))) << "s is missing, so zero";
    for (const int v : {0, 1, 26, 29, 0xff}) {
        Bytes input = ecrecover_input;
        input[63] = static_cast<uint8_t>(v);
        EXPECT_EQ("0x", call(1, Fork::frontier, input)) << v;
    }
    Bytes high_v = ecrecover_input;
    high_v[32] = 1;  // 2^248 + 28
    EXPECT_EQ("0x", call(1, Fork::frontier, high_v));
}

TEST(Hashes, PadTheirResultToAWord) {
    EXPECT_EQ("0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
              call(2, Fork::frontier, {}));
    EXPECT_EQ("0x0000000000000000000000009c1185a5c5e9fc54612808977ee8f548b2258d31",
              call(3, Fork::frontier, {}));
    EXPECT_EQ("0x0000000000000000000000008eb208f7e05d987a9b044a8e98c6b087f15a0bfc",
              call(3, Fork::frontier, hex("616263")));
}

TEST(Identity, ReturnsItsInput) {
    Bytes input(1000);
    std::iota(input.begin(), input.end(), uint8_t{0});
    EXPECT_EQ(to_hex(input), call(4, Fork::frontier, input));
    EXPECT_EQ("0x", call(4, Fork::frontier, {}));
}

TEST(Bn254, ShortInputIsContinuedByZerosAndLongInputIgnored) {
    const std::string infinity = to_hex(Bytes(64));
    const Bytes generator = concat(word(1), word(2));
    EXPECT_EQ(infinity, call(6, Fork::byzantium, {}));
    EXPECT_EQ(to_hex(generator), call(6, Fork::byzantium, generator));
    EXPECT_EQ(to_hex(generator), call(6, Fork::byzantium, concat(generator, Bytes(64), hex("01"))));
    EXPECT_EQ(infinity, call(7, Fork::byzantium, generator)) << "times zero";
    EXPECT_EQ(to_hex(generator), call(7, Fork::byzantium, concat(generator, word(1), hex("ff"))));
    EXPECT_EQ(call(6, Fork::byzantium, concat(generator, generator)),
              call(7, Fork::byzantium, concat(generator, word(2))));
}

TEST(Bn254, FailsOffTheCurve) {
    EXPECT_EQ("failed", call(6, Fork::byzantium, concat(word(1), word(1))));
    EXPECT_EQ("failed", call(7, Fork::byzantium, concat(word(1), word(3))));
    EXPECT_EQ("failed", call(8, Fork::byzantium, concat(word(1), word(1), Bytes(128))));
}

TEST(Bn254, PairingWantsWholePairs) {
    EXPECT_EQ(to_hex(word(1)), call(8, Fork::byzantium, {}));
    EXPECT_EQ(to_hex(word(1)), call(8, Fork::byzantium, Bytes(192)));
    EXPECT_EQ("failed", call(8, Fork::byzantium, Bytes(191)));
    EXPECT_EQ("failed", call(8, Fork::byzantium, Bytes(193)));
}

TEST(Blake2f, WantsItsLengthAndAFlagOfZeroOrOne) {
    // EIP-152's vector 5: "abc".
    Bytes input =
        hex("0000000c48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b"
            "8c68059b"
            "6bbd41fbabd9831f79217e1319cde05b");
    append(input, hex("6162630000000000"));
    append(input, Bytes(120));
    append(input, hex("0300000000000000"));
    append(input, Bytes(8));
    input.push_back(1);
    EXPECT_EQ(
        "0xba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
        call(9, Fork::istanbul, input));
    input.back() = 2;
    EXPECT_EQ("failed", call(9, Fork::istanbul, input));
    input.back() = 0;
    EXPECT_EQ("0x75ab69d3190a562c51aef8d88f1c2775", call(9, Fork::istanbul, input).substr(0, 34));
    input.push_back(0);
    EXPECT_EQ("failed", call(9, Fork::istanbul, input));
    EXPECT_EQ("failed", call(9, Fork::istanbul, {}));
}

/// The opening p(42) = 1 of the constant polynomial 1: commitment G1, proof infinity.
Bytes point_evaluation_input() {
    const Bytes commitment = hex(
        "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb");
    Bytes versioned_hash = hex(call(2, Fork::cancun, commitment));
    versioned_hash[0] = 1;
    Bytes proof(48);
    proof[0] = 0xc0;
    return concat(versioned_hash, word(42), word(1), commitment, proof);
}

TEST(PointEvaluation, ReturnsTheFieldsParameters) {
    EXPECT_EQ(
        to_hex(concat(word(4096), hex("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001"))),
        call(0x0a, Fork::cancun, point_evaluation_input()));
}

TEST(PointEvaluation, FailsForAnythingElse) {
    const Bytes valid = point_evaluation_input();
    EXPECT_EQ("failed", call(0x0a, Fork::cancun, {}));
    EXPECT_EQ("failed", call(0x0a, Fork::cancun, BytesView{valid}.first(191)));
    EXPECT_EQ("failed", call(0x0a, Fork::cancun, concat(valid, Bytes(1))));
    for (const size_t changed : {0, 31, 95, 96, 143, 144, 191}) {
        Bytes input = valid;
        input[changed] ^= 1;
        EXPECT_EQ("failed", call(0x0a, Fork::cancun, input)) << changed;
    }
}

TEST(P256Verify, ReturnsNothingForWrongLengths) {
    const Bytes valid =
        hex("4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d"
            "a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac"
            "36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60"
            "4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3"
            "7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e");
    EXPECT_EQ(to_hex(word(1)), call(0x100, Fork::osaka, valid));
    EXPECT_EQ("0x", call(0x100, Fork::osaka, {}));
    EXPECT_EQ("0x", call(0x100, Fork::osaka, BytesView{valid}.first(159)));
    EXPECT_EQ("0x", call(0x100, Fork::osaka, concat(valid, Bytes(1))));
    Bytes tampered = valid;
    tampered[0] ^= 1;
    EXPECT_EQ("0x", call(0x100, Fork::osaka, tampered));
}

}  // namespace
}  // namespace warpevm::test
