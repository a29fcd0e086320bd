// SPDX-License-Identifier: Apache-2.0
// `lower`: the abstract form of a code, printed.
#include <gmock/gmock.h>

#include "tests/cli/program.hpp"

namespace warpevm::tools {
namespace {

using testing::HasSubstr;

// Loads the first word of call data; if it is 7, stores 2 + 3 at 1, else stops.
constexpr const char* code = "5f35 6007 14 6009 57 00 5b 6002 6003 01 6001 55 00";

std::string without_spaces(std::string text) {
    std::erase(text, ' ');
    return text;
}

TEST(Lower, PrintsBlocksWithoutAStack) {
    const Ran ran = run_program("lower " + without_spaces(code));
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(ran.out,
              "block at 0: gas 24, needs 0, grows by 2\n"
              "  s[0] = CALLDATALOAD 0x0  ; 19 charged ahead\n"
              "  jump to 0x9 if EQ 0x7 s[0], else to 8\n"
              "block at 8: gas 0, needs 0, grows by 0\n"
              "  end with success\n"
              "block at 9: gas 13, needs 0, grows by 2\n"
              "  SSTORE 0x1 0x5\n"
              "  end with success\n"
              "19 bytes, 3 blocks, 2 instructions\n");
}

TEST(Lower, LeavesArithmeticToTheDeviceIfAskedTo) {
    const Ran ran = run_program("lower --deferred " + without_spaces(code));
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("  c[2] = ADD 0x3 0x2\n  SSTORE 0x1 c[2]\n"));
}

TEST(Lower, TakesAFileAndAFork) {
    const TemporaryFolder folder;
    const std::string file = folder.write("code.hex", "0x46600055\n");
    EXPECT_THAT(run_program("lower " + file).out, HasSubstr("s[0] = CHAINID"));
    EXPECT_THAT(run_program("lower --fork Byzantium " + file).out,
                HasSubstr("end with undefined_instruction"));
    EXPECT_THAT(run_program("lower ''").out, HasSubstr("0 bytes, 1 blocks, 0 instructions"));
}

TEST(Lower, NamesWhatIsWrong) {
    const Ran odd = run_program("lower 0x600");
    EXPECT_EQ(odd.exit_code, 2);
    EXPECT_THAT(odd.err, HasSubstr("CODE: neither a file nor pairs of hexadecimal digits: 0x600"));
    const Ran fork = run_program("lower --fork Nosuch 00");
    EXPECT_EQ(fork.exit_code, 2);
    EXPECT_THAT(fork.err, HasSubstr("Nosuch"));
    EXPECT_EQ(run_program("lower").exit_code, 2);
    EXPECT_THAT(run_program("lower --help").out, HasSubstr("Example: warpevm lower "));
}

}  // namespace
}  // namespace warpevm::tools
