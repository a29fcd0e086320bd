// SPDX-License-Identifier: Apache-2.0
// Recovery kernels against libsecp256k1: signatures at random, and all that could go wrong with one.
#include <gmpxx.h>
#include <secp256k1_recovery.h>

#include <optional>
#include <random>

#include "evm/crypto/keccak.hpp"
#include "tests/kernels/recover_launch.hpp"

namespace warpevm::test {
namespace {

using kernel::signature;

const mpz_class order("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
const mpz_class modulus("0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");
/// lambda * (x, y) is (beta * x, y).
const mpz_class lambda("0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72");

using Number = std::array<uint8_t, 32>;

Number big_endian(const mpz_class& x) {
    Number bytes{};
    size_t count = 0;
    std::array<uint8_t, 40> raw{};
    mpz_export(raw.data(), &count, 1, 1, 1, 0, x.get_mpz_t());
    std::copy_n(raw.begin(), count, bytes.end() - static_cast<std::ptrdiff_t>(count));
    return bytes;
}

mpz_class modulo(const mpz_class& x, const mpz_class& m) {
    mpz_class r;
    mpz_mod(r.get_mpz_t(), x.get_mpz_t(), m.get_mpz_t());
    return r;
}

signature make(const mpz_class& z, const mpz_class& r, const mpz_class& s, uint32_t id, uint32_t flags = 0) {
    signature out{};
    const Number digest = big_endian(z);
    std::memcpy(out.digest, digest.data(), 32);
    mpz_export(out.r, nullptr, -1, 8, 0, 0, r.get_mpz_t());
    mpz_export(out.s, nullptr, -1, 8, 0, 0, s.get_mpz_t());
    out.recovery_id = id;
    out.flags = flags;
    return out;
}

mpz_class number(const uint64_t (&words)[4]) {
    mpz_class x;
    mpz_import(x.get_mpz_t(), 4, -1, 8, 0, 0, words);
    return x;
}

class Oracle {
  public:
    /// What libsecp256k1 says; nothing where it refuses.
    [[nodiscard]] std::optional<AddressBytes> recover(const signature& in) const {
        if (in.recovery_id > 3) return std::nullopt;
        if ((in.flags & kernel::SIGNATURE_LOW_S) != 0 && number(in.s) > order / 2) return std::nullopt;
        std::array<uint8_t, 64> compact;
        const Number r = big_endian(number(in.r));
        const Number s = big_endian(number(in.s));
        std::copy(r.begin(), r.end(), compact.begin());
        std::copy(s.begin(), s.end(), compact.begin() + 32);
        secp256k1_ecdsa_recoverable_signature parsed;
        if (secp256k1_ecdsa_recoverable_signature_parse_compact(m_context.get(), &parsed, compact.data(),
                                                                static_cast<int>(in.recovery_id)) == 0)
            return std::nullopt;
        secp256k1_pubkey key;
        if (secp256k1_ecdsa_recover(m_context.get(), &key, &parsed,
                                    reinterpret_cast<const uint8_t*>(in.digest)) == 0)
            return std::nullopt;
        const auto point = serialize(key);
        const Hash hash = keccak256(BytesView(point).subspan(1));
        AddressBytes address;
        std::copy(hash.bytes.begin() + 12, hash.bytes.end(), address.begin());
        return address;
    }
    /// x and y of k * G.
    [[nodiscard]] std::pair<mpz_class, mpz_class> multiple(const mpz_class& k) const {
        secp256k1_pubkey key;
        EXPECT_EQ(secp256k1_ec_pubkey_create(m_context.get(), &key, big_endian(modulo(k, order)).data()), 1);
        const auto point = serialize(key);
        std::pair<mpz_class, mpz_class> xy;
        mpz_import(xy.first.get_mpz_t(), 32, 1, 1, 1, 0, point.data() + 1);
        mpz_import(xy.second.get_mpz_t(), 32, 1, 1, 1, 0, point.data() + 33);
        return xy;
    }

  private:
    [[nodiscard]] std::array<uint8_t, 65> serialize(const secp256k1_pubkey& key) const {
        std::array<uint8_t, 65> point;
        size_t size = point.size();
        secp256k1_ec_pubkey_serialize(m_context.get(), point.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
        return point;
    }
    struct Destroy {
        void operator()(secp256k1_context* c) const { secp256k1_context_destroy(c); }
    };
    std::unique_ptr<secp256k1_context, Destroy> m_context{
        // NOLINTNEXTLINE(misc-redundant-expression): the flags share a bit
        secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY)};
};

class Random {
  public:
    explicit Random(uint64_t seed) : m_engine(seed) {}
    mpz_class below(const mpz_class& limit) {
        uint64_t words[4];
        for (uint64_t& w : words) w = m_engine();
        return modulo(number(words), limit);
    }
    uint32_t id(uint32_t limit) { return static_cast<uint32_t>(m_engine() % limit); }

  private:
    std::mt19937_64 m_engine;
};

/// Checks against libsecp256k1 and returns how many recovered. On disagreement, the index is told.
size_t expect_verdicts(const RecoverProgram& program, const std::vector<signature>& signatures) {
    const Oracle oracle;
    const Recovered got = program.recover(signatures);
    size_t recovered = 0;
    for (size_t i = 0; i < signatures.size(); ++i) {
        const auto expected = oracle.recover(signatures[i]);
        EXPECT_EQ(got.statuses[i] == kernel::STATUS_ok, expected.has_value())
            << i << ": status " << got.statuses[i];
        EXPECT_EQ(got.addresses[i], expected.value_or(AddressBytes{})) << i;
        recovered += expected.has_value();
        if (testing::Test::HasFailure()) break;
    }
    return recovered;
}

class RecoverKernels : public testing::TestWithParam<const char*> {
  protected:
    template <class Test>
    void with_program(Test test) {
        on_each_device(GetParam(), [&](Device& device, const std::string& options) {
            test(RecoverProgram(device, options));
        });
    }
};

TEST_P(RecoverKernels, find_the_signers_of_random_signatures) {
    Random random(1);
    const Oracle oracle;
    std::vector<signature> signatures;
    for (int i = 0; i < 2001; ++i) {
        const mpz_class nonce = random.below(order - 1) + 1;
        const mpz_class x = oracle.multiple(nonce).first;
        const mpz_class r = modulo(x, order);
        signatures.push_back(
            make(random.below(mpz_class(1) << 256), r, random.below(order - 1) + 1, random.id(2)));
    }
    with_program([&](const RecoverProgram& p) { EXPECT_EQ(expect_verdicts(p, signatures), 2001U); });
}

TEST_P(RecoverKernels, refuse_x_that_is_on_no_point) {
    Random random(2);
    std::vector<signature> signatures{make(1, 5, 1, 0), make(1, 5, 1, 1)};
    for (int i = 0; i < 301; ++i)
        signatures.push_back(
            make(random.below(order), random.below(order), random.below(order), random.id(4)));
    with_program([&](const RecoverProgram& p) {
        const size_t recovered = expect_verdicts(p, signatures);
        EXPECT_GT(recovered, 50U);  // a fair share of each, ids 2 and 3 aside
        EXPECT_LT(recovered, 100U);
    });
}

TEST_P(RecoverKernels, refuse_numbers_out_of_range_and_say_which) {
    const Oracle oracle;
    const mpz_class r = oracle.multiple(77).first;
    const mpz_class top = (mpz_class(1) << 256) - 1;
    std::vector<signature> signatures;
    std::vector<uint32_t> statuses;
    const auto expect = [&](const signature& s, uint32_t status) {
        signatures.push_back(s);
        statuses.push_back(status);
    };
    for (const mpz_class& bad : {mpz_class(0), order, mpz_class(order + 1), modulus, top}) {
        expect(make(1, bad, 1, 0), kernel::STATUS_r_out_of_range);
        expect(make(1, r, bad, 1), kernel::STATUS_s_out_of_range);
        expect(make(1, bad, 1, 2), kernel::STATUS_r_out_of_range);
    }
    for (const mpz_class& good : {mpz_class(1), mpz_class(2), mpz_class(order - 1), mpz_class(order / 2)})
        expect(make(1, r, good, 0), kernel::STATUS_ok);
    for (const uint32_t id : {4U, 5U, 27U, 0xffffffffU})
        expect(make(1, r, 1, id), kernel::STATUS_bad_recovery_id);
    const uint32_t low_s = kernel::SIGNATURE_LOW_S;
    expect(make(1, r, order / 2, 0, low_s), kernel::STATUS_ok);
    expect(make(1, r, order / 2 + 1, 0, low_s), kernel::STATUS_s_too_high);
    expect(make(1, r, order / 2 + 1, 0, 0), kernel::STATUS_ok);
    expect(make(1, r, order - 1, 0, low_s), kernel::STATUS_s_too_high);
    expect(make(1, 5, 1, 0), kernel::STATUS_no_such_point);
    with_program([&](const RecoverProgram& p) {
        expect_verdicts(p, signatures);
        EXPECT_EQ(p.recover(signatures).statuses, statuses);
    });
}

TEST_P(RecoverKernels, take_r_plus_the_order_for_ids_2_and_3) {
    std::vector<signature> signatures;
    for (unsigned i = 1; i < 60; ++i)
        for (uint32_t id = 0; id < 4; ++id) signatures.push_back(make(i * 1000, i, i + 7, id));
    const mpz_class room = modulus - order;  // r below it has a second x
    for (int i = -40; i < 40; ++i)
        for (uint32_t id = 0; id < 4; ++id) signatures.push_back(make(99, room + i, 3, id));
    with_program([&](const RecoverProgram& p) {
        const size_t recovered = expect_verdicts(p, signatures);
        EXPECT_GT(recovered, 200U);
    });
}

TEST_P(RecoverKernels, take_digests_of_any_size) {
    const Oracle oracle;
    std::vector<signature> signatures;
    for (const mpz_class& z : {mpz_class(0), mpz_class(1), mpz_class(order - 1), order, mpz_class(order + 1),
                               modulus, mpz_class((mpz_class(1) << 256) - 1)})
        for (const unsigned nonce : {1U, 2U, 12345U})
            for (uint32_t id = 0; id < 2; ++id)
                signatures.push_back(make(z, oracle.multiple(nonce).first, 55, id));
    with_program(
        [&](const RecoverProgram& p) { EXPECT_EQ(expect_verdicts(p, signatures), signatures.size()); });
}

/// The sums u1 * G + u2 * R in which partial sums meet table entries, or cancel: R is a small or special
/// multiple of G, and z and s are made for the wanted u1 = -z / r and u2 = s / r.
TEST_P(RecoverKernels, add_equal_and_opposite_points) {
    const Oracle oracle;
    std::vector<mpz_class> special{0, 1, 2, 3, 4, 15, 16, 17, 31, 4095, 8191, 8192, lambda};
    special.push_back(lambda + 1);
    special.push_back(lambda * lambda % order);
    special.push_back(mpz_class(1) << 127);
    special.push_back(mpz_class(1) << 128);
    special.push_back((mpz_class(1) << 128) + 1);
    const size_t positive = special.size();
    for (size_t i = 1; i < positive; ++i) special.push_back(order - special[i]);
    std::vector<signature> signatures;
    for (const mpz_class& k : {mpz_class(1), mpz_class(2), mpz_class(3), lambda, mpz_class(order - lambda),
                               mpz_class(mpz_class(1) << 128)}) {
        const auto [x, y] = oracle.multiple(k);
        const mpz_class r = modulo(x, order);
        for (const mpz_class& u1 : special)
            for (const mpz_class& u2 : special)
                if (u2 != 0)
                    for (uint32_t id = 0; id < 2; ++id)
                        signatures.push_back(make(modulo(-u1 * r, order), r, modulo(u2 * r, order), id));
    }
    with_program([&](const RecoverProgram& p) {
        const size_t recovered = expect_verdicts(p, signatures);
        EXPECT_LT(recovered, signatures.size() - 100);  // the infinities among them
        EXPECT_GT(recovered, signatures.size() * 9 / 10);
    });
}

TEST_P(RecoverKernels, tell_the_point_at_infinity) {
    const Oracle oracle;
    Random random(3);
    std::vector<signature> signatures;
    for (int i = 0; i < 41; ++i) {
        const mpz_class k = random.below(order - 1) + 1;
        const auto [x, y] = oracle.multiple(k);
        const mpz_class s = random.below(order - 1) + 1;
        const uint32_t odd = mpz_odd_p(y.get_mpz_t()) ? 1 : 0;
        signatures.push_back(make(s * k % order, modulo(x, order), s, odd));
    }
    with_program([&](const RecoverProgram& p) {
        EXPECT_EQ(expect_verdicts(p, signatures), 0U);
        EXPECT_EQ(p.recover(signatures).statuses,
                  std::vector<uint32_t>(signatures.size(), kernel::STATUS_key_at_infinity));
    });
}

TEST_P(RecoverKernels, leave_items_alone_that_came_with_a_status) {
    const Oracle oracle;
    const std::vector<signature> signatures(3, make(1, oracle.multiple(9).first, 1, 0));
    on_each_device(GetParam(), [&](Device& device, const std::string& options) {
        const RecoverProgram program(device, options);
        const std::vector<uint32_t> before{kernel::STATUS_ok, kernel::STATUS_ESCALATE_transaction_form,
                                           kernel::STATUS_ok};
        const auto got = program.recover(guarded(device, signatures), guarded(device, before), 3, 1);
        EXPECT_EQ(got.statuses, before);
        EXPECT_EQ(got.addresses[0], oracle.recover(signatures[0]));
        EXPECT_EQ(got.addresses[1], AddressBytes{});
        EXPECT_EQ(got.addresses[2], oracle.recover(signatures[0]));
    });
}

TEST_P(RecoverKernels, make_the_table_that_libsecp256k1_would) {
    const Oracle oracle;
    on_each_device(GetParam(), [&](Device& device, const std::string& options) {
        const RecoverProgram program(device, options);
        const auto words = values_of<uint64_t>(program.generator());
        const auto coordinate = [&](size_t point, size_t half) {
            uint64_t limbs[4];
            std::copy_n(words.begin() + static_cast<std::ptrdiff_t>(8 * point + 4 * half), 4, limbs);
            return number(limbs);
        };
        // Every multiple, or every odd one: the build's choice.
        const unsigned step = std::pair(coordinate(1, 0), coordinate(1, 1)) == oracle.multiple(2) ? 1 : 2;
        for (const unsigned i : {0U, 1U, 2U, 3U, 100U, 2047U, 4094U, 4095U})
            for (const unsigned half : {0U, 1U}) {
                const mpz_class factor = (1 + step * i) * (half == 0 ? mpz_class(1) : mpz_class(1) << 128);
                const size_t point = half * kernel::GENERATOR_TABLE + i;
                EXPECT_EQ(std::pair(coordinate(point, 0), coordinate(point, 1)), oracle.multiple(factor));
            }
    });
}

INSTANTIATE_TEST_SUITE_P(Devices, RecoverKernels, testing::Values("native", "opencl"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace warpevm::test
