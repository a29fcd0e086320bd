// SPDX-License-Identifier: Apache-2.0
// Runs `t8n` on a small transfer that tests change as they like.
#pragma once

#include <gtest/gtest.h>

#include "tests/cli/example_block.hpp"
#include "tests/cli/program.hpp"

namespace warpevm::tools {

inline constexpr const char* key = "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8";
/// The address of that key.
inline constexpr const char* sender = "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b";
inline constexpr const char* recipient = "0x00000000000000000000000000000000000000aa";

class T8n : public testing::Test {
  protected:
    T8n() {
        m_alloc = {{sender, {{"balance", "0x5ffd4878be161d74"}, {"nonce", "0x0"}}}};
        m_env = {{"currentCoinbase", "0x00000000000000000000000000000000000000fe"},
                 {"currentDifficulty", "0x20000"},
                 {"currentGasLimit", "0x750a163df65e8a"},
                 {"currentNumber", "1"},
                 {"currentTimestamp", "1000"}};
        m_tx = {{"gas", "0x5208"}, {"gasPrice", "0x2"}, {"input", "0x"}, {"nonce", "0x0"},
                {"to", recipient}, {"value", "0x1"},    {"v", "0x0"},    {"r", "0x0"},
                {"s", "0x0"},      {"secretKey", key}};
        m_txs = {m_tx};
    }
    Ran run(const std::string& fork, const std::string& more = {}) {
        m_folder.write("alloc.json", m_alloc.dump());
        m_folder.write("env.json", m_env.dump());
        m_folder.write("txs.json", m_txs.dump());
        const std::string at = m_folder.path().string() + "/";
        Ran ran = run_program(
            "t8n --input.alloc " + at + "alloc.json --input.env " + at + "env.json --input.txs " + at +
            "txs.json --state.fork " + fork +
            " --output.result stdout --output.alloc stdout --output.body stdout --output.basedir " + at +
            " " + more);
        if (ran.exit_code == 0) m_out = nlohmann::json::parse(ran.out);
        return ran;
    }

    TemporaryFolder m_folder;
    nlohmann::json m_alloc, m_env, m_tx, m_txs, m_out;
};

/// A block from Prague on, with a system contract that does as the code says.
class PragueT8n : public T8n {
  protected:
    PragueT8n() {
        m_env.erase("currentDifficulty");
        m_env["currentRandom"] = "0x0";
        m_env["currentBaseFee"] = "0x1";
        m_env["currentExcessBlobGas"] = "0x0";
        m_env["parentBeaconBlockRoot"] = to_hex(Hash{});
        m_env["withdrawals"] = nlohmann::json::array();
    }
};

}  // namespace warpevm::tools
