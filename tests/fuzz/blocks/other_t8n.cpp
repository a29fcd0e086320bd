// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/other_t8n.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "evm/base/hex.hpp"
#include "evm/chain/receipts.hpp"

namespace warpevm::fuzz {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

ordered_json account_json(const FuzzAccount& account) {
    ordered_json out{{"balance", to_quantity(account.balance)}, {"nonce", to_quantity(account.nonce)}};
    if (!account.code.empty()) out["code"] = to_hex(account.code);
    for (const auto& [key, value] : account.storage)
        out["storage"][to_hex(to_bytes32(key))] = to_hex(to_bytes32(value));
    return out;
}

ordered_json environment_json(const FuzzBlock& block) {
    const BlockEnvironment& env = block.environment;
    ordered_json out{{"currentCoinbase", to_hex(env.beneficiary)},
                     {"currentGasLimit", to_quantity(env.gas_limit)},
                     {"currentNumber", to_quantity(env.number)},
                     {"currentTimestamp", to_quantity(env.timestamp)}};
    if (block.fork >= Fork::paris)
        out["currentRandom"] = to_quantity(env.difficulty_or_randao);
    else
        out["currentDifficulty"] = to_quantity(env.difficulty_or_randao);
    if (block.fork >= Fork::london) out["currentBaseFee"] = to_quantity(env.base_fee);
    if (block.fork >= Fork::cancun) {
        out["currentExcessBlobGas"] = to_quantity(env.excess_blob_gas);
        out["parentBeaconBlockRoot"] = to_hex(env.parent_beacon_block_root.value_or(Hash{}));
    }
    for (const auto& [number, hash] : block.block_hashes)
        out["blockHashes"][std::to_string(number)] = to_hex(hash);
    if (block.fork >= Fork::shanghai) out["withdrawals"] = ordered_json::array();
    for (const Withdrawal& w : block.withdrawals)
        out["withdrawals"].push_back({{"index", to_quantity(w.index)},
                                      {"validatorIndex", to_quantity(w.validator_index)},
                                      {"address", to_hex(w.address)},
                                      {"amount", to_quantity(w.amount_gwei)}});
    for (const OmmerInput& ommer : block.ommers)
        out["ommers"].push_back(
            {{"delta", env.number - ommer.number}, {"address", to_hex(ommer.beneficiary)}});
    return out;
}

ordered_json authorization_json(const Authorization& a) {
    return {
        {"chainId", to_quantity(a.chain_id)}, {"address", to_hex(a.address)}, {"nonce", to_quantity(a.nonce)},
        {"yParity", to_quantity(a.y_parity)}, {"r", to_quantity(a.r)},        {"s", to_quantity(a.s)}};
}

ordered_json transaction_json(const Transaction& tx) {
    const auto type = static_cast<uint64_t>(tx.type);
    ordered_json out{{"type", to_quantity(type)},
                     {"nonce", to_quantity(tx.nonce)},
                     {"gas", to_quantity(tx.gas_limit)},
                     {"value", to_quantity(tx.value)},
                     {"input", to_hex(tx.data)}};
    out["to"] = tx.to ? ordered_json(to_hex(*tx.to)) : ordered_json(nullptr);
    const uint64_t legacy_v = (tx.chain_id ? 35 + 2 * *tx.chain_id : 27) + tx.y_parity;
    out["v"] = to_quantity(tx.type == TxType::legacy ? legacy_v : uint64_t{tx.y_parity});
    out["r"] = to_quantity(tx.r);
    out["s"] = to_quantity(tx.s);
    if (tx.type == TxType::legacy) {
        out["gasPrice"] = to_quantity(tx.max_fee_per_gas);
        return out;
    }
    out["chainId"] = to_quantity(tx.chain_id.value_or(1));
    out["accessList"] = ordered_json::array();
    for (const AccessListEntry& entry : tx.access_list) {
        ordered_json item{{"address", to_hex(entry.address)}, {"storageKeys", ordered_json::array()}};
        for (const Bytes32& key : entry.storage_keys) item["storageKeys"].push_back(to_hex(key));
        out["accessList"].push_back(item);
    }
    if (tx.type == TxType::access_list) {
        out["gasPrice"] = to_quantity(tx.max_fee_per_gas);
        return out;
    }
    out["maxFeePerGas"] = to_quantity(tx.max_fee_per_gas);
    out["maxPriorityFeePerGas"] = to_quantity(tx.max_priority_fee_per_gas);
    if (tx.type == TxType::blob) {
        out["maxFeePerBlobGas"] = to_quantity(tx.max_fee_per_blob_gas);
        out["blobVersionedHashes"] = ordered_json::array();
        for (const Hash& hash : tx.blob_versioned_hashes) out["blobVersionedHashes"].push_back(to_hex(hash));
    }
    if (tx.type == TxType::set_code) {
        out["authorizationList"] = ordered_json::array();
        for (const Authorization& a : tx.authorization_list)
            out["authorizationList"].push_back(authorization_json(a));
    }
    return out;
}

void write(const fs::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text << '\n';
}

/// A folder that goes away with the object.
struct TemporaryFolder {
    fs::path path = fs::temp_directory_path() / fmt::format("warpevm-fuzz-{}", getpid());
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
};

std::string indices(const ordered_json& rejected) {
    std::string out;
    for (const auto& entry : rejected) out += fmt::format(" {}", entry.at("index").get<uint64_t>());
    return out;
}

/// What we would say, by the members' names.
std::map<std::string, std::string> expected_members(const PreparedBlock& prepared, const BlockOutcome& ours) {
    std::map<std::string, std::string> members;
    members["stateRoot"] = to_hex(prepared.state.root_after(ours.diff));
    members["receiptsRoot"] = to_hex(ours.receipts_root);
    members["logsHash"] = to_hex(logs_hash(ours.logs));
    members["logsBloom"] = to_hex(ours.logs_bloom);
    members["gasUsed"] = to_quantity(ours.gas_used);
    if (prepared.input.rules.at_least(Fork::cancun)) members["blobGasUsed"] = to_quantity(ours.blob_gas_used);
    if (ours.requests_hash) members["requestsHash"] = to_hex(*ours.requests_hash);
    return members;
}

std::string compare(const ordered_json& result, const PreparedBlock& prepared, const BlockOutcome& ours) {
    std::string rejected;
    for (size_t i = 0; i < ours.transactions.size(); ++i)
        if (ours.transactions[i].invalid.code != ErrorCode::none) rejected += fmt::format(" {}", i);
    const std::string theirs = result.contains("rejected") ? indices(result["rejected"]) : "";
    if (rejected != theirs) return fmt::format("the other tool: rejected{}; ours{}", theirs, rejected);
    for (const auto& [member, value] : expected_members(prepared, ours)) {
        const std::string got = result.value(member, "nothing");
        if (got != value) return fmt::format("the other tool: {} is {}; ours {}", member, got, value);
    }
    return {};
}

}  // namespace

