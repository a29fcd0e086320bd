// SPDX-License-Identifier: Apache-2.0
// Keccak-256: known vectors, every permutation this processor has against the portable one, and Crypto++.
#include "evm/crypto/keccak.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string_view>

#include "evm/base/hex.hpp"
#include "evm/crypto/keccak_backends.hpp"

#ifdef WARPEVM_TEST_CRYPTOPP
#include <cryptopp/keccak.h>
#endif

namespace warpevm {
namespace {

using keccak::Backend;
using keccak::backends;

BytesView view(std::string_view s) {
    return {reinterpret_cast<const uint8_t*>(s.data()), s.size()};
}

Bytes random_bytes(size_t size, uint64_t seed) {
    std::mt19937_64 random{seed};
    Bytes b(size);
    for (uint8_t& x : b) x = static_cast<uint8_t>(random());
    return b;
}

/// The messages' digests by one backend; each digest starts as garbage, so that a forgotten one shows.
std::vector<Hash> hash_by(const Backend& backend, const std::vector<Bytes>& messages) {
    Hash garbage;
    garbage.bytes.fill(0xee);
    const std::vector<BytesView> views(messages.begin(), messages.end());
    std::vector<Hash> digests(messages.size(), garbage);
    keccak::hash_all(backend, views, digests);
    return digests;
}

TEST(Keccak, gives_the_known_digests) {
    EXPECT_EQ(keccak256({}), empty_code_hash);
    EXPECT_EQ(to_hex(keccak256(view("abc"))),
              "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    // The root of the empty trie is the digest of the RLP of the empty string (Yellow Paper, appendix D).
    EXPECT_EQ(to_hex(keccak256(Bytes{0x80})),
              "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
    // The topic of every ERC-20 transfer.
    EXPECT_EQ(to_hex(keccak256(view("Transfer(address,address,uint256)"))),
              "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
}

TEST(Keccak, has_a_portable_backend_and_chooses_supported_ones) {
    EXPECT_EQ(backends().front().name, "portable");
    EXPECT_TRUE(backends().front().supported);
    EXPECT_EQ(keccak::best_single().lanes, 1U);
    EXPECT_TRUE(keccak::best_single().supported);
    EXPECT_TRUE(keccak::best_batch().supported);
}

class KeccakBackend : public testing::TestWithParam<size_t> {
  protected:
    void SetUp() override {
        if (!backend().supported) GTEST_SKIP() << "left out: this processor lacks " << backend().name;
    }
    static const Backend& backend() { return backends()[GetParam()]; }
};

TEST_P(KeccakBackend, agrees_with_the_single_message_form_on_every_length) {
    std::vector<Bytes> messages;
    for (size_t size = 0; size <= 600; ++size) messages.push_back(random_bytes(size, size));
    const std::vector<Hash> digests = hash_by(backend(), messages);
    for (size_t i = 0; i < messages.size(); ++i)
        ASSERT_EQ(digests[i], hash_by(backends().front(), {messages[i]}).front()) << "size " << i;
}

TEST_P(KeccakBackend, keeps_mixed_lengths_apart) {
    std::mt19937_64 random{99};
    for (size_t count = 0; count < 200; ++count) {
        std::vector<Bytes> messages;
        for (size_t i = 0; i < count % 40; ++i) messages.push_back(random_bytes(random() % 601, random()));
        const std::vector<Hash> digests = hash_by(backend(), messages);
        for (size_t i = 0; i < messages.size(); ++i)
            ASSERT_EQ(digests[i], keccak256(messages[i])) << count << ", " << i;
    }
}

TEST_P(KeccakBackend, finishes_one_long_message_among_short_ones) {
    for (size_t position = 0; position < 20; ++position) {
        std::vector<Bytes> messages;
        for (size_t i = 0; i < 20; ++i) messages.push_back(random_bytes(i == position ? 5000 : 3, i));
        const std::vector<Hash> digests = hash_by(backend(), messages);
        for (size_t i = 0; i < messages.size(); ++i)
            ASSERT_EQ(digests[i], keccak256(messages[i])) << position << ", " << i;
    }
}

INSTANTIATE_TEST_SUITE_P(All, KeccakBackend, testing::Range(size_t{0}, backends().size()),
                         [](const auto& which) {
                             const std::string_view name = backends()[which.param].name;
                             return name.empty() ? "none" + std::to_string(which.param) : std::string{name};
                         });

TEST(Keccak, hashes_batches_as_it_hashes_one) {
    std::vector<Bytes> messages;
    for (size_t i = 0; i < 300; ++i) messages.push_back(random_bytes(i * 7 % 601, i));
    const std::vector<BytesView> views(messages.begin(), messages.end());
    std::vector<Hash> digests(messages.size());
    keccak256_batch(views, digests);
    for (size_t i = 0; i < messages.size(); ++i) EXPECT_EQ(digests[i], keccak256(messages[i])) << i;
    keccak256_batch({}, {});
}

#ifdef WARPEVM_TEST_CRYPTOPP
TEST(Keccak, agrees_with_cryptopp) {
    for (size_t size = 0; size <= 600; ++size) {
        const Bytes message = random_bytes(size, size + 1000);
        Hash expected;
        CryptoPP::Keccak_256 oracle;
        oracle.Update(message.data(), message.size());
        oracle.Final(expected.bytes.data());
        ASSERT_EQ(keccak256(message), expected) << "size " << size;
    }
}
#endif

}  // namespace
}  // namespace warpevm
