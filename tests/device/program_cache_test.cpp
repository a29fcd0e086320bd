// SPDX-License-Identifier: Apache-2.0
// The disk cache: what is damaged, in the way or forbidden costs time at most.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "host/device/program_sources.hpp"
#include "tests/cli/temporary_folder.hpp"
#include "tests/device/found_devices.hpp"

namespace warpevm {
namespace {

using tools::TemporaryFolder;
namespace fs = std::filesystem;

TEST(ProgramCacheTest, GivesBackWhatWasStored) {
    const TemporaryFolder folder;
    ProgramCache cache(folder.path() / "a/b");
    EXPECT_FALSE(cache.load("x"));
    cache.store("x", Bytes{1, 2, 3});
    EXPECT_EQ(cache.load("x"), (Bytes{1, 2, 3}));
    cache.store("x", Bytes{});
    EXPECT_EQ(cache.load("x"), Bytes{});
    cache.remove("x");
    EXPECT_FALSE(cache.load("x"));
    // Nothing but whole files is ever left.
    cache.store("y", Bytes(1000));
    size_t files = 0;
    for (const auto& entry : fs::directory_iterator(folder.path() / "a/b"))
        files += entry.path().filename() == "y" ? 1U : 100U;
    EXPECT_EQ(files, 1U);
}

TEST(ProgramCacheTest, EveryFlippedBitAndEveryTruncationIsNoticed) {
    const TemporaryFolder folder;
    ProgramCache cache(folder.path());
    cache.store("x", Bytes{10, 20, 30, 40});
    const std::string whole = folder.read("x");
    for (size_t i = 0; i < whole.size(); ++i) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        folder.write("x", damaged);
        EXPECT_FALSE(cache.load("x")) << i;
        folder.write("x", whole.substr(0, i));
        EXPECT_FALSE(cache.load("x")) << i;
    }
    folder.write("x", whole);
    EXPECT_TRUE(cache.load("x"));
}

TEST(ProgramCacheTest, AFolderThatCantBeWrittenCostsOneWarning) {
    const TemporaryFolder folder;
    folder.write("file", "");
    std::vector<std::string> warnings;
    // A file stands where the folder should: not even root can write there.
    ProgramCache cache(folder.path() / "file/cache",
                       [&](const std::string& text) { warnings.push_back(text); });
    for (int i = 0; i < 3; ++i) cache.store("x", Bytes{1});
    EXPECT_FALSE(cache.load("x"));
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_THAT(warnings[0], testing::HasSubstr("file/cache"));
}

TEST(ProgramCacheTest, AnEntryThatIsAFolderIsNoEntry) {
    const TemporaryFolder folder;
    std::vector<std::string> warnings;
    ProgramCache cache(folder.path(), [&](const std::string& text) { warnings.push_back(text); });
    fs::create_directories(folder.path() / "x/inside");
    EXPECT_FALSE(cache.load("x"));
    cache.store("x", Bytes{1});
    EXPECT_EQ(warnings.size(), 1U);
}

TEST(ProgramCacheTest, WithoutAFolderNothingIsKeptAndNothingSaid) {
    ProgramCache cache({}, [](const std::string& text) { FAIL() << text; });
    cache.store("x", Bytes{1});
    EXPECT_FALSE(cache.load("x"));
}

TEST(CacheEntry, DiffersWithEverythingThatABinaryDependsOn) {
    const DeviceInfo device{.name = "n", .vendor = "v", .platform = "p", .driver = "d", .opencl = "o"};
    const ProgramRequest request{.name = "r", .source = "s", .options = "-D"};
    std::vector<std::string> entries{cache_entry(device, request)};
    for (std::string DeviceInfo::*member : {&DeviceInfo::name, &DeviceInfo::vendor, &DeviceInfo::platform,
                                            &DeviceInfo::driver, &DeviceInfo::opencl}) {
        DeviceInfo other = device;
        other.*member += "x";
        entries.push_back(cache_entry(other, request));
    }
    entries.push_back(cache_entry(device, {.name = "r", .source = "sx", .options = "-D"}));
    entries.push_back(cache_entry(device, {.name = "r", .source = "s", .options = "-Dx"}));
    // The boundary between two parts counts too.
    entries.push_back(
        cache_entry({.name = "nv", .vendor = "", .platform = "p", .driver = "d", .opencl = "o"}, request));
    std::sort(entries.begin(), entries.end());
    EXPECT_EQ(std::unique(entries.begin(), entries.end()), entries.end());
}

class CachedProgram : public testing::TestWithParam<FoundDevice> {};

/// The first build stores, the second loads, rubbish in its place is built anew, and each answers rightly.
TEST_P(CachedProgram, IsLoadedTheSecondTimeAndRebuiltWhereTheFileIsRubbish) {
    if (GetParam().info.opencl.empty()) return;  // native has no binaries
    const TemporaryFolder folder;
    const auto build = [&] {
        auto device = GetParam().open();
        EXPECT_TRUE(device) << to_string(device.error());
        DevicePrograms programs(std::move(*device), std::make_shared<ProgramCache>(folder.path()));
        const auto built = programs.get("probe", build_options(GetParam().info));
        EXPECT_TRUE(built) << to_string(built.error());
        return programs.reports().at(0).from_cache;
    };
    EXPECT_FALSE(build());
    EXPECT_TRUE(build());
    fs::path file;
    for (const auto& entry : fs::directory_iterator(folder.path())) file = entry.path();
    std::ofstream(file, std::ios::binary) << "rubbish";
    EXPECT_FALSE(build());
    EXPECT_TRUE(build());
    // Rubbish that the checksum vouches for: only the driver can tell.
    ProgramCache(folder.path()).store(file.filename().string(), Bytes(100, 0x5a));
    EXPECT_FALSE(build());
    EXPECT_TRUE(build());
}

INSTANTIATE_TEST_SUITE_P(Devices, CachedProgram, testing::ValuesIn(test::all_devices()), test::device_label);

TEST(BuildErrors, NameTheFileAndTheLine) {
    for (const FoundDevice& found : test::all_devices()) {
        if (found.info.opencl.empty()) continue;
        auto device = found.open();
        ASSERT_TRUE(device);
        const std::string text =
            "#line 41 \"kernels/broken.cl\"\n__kernel void f(__global uint* x) {\n  x[0] = nonsense;\n}\n";
        const auto built = (*device)->build({.name = "broken", .source = text, .options = {}, .binary = {}});
        ASSERT_FALSE(built);
        EXPECT_EQ(built.error().fault, DeviceFault::build);
        EXPECT_EQ(built.error().call, "clBuildProgram");
        EXPECT_EQ(built.error().device, found.info.name);
        EXPECT_THAT(built.error().detail, testing::HasSubstr("kernels/broken.cl:42"));
    }
}

TEST(ProgramSources, HoldEveryProgramWithItsLines) {
    ASSERT_GE(program_sources().size(), 4U);
    const ProgramSource* keccak = find_program_source("keccak");
    ASSERT_NE(keccak, nullptr);
    EXPECT_EQ(keccak->sha256.size(), 64U);
    EXPECT_TRUE(keccak->text.starts_with("#line 1 \"kernels/keccak.cl\"\n"));
    EXPECT_THAT(std::string(keccak->text), testing::HasSubstr("#line 1 \"kernels/keccak.h\"\n"));
    EXPECT_EQ(std::string(keccak->text).find("#include"), std::string::npos);
    EXPECT_EQ(find_program_source("nosuch"), nullptr);
}

}  // namespace
}  // namespace warpevm
