// SPDX-License-Identifier: Apache-2.0
// Roots of tries against a recursive implementation that follows the Yellow Paper, on key sets of every
// shape.
#include "evm/trie/trie.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "evm/base/hex.hpp"
#include "evm/trie/hex_prefix.hpp"
#include "evm/trie/state_root.hpp"
#include "tests/trie/reference_trie.hpp"

namespace warpevm {
namespace {

using Map = test::BytesMap;

std::vector<TrieEntry> shuffled(const Map& map, uint64_t seed) {
    std::vector<TrieEntry> entries;
    for (const auto& [key, value] : map) entries.push_back({key, value});
    std::shuffle(entries.begin(), entries.end(), std::mt19937_64(seed));
    return entries;
}

Bytes random_bytes(std::mt19937_64& random, size_t size, unsigned alphabet = 256) {
    Bytes b(size);
    for (uint8_t& x : b) x = static_cast<uint8_t>(random() % alphabet * (256 / alphabet));
    return b;
}

TEST(TrieRoot, of_nothing) {
    EXPECT_EQ(trie_root({}), empty_trie_root);
    EXPECT_EQ(secure_trie_root({}), empty_trie_root);
    EXPECT_EQ(ordered_trie_root({}), empty_trie_root);
    EXPECT_EQ(storage_root({}), empty_trie_root);
    EXPECT_EQ(state_root({}), empty_trie_root);
    const Bytes key{1};
    EXPECT_EQ(trie_root({{key, {}}}), empty_trie_root) << "an empty value is no entry";
    EXPECT_EQ(keccak256(rlp::Writer().string({}).bytes()), empty_trie_root);
}

struct Shape {
    const char* name;
    size_t min_key;
    size_t max_key;
    unsigned alphabet;  ///< different values of a key's bytes: few make long shared paths
    size_t max_value;
};

class TrieShapes : public testing::TestWithParam<Shape> {};

TEST_P(TrieShapes, agree_with_the_reference) {
    const Shape& shape = GetParam();
    std::mt19937_64 random(24);
    for (const size_t count : {1, 2, 3, 5, 8, 16, 17, 40, 200, 1000})
        for (int round = 0; round < (count < 100 ? 30 : 2); ++round) {
            Map map;
            for (size_t i = 0; i < count; ++i) {
                const size_t size = shape.min_key + random() % (shape.max_key - shape.min_key + 1);
                map[random_bytes(random, size, shape.alphabet)] =
                    random_bytes(random, random() % (shape.max_value + 1));
            }
            ASSERT_EQ(trie_root(shuffled(map, random())), test::reference_root(map))
                << count << " keys, round " << round;
        }
}

INSTANTIATE_TEST_SUITE_P(Shapes, TrieShapes,
                         testing::Values(Shape{"hashes", 32, 32, 256, 70}, Shape{"short", 1, 3, 256, 40},
                                         Shape{"prefixes", 0, 6, 2, 40}, Shape{"inline_nodes", 1, 4, 4, 2},
                                         Shape{"long_paths", 30, 33, 2, 33}, Shape{"deep", 0, 64, 1, 3}),
                         [](const auto& shape) { return std::string(shape.param.name); });

TEST(TrieRoot, of_many_hashed_keys) {
    std::mt19937_64 random(25);
    Map map;
    for (int i = 0; i < 20000; ++i) map[random_bytes(random, 32)] = random_bytes(random, 1 + random() % 33);
    EXPECT_EQ(trie_root(shuffled(map, 1)), test::reference_root(map));
}

TEST(TrieRoot, of_values_larger_than_a_batch) {
    std::mt19937_64 random(26);
    Map map;
    for (int i = 0; i < 20; ++i) map[random_bytes(random, 32)] = random_bytes(random, 100000);
    EXPECT_EQ(trie_root(shuffled(map, 2)), test::reference_root(map));
}

TEST(TrieRoot, takes_the_first_of_equal_keys_and_stays_in_bounds) {
    const Bytes key{0xab}, other{0xac}, value(40, 1);
    EXPECT_EQ(trie_root({{key, value}, {other, value}, {key, value}}),
              trie_root({{key, value}, {other, value}}));
}

TEST(OrderedTrieRoot, keys_are_the_rlp_of_the_index) {
    std::mt19937_64 random(27);
    for (const size_t count : {1, 2, 127, 128, 129, 256, 257, 1000}) {
        std::vector<Bytes> values(count);
        Map map;
        for (size_t i = 0; i < count; ++i) {
            values[i] = random_bytes(random, 1 + random() % 300);
            map[rlp::Writer().u64(i).take()] = values[i];
        }
        EXPECT_EQ(ordered_trie_root(values), test::reference_root(map)) << count;
    }
}

TEST(StorageRoot, hashes_slots_and_leaves_out_zeros) {
    std::mt19937_64 random(28);
    for (const size_t count : {1, 2, 30, 2000}) {
        std::vector<std::pair<Bytes32, U256>> slots;
        Map map;
        for (size_t i = 0; i < count; ++i) {
            const U256 value =
                random() % 4 == 0 ? U256() : U256(random(), random(), 0, random()) >> (random() % 256);
            slots.emplace_back(to_bytes32(U256(i * i)), value);
            const Hash key = keccak256(slots.back().first);
            if (!value.is_zero())
                map[Bytes(key.bytes.begin(), key.bytes.end())] = rlp::Writer().u256(value).take();
        }
        EXPECT_EQ(storage_root(slots), test::reference_root(map)) << count;
    }
}

TEST(StateRoot, holds_the_four_fields_under_the_hashed_address) {
    std::mt19937_64 random(29);
    for (const uint64_t count : {1, 3, 500}) {
        std::vector<TrieAccount> accounts;
        Map map;
        for (uint64_t i = 0; i < count; ++i) {
            const TrieAccount account{Address::from_low(i), random() >> random() % 64,
                                      U256(random(), random(), 0, 0)};
            accounts.push_back(account);
            rlp::Writer out;
            const size_t list = out.begin_list();
            out.u64(account.nonce)
                .u256(account.balance)
                .string(empty_trie_root)
                .string(empty_code_hash)
                .end_list(list);
            const Hash key = keccak256(account.address);
            map[Bytes(key.bytes.begin(), key.bytes.end())] = out.take();
        }
        EXPECT_EQ(state_root(accounts), test::reference_root(map)) << count;
    }
}

TEST(TrieRoot, known_answers) {
    const auto bytes = [](std::string_view s) { return Bytes(s.begin(), s.end()); };
    const Map dogs{{bytes("doe"), bytes("reindeer")},
                   {bytes("dog"), bytes("puppy")},
                   {bytes("dogglesworth"), bytes("cat")}};
    EXPECT_EQ(to_hex(trie_root(shuffled(dogs, 3))),
              "0x8aad789dff2f538bca5d8ea56e8abe10f4c7ba3a5dea95fea4cd6e7c3a1168d3");
}

TEST(HexPrefix, of_stretches_at_every_alignment) {
    const Bytes key{0x12, 0x34, 0x56, 0x78};
    const test::Nibbles nibbles = test::to_nibbles(key);
    Bytes out;
    for (size_t first = 0; first <= 8; ++first)
        for (size_t last = first; last <= 8; ++last)
            for (const bool leaf : {false, true}) {
                hex_prefix({key, first, last, leaf}, out);
                const test::Nibbles stretch(nibbles.begin() + static_cast<std::ptrdiff_t>(first),
                                            nibbles.begin() + static_cast<std::ptrdiff_t>(last));
                EXPECT_EQ(out, test::reference_hex_prefix(stretch, leaf)) << first << " to " << last;
            }
}

}  // namespace
}  // namespace warpevm
