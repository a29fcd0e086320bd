// SPDX-License-Identifier: Apache-2.0
// Transactions that break a rule, or several: which one is named, and geth's words with their numbers.
#include <gmock/gmock.h>

#include <functional>

#include "tests/cli/t8n_fixture.hpp"

namespace warpevm::tools {
namespace {

using nlohmann::json;

const std::string address = "address 0xa94f5374Fce5edBC8E2a8697C15331677e6EbF0B";
const std::string hash = "0x01" + std::string(62, '0');
const std::string most = "0x" + std::string(64, 'f');

/// What is changed of a valid transaction and of its sender's account.
using Spoil = std::function<void(json& tx, json& account)>;

struct Rule {
    const char* fork;
    int type;
    std::string error;
    Spoil spoil;
};

const Rule rules[] = {
    {"Cancun", 0, "nonce too low: " + address + ", tx: 0 state: 1",
     [](json&, json& a) { a["nonce"] = "0x1"; }},
    {"Cancun", 0, "nonce too high: " + address + ", tx: 2 state: 1",
     [](json& tx, json& a) {
         a["nonce"] = "0x1";
         tx["nonce"] = "0x2";
     }},
    {"Cancun", 0, "nonce has max value: " + address + ", nonce: 18446744073709551615",
     [](json& tx, json& a) { a["nonce"] = tx["nonce"] = "0xffffffffffffffff"; }},
    {"Osaka", 0, "transaction gas limit too high (cap: 16777216, tx: 16777217)",
     [](json& tx, json&) { tx["gas"] = "0x1000001"; }},
    {"Cancun", 0, "sender not an eoa: " + address + ", len(code): 2",
     [](json&, json& a) { a["code"] = "0x6000"; }},
    {"Cancun", 2,
     "max priority fee per gas higher than max fee per gas: " + address +
         ", maxPriorityFeePerGas: 11, maxFeePerGas: 10",
     [](json& tx, json&) { tx["maxPriorityFeePerGas"] = "0xb"; }},
    {"Cancun", 2, "max fee per gas less than block base fee: " + address + ", maxFeePerGas: 6, baseFee: 7",
     [](json& tx, json&) { tx["maxFeePerGas"] = "0x6"; }},
    {"Cancun", 3, "blob transaction missing blob hashes",
     [](json& tx, json&) { tx["blobVersionedHashes"] = json::array(); }},
    {"Cancun", 3, "blob 1 has invalid hash version",
     [](json& tx, json&) {
         tx["blobVersionedHashes"] = {hash, most};
     }},
    {"Osaka", 3, "blob transaction has too many blobs",
     [](json& tx, json&) { tx["blobVersionedHashes"] = std::vector(7, hash); }},
    {"Cancun", 3, "blob gas (917504) would exceed maximum allowance 786432",
     [](json& tx, json&) { tx["blobVersionedHashes"] = std::vector(7, hash); }},
    {"Cancun", 3,
     "max fee per blob gas less than block blob gas fee: " + address + " blobGasFeeCap: 0, blobBaseFee: 1",
     [](json& tx, json&) { tx["maxFeePerBlobGas"] = "0x0"; }},
    {"Cancun", 3,
     "blob transaction of type create: rlp: input string too short for common.Address, decoding into "
     "(types.BlobTx).To",
     [](json& tx, json&) { tx.erase("to"); }},
    {"Prague", 4,
     "EIP-7702 transaction with empty auth list (sender 0xa94f5374Fce5edBC8E2a8697C15331677e6EbF0B)",
     [](json& tx, json&) { tx["authorizationList"] = json::array(); }},
    {"Prague", 4,
     "EIP-7702 transaction cannot be used to create contract (sender "
     "0xa94f5374Fce5edBC8E2a8697C15331677e6EbF0B): rlp: input string too short for common.Address, decoding "
     "into "
     "(types.SetCodeTx).To",
     [](json& tx, json&) { tx.erase("to"); }},
    {"Cancun", 4, "transaction type not supported", [](json&, json&) {}},
    {"Cancun", 0, "max initcode size exceeded: code size 49153 limit 49152",
     [](json& tx, json&) {
         tx.erase("to");
         tx["input"] = "0x" + std::string(2 * size_t{49153}, '0');
     }},
    {"Cancun", 0, "gas limit reached", [](json& tx, json&) { tx["gas"] = "0x989681"; }},
    {"Cancun", 0, "insufficient funds for gas * price + value: " + address + " have 3 want 1000005",
     [](json& tx, json& a) {
         a["balance"] = "0x3";
         tx["value"] = "0x5";
     }},
    {"Cancun", 3, "insufficient funds for gas * price + value: " + address + " have 3 want 1131072",
     [](json&, json& a) { a["balance"] = "0x3"; }},
    {"Cancun", 0,
     "insufficient funds for gas * price + value: " + address + " required balance exceeds 256 bits",
     [](json& tx, json&) { tx["value"] = most; }},
    {"Cancun", 0,
     "insufficient funds for gas * price + value: " + address + " required balance exceeds 256 bits",
     [](json& tx, json&) { tx["gasPrice"] = most; }},
    {"Cancun", 0, "intrinsic gas too low: have 20999, want 21000",
     [](json& tx, json&) { tx["gas"] = "0x5207"; }},
    {"Cancun", 0, "intrinsic gas too low: have 21000, want 53000",
     [](json& tx, json&) {
         tx["gas"] = "0x5208";
         tx.erase("to");
     }},
    {"Prague", 0, "insufficient gas for floor data gas cost: have 22600, want 25000",
     [](json& tx, json&) {
         tx["gas"] = "0x5848";
         tx["input"] = "0x" + std::string(200, '1');
     }},
    {"Cancun", 0, "invalid transaction v, r, s values",
     [](json& tx, json&) {
         tx["v"] = "0x1b";
         tx["r"] = "0x1";
         tx["s"] = most;
     }},
    {"Cancun", 0, "recovery failed",
     [](json& tx, json&) {
         tx["v"] = "0x1b";
         tx["r"] = "0x5";
         tx["s"] = "0x1";
     }},
    {"Cancun", 2, "invalid chain id for signer: have 2 want 1",
     [](json& tx, json&) {
         tx["chainId"] = "0x2";
         tx["v"] = tx["r"] = tx["s"] = "0x1";
     }},
    // Several at once: the block's blob gas, then nonce, cap, code, fees, blobs, init code, block gas,
    // balance, gas.
    {"Osaka", 3, "blob gas (1310720) would exceed maximum allowance 1179648",
     [](json& tx, json&) {
         tx["blobVersionedHashes"] = std::vector(10, hash);
         tx["nonce"] = "0x9";
     }},
    {"Osaka", 2, "nonce too high: " + address + ", tx: 9 state: 0",
     [](json& tx, json& a) {
         tx["nonce"] = "0x9";
         tx["gas"] = "0x1000001";
         a["code"] = "0x6000";
     }},
    {"Osaka", 2, "sender not an eoa: " + address + ", len(code): 2",
     [](json& tx, json& a) {
         a["code"] = "0x6000";
         tx["maxFeePerGas"] = "0x0";
     }},
    {"Osaka", 2, "max fee per gas less than block base fee: " + address + ", maxFeePerGas: 0, baseFee: 7",
     [](json& tx, json& a) {
         tx["maxFeePerGas"] = "0x0";
         tx["gas"] = "0x1";
         a["balance"] = "0x0";
     }},
    {"Osaka", 2, "insufficient funds for gas * price + value: " + address + " have 0 want 10",
     [](json& tx, json& a) {
         tx["gas"] = "0x1";
         a["balance"] = "0x0";
     }},
};

class Rejections : public PragueT8n {
  protected:
    Rejections() {
        m_env["currentBaseFee"] = "0x7";
        m_env["currentGasLimit"] = "0x989680";
    }
    static json transaction(int type) {
        json tx{{"type", to_quantity(static_cast<uint64_t>(type))},
                {"nonce", "0x0"},
                {"gas", "0x186a0"},
                {"to", recipient},
                {"value", "0x0"},
                {"input", "0x"},
                {"chainId", "0x1"},
                {"secretKey", key}};
        if (type < 2)
            tx["gasPrice"] = "0xa";
        else
            tx.update({{"maxFeePerGas", "0xa"}, {"maxPriorityFeePerGas", "0x0"}});
        if (type == 3) tx.update({{"maxFeePerBlobGas", "0x1"}, {"blobVersionedHashes", {hash}}});
        if (type == 4)
            tx["authorizationList"] = {{{"chainId", "0x1"},
                                        {"address", recipient},
                                        {"nonce", "0x0"},
                                        {"yParity", "0x0"},
                                        {"r", "0x1"},
                                        {"s", "0x1"}}};
        return tx;
    }
};

TEST_F(Rejections, AreWordedAsGethWordsThem) {
    const json account = m_alloc[sender];
    for (const Rule& rule : rules) {
        json tx = transaction(rule.type);
        m_alloc[sender] = account;
        rule.spoil(tx, m_alloc[sender]);
        m_txs = {tx};
        ASSERT_EQ(run(rule.fork).exit_code, 0) << rule.error;
        ASSERT_EQ(m_out["result"]["rejected"].size(), 1U) << rule.error;
        EXPECT_EQ(m_out["result"]["rejected"][0]["error"], rule.error);
    }
}

TEST_F(Rejections, AValidOneIsNone) {
    for (int type = 0; type <= 4; ++type) {
        m_txs = {transaction(type)};
        ASSERT_EQ(run("Osaka").exit_code, 0);
        EXPECT_FALSE(m_out["result"].contains("rejected")) << type << m_out["result"]["rejected"];
    }
}

}  // namespace
}  // namespace warpevm::tools
