// SPDX-License-Identifier: Apache-2.0
// Names and sentences of errors, which scripts and people read.
#include "evm/base/result.hpp"

#include <gtest/gtest.h>

#include <set>

namespace warpevm {
namespace {

constexpr ErrorCode all[] = {
#define WARPEVM_ERROR(name, sentence) ErrorCode::name,
#include "evm/base/errors.def"
#undef WARPEVM_ERROR
};

TEST(Result, names_its_codes) {
    EXPECT_EQ(name(ErrorCode::none), "none");
    EXPECT_EQ(name(ErrorCode::nonce_too_low), "nonce_too_low");
    EXPECT_EQ(sentence(ErrorCode::nonce_too_low), "the transaction's nonce is below its sender's");
    EXPECT_EQ(name(ErrorCode{0xffff}), "internal");
}

TEST(Result, gives_each_code_its_own_sentence) {
    std::set<std::string_view> sentences;
    for (const ErrorCode code : all) EXPECT_TRUE(sentences.insert(sentence(code)).second) << name(code);
}

TEST(Result, tells_the_protocol_from_unreadable_input) {
    EXPECT_FALSE(is_protocol_error(ErrorCode::json));
    EXPECT_FALSE(is_protocol_error(ErrorCode::internal));
    EXPECT_TRUE(is_protocol_error(ErrorCode::rlp_too_short));
    EXPECT_TRUE(is_protocol_error(ErrorCode::result_state_root));
}

TEST(Result, appends_the_detail) {
    EXPECT_EQ(to_string({ErrorCode::io, "a.json"}), "the file can't be read: a.json");
    EXPECT_EQ(to_string({ErrorCode::io, {}}), "the file can't be read");
}

}  // namespace
}  // namespace warpevm
