// SPDX-License-Identifier: Apache-2.0
// Images: which codes get one, what they look like, and that lanes run over them.
#include "host/offload/image_emitter.hpp"

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

WARPEVM_ON_EACH_DEVICE(ImageLanes);

}  // namespace
}  // namespace warpevm::test
