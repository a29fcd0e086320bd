// SPDX-License-Identifier: Apache-2.0
// `devices`, and --device and --require-device in other commands: what is printed and the exit codes.
#include <gmock/gmock.h>

#include "tests/cli/example_block.hpp"
#include "tests/cli/program.hpp"

namespace warpevm::tools {
namespace {

using testing::HasSubstr;

/// Runs the program with an environment in front of it ("NAME=value").
Ran run_with(const std::string& environment, const std::string& arguments) {
    return run_program(arguments, {}, environment);
}

TEST(Devices, ListTheHostsCoresFirst) {
    const Ran ran = run_program("devices --json -");
    ASSERT_EQ(ran.exit_code, 0) << ran.err;
    const auto document = nlohmann::json::parse(ran.out);
    EXPECT_EQ(document["schema"], 1);
    const auto& host = document["devices"].at(0);
    EXPECT_EQ(host["index"], 0);
    EXPECT_EQ(host["type"], "host");
    EXPECT_GT(host["units"], 0);
    for (const char* member : {"name", "memory_bytes", "max_alloc_bytes", "driver", "opencl", "refused"})
        EXPECT_TRUE(host.contains(member)) << member;
    for (size_t i = 0; i < document["devices"].size(); ++i) EXPECT_EQ(document["devices"][i]["index"], i);
}

TEST(Devices, WithoutDriversAreOneClearLineAndNoError) {
    const Ran ran = run_with("OCL_ICD_VENDORS=/nonexistent", "devices");
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_THAT(ran.out, HasSubstr("No OpenCL device: no OpenCL "));
    EXPECT_THAT(ran.out, HasSubstr("Everything runs on the CPU."));
    EXPECT_EQ(ran.err, "");
    EXPECT_EQ(run_with("OCL_ICD_VENDORS=/nonexistent", "devices --require-device").exit_code, 1);
}

TEST(Devices, WithoutALoaderAreOneClearLineAndNoError) {
    const TemporaryFolder folder;
    for (const char* name : {"libOpenCL.so.1", "libOpenCL.so"}) folder.write(name, "this is no library");
    const Ran ran = run_with("LD_LIBRARY_PATH=" + folder.path().string(), "devices");
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_THAT(ran.out, HasSubstr("No OpenCL device: "));
    EXPECT_THAT(ran.out,
                testing::AnyOf(HasSubstr("no OpenCL loader can be opened"), HasSubstr("WARPEVM_OPENCL=OFF")));
}

TEST(Devices, SayWhichDriverDoesNotLoad) {
    const TemporaryFolder folder;
    folder.write("missing.icd", "libnosuch-driver.so\n");
    folder.write("garbage.icd", folder.write("garbage.so", "this is no library") + "\n");
    folder.write("empty.icd", "");
    const Ran ran = run_with("OCL_ICD_VENDORS=" + folder.path().string(), "devices");
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_THAT(ran.out, HasSubstr("No OpenCL device"));
    EXPECT_THAT(ran.out, HasSubstr("missing.icd names a driver that does not load"));
    EXPECT_THAT(ran.out, HasSubstr("garbage.icd names a driver that does not load"));
    EXPECT_THAT(ran.out, HasSubstr("empty.icd can't be read or is empty"));
}

TEST(Devices, OfADriverThatTwoFilesNameAreListedOnce) {
    const auto count = [](const std::string& environment) {
        return nlohmann::json::parse(run_with(environment, "devices --json -").out)["devices"].size();
    };
    const TemporaryFolder folder;
    size_t drivers = 0;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator("/etc/OpenCL/vendors", none)) {
        std::ifstream in(entry.path());
        std::string library;
        std::getline(in, library);
        for (const char* name : {"a", "b"})
            folder.write(entry.path().stem().string() + name + ".icd", library + "\n");
        ++drivers;
    }
    if (drivers == 0) GTEST_SKIP() << "left out: no OpenCL driver is installed";
    EXPECT_EQ(count("OCL_ICD_VENDORS=" + folder.path().string()),
              count("OCL_ICD_VENDORS=/etc/OpenCL/vendors"));
}

TEST(Version, SaysWhatThereIs) {
    const Ran ran = run_program("version");
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_THAT(ran.out, HasSubstr("backends  auto, serial, cpu, opencl"));
    EXPECT_THAT(ran.out, HasSubstr("devices   0: "));
    EXPECT_THAT(ran.out, HasSubstr("TBB "));
    const Ran without = run_with("OCL_ICD_VENDORS=/nonexistent", "version");
    EXPECT_EQ(without.exit_code, 0);
    EXPECT_THAT(without.out, HasSubstr("opencl    no OpenCL "));
}

TEST(Help, ListsWhatDoesSomething) {
    const auto lists = [](const std::string& command, const std::string& option) {
        return run_program(command + " --help").out.find("  " + option) != std::string::npos;
    };
    for (const char* option :
         {"--backend", "--jobs", "--fork", "--filter", "--verbose", "--quiet", "--speculate"})
        EXPECT_FALSE(lists("devices", option)) << option;
    EXPECT_TRUE(lists("devices", "--json"));
    EXPECT_FALSE(lists("statetest", "--kernel-cache"));
    EXPECT_FALSE(lists("bench", "--jobs"));
    EXPECT_TRUE(lists("run", "--jobs"));
    EXPECT_EQ(run_program("devices --quiet").exit_code, 0) << "what means the same everywhere is still taken";
}

TEST(Devices, ThatMatchNothingAreWrongArguments) {
    for (const char* wish : {"99", "nosuch", "''"})
        for (const std::string command : {"devices", "run .", "statetest .", "blocktest ."}) {
            const Ran ran = run_program(command + " --device " + wish);
            EXPECT_EQ(ran.exit_code, 2) << command;
            EXPECT_THAT(ran.err,
                        command == "devices" ? HasSubstr("matches no device") : HasSubstr("warpevm: "));
        }
}

class RunOnDevices : public testing::Test {
  protected:
    RunOnDevices() { make_example_block().write(folder); }
    Ran run(const std::string& options, const std::string& environment = {}) const {
        return run_program("run " + (folder.path() / "block").string() + " --kernel-cache " +
                               (folder.path() / "cache").string() + " " + options,
                           {}, environment);
    }
    TemporaryFolder folder;
};

TEST_F(RunOnDevices, SaysWhoRecoveredTheSendersAndWhy) {
    const Ran ran = run("--verbose --json " + (folder.path() / "out.json").string());
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("on the CPU"));
    EXPECT_THAT(ran.out, HasSubstr("recover_gain_below_cost"));
    const auto recover = nlohmann::json::parse(folder.read("out.json"))["blocks"][0]["recover"];
    EXPECT_EQ(recover["device"], 0);
    EXPECT_GT(recover["cpu"], 0);
    EXPECT_EQ(recover["reasons"]["recover_gain_below_cost"], recover["cpu"]);
}

TEST_F(RunOnDevices, NeedsADeviceOnlyWhereOneIsRequired) {
    const std::string none = "OCL_ICD_VENDORS=/nonexistent";
    EXPECT_EQ(run("", none).exit_code, 0);
    const Ran ran = run("--require-device", none);
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.err, HasSubstr("there is no usable device; no OpenCL "));
    EXPECT_EQ(run("--require-device --device 0", none).exit_code, 1);
    EXPECT_EQ(run("--device 0", none).exit_code, 0);
    EXPECT_EQ(run("--device 1", none).exit_code, 2);
    EXPECT_EQ(run("--require-device --device native", none).exit_code, 0);
}

TEST_F(RunOnDevices, GivesTheSameOnTheNativeDevice) {
    const Ran ran = run("--device native --verbose");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("senders:"));
}

}  // namespace
}  // namespace warpevm::tools
