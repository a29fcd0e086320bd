// SPDX-License-Identifier: Apache-2.0
// State tests of the Ethereum execution specification whose contract only hands its call data to one
// precompile and stores what came back: they are precompile vectors, and need no interpreter to be read.
#include <map>
#include <regex>

#include "evm/crypto/keccak.hpp"
#include "tests/fixtures/fixture_files.hpp"
#include "tests/precompiles/call.hpp"

namespace warpevm::test {
namespace {

/// What the contract stores in which slot; -1: it does not.
struct Slots {
    int success = -1, size = -1, hash = -1, price = -1;
};

struct Forwarder {
    uint64_t address;
    uint64_t gas_limit;
    Slots slots;
};

/// The code after the call, in hexadecimal.
const std::map<std::string, Slots>& epilogues() {
    static const std::map<std::string, Slots> all{
        {"6000553d600155", {.success = 0, .size = 1}},
        {"6000553d6001553d600060003e3d600020600255", {.success = 0, .size = 1, .hash = 2}},
        {"3d6001556000553d600060003e3d600020600255", {.success = 0, .size = 1, .hash = 2}},
        {"5a906000553d600155", {.success = 0, .size = 1}},
        {"5a906000553d60015561007a0190036002553d600060003e3d600020600355",
         {.success = 0, .size = 1, .hash = 3, .price = 2}},
        {"6000556000516001556020516002553d6003553d600060003e60005160045560205160055500",
         {.success = 0, .size = 3}},
    };
    return all;
}

/// CALLDATACOPY(0, 0, CALLDATASIZE) and a call with a constant address and gas.
std::optional<Forwarder> read_forwarder(const std::string& code) {
    static const std::regex shape{
        "0x366000600037(?:5a)?(?:60006000|60406000)3660006000(?:6000)?"
        "(?:60(..)|61(....))(?:60(..)|61(....)|62(.{6}))f[124a](.*)"};
    std::smatch m;
    if (!std::regex_match(code, m, shape)) return std::nullopt;
    const auto epilogue = epilogues().find(m[6].str());
    if (epilogue == epilogues().end()) return std::nullopt;
    const auto number = [](const std::string& digits) { return std::stoull(digits, nullptr, 16); };
    return Forwarder{number(m[1].str() + m[2].str()), number(m[3].str() + m[4].str() + m[5].str()),
                     epilogue->second};
}

U256 stored(const Json& account, int slot) {
    for (const auto& [key, value] : account.at("storage").items())
        if (*u256_from_hex(key) == U256{static_cast<uint64_t>(slot)})
            return *u256_from_hex(value.get<std::string>());
    return {};
}

void check(const Forwarder& forwarder, const Bytes& input, Fork fork, const Json& account) {
    const Precompile& target = precompile(forwarder.address, fork);
    const uint64_t price = target.gas(input, fork);
    Bytes output;
    const bool success = price <= forwarder.gas_limit && target.run(input, fork, output);
    if (!success) output.clear();

    EXPECT_EQ(U256{success}, stored(account, forwarder.slots.success));
    EXPECT_EQ(U256{output.size()}, stored(account, forwarder.slots.size));
    if (forwarder.slots.hash >= 0) {
        EXPECT_EQ(to_u256(keccak256(output)), stored(account, forwarder.slots.hash)) << to_hex(output);
    }
    if (forwarder.slots.price >= 0 && success) {
        EXPECT_EQ(U256{price}, stored(account, forwarder.slots.price));
    }
}

/// Runs the test where it has the shape; false where the interpreter must.
bool run_if_forwarder(const std::string& name, const Json& test, CaseCounter& total) {
    const Json& transaction = test.at("transaction");
    const std::string to = transaction.at("to").get<std::string>();
    if (!test.at("pre").contains(to)) return false;
    const auto forwarder = read_forwarder(test.at("pre").at(to).at("code").get<std::string>());
    if (!forwarder) return false;
    for (const auto& [fork_name, posts] : test.at("post").items()) {
        const auto fork = parse_fork(fork_name);
        if (!fork || find_precompile(Address::from_low(forwarder->address), *fork) == nullptr) return false;
        for (const Json& post : posts) {
            // A transaction that fails as a whole keeps the storage as it was.
            if (post.contains("expectException") || !post.contains("state")) return false;
            const Bytes input =
                to_bytes(transaction.at("data").at(post.at("indexes").at("data").get<size_t>()));
            total.run(name, [&] { check(*forwarder, input, *fork, post.at("state").at(to)); });
        }
    }
    return true;
}

class EestVectors : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Precompiles, EestVectors,
                         testing::Values("cancun/eip4844_blobs", "prague/eip2537_bls_12_381_precompiles",
                                         "osaka/eip7823_modexp_upper_bounds",
                                         "osaka/eip7883_modexp_gas_increase",
                                         "osaka/eip7951_p256verify_precompiles"),
                         [](const auto& instance) {
                             const std::string path = instance.param;
                             return path.substr(path.find('/') + 1);
                         });

TEST_P(EestVectors, StoredResults) {
    const auto folder = fixtures_folder() / "eest-fixtures/state_tests" / GetParam();
    WARPEVM_NEEDS_FIXTURES(folder);
    CaseCounter total{GetParam()};
    int others = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
        if (file.path().extension() != ".json") continue;
        const Json tests = read_json(file.path());
        for (const auto& [name, test] : tests.items())
            if (!run_if_forwarder(name, test, total)) ++others;
    }
    total.left_out(std::to_string(others) + " tests of another shape, which the state tests run");
}

/// One of EIP-198's tests: its contract creates another, whose code is the result.
void check_created_code(const Json& test, Fork fork, const Json& state) {
    const Json& transaction = test.at("transaction");
    const Bytes input = to_bytes(transaction.at("data").at(0));
    // Prices lie far from the limit, on one side or the other: what the call's overhead takes does not
    // matter.
    const U256 gas_limit = *u256_from_hex(transaction.at("gasLimit").at(0).get<std::string>());
    const bool payable = U256{gas(5, fork, input)} < gas_limit;
    const std::string output = payable ? call(5, fork, input) : "failed";
    EXPECT_EQ(U256{output != "failed"}, stored(state.at(transaction.at("to").get<std::string>()), 0));
    if (output == "failed" || output == "0x") return;
    const auto holds_output = [&](const auto& item) {
        return !test.at("pre").contains(item.key()) &&
               item.value().at("code").template get<std::string>() == output;
    };
    const auto items = state.items();
    EXPECT_TRUE(std::any_of(items.begin(), items.end(), holds_output)) << output;
}

TEST(EestModexp, CreatedCode) {
    const auto file =
        fixtures_folder() / "eest-fixtures/state_tests/byzantium/eip198_modexp_precompile/test_modexp.json";
    WARPEVM_NEEDS_FIXTURES(file);
    CaseCounter total{"byzantium/eip198_modexp_precompile"};
    const Json tests = read_json(file);
    for (const auto& [name, test] : tests.items())
        for (const auto& [fork_name, posts] : test.at("post").items()) {
            const auto fork = parse_fork(fork_name);
            ASSERT_TRUE(fork);
            for (const Json& post : posts)
                total.run(name,
                          [&, &current = test] { check_created_code(current, *fork, post.at("state")); });
        }
}

}  // namespace
}  // namespace warpevm::test
