// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/chain_config.hpp"

#include <gtest/gtest.h>

namespace warpevm {
namespace {

Fork fork_at(const ChainConfig& c, uint64_t number, uint64_t timestamp) {
    return c.rules_at(number, timestamp).fork;
}

ChainConfig network(std::string_view name) {
    const auto c = network_config(name);
    EXPECT_TRUE(c) << name;
    return c.value_or(ChainConfig{});
}

TEST(ChainConfig, mainnet_changes_forks_at_their_blocks_and_times) {
    const ChainConfig& c = mainnet();
    struct {
        uint64_t number, timestamp;
        Fork fork;
    } const cases[] = {
        {0, 0, Fork::frontier},
        {1149999, 1457981342, Fork::frontier},
        {1150000, 1457981393, Fork::homestead},
        {1920000, 1469020840, Fork::homestead},
        {2463000, 1476796771, Fork::tangerine_whistle},
        {2675000, 1479831344, Fork::spurious_dragon},
        {4370000, 1508131331, Fork::byzantium},
        {7280000, 1551383524, Fork::petersburg},
        {9069000, 1575764709, Fork::istanbul},
        {9200000, 1577953849, Fork::muir_glacier},
        {12244000, 1618481223, Fork::berlin},
        {12965000, 1628166822, Fork::london},
        {13773000, 1639079723, Fork::arrow_glacier},
        {15537393, 1663224162, Fork::gray_glacier},
        {15537394, 1663224179, Fork::paris},
        {17034869, 1681338454, Fork::paris},
        {17034870, 1681338455, Fork::shanghai},
        {19426587, 1710338135, Fork::cancun},
        {22431084, 1746612311, Fork::prague},
        {23935694, 1764798551, Fork::osaka},
        {24000000, 1765290071, Fork::bpo1},
        {24200000, 1767747670, Fork::bpo1},
        {24200000, 1767747671, Fork::bpo2},
    };
    for (const auto& [number, timestamp, fork] : cases)
        EXPECT_EQ(fork_at(c, number, timestamp), fork) << number;
    EXPECT_TRUE(c.rules_at(1920000, 1469020840).dao_transition);
    EXPECT_FALSE(c.rules_at(1920001, 1469020840).dao_transition);
    EXPECT_EQ(c.rules_at(1, 1).chain_id, 1U);
    EXPECT_EQ(c.rules_at(24200000, 1767747671).blobs, (BlobSchedule{14, 21, 11684671}));
    EXPECT_FALSE(c.merged(*from_decimal("58749999999999999999999")));
    EXPECT_TRUE(c.merged(*from_decimal("58750000000000000000000")));
}

TEST(ChainConfig, a_network_of_one_fork_has_it_from_genesis_on) {
    EXPECT_EQ(fork_at(network("Frontier"), 9, 9), Fork::frontier);
    EXPECT_EQ(fork_at(network("EIP150"), 0, 0), Fork::tangerine_whistle);
    EXPECT_EQ(fork_at(network("EIP158"), 0, 0), Fork::spurious_dragon);
    EXPECT_EQ(fork_at(network("Constantinople"), 0, 0), Fork::constantinople);
    EXPECT_EQ(fork_at(network("ConstantinopleFix"), 0, 0), Fork::petersburg);
    EXPECT_EQ(fork_at(network("Merge"), 0, 0), Fork::paris);
    EXPECT_EQ(fork_at(network("Paris"), 1, 0), Fork::paris);
    EXPECT_EQ(fork_at(network("Osaka"), 0, 0), Fork::osaka);
    EXPECT_TRUE(network("Cancun").merged({}));
    EXPECT_FALSE(network("London").merged(U256::max()));
}

TEST(ChainConfig, a_network_changes_forks_at_a_block_a_time_or_a_difficulty) {
    EXPECT_EQ(fork_at(network("BerlinToLondonAt5"), 4, 0), Fork::berlin);
    EXPECT_EQ(fork_at(network("BerlinToLondonAt5"), 5, 0), Fork::london);
    EXPECT_EQ(fork_at(network("ByzantiumToConstantinopleFixAt5"), 5, 0), Fork::petersburg);
    EXPECT_EQ(fork_at(network("ShanghaiToCancunAtTime15k"), 1, 14999), Fork::shanghai);
    EXPECT_EQ(fork_at(network("ShanghaiToCancunAtTime15k"), 1, 15000), Fork::cancun);
    EXPECT_EQ(fork_at(network("BPO1ToBPO2AtTime15k"), 1, 15000), Fork::bpo2);
    EXPECT_EQ(fork_at(network("ParisToShanghaiAtTime7"), 1, 6), Fork::paris);

    const ChainConfig dao = network("HomesteadToDaoAt5");
    EXPECT_EQ(fork_at(dao, 5, 0), Fork::homestead);
    EXPECT_TRUE(dao.rules_at(5, 0).dao_transition);
    EXPECT_FALSE(dao.rules_at(6, 0).dao_transition);

    const ChainConfig merge = network("ArrowGlacierToParisAtDiffC0000");
    EXPECT_FALSE(merge.merged(0xBFFFF));
    EXPECT_TRUE(merge.merged(0xC0000));
    EXPECT_EQ(merge.rules_at(9, 9, false).fork, Fork::arrow_glacier);
    EXPECT_EQ(merge.rules_at(9, 9, true).fork, Fork::paris);
}

TEST(ChainConfig, an_unknown_network_is_named) {
    for (const char* name :
         {"", "Amsterdam", "BPO2ToAmsterdamAtTime15k", "LondonToBerlinAt5", "BerlinToLondonAt",
          "BerlinToLondonAtTime5", "ShanghaiToCancunAt5", "BerlinToLondonAtDiff1", "ParisToShanghaiAtTimek",
          "BerlinToLondonAt99999999999999999999"}) {
        const auto c = network_config(name);
        ASSERT_FALSE(c) << name;
        EXPECT_EQ(c.error().code, ErrorCode::unknown_fork);
        EXPECT_NE(c.error().detail.find(name), std::string::npos);
    }
}

TEST(ChainConfig, blob_schedules_are_inherited_and_may_be_given) {
    ChainConfig c = network("PragueToOsakaAtTime15k");
    EXPECT_EQ(c.rules_at(1, 1).blobs, mainnet_blob_schedule(Fork::prague));
    ASSERT_TRUE(
        c.read_blob_schedule(R"({"Prague":{"target":"0x2","max":4,"baseFeeUpdateFraction":"0x7f5a51"}})"));
    EXPECT_EQ(c.rules_at(1, 1).blobs, (BlobSchedule{2, 4, 0x7f5a51}));
    EXPECT_EQ(c.rules_at(1, 15000).blobs, (BlobSchedule{2, 4, 0x7f5a51}));
    EXPECT_EQ(c.blobs_of(Fork::cancun), mainnet_blob_schedule(Fork::cancun));
    for (const char* bad : {"[]", "{\"Prague\":7}", "{\"Prague\":{\"target\":1,\"max\":2}}", "{\"Prague\":{",
                            "", R"({"Prague":{"target":1,"max":2,"baseFeeUpdateFraction":0}})",
                            R"({"Prague":{"target":3,"max":2,"baseFeeUpdateFraction":1}})"})
        EXPECT_FALSE(c.read_blob_schedule(bad)) << bad;
}

TEST(ChainConfig, reads_the_config_of_a_genesis_file) {
    const auto c = from_genesis_config(R"({"chainId": 1, "homesteadBlock": 1150000, "daoForkBlock": 1920000,
        "daoForkSupport": true, "eip150Block": 2463000, "eip155Block": 2675000, "eip158Block": 2675000,
        "byzantiumBlock": 4370000, "constantinopleBlock": 7280000, "petersburgBlock": 7280000, "istanbulBlock": 9069000,
        "muirGlacierBlock": 9200000, "berlinBlock": 12244000, "londonBlock": 12965000, "arrowGlacierBlock": 13773000,
        "grayGlacierBlock": 15050000, "mergeNetsplitBlock": 15537394,
        "terminalTotalDifficulty": 58750000000000000000000, "terminalTotalDifficultyPassed": true,
        "shanghaiTime": 1681338455, "cancunTime": 1710338135, "pragueTime": 1746612311, "osakaTime": 1764798551,
        "bpo1Time": 1765290071, "bpo2Time": 1767747671, "ethash": {}, "verkleTime": null})");
    ASSERT_TRUE(c) << c.error().detail;
    EXPECT_EQ(*c, mainnet());
}

TEST(ChainConfig, public_chains_have_names) {
    const ChainConfig& sepolia = *named_chain("sepolia");
    EXPECT_EQ(sepolia.chain_id, 11155111U);
    // Merged, and not yet at the block where geth's nodes part: the difficulty tells, or the total one.
    EXPECT_FALSE(sepolia.merged_at(1450408, 1657107000, {.difficulty = U256{1}}));
    EXPECT_TRUE(sepolia.merged_at(1450409, 1657107000, {.difficulty = U256{}}));
    EXPECT_TRUE(
        sepolia.merged_at(1450409, 1657107000,
                          {.difficulty = {}, .parent_total_difficulty = *sepolia.terminal_total_difficulty}));
    EXPECT_FALSE(sepolia.merged_at(
        1450408, 1657107000,
        {.difficulty = {}, .parent_total_difficulty = *sepolia.terminal_total_difficulty - 1}));
    EXPECT_FALSE(sepolia.merged_at(1450409, 1657107000)) << "nothing tells";
    EXPECT_EQ(fork_at(sepolia, 1735371, 1660000000), Fork::paris);
    EXPECT_EQ(fork_at(sepolia, 3000000, 1677557088), Fork::shanghai);
    EXPECT_TRUE(sepolia.check_known_at(9000000, 1791294815));
    EXPECT_NE(sepolia.check_known_at(9000000, 1791294816).error().detail.find("amsterdamTime"),
              std::string::npos);
    const ChainConfig& holesky = *named_chain("holesky");
    EXPECT_EQ(fork_at(holesky, 1, 1695902400), Fork::paris);
    EXPECT_EQ(fork_at(holesky, 1, 1740434112), Fork::prague);
    EXPECT_EQ(holesky.rules_at(1, 1760389824).blobs, mainnet_blob_schedule(Fork::bpo2));
    EXPECT_EQ(holesky.rules_at(1, 1).deposit_contract,
              address_literal("4242424242424242424242424242424242424242"));
    const ChainConfig& hoodi = *named_chain("hoodi");
    EXPECT_EQ(fork_at(hoodi, 1, 1742212800), Fork::cancun);
    EXPECT_EQ(fork_at(hoodi, 1, 1761677592), Fork::osaka);
    EXPECT_EQ(hoodi.rules_at(1, 1).deposit_contract, mainnet().deposit_contract);
    EXPECT_EQ(named_chain("mainnet"), &mainnet());
    EXPECT_EQ(named_chain("goerli"), nullptr);
}

TEST(ChainConfig, an_unknown_fork_matters_once_it_is_active) {
    const auto c =
        from_genesis_config(R"({"chainId": 1, "eip155Block": 0, "ethash": {}, "clique": {"period": 1},
        "terminalTotalDifficulty": 0, "terminalTotalDifficultyPassed": true, "shanghaiTime": 0,
        "verkleTime": null, "bogotaTime": 100, "ecip1099Block": "0x20"})");
    ASSERT_TRUE(c) << c.error().detail;
    const auto named_at = [&](uint64_t number, uint64_t time) {
        const auto known = c->check_known_at(number, time);
        return known ? std::string() : known.error().detail;
    };
    EXPECT_EQ(named_at(31, 99), "");
    EXPECT_NE(named_at(31, 100).find("\"bogotaTime\""), std::string::npos);
    EXPECT_NE(named_at(32, 99).find("\"ecip1099Block\""), std::string::npos);
    EXPECT_FALSE(from_genesis_config(R"({"chainId": 1, "lisbonTime": "soon"})"));
}

