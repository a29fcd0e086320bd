// SPDX-License-Identifier: Apache-2.0
// EIP-2537: mapping vectors of RFC 9380, multi-scalar multiplication against single ones, infinity and
// subgroups.
#include <random>

#include "tests/precompiles/call.hpp"

namespace warpevm::test {
namespace {

constexpr Fork fork = Fork::prague;
constexpr uint64_t pairing = 0x0f, map_fp = 0x10, map_fp2 = 0x11;
const U256 order{0xffffffff00000001ULL, 0x53bda402fffe5bfeULL, 0x3339d80809a1d805ULL, 0x73eda753299d7d48ULL};
const char* const prime =
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";

/// Field elements as EIP-2537 pads them.
Bytes fields(std::initializer_list<std::string_view> numbers) {
    Bytes all;
    for (const std::string_view number : numbers) {
        append(all, Bytes(16));
        append(all, hex(number));
    }
    return all;
}

/// One group's precompiles, its generator and its zero.
struct Group {
    uint64_t add, msm;
    Bytes generator;

    [[nodiscard]] Bytes zero() const { return Bytes(generator.size()); }
    [[nodiscard]] std::string sum(const Bytes& a, const Bytes& b) const {
        return call(add, fork, concat(a, b));
    }
    [[nodiscard]] std::string product(const Bytes& point, const U256& scalar) const {
        return call(msm, fork, concat(point, word(scalar)));
    }
    [[nodiscard]] Bytes times(const U256& scalar) const { return hex(product(generator, scalar)); }
};

Group g1() {
    return {0x0b, 0x0c,
            fields({"17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00a"
                    "db22c6bb",
                    "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa2329"
                    "46c5e7e1"})};
}
Group g2() {
    return {0x0d, 0x0e,
            fields({"024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8"
                    "c121bdb8",
                    "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d05"
                    "5d042b7e",
                    "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e1935486"
                    "08b82801",
                    "0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075f"
                    "f05f79be"})};
}

class Bls12 : public testing::TestWithParam<Group (*)()> {
  protected:
    const Group group = GetParam()();
    const std::string zero = to_hex(group.zero());
    const std::string one = to_hex(group.generator);
};
INSTANTIATE_TEST_SUITE_P(BothGroups, Bls12, testing::Values(g1, g2),
                         [](const auto& instance) { return instance.index == 0 ? "G1" : "G2"; });

TEST_P(Bls12, AdditionKnowsInfinityAndInverses) {
    const Bytes minus_one = group.times(order - U256{1});
    EXPECT_EQ(zero, group.sum(group.zero(), group.zero()));
    EXPECT_EQ(one, group.sum(group.generator, group.zero()));
    EXPECT_EQ(one, group.sum(group.zero(), group.generator));
    EXPECT_EQ(zero, group.sum(group.generator, minus_one));
    EXPECT_EQ(to_hex(group.times(2)), group.sum(group.generator, group.generator));
    EXPECT_EQ(to_hex(group.times(5)), group.sum(group.times(2), group.times(3)));
}

TEST_P(Bls12, OneScalarIsReducedModuloTheOrder) {
    EXPECT_EQ(zero, group.product(group.generator, 0));
    EXPECT_EQ(one, group.product(group.generator, 1));
    EXPECT_EQ(zero, group.product(group.generator, order));
    EXPECT_EQ(one, group.product(group.generator, order + U256{1}));
    EXPECT_EQ(to_hex(group.times(U256::max() % order)), group.product(group.generator, U256::max()));
    EXPECT_EQ(zero, group.product(group.zero(), 0));
    EXPECT_EQ(zero, group.product(group.zero(), 17));
}

TEST_P(Bls12, ManyScalarsGiveTheSumOfTheProducts) {
    std::mt19937_64 random{13};
    for (const size_t count : {2, 3, 7, 8, 9, 10, 16, 31, 32, 33, 64, 129, 200}) {
        Bytes input;
        U256 expected;
        for (size_t i = 0; i < count; ++i) {
            // Few different points, so that doublings and cancellations happen within buckets; some are
            // infinity.
            const U256 factor = random() % 5 == 4 ? order - U256{1} : U256{random() % 5};
            const U256 scalar =
                random() % 8 == 0 ? U256{random() % 3} : U256{random(), random(), random(), random()};
            append(input, factor.is_zero() ? group.zero() : group.times(factor));
            append(input, word(scalar));
            expected = addmod(expected, mulmod(factor, scalar, order), order);
        }
        EXPECT_EQ(to_hex(group.times(expected)), call(group.msm, fork, input)) << count;
    }
}

TEST_P(Bls12, OnlyInfinityAndZeroScalars) {
    Bytes input;
    for (int i = 0; i < 20; ++i)
        append(input, concat(i % 2 == 0 ? group.zero() : group.generator, word(i % 2 == 0 ? 7 : 0)));
    EXPECT_EQ(zero, call(group.msm, fork, input));
    append(input, concat(group.generator, word(1)));
    EXPECT_EQ(one, call(group.msm, fork, input));
}

TEST_P(Bls12, WrongLengthsFail) {
    const Bytes two = concat(group.generator, group.generator);
    EXPECT_EQ("failed", call(group.add, fork, {}));
    EXPECT_EQ("failed", call(group.add, fork, BytesView{two}.first(two.size() - 1)));
    EXPECT_EQ("failed", call(group.add, fork, concat(two, Bytes(1))));
    const Bytes pair = concat(group.generator, word(1));
    EXPECT_EQ("failed", call(group.msm, fork, {}));
    EXPECT_EQ("failed", call(group.msm, fork, BytesView{pair}.first(pair.size() - 1)));
    EXPECT_EQ("failed", call(group.msm, fork, concat(pair, Bytes(1))));
}

TEST_P(Bls12, WrongEncodingsFail) {
    const auto refused = [&](const Bytes& point) {
        return group.sum(point, group.zero()) == "failed" && group.sum(group.zero(), point) == "failed" &&
               group.product(point, 1) == "failed" && group.product(point, 0) == "failed";
    };
    for (size_t field = 0; field < group.generator.size(); field += 64) {
        Bytes padding = group.generator;
        padding[field + 15] = 1;
        EXPECT_TRUE(refused(padding)) << "the 16 bytes of padding must be zero";
        padding = group.generator;
        padding[field] = 0x80;
        EXPECT_TRUE(refused(padding));

        Bytes too_large = group.zero();
        const Bytes p = hex(prime);
        std::copy(p.begin(), p.end(), too_large.begin() + static_cast<ptrdiff_t>(field + 16));
        EXPECT_TRUE(refused(too_large)) << "p is not below p, though it is zero modulo p";

        Bytes off_curve = group.generator;
        off_curve[field + 63] ^= 1;
        EXPECT_TRUE(refused(off_curve));
    }
}

/// (0, 2) of G1's curve y^2 = x^3 + 4: its order is 3.
Bytes outside_g1() {
    return concat(Bytes(64), word(0), word(2));
}

TEST(Bls12Subgroup, AdditionDoesNotCareButTheOthersDo) {
    const Bytes point = outside_g1();
    const Bytes minus_point = hex(call(0x0b, fork, concat(point, point)));
    EXPECT_NE(point, minus_point);
    EXPECT_EQ(to_hex(Bytes(128)), call(0x0b, fork, concat(point, minus_point))) << "order 3";
    EXPECT_EQ("failed", call(0x0c, fork, concat(point, word(1))));
    EXPECT_EQ("failed", call(0x0c, fork, concat(point, word(0))));
    EXPECT_EQ("failed", call(0x0c, fork, concat(g1().generator, word(1), point, word(3))));
    EXPECT_EQ("failed", call(pairing, fork, concat(point, g2().generator)));
    EXPECT_EQ("failed", call(pairing, fork, concat(point, g2().zero())));
}

TEST(Bls12Pairing, IsBilinear) {
    const U256 a = 1234567, b = 7654321;
    const Bytes balanced = concat(g1().times(a), g2().times(b), g1().times(order - a * b), g2().generator);
    EXPECT_EQ(to_hex(word(1)), call(pairing, fork, balanced));
    const Bytes unbalanced = concat(g1().times(a), g2().times(b), g1().times(order - a), g2().generator);
    EXPECT_EQ(to_hex(word(0)), call(pairing, fork, unbalanced));
}

TEST(Bls12Pairing, ManyPairsAndInfinity) {
    // More pairs than blst takes in one step, with infinities between.
    Bytes input;
    U256 sum;
    for (uint64_t i = 1; i <= 20; ++i) {
        append(input, concat(g1().times(i), g2().times(i + 1)));
        append(input, i % 2 == 0 ? concat(g1().zero(), g2().generator) : concat(g1().generator, g2().zero()));
        sum += U256{i * (i + 1)};
    }
    EXPECT_EQ(to_hex(word(0)), call(pairing, fork, input));
    append(input, concat(g1().times(order - sum), g2().generator));
    EXPECT_EQ(to_hex(word(1)), call(pairing, fork, input));
}

TEST(Bls12Pairing, InfinityAndLengths) {
    EXPECT_EQ(to_hex(word(1)), call(pairing, fork, Bytes(384)));
    EXPECT_EQ(to_hex(word(1)), call(pairing, fork, concat(g1().generator, g2().zero())));
    EXPECT_EQ(to_hex(word(0)), call(pairing, fork, concat(g1().generator, g2().generator)));
    EXPECT_EQ("failed", call(pairing, fork, {}));
    EXPECT_EQ("failed", call(pairing, fork, Bytes(383)));
    EXPECT_EQ("failed", call(pairing, fork, Bytes(385)));
}

struct MapVector {
    std::vector<std::string_view> field_element;
    std::vector<std::string_view> point;
};
Bytes joined(const std::vector<std::string_view>& numbers) {
    Bytes all;
    for (const std::string_view n : numbers) append(all, fields({n}));
    return all;
}

TEST(Bls12Map, TheVectorsOfRfc9380) {
    // Appendix J.9.2 and J.10.2 (encode_to_curve), messages "" and "abc": u and P.
    const std::vector<MapVector> to_g1{
        {{"156c8a6a2c184569d69a76be144b5cdc5141d2d2ca4fe341f011e25e3969c55ad9e9b9ce2eb833c81a908e5fa4ac5f03"},
         {"184bb665c37ff561a89ec2122dd343f20e0f4cbcaec84e3c3052ea81d1834e192c426074b02ed3dca4e7676ce4ce48ba",
          "04407b8d35af4dacc809927071fc0405218f1401a6d15af775810e4e460064bcc9468beeba82fdc751be70476c888bf"
          "3"}},
        {{"147e1ed29f06e4c5079b9d14fc89d2820d32419b990c1c7bb7dbea2a36a045124b31ffbde7c99329c05c559af1c6cc82"},
         {"009769f3ab59bfd551d53a5f846b9984c59b97d6842b20a2c565baa167945e3d026a3755b6345df8ec7e6acb6868ae6d",
          "1532c00cf61aa3d0ce3e5aa20c3b531a2abd2c770a790a2613818303c6b830ffc0ecf6c357af3317b9575c567f11cd2"
          "c"}},
    };
    const std::vector<MapVector> to_g2{
        {{"07355d25caf6e7f2f0cb2812ca0e513bd026ed09dda65b177500fa31714e09ea0ded3a078b526bed3307f804d4b93b04",
          "02829ce3c021339ccb5caf3e187f6370e1e2a311dec9b75363117063ab2015603ff52c3d3b98f19c2f65575e99e8b78c"},
         {"00e7f4568a82b4b7dc1f14c6aaa055edf51502319c723c4dc2688c7fe5944c213f510328082396515734b6612c4e7bb7",
          "126b855e9e69b1f691f816e48ac6977664d24d99f8724868a184186469ddfd4617367e94527d4b74fc86413483afb35b",
          "0caead0fd7b6176c01436833c79d305c78be307da5f6af6c133c47311def6ff1e0babf57a0fb5539fce7ee12407b0a42",
          "1498aadcf7ae2b345243e281ae076df6de84455d766ab6fcdaad71fab60abb2e8b980a440043cd305db09d283c895e3"
          "d"}},
        {{"138879a9559e24cecee8697b8b4ad32cced053138ab913b99872772dc753a2967ed50aabc907937aefb2439ba06cc50c",
          "0a1ae7999ea9bab1dcc9ef8887a6cb6e8f1e22566015428d220b7eec90ffa70ad1f624018a9ad11e78d588bd3617f9f2"},
         {"108ed59fd9fae381abfd1d6bce2fd2fa220990f0f837fa30e0f27914ed6e1454db0d1ee957b219f61da6ff8be0d6441f",
          "0296238ea82c6d4adb3c838ee3cb2346049c90b96d602d7bb1b469b905c9228be25c627bffee872def773d5b2a2eb57d",
          "033f90f6057aadacae7963b0a0b379dd46750c1c94a6357c99b65f63b79e321ff50fe3053330911c56b6ceea08fee656",
          "153606c417e59fb331b7ae6bce4fbf7c5190c33ce9402b5ebe2b70e44fca614f3f1382a3625ed5493843d0b0a652fc3"
          "f"}},
    };
    for (const MapVector& v : to_g1)
        EXPECT_EQ(to_hex(joined(v.point)), call(map_fp, fork, joined(v.field_element)));
    for (const MapVector& v : to_g2)
        EXPECT_EQ(to_hex(joined(v.point)), call(map_fp2, fork, joined(v.field_element)));
}

TEST(Bls12Map, RefusesWrongLengthsAndNumbers) {
    EXPECT_NE("failed", call(map_fp, fork, Bytes(64)));
    EXPECT_EQ("failed", call(map_fp, fork, Bytes(63)));
    EXPECT_EQ("failed", call(map_fp, fork, Bytes(65)));
    EXPECT_EQ("failed", call(map_fp, fork, fields({prime})));
    EXPECT_NE("failed", call(map_fp2, fork, Bytes(128)));
    EXPECT_EQ("failed", call(map_fp2, fork, Bytes(127)));
    EXPECT_EQ("failed", call(map_fp2, fork, Bytes(129)));
    EXPECT_EQ("failed", call(map_fp2, fork, concat(fields({prime}), Bytes(64))));
    EXPECT_EQ("failed", call(map_fp2, fork, concat(Bytes(64), fields({prime}))));
    Bytes not_padded(64);
    not_padded[0] = 1;
    EXPECT_EQ("failed", call(map_fp, fork, not_padded));
}

}  // namespace
}  // namespace warpevm::test
