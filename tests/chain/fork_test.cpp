// SPDX-License-Identifier: Apache-2.0
// Names of forks in all their spellings, and mainnet's blob parameters.
#include "evm/types/rules.hpp"

#include <gtest/gtest.h>

namespace warpevm {
namespace {

TEST(Fork, reads_its_own_names) {
    for (int i = 0; i < fork_count; ++i) {
        const auto fork = static_cast<Fork>(i);
        EXPECT_EQ(parse_fork(name(fork)), fork) << name(fork);
    }
}

TEST(Fork, reads_the_names_of_fixtures_in_any_case) {
    EXPECT_EQ(parse_fork("EIP150"), Fork::tangerine_whistle);
    EXPECT_EQ(parse_fork("TangerineWhistle"), Fork::tangerine_whistle);
    EXPECT_EQ(parse_fork("tangerine_whistle"), Fork::tangerine_whistle);
    EXPECT_EQ(parse_fork("EIP158"), Fork::spurious_dragon);
    EXPECT_EQ(parse_fork("ConstantinopleFix"), Fork::petersburg);
    EXPECT_EQ(parse_fork("Constantinople"), Fork::constantinople);
    EXPECT_EQ(parse_fork("merge"), Fork::paris);
    EXPECT_EQ(parse_fork("CANCUN"), Fork::cancun);
    EXPECT_EQ(parse_fork("bpo4"), Fork::bpo4);
}

TEST(Fork, refuses_other_names) {
    for (const char* unknown : {"", " ", "Amsterdam", "BPO6", "EIP1559", "London2", "HomesteadToDaoAt5"})
        EXPECT_EQ(parse_fork(unknown), std::nullopt) << unknown;
}

TEST(Fork, knows_mainnets_blob_parameters) {
    EXPECT_EQ(mainnet_blob_schedule(Fork::shanghai), (BlobSchedule{0, 0, 0}));
    EXPECT_EQ(mainnet_blob_schedule(Fork::cancun), (BlobSchedule{3, 6, 3338477}));
    EXPECT_EQ(mainnet_blob_schedule(Fork::prague), (BlobSchedule{6, 9, 5007716}));
    EXPECT_EQ(mainnet_blob_schedule(Fork::osaka), (BlobSchedule{6, 9, 5007716}));
    EXPECT_EQ(mainnet_blob_schedule(Fork::bpo1), (BlobSchedule{10, 15, 8346193}));
    EXPECT_EQ(mainnet_blob_schedule(Fork::bpo2), (BlobSchedule{14, 21, 11684671}));
    EXPECT_EQ(mainnet_blob_schedule(Fork::bpo3), (BlobSchedule{21, 32, 20609697}));
    EXPECT_EQ(mainnet_blob_schedule(Fork::bpo4), (BlobSchedule{14, 21, 13739630}));
    EXPECT_EQ(mainnet_blob_schedule(Fork::bpo5), (BlobSchedule{14, 21, 13739630}));
}

}  // namespace
}  // namespace warpevm