void write_t8n_input(const FuzzBlock& block, const PreparedBlock& prepared, const fs::path& folder) {
    fs::create_directories(folder);
    ordered_json alloc = ordered_json::object(), txs = ordered_json::array();
    for (const auto& [address, account] : block.accounts) alloc[to_hex(address)] = account_json(account);
    for (const Transaction& tx : prepared.transactions) txs.push_back(transaction_json(tx));
    write(folder / "alloc.json", alloc.dump(1));
    write(folder / "env.json", environment_json(block).dump(1));
    write(folder / "txs.json", txs.dump(1));
    write(folder / "fork", t8n_name(block.fork));
    write(folder / "reward", block.reward ? "0" : "-1");
}

std::string ask_other_t8n(const std::string& program, const FuzzBlock& block, const PreparedBlock& prepared,
                          const BlockOutcome& ours, Coverage* coverage) {
    // Nobody has BPO5, and geth does not read a list in which a blob transaction has no blobs.
    const auto unreadable = [](const FuzzTransaction& made) {
        return made.tx.type == TxType::blob && made.tx.blob_versioned_hashes.empty();
    };
    if (block.fork == Fork::bpo5 ||
        std::any_of(block.transactions.begin(), block.transactions.end(), unreadable))
        return {};
    const TemporaryFolder folder;
    write_t8n_input(block, prepared, folder.path);
    const std::string command = fmt::format(
        "cd '{}' && '{}' t8n --input.alloc=alloc.json --input.env=env.json --input.txs=txs.json "
        "--state.fork={} "
        "--state.reward={} --state.chainid=1 --output.result=result.json --output.alloc=post.json >log 2>&1",
        folder.path.string(), program, t8n_name(block.fork), block.reward ? "0" : "-1");
    const int status = std::system(command.c_str());
    if (coverage != nullptr) ++coverage->compared_with_other;
    if (status != 0) {
        if (!ours.verdict.valid()) return {};
        std::ifstream log(folder.path / "log");
        std::string text{std::istreambuf_iterator<char>(log), {}};
        return "the other tool failed: " + text.substr(text.size() - std::min<size_t>(text.size(), 300));
    }
    if (!ours.verdict.valid())
        return "the other tool takes the block; ours says " + to_string(ours.verdict.error);
    std::ifstream in(folder.path / "result.json");
    return compare(ordered_json::parse(in), prepared, ours);
}

}  // namespace warpevm::fuzz
