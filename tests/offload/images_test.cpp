// SPDX-License-Identifier: Apache-2.0
// Images: which codes get one, what they look like, and that lanes run over them.
#include "host/offload/image_emitter.hpp"

#include <cstdlib>
#include <set>

#include "evm/base/hex.hpp"
#include "evm/crypto/keccak.hpp"
#include "tests/offload/lanes.hpp"

namespace warpevm::test {
namespace {

kernel::image_header header_of(const CodeStore& codes, uint32_t at) {
    kernel::image_header header{};
    std::memcpy(&header, codes.bytes().data() + at, sizeof header);
    return header;
}

TEST(CodeStore, LowersWhatItsLanesHavePaidFor) {
    CodeStore codes;
    Bytes code;
    while (code.size() < 1000) append(code, *bytes_from_hex("60015f55"));
    const uint32_t number = *codes.add(keccak256(code), code);
    codes.enter(number, Fork::osaka, 15'999);
    EXPECT_TRUE(codes.images().empty());
    EXPECT_EQ(codes.records()[number].image, 0U);
    codes.enter(number, Fork::osaka, 1);
    ASSERT_EQ(codes.images().size(), 1U);
    EXPECT_EQ(codes.records()[number].image, codes.images()[0]);
    codes.enter(number, Fork::osaka, 1'000'000);
    EXPECT_EQ(codes.images().size(), 1U);
}

TEST(CodeStore, KeepsAnImageForEachFamilyOfForks) {
    CodeStore codes(Images::always);
    const Bytes code = *bytes_from_hex("5f35600757005b5f5f55");
    const uint32_t number = *codes.add(keccak256(code), code);
    for (const Fork fork : {Fork::osaka, Fork::cancun, Fork::prague, Fork::byzantium})
        codes.enter(number, fork, 0);
    EXPECT_EQ(instruction_family(Fork::cancun), instruction_family(Fork::prague));
    ASSERT_EQ(codes.images().size(), 3U);
    std::vector<uint32_t> families;
    for (uint32_t at = codes.records()[number].image; at != 0; at = header_of(codes, at).next)
        families.push_back(header_of(codes, at).family);
    EXPECT_EQ(families,
              (std::vector<uint32_t>{instruction_family(Fork::byzantium), instruction_family(Fork::cancun),
                                     instruction_family(Fork::osaka)}));
}

TEST(CodeStore, MakesNoneWhereItMayNot) {
    CodeStore codes(Images::never);
    const Bytes code(10, OP_JUMPDEST);
    const uint32_t number = *codes.add(keccak256(code), code);
    codes.enter(number, Fork::osaka, 1'000'000);
    codes.enter(kernel::CODE_EMPTY, Fork::osaka, 1'000'000);
    EXPECT_TRUE(codes.images().empty());
}

/// What lowering costs goes with the image's size. Codes that would have one beyond all measure have none.
TEST(Image, IsNoLargerThanItsCodePays) {
    size_t made = 0, refused = 0;
    for (const char* unit : {"5b", "58", "5f", "80", "9f", "50", "5b58", "585757", "600157", "6001600157",
                             "5b6000355600", "5a5a55", "a4", "8080808080f1", "60016002016001600255"}) {
        Bytes code;
        while (code.size() < max_code_size) append(code, *bytes_from_hex(unit));
        const auto image = make_image(code, gas_table(Fork::osaka), 0);
        ++(image ? made : refused);
        EXPECT_LE(image ? image->size() : 0, 17 * code.size() + 8192) << unit;
    }
    EXPECT_GT(made, 4U);
    EXPECT_GT(refused, 4U);
    EXPECT_FALSE(make_image(Bytes(65536, OP_STOP), gas_table(Fork::osaka), 0)) << "positions have 16 bits";
}

class ImageLanes : public Lanes {};

/// A block is one step of the work, so a straight program takes far fewer slices than over raw bytecode.
TEST_P(ImageLanes, AreRunOver) {
    if (std::getenv("WARPEVM_IMAGES") != nullptr) GTEST_SKIP() << "left out: WARPEVM_IMAGES decides";
    Scene scene(Fork::prague);
    Program p;
    for (int i = 0; i < 100; ++i) p.push(1).op(OP_CALLER).op(OP_ADD).op(OP_POP);
    scene.state.set_account(scene_contract, 1, 0, p.push(1).store(1).code());
    scene.call(scene_contract);
    const auto launches = [&](Images images) { return runner(10, images).run(scene.jobs).launches; };
    const uint64_t over_bytecode = launches(Images::never), over_images = launches(Images::always);
    EXPECT_GT(over_bytecode, 40U);
    EXPECT_LT(over_images, 10U);
}

/// Computed targets, folded constants, and each way in which a block may not be entered.
TEST_P(ImageLanes, JumpToComputedPlaces) {
    for (const Fork fork : {Fork::byzantium, Fork::osaka}) {
        Scene scene(fork);
        const auto add = [&](uint64_t number, const char* hex) {
            const Address at = Address::from_low(0x20000 + number);
            scene.state.set_account(at, 1, 0, *bytes_from_hex(hex));
            for (const int word : {0, 4, 5, 7, 9, 10, 255}) {
                Bytes data(32);
                data[31] = static_cast<uint8_t>(word);
                scene.call(at, data, 100'000);
            }
        };
        add(1, "60003556005b5b5b605b5b6001600155");  // to what call data say; 9 is data of a PUSH
        add(2,
            "6000356001600901575b5b5b5b6001600155");  // to a sum of constants, where call data are not zero
        add(3, "600160090156005b5b5b5b60016001550050");  // to a sum of constants
        add(4, "6001600035575b5b5b5b5b6001600155");      // to what call data say, always
        add(5, "6000600035575b6001600155");              // and never
        add(6, "7f00000000000000010000000000000000000000000000000000000000000000085600");  // beyond 64 bits
        compare(scene);
    }
}

/// Every operation and every condition of a branch on two words, with each operand from a slot and as a
/// constant. What comes out is hashed and logged.
class AllForms {
  public:
    explicit AllForms(const std::array<U256, 2>& words) : m_words(words) {}

    Bytes make() {
        for (const uint8_t op :
             {OP_ADD, OP_MUL, OP_SUB, OP_DIV, OP_SDIV, OP_MOD, OP_SMOD, OP_EXP, OP_SIGNEXTEND, OP_LT, OP_GT,
              OP_SLT, OP_SGT, OP_EQ,  OP_AND, OP_OR,   OP_XOR, OP_BYTE, OP_SHL, OP_SHR,        OP_SAR})
            binary(op);
        for (const uint8_t op : {OP_ISZERO, OP_NOT, OP_CLZ})
            for (const bool known : {false, true}) {
                operand(0, known).m_program.op(op);
                keep();
            }
        for (const uint8_t op : {OP_ADDMOD, OP_MULMOD})
            for (int form = 0; form < 8; ++form) {
                operand(0, (form & 1) != 0)
                    .operand(1, (form & 2) != 0)
                    .operand(0, (form & 4) != 0)
                    .m_program.op(op);
                keep();
            }
        m_program.push(m_kept * 32).push(0).op(OP_KECCAK256).log();
        return m_program.code();
    }

  private:
    AllForms& operand(uint64_t number, bool known) {
        if (known)
            m_program.push(m_words[number]);
        else
            m_program.push(number * 32).op(OP_CALLDATALOAD);
        return *this;
    }
    void keep() { m_program.push(m_kept++ * 32).op(OP_MSTORE); }
    void binary(uint8_t op) {
        const bool compares = op >= OP_LT && op <= OP_EQ;
        for (int form = 0; form < 4; ++form)
            for (const int use : compares ? std::vector{0, 1, 2, 3} : std::vector{0}) {
                operand(1, (form & 1) != 0).operand(0, (form & 2) != 0).m_program.op(op);
                if (use == 0) {
                    keep();
                    continue;
                }
                for (int n = 1; n < use; ++n) m_program.op(OP_ISZERO);
                m_program.unless(Program().push(1).push(m_kept++ * 32).op(OP_MSTORE));
            }
        operand(0, false).m_program.op(OP_DUP1).op(op);
        keep();
    }

    std::array<U256, 2> m_words;
    Program m_program;
    uint64_t m_kept = 0;
};

TEST_P(ImageLanes, DoAllFormsOfOperations) {
    const U256 words[] = {0,
                          1,
                          2,
                          31,
                          32,
                          255,
                          256,
                          ~uint64_t{0},
                          U256{1} << 64,
                          U256{1} << 128,
                          (U256{1} << 255) - 1,
                          U256{1} << 255,
                          U256::max() - 1,
                          U256::max()};
    Scene scene(Fork::osaka);
    for (uint64_t i = 0; i < std::size(words); ++i)
        for (uint64_t k = 0; k < std::size(words); ++k) {
            const Address at = Address::from_low(0x30000 + i * 0x100 + k);
            scene.state.set_account(at, 1, 0, AllForms({words[i], words[k]}).make());
            Bytes data;
            for (const U256& word : {words[i], words[k]}) append(data, to_bytes32(word));
            scene.call(at, data, 1'000'000);
        }
    compare(scene);
    for (const OffloadJob& job : scene.jobs) EXPECT_EQ(execute_on_cpu(context, job)->logs.size(), 1U);
}

/// Words that lie in memory as it is, and those that make it grow.
TEST_P(ImageLanes, ReadAndWriteRoundMemorysEnd) {
    Scene scene(Fork::osaka);
    for (uint64_t offset = 0; offset < 66; ++offset)
        for (const bool writes : {false, true}) {
            Program p;
            p.push(U256::max() - 5).push(32).op(OP_MSTORE);
            if (writes)
                p.push(7).push(offset).op(OP_MSTORE).push(64).op(OP_MLOAD);
            else
                p.push(offset).op(OP_MLOAD);
            p.op(OP_MSIZE).store(1).store(2);
            const Address at = Address::from_low(0x50000 + scene.jobs.size());
            scene.state.set_account(at, 1, 0, p.code());
            scene.call(at);
        }
    compare(scene);
}

/// What is on the stack when a block begins, and how far it reaches, at the EVM's limits.
TEST_P(ImageLanes, KeepToTheStacksLimits) {
    Scene scene(Fork::osaka);
    const auto add = [&](size_t words, const Program& block) {
        Program p;
        for (size_t i = 0; i < words; ++i) p.push(U256::max());  // long, so that the image is not too large
        p.op(OP_JUMPDEST).append(block).push(1).push(1).op(OP_SSTORE);
        const Address at = Address::from_low(0x40000 + scene.jobs.size());
        scene.state.set_account(at, 1, 0, p.code());
        scene.call(at);
    };
    for (const size_t words : {1019, 1020, 1021, 1022, 1023, 1024, 1025})
        add(words, Program().op(OP_CALLER).op(OP_CALLER).op(OP_CALLER).op(OP_POP).op(OP_POP).op(OP_POP));
    for (const size_t words : {0, 1, 2, 3, 4, 5})
        add(words,
            Program().op(OP_POP).op(OP_CALLER).op(OP_SWAP1 + 1).op(OP_DUP1 + 2).op(OP_JUMPDEST).op(OP_POP));
    compare(scene);
    std::set<bool> successes;
    for (const OffloadJob& job : scene.jobs) successes.insert(execute_on_cpu(context, job)->success);
    EXPECT_EQ(successes.size(), 2U);
}

WARPEVM_ON_EACH_DEVICE(ImageLanes);

}  // namespace
}  // namespace warpevm::test
