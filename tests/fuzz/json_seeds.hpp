// SPDX-License-Identifier: Apache-2.0
// Small JSON texts, at least one for each of json_target.cpp's readers.
#pragma once

#include <cstddef>
#include <string_view>

namespace warpevm::fuzz {

struct JsonSeed {
    size_t reader;
    std::string_view text;
};

#define WARPEVM_WORD "0x00000000000000000000000000000000000000000000000000000000000000aa"
#define WARPEVM_ADDRESS "0x00000000000000000000000000000000000000aa"

inline constexpr JsonSeed json_seeds[] = {
    {0, R"({"result":{"number":"0x10","timestamp":"0x66","miner":")" WARPEVM_ADDRESS
        R"(","gasLimit":"0x1c9c380","baseFeePerGas":"0x7","difficulty":"0x0","mixHash":")" WARPEVM_WORD
        R"(","uncles":[")" WARPEVM_WORD
        R"("],"withdrawals":[{"index":"0x1","validatorIndex":"0x2","address":")" WARPEVM_ADDRESS
        R"(","amount":"0x3"}],"transactions":[{"type":"0x2","chainId":"0x1","nonce":"0x0",)"
        R"("gas":"0x5208","maxFeePerGas":"0x9","maxPriorityFeePerGas":"0x1","to":null,"value":"0x1",)"
        R"("input":"0x6000","accessList":[{"address":")" WARPEVM_ADDRESS R"(","storageKeys":[")" WARPEVM_WORD
        R"("]}],"v":"0x1","yParity":"0x1","r":"0x2","s":"0x3"}]}})"},
    {1, R"({"parentHash":")" WARPEVM_WORD R"(","coinbase":")" WARPEVM_ADDRESS
        R"(","number":"0x1","gasLimit":"0x2","gasUsed":"0x0","timestamp":"0x3","extraData":"0x00",)"
        R"("nonce":"0x0000000000000042","baseFeePerGas":"0x7","blobGasUsed":"0x0","excessBlobGas":"0x0"})"},
    {2,
     R"({")" WARPEVM_ADDRESS R"(":{"balance":"0x10","nonce":"1","code":"0x600160005500",)"
     R"("storage":{"0x01":"0x02","0x03":"0x04"}},"00000000000000000000000000000000000000bb":{"balance":5}})"},
    {3,
     R"([{"result":{")" WARPEVM_ADDRESS R"(":{"balance":"0x10","nonce":1,"storage":{")" WARPEVM_WORD
     R"(":")" WARPEVM_WORD R"("}}}},{"result":{")" WARPEVM_ADDRESS R"(":{"balance":"0x9","code":"0x00"}}}])"},
    {4, R"({"currentCoinbase":")" WARPEVM_ADDRESS
        R"(","currentGasLimit":"0x1","currentNumber":"1","currentTimestamp":"1000","currentRandom":"0x7",)"
        R"("currentBaseFee":"0x7","withdrawals":[],"blockHashes":{"4":")" WARPEVM_WORD
        R"("},"ommers":[{"delta":1,"address":")" WARPEVM_ADDRESS R"("}],"parentGasUsed":"0x0"})"},
    {5,
     R"([{"type":"0x0","nonce":"0x0","gasPrice":"0xa","gas":"0x5208","to":")" WARPEVM_ADDRESS
     R"(","value":"0x1","input":"0x","v":"0x1b","r":"0x1","s":"0x2"},{"type":"0x3","chainId":"0x1",)"
     R"("nonce":"0x1","gas":"0x5208","maxFeePerGas":"0x9","maxPriorityFeePerGas":"0x1","to":")" WARPEVM_ADDRESS
     R"(","value":"0x0","input":"0x","accessList":[],"maxFeePerBlobGas":"0x1","blobVersionedHashes":[")" WARPEVM_WORD
     R"("],"secretKey":")" WARPEVM_WORD R"("}])"},
    {5,
     R"([{"type":"0x4","chainId":"0x1","nonce":"0x1","gas":"0x5208","maxFeePerGas":"0x9",)"
     R"("maxPriorityFeePerGas":"0x1","to":")" WARPEVM_ADDRESS
     R"(","value":"0x0","data":"0x","accessList":[],"authorizationList":[{"chainId":"0x1","address":")" WARPEVM_ADDRESS
     R"(","nonce":"0x0","yParity":"0x0","r":"0x1","s":"0x2"}],"protected":false,)"
     R"("yParity":"0x1","v":"0x1","r":"0x1","s":"0x2","from":")" WARPEVM_ADDRESS R"("}])"},
    {6,
     R"({"result":[{"status":"0x1","gasUsed":"0x5208","cumulativeGasUsed":"0x5208","contractAddress":null,)"
     R"("logs":[{"address":")" WARPEVM_ADDRESS R"(","topics":[")" WARPEVM_WORD R"("],"data":"0x00"}]}]})"},
    {7,
     R"({"env":{"currentCoinbase":")" WARPEVM_ADDRESS
     R"(","currentGasLimit":"0x989680","currentNumber":"0x1","currentTimestamp":"0x3e8",)"
     R"("currentDifficulty":"0x020000","currentBaseFee":"0x0a","currentRandom":"0x0"},"pre":{")" WARPEVM_ADDRESS
     R"(":{"balance":"0x10","nonce":"0x0","code":"0x00","storage":{}}},"transaction":{"nonce":"0x0",)"
     R"("gasPrice":"0x0a","gasLimit":["0x5208"],"to":")" WARPEVM_ADDRESS
     R"(","value":["0x1"],"data":["0x","0x00"],"sender":")" WARPEVM_ADDRESS
     R"("},"post":{"Cancun":[{"indexes":{"data":1,"gas":0,"value":0},"hash":")" WARPEVM_WORD
     R"(","logs":")" WARPEVM_WORD
     R"("}],"Frontier":[{"indexes":{"data":0,"gas":0,"value":0},"hash":")" WARPEVM_WORD
     R"(","logs":")" WARPEVM_WORD R"(","txbytes":"0xc0"}]},"config":{"chainid":"0x01","blobSchedule":)"
     R"({"Cancun":{"target":"0x3","max":"0x6","baseFeeUpdateFraction":"0x32f0ed"}}},"_info":{}})"},
    {8, R"({"chainId":1,"homesteadBlock":0,"eip150Block":"0x2","eip155Block":3,"eip158Block":3,)"
        R"("byzantiumBlock":4,"constantinopleBlock":5,"petersburgBlock":5,"istanbulBlock":6,"berlinBlock":7,)"
        R"("londonBlock":8,"terminalTotalDifficulty":0,"shanghaiTime":9,"cancunTime":10,"pragueTime":11,)"
        R"("blobSchedule":{"cancun":{"target":3,"max":6,"baseFeeUpdateFraction":3338477}}})"},
    {9, "BerlinToLondonAt5"},
    {9, "BPO1ToBPO2AtTime15k"},
    {9, "ArrowGlacierToParisAtDiffC0000"},
};

#undef WARPEVM_WORD
#undef WARPEVM_ADDRESS

}  // namespace warpevm::fuzz
