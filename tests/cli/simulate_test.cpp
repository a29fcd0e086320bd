// SPDX-License-Identifier: Apache-2.0
// `simulate`: requests as geth's eth_call takes them, answers, summary, exit codes, and rubbish.
#include <gmock/gmock.h>

#include <random>

#include "tests/cli/example_block.hpp"
#include "tests/cli/program.hpp"
#include "tests/cli/terminal.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// The example block's state holds the sender with an ether, and at 0xc0de a contract that stores 1 in slot
/// 0.
class SimulateProgram : public testing::Test {
  protected:
    void SetUp() override {
        example = make_example_block();
        example.write(folder);
    }
    [[nodiscard]] std::string block() const { return (folder.path() / "block").string(); }

    /// Answers by line.
    std::vector<json> answers(const std::string& requests, const std::string& options = "") {
        ran = run_program("simulate - --block " + block() + " " + options, requests);
        std::vector<json> lines;
        std::istringstream text(ran.out);
        for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
        return lines;
    }
    json answer(const std::string& request, const std::string& options = "") {
        const auto lines = answers(request + "\n", options);
        EXPECT_EQ(lines.size(), 1U) << ran.err;
        return lines.empty() ? json{} : lines.front();
    }
    /// The message of a line that can't be read.
    std::string refusal(const std::string& request) {
        const json line = answer(request);
        EXPECT_EQ(ran.exit_code, 2) << request;
        EXPECT_EQ(line["status"], "error") << request;
        return line["error"]["message"];
    }
    static std::string envelope(const std::string& call, const std::string& more) {
        return R"({"id":"a","call":)" + call + "," + more + "}";
    }

    ExampleBlock example;
    TemporaryFolder folder;
    Ran ran;
};

constexpr const char* contract = "0x000000000000000000000000000000000000c0de";
constexpr const char* stranger = "0x0000000000000000000000000000000000000abc";

std::string call_of(const std::string& to, const std::string& more = "") {
    return R"({"to":")" + to + "\"" + more + "}";
}

/// Overrides the contract's code with one that answers the word which these bytes push.
std::string answering(const std::string& code) {
    return R"("stateOverrides":{")" + std::string(contract) + R"(":{"code":"0x)" + code +
           R"(60005260206000f3"}})";
}

std::string word(const std::string& digits) {
    return "0x" + std::string(64 - digits.size(), '0') + digits;
}

TEST_F(SimulateProgram, AnswersACall) {
    const json a = answer(call_of(contract));
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_EQ(a["id"], 1);
    EXPECT_EQ(a["status"], "success");
    EXPECT_EQ(a["gasUsed"], "0xa862");  // 21000 + 3 + 3 + 22100
    EXPECT_EQ(a["returnData"], "0x");
    EXPECT_EQ(a["logs"], json::array());
    EXPECT_FALSE(a.contains("error"));
    EXPECT_THAT(ran.err, HasSubstr("1 requests, 1 calls: 1 success"));
}

TEST_F(SimulateProgram, KeepsOrderAndIds) {
    const auto lines = answers(R"({"id":"x","call":{"to":"0x00000000000000000000000000000000000000ff"}})"
                               "\n\n" +
                               call_of(contract) + "\n{\"id\":77,\"calls\":[" + call_of(contract) + "," +
                               call_of(contract) + "]}");
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0]["id"], "x");
    EXPECT_EQ(lines[1]["id"], 3);  // the line's number
    EXPECT_EQ(lines[2]["id"], 77);
    ASSERT_EQ(lines[2]["calls"].size(), 2U);
    EXPECT_EQ(lines[2]["calls"][0]["gasUsed"], "0xa862");
    EXPECT_NE(lines[2]["calls"][1]["gasUsed"], "0xa862");  // the slot is 1 already
    EXPECT_EQ(lines[1]["gasUsed"], "0xa862");
}