TEST(ChainConfig, a_blob_schedule_lists_each_fork_that_only_changes_blobs) {
    const char* config = R"({"chainId": 1, "terminalTotalDifficulty": 0, "shanghaiTime": 0, "cancunTime": 0,
        "pragueTime": 0, "osakaTime": 0, "bpo1Time": 10, "bpo3Time": 20, "bpo4Time": null,
        "blobSchedule": {"bpo1": {"target": 1, "max": 2, "baseFeeUpdateFraction": 3}, "amsterdam": null}})";
    const auto c = from_genesis_config(config);
    ASSERT_TRUE(c) << c.error().detail;
    EXPECT_TRUE(c->check_known_at(1, 19));
    EXPECT_EQ(c->rules_at(1, 19).blobs, (BlobSchedule{1, 2, 3}));
    EXPECT_NE(c->check_known_at(1, 20).error().detail.find("blobSchedule.bpo3"), std::string::npos);
}

TEST(ChainConfig, deposits_are_the_configured_contracts) {
    const auto with = [](const std::string& address) {
        return from_genesis_config(R"({"chainId": 1, "depositContractAddress": )" + address + "}");
    };
    EXPECT_EQ(with("\"0x4242424242424242424242424242424242424242\"")->rules_at(1, 1).deposit_contract,
              address_literal("4242424242424242424242424242424242424242"));
    EXPECT_EQ(with("null")->deposit_contract, mainnet().deposit_contract);
    EXPECT_FALSE(with("\"0x42\""));
    EXPECT_FALSE(with("7"));
}

