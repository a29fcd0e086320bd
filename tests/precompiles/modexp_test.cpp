// SPDX-License-Identifier: Apache-2.0
// MODEXP: prices of three forks, lengths that no machine could hold, inputs that end early.
#include "tests/precompiles/call.hpp"

namespace warpevm::test {
namespace {

constexpr uint64_t beyond_counting = ~0ULL;

Bytes lengths(const U256& base, const U256& exponent, const U256& modulus) {
    return concat(word(base), word(exponent), word(modulus));
}

struct Prices {
    uint64_t byzantium, berlin, osaka;
};
void expect_prices(const Bytes& input, const Prices& expected, const char* what) {
    for (const Fork fork : {Fork::byzantium, Fork::istanbul})
        EXPECT_EQ(expected.byzantium, gas(5, fork, input)) << what;
    for (const Fork fork : {Fork::berlin, Fork::prague})
        EXPECT_EQ(expected.berlin, gas(5, fork, input)) << what;
    for (const Fork fork : {Fork::osaka, Fork::bpo2}) EXPECT_EQ(expected.osaka, gas(5, fork, input)) << what;
}

TEST(ModexpGas, TheExamplesOfTheEips) {
    const Bytes fermat = concat(lengths(1, 32, 32), hex("03"),
                                hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2e"),
                                hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"));
    expect_prices(fermat, {13056, 1360, 4080}, "EIP-198, first example");
    // 64-byte operands: 64^2 = 4096 and 8^2 = 64, doubled in Osaka; the exponents 2, 3 and 65537.
    const auto short_exponent = [](std::string_view exponent) {
        const Bytes e = hex(exponent);
        return concat(lengths(64, e.size(), 64), Bytes(64, 0xff), e, Bytes(64, 0xff));
    };
    expect_prices(short_exponent("02"), {204, 200, 500}, "square");
    expect_prices(short_exponent("03"), {204, 200, 500}, "cube");
    expect_prices(short_exponent("010001"), {3276, 341, 2048}, "65537");
}

TEST(ModexpGas, ComplexityChangesAtItsThresholds) {
    // One iteration; EIP-198 changes formula after 64 and 1024 bytes, EIP-7883 after 32, EIP-7823 stops at
    // 1024.
    expect_prices(lengths(32, 0, 1), {51, 200, 500}, "32");
    expect_prices(lengths(1, 0, 33), {54, 200, 500}, "33");
    expect_prices(lengths(64, 0, 64), {204, 200, 500}, "64");
    expect_prices(lengths(65, 0, 64), {211, 200, 500}, "65");
    expect_prices(lengths(1024, 0, 0), {17868, 5461, 32768}, "1024");
    expect_prices(lengths(0, 0, 1025), {17899, 5547, beyond_counting}, "1025");
}

TEST(ModexpGas, ExponentBytesAfterThe32ndCountWhateverTheyHold) {
    // Iterations: 8 or 16 for each of 10 bytes, and the head's bit length less one.
    const Bytes head_of_two = concat(lengths(64, 42, 64), Bytes(64, 1), word(2), Bytes(10));
    expect_prices(head_of_two, {4096 * 81 / 20, 64 * 81 / 3, 128 * 161}, "head 2");
    const Bytes zero_head = concat(lengths(64, 42, 64), Bytes(64, 1), word(0), Bytes(10, 0xff));
    expect_prices(zero_head, {4096 * 80 / 20, 64 * 80 / 3, 128 * 160}, "head 0");
    const Bytes cut_off = concat(lengths(64, 42, 64), Bytes(64, 1), hex("80"));
    expect_prices(cut_off, {4096 * 335 / 20, 64 * 335 / 3, 128 * 415}, "head 2^255 by padding");
    const Bytes short_cut_off = concat(lengths(64, 2, 64), Bytes(64, 1), hex("80"));
    expect_prices(short_cut_off, {4096 * 15 / 20, 64 * 15 / 3, 128 * 15}, "exponent 0x8000 by padding");
}

TEST(ModexpGas, LengthsBeyondAllMeasureSaturate) {
    const U256 huge = U256::max();
    expect_prices(lengths(huge, 1, 1), {beyond_counting, beyond_counting, beyond_counting}, "base");
    expect_prices(lengths(1, 1, huge), {beyond_counting, beyond_counting, beyond_counting}, "modulus");
    expect_prices(lengths(1, huge, 1), {beyond_counting, beyond_counting, beyond_counting}, "exponent");
    expect_prices(lengths(huge, huge, huge), {beyond_counting, beyond_counting, beyond_counting}, "all");
    // Without operands the complexity is zero, and so is the product with any exponent's length.
    expect_prices(lengths(0, huge, 0), {0, 200, beyond_counting}, "exponent alone");
    expect_prices(lengths(U256{1} << 64, 1, 1), {beyond_counting, beyond_counting, beyond_counting}, "2^64");
    // (2^60 + 480 * 2^32 - 199680) / 20 and 2^58 / 3.
    expect_prices(lengths(U256{1} << 32, 1, 1), {57646178309547468, 96076792050570581, beyond_counting},
                  "2^32");
}

TEST(ModexpGas, EmptyInput) {
    expect_prices({}, {0, 200, 500}, "empty");
}

TEST(Modexp, ReadsWhatIsMissingAsZeros) {
    for (const Fork fork : {Fork::byzantium, Fork::berlin, Fork::osaka}) {
        EXPECT_EQ("0x", call(5, fork, {}));
        EXPECT_EQ("0x", call(5, fork, lengths(1, 1, 0)));
        EXPECT_EQ("0x0000", call(5, fork, lengths(1, 1, 2))) << "modulus zero";
        EXPECT_EQ("0x0000", call(5, fork, concat(lengths(1, 1, 2), hex("0302")))) << "modulus cut off";
        // 3^2 mod 0x0700: the modulus' second byte is missing.
        EXPECT_EQ("0x0009", call(5, fork, concat(lengths(1, 1, 2), hex("030207"))));
        // 3^0x0200 mod 7 would need more input than is written: exponent 0x0200, modulus 0.
        EXPECT_EQ("0x00", call(5, fork, concat(lengths(1, 2, 1), hex("0302"))));
        EXPECT_EQ("0x02", call(5, fork, concat(lengths(1, 1, 1), hex("030207ff"))))
            << "what follows is ignored";
    }
}

TEST(Modexp, ZeroLengthOperands) {
    EXPECT_EQ("0x01", call(5, Fork::berlin, concat(lengths(0, 0, 1), hex("07")))) << "0^0";
    EXPECT_EQ("0x00", call(5, Fork::berlin, concat(lengths(0, 0, 1), hex("01")))) << "0^0 modulo 1";
    EXPECT_EQ("0x01", call(5, Fork::berlin, concat(lengths(1, 0, 1), hex("0907")))) << "9^0";
    EXPECT_EQ("0x00", call(5, Fork::berlin, concat(lengths(0, 1, 1), hex("0307")))) << "0^3";
}

TEST(Modexp, WithoutModulusNoLengthMatters) {
    EXPECT_EQ("0x", call(5, Fork::byzantium, lengths(0, U256::max(), 0)));
    EXPECT_EQ("0x", call(5, Fork::berlin, lengths(U256::max(), U256::max(), 0)));
    EXPECT_EQ("failed", call(5, Fork::osaka, lengths(0, U256::max(), 0))) << "EIP-7823";
}

TEST(Modexp, OsakaFailsAbove1024Bytes) {
    for (const Bytes& input : {lengths(1025, 1, 1), lengths(1, 1025, 1), lengths(1, 1, 1025)}) {
        EXPECT_NE("failed", call(5, Fork::prague, input));
        EXPECT_EQ("failed", call(5, Fork::osaka, input));
        EXPECT_EQ(beyond_counting, gas(5, Fork::osaka, input));
    }
    EXPECT_NE("failed", call(5, Fork::osaka, lengths(1024, 1024, 1024)));
    EXPECT_NE(beyond_counting, gas(5, Fork::osaka, lengths(1024, 1024, 1024)));
}

}  // namespace
}  // namespace warpevm::test