TEST_F(SimulateProgram, TakesBlockOverrides) {
    const std::pair<const char*, std::pair<std::string, std::string>> cases[] = {
        {"43", {R"("number":"0x1312d01")", word("1312d01")}},
        {"42", {R"("time":"0x6660aaaa")", word("6660aaaa")}},
        {"45", {R"("gasLimit":"0x77")", word("77")}},
        {"41", {R"("feeRecipient":"0x0000000000000000000000000000000000000abc")", word("abc")}},
        {"41", {R"("coinbase":"0x0000000000000000000000000000000000000abc")", word("abc")}},
        {"44", {R"("prevRandao":")" + word("123") + "\"", word("123")}},
        {"44", {R"("random":")" + word("124") + "\"", word("124")}},
        {"4a", {R"("blobBaseFee":"0x99")", word("99")}},
        {"48", {R"("baseFeePerGas":"0x99")", word("0")}},  // no price
        {"43", {R"("difficulty":"0x99")", word("12fa661")}},
    };
    for (const auto& [op, what] : cases) {
        const json a =
            answer(envelope(call_of(contract), answering(op) + R"(,"blockOverrides":{)" + what.first + "}"));
        EXPECT_EQ(a["returnData"], what.second) << what.first << a << ran.err;
    }
    const json paid =
        answer(envelope(R"({"from":")" + to_hex(example.sender) +
                            R"(","gas":"0xffff","maxFeePerGas":"0x99","to":")" + contract + "\"}",
                        answering("48") + R"(,"blockOverrides":{"baseFee":"0x99"})"));
    EXPECT_EQ(paid["returnData"], word("99")) << paid;
}

/// Where a block is moved across a fork, its rules change.
TEST_F(SimulateProgram, MovesTheBlockToOtherRules) {
    const std::string push0 = R"("stateOverrides":{")" + std::string(contract) + R"(":{"code":"0x5f5ff3"}})";
    EXPECT_EQ(answer(envelope(call_of(contract), push0))["status"], "success");
    const json before =
        answer(envelope(call_of(contract), push0 + R"(,"blockOverrides":{"time":"0x63c00000"})"));
    EXPECT_EQ(before["error"]["code"], "undefined_instruction") << before;
}

TEST_F(SimulateProgram, TakesStateOverrides) {
    const auto override = [&](const std::string& account) {
        return R"("stateOverrides":{")" + std::string(contract) + R"(":{)" + account + "}}";
    };
    // Answers balance, and slot 3.
    EXPECT_EQ(answer(envelope(call_of(contract),
                              override(R"("balance":"0x7","code":"0x4760005260206000f3")")))["returnData"],
              word("7"));
    for (const char* kind : {"state", "stateDiff"})
        EXPECT_EQ(answer(envelope(call_of(contract), override(R"("code":"0x60035460005260206000f3",")" +
                                                              std::string(kind) + R"(":{")" + word("3") +
                                                              R"(":")" + word("55") + "\"}")))["returnData"],
                  word("55"));
    const json created = answer(
        envelope(R"({"from":")" + std::string(contract) + R"(","data":"0x"})", override(R"("nonce":"0x9")")));
    EXPECT_TRUE(created.contains("contractAddress")) << created;
}

TEST_F(SimulateProgram, NamesReverts) {
    // Error("no"), Panic(0x11), bytes of one's own.
    const std::string error =
        "0x08c379a0" + word("20").substr(2) + word("2").substr(2) + "6e6f" + std::string(60, '0');
    const std::string panic = "0x4e487b71" + word("11").substr(2);
    // Answers its call data by a revert.
    const std::string code =
        R"("stateOverrides":{")" + std::string(contract) + R"(":{"code":"0x366000600037366000fd"}})";
    const auto revert = [&](const std::string& data) {
        return answer(envelope(call_of(contract, R"(,"input":")" + data + "\""), code));
    };
    EXPECT_EQ(revert(error)["error"]["message"], "execution reverted: no");
    EXPECT_EQ(revert(error)["returnData"], error);
    EXPECT_EQ(revert(panic)["error"]["message"], "execution reverted: panic 0x11");
    EXPECT_EQ(revert("0x1234")["error"]["message"], "execution reverted");
    EXPECT_EQ(revert("0x1234")["error"]["code"], "reverted");
    EXPECT_EQ(ran.exit_code, 0);
}