TEST(ChainConfig, a_genesis_file_may_write_strings_and_leave_out) {
    const auto c = from_genesis_config(R"({"chainId": "0x539", "homesteadBlock": "0", "eip150Block": "0x0",
        "constantinopleBlock": 3, "daoForkBlock": 4, "daoForkSupport": false, "shanghaiTime": 10,
        "blobSchedule": {"cancun": {"target": 1, "max": 2, "baseFeeUpdateFraction": 3}}, "cancunTime": 20})");
    ASSERT_TRUE(c) << c.error().detail;
    EXPECT_EQ(c->chain_id, 1337U);
    EXPECT_FALSE(c->dao_block);
    EXPECT_EQ(c->rules_at(2, 1).fork, Fork::tangerine_whistle);
    EXPECT_EQ(c->rules_at(3, 1).fork, Fork::petersburg);
    EXPECT_EQ(c->rules_at(4, 10).fork, Fork::shanghai);
    EXPECT_EQ(c->rules_at(4, 20).blobs, (BlobSchedule{1, 2, 3}));
}

TEST(ChainConfig, a_wrong_genesis_config_names_the_field) {
    const struct {
        const char* text;
        ErrorCode code;
        const char* names;
    } cases[] = {
        {"7", ErrorCode::json, ""},
        {"", ErrorCode::json, ""},
        {"{\"chainId\":", ErrorCode::json, ""},
        {"{}", ErrorCode::json_field, "chainId"},
        {R"({"chainId": "x"})", ErrorCode::json_field, "chainId"},
        {R"({"chainId": 1, "londonBlock": -1})", ErrorCode::json_field, "londonBlock"},
        {R"({"chainId": 1, "londonBlock": 18446744073709551616})", ErrorCode::json_field, "londonBlock"},
        {R"({"chainId": 1, "daoForkSupport": 3})", ErrorCode::json_field, "daoForkSupport"},
        {R"({"chainId": 1, "terminalTotalDifficulty": 1.5})", ErrorCode::json_field,
         "terminalTotalDifficulty"},
        {R"({"chainId": 1, "berlinBlock": 9, "londonBlock": 8})", ErrorCode::json_field, "londonBlock"},
        {R"({"chainId": 1, "blobSchedule": 8})", ErrorCode::json_field, "blobSchedule"},
    };
    for (const auto& [text, code, names] : cases) {
        const auto c = from_genesis_config(text);
        ASSERT_FALSE(c) << text;
        EXPECT_EQ(c.error().code, code) << text;
        EXPECT_NE(c.error().detail.find(names), std::string::npos) << c.error().detail;
    }
}

}  // namespace
}  // namespace warpevm
