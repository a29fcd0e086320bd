// SPDX-License-Identifier: Apache-2.0
// Every reason of the protocol has words of geth's, and they are filled in.
#include "tools/t8n/geth_words.hpp"

#include <gmock/gmock.h>

#include "evm/base/hex.hpp"

namespace warpevm::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr ErrorCode all[] = {
#define WARPEVM_ERROR(name, sentence) ErrorCode::name,
#include "evm/base/errors.def"
#undef WARPEVM_ERROR
};

const Address someone = *address_from_hex("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");

TEST(GethWords, ThereAreSomeForEveryReasonOfTheProtocol) {
    for (const ErrorCode code : all) {
        if (code == ErrorCode::first_protocol_error || !is_protocol_error(code)) continue;
        ASSERT_NE(geth_words_of(code), nullptr) << name(code);
        const std::string words = geth_words({code, "detail"}, {someone, 3});
        EXPECT_THAT(words, Not(HasSubstr("{"))) << name(code);
        EXPECT_THAT(words, Not(HasSubstr(std::string(sentence(code))))) << name(code);
        EXPECT_FALSE(geth_words({code, {}}, {}).ends_with(": ")) << name(code);
    }
}

TEST(GethWords, AreFilledIn) {
    EXPECT_EQ(geth_words({ErrorCode::nonce_too_low, "tx: 0 state: 1"}, {someone, 0}),
              "nonce too low: address 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed, tx: 0 state: 1");
    EXPECT_EQ(geth_words({ErrorCode::tx_blob_sidecar, "at byte 3"}, {someone, 7}),
              "unexpected blob sidecar in transaction at index 7");
    EXPECT_EQ(geth_words({ErrorCode::block_gas_exceeded, "2 of 1"}, {}), "gas limit reached");
    EXPECT_EQ(geth_words({ErrorCode::internal, "oh"}, {}), to_string(Error{ErrorCode::internal, "oh"}));
}

TEST(GethWords, AddressesHaveTheirChecksum) {
    // The examples of EIP-55.
    for (const char* address :
         {"0x52908400098527886E0F7030069857D2E4169EE7", "0xde709f2102306220921060314715629080e2fb77",
          "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB"})
        EXPECT_EQ(checksummed(*address_from_hex(address)), address);
}

}  // namespace
}  // namespace warpevm::tools
