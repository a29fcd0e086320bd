// SPDX-License-Identifier: Apache-2.0
// Every vector file of go-ethereum's core/vm/testdata/precompiles.
#include <map>

#include "tests/fixtures/fixture_files.hpp"
#include "tests/precompiles/call.hpp"

namespace warpevm::test {
namespace {

struct Target {
    uint64_t address;
    Fork fork;
};

/// The file names without "fail-" and ".json". blsG1Mul and blsG2Mul are multi-scalar multiplications of one
/// pair.
const std::map<std::string, Target>& targets() {
    static const std::map<std::string, Target> all{
        {"ecRecover", {0x01, Fork::frontier}},    {"modexp", {0x05, Fork::byzantium}},
        {"modexp_eip2565", {0x05, Fork::berlin}}, {"modexp_eip7883", {0x05, Fork::osaka}},
        {"bn256Add", {0x06, Fork::istanbul}},     {"bn256ScalarMul", {0x07, Fork::istanbul}},
        {"bn256Pairing", {0x08, Fork::istanbul}}, {"blake2F", {0x09, Fork::istanbul}},
        {"blake2f", {0x09, Fork::istanbul}},      {"pointEvaluation", {0x0a, Fork::cancun}},
        {"blsG1Add", {0x0b, Fork::prague}},       {"blsG1Mul", {0x0c, Fork::prague}},
        {"blsG1MultiExp", {0x0c, Fork::prague}},  {"blsG2Add", {0x0d, Fork::prague}},
        {"blsG2Mul", {0x0e, Fork::prague}},       {"blsG2MultiExp", {0x0e, Fork::prague}},
        {"blsPairing", {0x0f, Fork::prague}},     {"blsMapG1", {0x10, Fork::prague}},
        {"blsMapG2", {0x11, Fork::prague}},       {"p256Verify", {0x100, Fork::osaka}},
    };
    return all;
}

void check(const Target& target, const Json& vector, bool must_fail) {
    const Bytes input = to_bytes(vector.at("Input"));
    if (must_fail) {
        EXPECT_EQ("failed", call(target.address, target.fork, input));
        return;
    }
    EXPECT_EQ(to_hex(to_bytes(vector.at("Expected"))), call(target.address, target.fork, input));
    EXPECT_EQ(vector.at("Gas").get<uint64_t>(), gas(target.address, target.fork, input));
}

TEST(GethVectors, EveryFile) {
    const auto folder = fixtures_folder() / "go-ethereum/core/vm/testdata/precompiles";
    WARPEVM_NEEDS_FIXTURES(folder);
    CaseCounter total{"go-ethereum precompile vectors"};
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.path().extension() != ".json") continue;
        const std::string stem = file.path().stem().string();
        const bool must_fail = stem.starts_with("fail-");
        const auto target = targets().find(must_fail ? stem.substr(5) : stem);
        if (target == targets().end()) {
            ADD_FAILURE() << "no precompile is named for " << file.path();
            continue;
        }
        for (const Json& vector : read_json(file.path()))
            total.run(stem + "/" + vector.at("Name").get<std::string>(),
                      [&] { check(target->second, vector, must_fail); });
    }
}

}  // namespace
}  // namespace warpevm::test