TEST_F(SimulateProgram, NamesFailuresAndInvalidCalls) {
    const json halted = answer(call_of(contract, R"(,"gas":"0x5300")"));
    EXPECT_EQ(halted["status"], "failed");
    EXPECT_EQ(halted["error"]["code"], "out_of_gas");
    EXPECT_EQ(halted["gasUsed"], "0x5300");
    EXPECT_EQ(ran.exit_code, 0);
    const json poor = answer(call_of(contract, R"(,"value":"0x1")"));
    EXPECT_EQ(poor["status"], "invalid");
    EXPECT_EQ(poor["error"]["code"], "insufficient_balance");
    EXPECT_EQ(ran.exit_code, 1);
}

TEST_F(SimulateProgram, LimitsGas) {
    // GAS, from what the call has: cap less intrinsic gas less its own price.
    const json a = answer(envelope(call_of(contract), answering("5a")), "--gas-cap 100000");
    EXPECT_EQ(a["returnData"], word("13496"));
    const json b = answer(envelope(call_of(contract, R"(,"gas":"0xffffffff")"), answering("5a")));
    EXPECT_EQ(b["returnData"], word("2fa9e76"));  // of 50 million
}

TEST_F(SimulateProgram, RefusesBadLinesAndGoesOn) {
    const auto lines = answers(call_of(contract) + "\nrubbish\n" + call_of(contract) + "\n");
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_EQ(lines[0]["status"], "success");
    EXPECT_EQ(lines[1]["status"], "error");
    EXPECT_EQ(lines[1]["line"], 2);
    EXPECT_THAT(lines[1]["error"]["message"].get<std::string>(), HasSubstr("-:2"));
    EXPECT_EQ(lines[2]["status"], "success");
}

TEST_F(SimulateProgram, SaysWhatIsWrongWithALine) {
    const auto with = [&](const std::string& member) { return refusal(call_of(contract, "," + member)); };
    EXPECT_THAT(with(R"("data":"0x1","x":0)"), HasSubstr("data: expected bytes"));
    EXPECT_THAT(with(R"("input":"0x01","data":"0x02")"),
                HasSubstr("input and data are both given and differ"));
    EXPECT_THAT(with(R"("gasPrice":"0x1","maxFeePerGas":"0x1")"),
                HasSubstr("gasPrice can't be given beside"));
    EXPECT_THAT(with(R"("chainId":"0x5")"), HasSubstr("chainId is 5, the chain's is 1"));
    EXPECT_THAT(with(R"("gas":"0x10000000000000000")"),
                HasSubstr("gas: expected a number of at most 64 bits"));
    EXPECT_THAT(with(R"("from":"0x12")"), HasSubstr("from: expected an address"));
    EXPECT_THAT(with(R"("to":null,"to":null)"), HasSubstr("to"));
    EXPECT_THAT(with(R"("blobs":[])"), HasSubstr("calls carry no blobs"));
    EXPECT_THAT(refusal("[]"), HasSubstr("an object"));
    EXPECT_THAT(refusal("7"), HasSubstr("an object"));
    EXPECT_THAT(refusal(R"({"calls":[]})"), HasSubstr("expected 1 to 10000 calls, got 0"));
    EXPECT_THAT(refusal(R"({"calls":[{}],"call":{}})"), HasSubstr("can't both be given"));
    EXPECT_THAT(refusal(R"({"id":[1],"call":{}})"), HasSubstr("id: expected a string or number"));
    const auto more = [&](const std::string& text) { return refusal(envelope("{}", text)); };
    EXPECT_THAT(more(R"("stateOverride":{})"), HasSubstr("stateOverride: expected one of"));
    EXPECT_THAT(more(R"("stateOverrides":{"0x12":{}})"), HasSubstr("an address of 20 bytes"));
    const std::string account = R"("stateOverrides":{")" + std::string(stranger) + "\":";
    EXPECT_THAT(more(account + R"({"balanse":"0x1"}})"), HasSubstr("balanse: expected one of"));
    EXPECT_THAT(more(account + R"({"state":{},"stateDiff":{}}})"),
                HasSubstr("state and stateDiff can't both be given"));
    EXPECT_THAT(more(account + R"({"movePrecompileToAddress":"0x00"}})"),
                HasSubstr("precompiles can't be moved"));
    EXPECT_THAT(more(account + R"({"stateDiff":{"0x1":"0x1","0x01":"0x1"}}})"),
                HasSubstr("the slot is there twice"));
    EXPECT_THAT(more(account + R"({},")" + "0x0000000000000000000000000000000000000ABC" + R"(":{}})"),
                HasSubstr("the account is there twice"));
    EXPECT_THAT(more(R"("stateOverrides":{"0x0000000000000000000000000000000000000001":{}})"),
                HasSubstr("a precompile's account can't be overridden"));
    EXPECT_THAT(more(R"("blockOverrides":{"withdrawals":[]})"), HasSubstr("not supported"));
    EXPECT_THAT(more(R"("blockOverrides":{"timestamp":1})"), HasSubstr("timestamp: expected one of"));
    EXPECT_THAT(more(R"("blockOverrides":{"baseFee":1,"baseFeePerGas":1})"), HasSubstr("are the same"));
    const json unmerged =
        answer(envelope("{}", R"("blockOverrides":{"random":")" + word("1") + "\"}"), "--fork London");
    EXPECT_THAT(unmerged["error"]["message"].get<std::string>(), HasSubstr("before the merge"));
}

