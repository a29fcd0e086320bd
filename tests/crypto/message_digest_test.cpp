// SPDX-License-Identifier: Apache-2.0
// The published test vectors of SHA-256 (FIPS 180) and RIPEMD-160, and use from several threads.
#include "evm/crypto/message_digest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "evm/base/hex.hpp"

namespace warpevm {
namespace {

BytesView bytes_of(const std::string& s) {
    return {reinterpret_cast<const uint8_t*>(s.data()), s.size()};
}

struct Vector {
    std::string message;
    const char* sha256;
    const char* ripemd160;
};

const std::vector<Vector>& vectors() {
    static const std::vector<Vector> all{
        {"", "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
         "0x9c1185a5c5e9fc54612808977ee8f548b2258d31"},
        {"abc", "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
         "0x8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "0x248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
         "0x12a053384a9c0c88e405a06c27dcf49ada62eb2b"},
        {std::string(1'000'000, 'a'), "0xcdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
         "0x52783243c1697bdbe16d37f97f68f08325dc1528"},
    };
    return all;
}

TEST(MessageDigest, PublishedVectors) {
    for (const Vector& v : vectors()) {
        EXPECT_EQ(v.sha256, to_hex(sha256(bytes_of(v.message))));
        EXPECT_EQ(v.ripemd160, to_hex(ripemd160(bytes_of(v.message))));
    }
}

TEST(MessageDigest, ThreadsDoNotDisturbEachOther) {
    std::vector<std::jthread> threads;
    std::atomic<int> wrong = 0;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 500; ++i) {
                const Vector& v = vectors()[static_cast<size_t>(i) % 3];
                if (to_hex(sha256(bytes_of(v.message))) != v.sha256) ++wrong;
                if (to_hex(ripemd160(bytes_of(v.message))) != v.ripemd160) ++wrong;
            }
        });
    threads.clear();
    EXPECT_EQ(0, wrong);
}

}  // namespace
}  // namespace warpevm
