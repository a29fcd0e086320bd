// SPDX-License-Identifier: Apache-2.0
// The trie that changes: after every change its root is that of a trie built anew, and what it hashes for
// that is bounded by what changed.
#include "evm/trie/merkle_trie.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "evm/base/hex.hpp"
#include "evm/crypto/keccak.hpp"
#include "tests/trie/reference_trie.hpp"

namespace warpevm {
namespace {

using Map = test::BytesMap;

/// From scratch, as the builder does it.
Hash built_root(const Map& map) {
    std::vector<TrieEntry> entries;
    for (const auto& [key, value] : map) entries.push_back({key, value});
    return trie_root(entries);
}

/// Keys of a shape: how long they are, how many kinds of bytes they have, and from where on they differ at
/// all.
struct Shape {
    const char* name;
    size_t shortest, longest;
    unsigned alphabet;
    size_t shared = 0;  ///< leading bytes that all but one in eight keys have in common
    uint8_t longest_value = 70;
    size_t keys = 60;  ///< about as many are there in the long run
};

class MerkleTrieShapes : public testing::TestWithParam<Shape> {
  protected:
    Bytes random_key() {
        const Shape& s = GetParam();
        Bytes key(s.shortest + m_random() % (s.longest - s.shortest + 1));
        for (uint8_t& x : key) x = static_cast<uint8_t>(m_random() % s.alphabet * (256 / s.alphabet));
        if (m_random() % 8 != 0) std::fill_n(key.begin(), std::min(s.shared, key.size()), uint8_t{0x5a});
        return key;
    }
    Bytes random_value() {
        Bytes value(1 + m_random() % GetParam().longest_value);
        for (uint8_t& x : value) x = static_cast<uint8_t>(m_random());
        return value;
    }
    /// Inserts, changes or erases, somewhere.
    void step(MerkleTrie& trie, Map& map) {
        const bool erases = m_random() % (2 * GetParam().keys) < map.size();
        Bytes key = random_key();
        if (!map.empty() && (erases || m_random() % 4 == 0)) {
            key = std::next(map.begin(), static_cast<std::ptrdiff_t>(m_random() % map.size()))->first;
        }
        if (erases) {
            map.erase(key);
            trie.set(key, {});
        } else {
            const Bytes value = random_value();
            map[key] = value;
            trie.set(key, value);
        }
    }

    std::mt19937_64 m_random{31};
};

TEST_P(MerkleTrieShapes, have_the_root_of_a_new_trie_after_each_change) {
    MerkleTrie trie(GetParam().longest_value);
    Map map;
    for (int i = 0; i < 4000; ++i) {
        step(trie, map);
        ASSERT_EQ(trie.root(), built_root(map)) << "step " << i << ", " << map.size() << " keys";
        if (i % 50 == 0) {
            ASSERT_EQ(trie.root(), test::reference_root(map)) << i;
        }
        ASSERT_EQ(trie.size(), map.size());
        const Bytes other = random_key();
        const auto found = map.find(other);
        EXPECT_TRUE(equal(trie.find(other), found == map.end() ? BytesView() : BytesView(found->second)));
    }
    for (const auto& [key, value] : map) {
        ASSERT_TRUE(equal(trie.find(key), value));
        trie.set(key, {});
    }
    EXPECT_EQ(trie.root(), empty_trie_root);
    EXPECT_EQ(trie.size(), 0U);
}

TEST_P(MerkleTrieShapes, have_it_after_many_changes_at_once) {
    for (int round = 0; round < 60; ++round) {
        MerkleTrie trie(GetParam().longest_value);
        Map map;
        for (int burst = 0; burst < 12; ++burst) {
            for (uint64_t i = m_random() % 40; i > 0; --i) step(trie, map);
            ASSERT_EQ(trie.root(), built_root(map)) << round << ", " << burst;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, MerkleTrieShapes,
                         testing::Values(Shape{"hashes", 32, 32, 256}, Shape{"many", 32, 32, 256, 0, 33, 600},
                                         Shape{"short", 1, 3, 256}, Shape{"prefixes", 0, 6, 2},
                                         Shape{"inline_nodes", 1, 4, 4, 0, 2}, Shape{"long_paths", 28, 32, 2},
                                         Shape{"deep", 0, 32, 1, 0, 3}, Shape{"ground", 32, 32, 256, 20},
                                         Shape{"ground_inline", 32, 32, 256, 31, 2},
                                         Shape{"ground_to_half", 32, 32, 4, 30, 33},
                                         Shape{"few", 32, 32, 256, 31, 33, 3}),
                         [](const auto& shape) { return std::string(shape.param.name); });

TEST(MerkleTrie, known_answers) {
    const auto bytes = [](std::string_view s) {
        return BytesView(reinterpret_cast<const uint8_t*>(s.data()), s.size());
    };
    MerkleTrie trie(32);
    EXPECT_EQ(trie.root(), empty_trie_root);
    trie.set(bytes("doe"), bytes("reindeer"));
    trie.set(bytes("dog"), bytes("kitten"));
    trie.set(bytes("dogglesworth"), bytes("cat"));
    trie.set(bytes("horse"), bytes("stallion"));
    trie.set(bytes("dog"), bytes("puppy"));
    trie.set(bytes("horse"), {});
    trie.set(bytes("no such key"), {});
    EXPECT_EQ(to_hex(trie.root()), "0x8aad789dff2f538bca5d8ea56e8abe10f4c7ba3a5dea95fea4cd6e7c3a1168d3");
}

TEST(MerkleTrie, a_root_without_changes_hashes_nothing) {
    MerkleTrie trie(33);
    const Bytes value(33, 1);
    for (uint64_t i = 0; i < 100; ++i) trie.set(keccak256(to_bytes32(i)), value);
    const Hash root = trie.root();
    const uint64_t hashed = trie.hashed_nodes();
    EXPECT_GE(hashed, 100U);
    EXPECT_EQ(trie.root(), root);
    trie.set(keccak256(to_bytes32(1000)), {});
    EXPECT_EQ(trie.root(), root);
    EXPECT_EQ(trie.hashed_nodes(), hashed);
}

/// A changed key costs the nodes on its path: a leaf, and branches to a depth that grows with the logarithm.
TEST(MerkleTrie, a_change_hashes_a_path) {
    std::mt19937_64 random(32);
    for (const uint64_t keys : {100, 1000, 10000, 100000}) {
        MerkleTrie trie(33);
        trie.reserve(keys);
        const Bytes value(33, 1), other(33, 2);
        for (uint64_t i = 0; i < keys; ++i) trie.set(keccak256(to_bytes32(i)), value);
        (void)trie.root();
        const double depth = std::log(static_cast<double>(keys)) / std::log(16.0);
        const uint64_t before = trie.hashed_nodes();
        constexpr uint64_t changes = 300;
        for (uint64_t i = 0; i < changes; ++i) {
            const Hash key = keccak256(to_bytes32(random() % (2 * keys)));
            trie.set(key, i % 3 == 0 ? BytesView() : BytesView(other));
            (void)trie.root();
        }
        const double each = static_cast<double>(trie.hashed_nodes() - before) / changes;
        EXPECT_LE(each, depth + 3) << keys;
        EXPECT_LE(trie.memory(), keys * 200);
    }
}

}  // namespace
}  // namespace warpevm