TEST_F(SimulateProgram, RefusesALineThatIsTooLong) {
    const auto lines =
        answers(R"({"data":"0x)" + std::string(size_t{17} << 20, '0') + "\"}\n" + call_of(contract));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_THAT(lines[0]["error"]["message"].get<std::string>(), HasSubstr("longer than 16777216 bytes"));
    EXPECT_EQ(lines[1]["status"], "success");
}

TEST_F(SimulateProgram, IsEqualOnEveryBackendInSmallBatches) {
    std::string requests;
    for (int i = 0; i < 60; ++i)
        requests += i % 5 == 0   ? "{\"calls\":[" + call_of(contract) + "," + call_of(contract) + "]}\n"
                    : i % 7 == 0 ? call_of(contract, R"(,"gas":"0x5300")") + "\n"
                                 : call_of(i % 2 == 0 ? contract : stranger) + "\n";
    answers(requests, "--backend serial");
    const std::string expected = ran.out;
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    for (const char* backend :
         {"--backend cpu --threads 3", "--backend opencl --device native --wait-for-device --lanes 4",
          "--backend opencl --device native", "--backend opencl --wait-for-device"})
        for (const char* batch : {"", "--batch 7"}) {
            answers(requests, std::string(backend) + " --verify serial " + batch);
            EXPECT_EQ(ran.out, expected) << backend << batch;
            EXPECT_EQ(ran.exit_code, 0) << ran.err;
        }
}

TEST_F(SimulateProgram, WritesASummary) {
    const std::string file = folder.write(
        "requests", call_of(contract) + "\nx\n" + call_of(contract, R"(,"gas":"0x5300")") + "\n");
    const Ran r = run_program("simulate " + file + " --block " + block() +
                              " --backend opencl --device native --wait-for-device --output " +
                              (folder.path() / "answers").string() + " --verify serial --json -");
    EXPECT_EQ(r.exit_code, 2);
    const json summary = json::parse(r.out);
    EXPECT_EQ(summary["schema"], 1);
    EXPECT_EQ(summary["backend"], "opencl");
    EXPECT_EQ(summary["block"]["fork"], "Cancun");
    EXPECT_EQ(summary["requests"], 3);
    EXPECT_EQ(summary["bad_lines"], 1);
    EXPECT_EQ(summary["calls"], 2);
    EXPECT_EQ(summary["success"], 1);
    EXPECT_EQ(summary["failed"], 1);
    EXPECT_EQ(summary["gas_used"], 0xa862 + 0x5300);
    EXPECT_EQ(summary["routes"]["device"], 1);
    EXPECT_EQ(summary["routes"]["escalated"], 1);
    EXPECT_EQ(summary["routes"]["reasons"]["exceptional_halt"], 1);
    EXPECT_EQ(summary["verified"], true);
    EXPECT_EQ(summary["mismatches"], 0);
    EXPECT_GT(summary["calls_per_second"].get<double>(), 0);
    const std::string answers = folder.read("answers");
    EXPECT_EQ(std::count(answers.begin(), answers.end(), '\n'), 3);
}

/// The state is whole only with its parent's header.
TEST_F(SimulateProgram, CountsWhatThePreStateLacks) {
    std::filesystem::remove(folder.path() / "block" / "parent.json");
    const json a = answer(call_of(stranger));
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_EQ(a["status"], "success");
    EXPECT_GT(a["assumedAbsent"], 0) << a;
    EXPECT_THAT(a["assumed"].dump(), HasSubstr(stranger));
    const json strict = answer(call_of(stranger), "--strict-state");
    EXPECT_EQ(ran.exit_code, 2);
    EXPECT_EQ(strict["status"], "error");
    EXPECT_EQ(strict["error"]["code"], "missing_state");
}

TEST_F(SimulateProgram, SaysWhatIsWrongWithItsArguments) {
    EXPECT_EQ(run_program("simulate").exit_code, 2);
    EXPECT_EQ(run_program("simulate -").exit_code, 2);
    const Ran missing = run_program("simulate nosuchfile --block " + block());
    EXPECT_EQ(missing.exit_code, 2);
    EXPECT_THAT(missing.err, HasSubstr("nosuchfile: No such file"));
    const Ran folderless = run_program("simulate - --block nosuchfolder");
    EXPECT_EQ(folderless.exit_code, 2);
    EXPECT_THAT(folderless.err, HasSubstr("nosuchfolder"));
    EXPECT_THAT(run_program("simulate --help").out, HasSubstr("Example: warpevm simulate "));
    const auto none = answers("");
    EXPECT_EQ(ran.exit_code, 0) << ran.err;
    EXPECT_TRUE(none.empty());
}

/// On a terminal there is a progress bar; what was answered before Ctrl-C is there, and marked.
TEST_F(SimulateProgram, StopsOnCtrlC) {
    std::string requests;
    for (int i = 0; i < 3000; ++i)  // they loop until their gas is gone
        requests += envelope(call_of(contract), R"("stateOverrides":{")" + std::string(contract) +
                                                    R"(":{"code":"0x5b600056"}})") +
                    "\n";
    const std::string base = folder.path().string(), file = folder.write("loops", requests);
    EXPECT_EQ(
        run_until("simulate [", "simulate " + file + " --block " + block() + " --backend serial --output " +
                                    base + "/answers --json " + base + "/summary"),
        1);
    const json summary = json::parse(folder.read("summary"));
    EXPECT_EQ(summary["interrupted"], true);
    const std::string answers = folder.read("answers");
    const auto count = std::count(answers.begin(), answers.end(), '\n');
    EXPECT_GT(count, 0);
    EXPECT_LT(count, 3000);
    EXPECT_EQ(summary["requests"], count);
}

/// Whatever stands there, there is an answer for each line.
TEST_F(SimulateProgram, AnswersRubbish) {
    std::mt19937_64 random(5);
    const std::string good[] = {
        envelope(
            call_of(contract, R"(,"value":"0x0","accessList":[{"address":")" + std::string(contract) +
                                  R"(","storageKeys":[]}])"),
            R"("stateOverrides":{")" + std::string(stranger) +
                R"(":{"balance":"0x1","stateDiff":{"0x1":"0x2"}}},"blockOverrides":{"number":"0x1312d01"})"),
        R"({"id":1,"calls":[{"to":null,"data":"0x60006000fd"},{"from":"0x0000000000000000000000000000000000000abc"}]})"};
    std::string requests;
    constexpr int lines = 2000;
    for (int i = 0; i < lines; ++i) {
        std::string line = good[random() % 2];
        for (uint64_t n = 1 + random() % 3; n != 0; --n) {
            const size_t at = random() % line.size();
            switch (random() % 4) {
                case 0: line.erase(at, 1 + random() % 10); break;
                case 1: line.insert(at, line.substr(random() % line.size(), random() % 20)); break;
                case 2: line[at] = static_cast<char>(32 + random() % 95); break;
                default: line[at] = static_cast<char>(random());
            }
        }
        std::erase(line, '\n');
        const bool is_blank = line.find_first_not_of(" \t\r") == std::string::npos;
        requests += (is_blank ? "x" : line) + "\n";
    }
    answers(requests);
    EXPECT_NE(ran.exit_code, 3) << ran.err;
    EXPECT_EQ(std::count(ran.out.begin(), ran.out.end(), '\n'), lines);
}

}  // namespace
}  // namespace warpevm::tools
