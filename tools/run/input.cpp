// SPDX-License-Identifier: Apache-2.0
// Finds block folders and reads their files.
#include "tools/run/input.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evm/base/hex.hpp"
#include "evm/codec/json_alloc.hpp"
#include "evm/codec/json_env.hpp"
#include "evm/codec/wire.hpp"
#include "evm/vm/machine.hpp"
#include "tools/common/exit_code.hpp"

namespace warpevm::tools {
namespace {

namespace fs = std::filesystem;
using json::Document;

/// Numbers before names, numbers by value.
bool folder_before(const fs::path& a, const fs::path& b) {
    const auto key = [](const fs::path& p) {
        const std::string name = p.filename().string();
        const bool number = !name.empty() && std::all_of(name.begin(), name.end(),
                                                         [](char c) { return c >= '0' && c <= '9'; });
        return std::tuple(!number, number ? name.size() : 0, name);
    };
    return key(a) < key(b);
}

bool holds_block(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder / "block.json", ignored) || fs::exists(folder / "prestate.json", ignored);
}

/// The optional files of a folder: absent is fine, unreadable is not.
Result<std::optional<Document>> read_optional(const fs::path& file) {
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return std::optional<Document>{};
    auto document = Document::read(file);
    if (!document) return tl::unexpected(document.error());
    return std::optional(std::move(*document));
}

/// Accounts that the block's own creations make: what a trace shows of them later is not pre-state.
json::CreatedAt creations(const json::GivenBlock& block) {
    json::CreatedAt created;
    for (size_t i = 0; i < block.transactions.size(); ++i) {
        const json::GivenTransaction& given = block.transactions[i];
        if (given.tx.is_create() && given.from)
            created.emplace(create_address(*given.from, given.tx.nonce), i);
    }
    return created;
}

Result<void> read_prestate(const json::Value& value, const json::GivenBlock& block, MemoryState& state) {
    if (json::is_prestate_trace(value)) return json::read_prestate_trace(value, creations(block), state);
    return json::read_alloc(value, state);
}

/// touched_zero_slots.json: {"0xaddress": ["0xslot", …]}, slots that are known to be zero.
Result<void> read_zero_slots(const json::Value& value, MemoryState& state) {
    const auto accounts = value.members();
    if (!accounts) return tl::unexpected(accounts.error());
    for (const auto& [key, list] : *accounts) {
        const auto address = address_from_hex(key);
        if (!address)
            return list.wrong("expected the member's name to be an address of 20 bytes in hexadecimal");
        std::vector<U256> slots;
        if (auto done = read(list, slots); !done) return done;
        for (const U256& slot : slots)
            if (!state.accounts().contains(*address) || !state.accounts().at(*address).storage.contains(slot))
                state.set_slot(*address, slot, 0);
    }
    return {};
}

Result<void> read_parent(const fs::path& folder, BlockFolder& into) {
    auto document = read_optional(folder / "parent.json");
    if (!document) return tl::unexpected(document.error());
    if (!*document) {
        into.incomplete_why = "there is no parent.json to compare the pre-state's root with";
        return {};
    }
    const json::Value root = (*document)->root();
    const auto value = root.has("result") ? root.at("result") : Result<json::Value>(root);
    if (!value) return tl::unexpected(value.error());
    json::GivenHeader given;
    if (auto done = read(*value, given); !done) return done;
    for (const char* key : {"number", "timestamp"})
        if (const auto member = value->at(key); !member) return tl::unexpected(member.error());
    // The header's form depends on its fork, which the parent may not share with its child; optional members
    // are as given.
    if (const auto missing = given.missing(Fork::frontier); !missing.empty())
        return value->wrong(fmt::format("expected {}, found nothing", missing.front()));
    into.parent = given.with_defaults();
    if (given.hash && header_hash(*into.parent) != *given.hash)
        return value->wrong("expected the hash to be that of the fields");
    return {};
}

/// Reads the state as a whole one where its root says so, else as one with unknown parts.
Result<void> read_state(const fs::path& folder, BlockFolder& into) {
    const auto document = Document::read(folder / "prestate.json");
    if (!document) return tl::unexpected(document.error());
    if (into.parent) {
        MemoryState whole(true);
        if (auto done = read_prestate(document->root(), into.block, whole); !done) return done;
        into.complete = whole.root() == into.parent->state_root;
        if (into.complete) {
            into.state = std::move(whole);
            return {};
        }
        into.incomplete_why =
            "the pre-state's root is not the parent's state root, so the state is not complete";
    }
    into.state = MemoryState(false);
    if (auto done = read_prestate(document->root(), into.block, into.state); !done) return done;
    const auto zeros = read_optional(folder / "touched_zero_slots.json");
    if (!zeros) return tl::unexpected(zeros.error());
    if (*zeros) return read_zero_slots((*zeros)->root(), into.state);
    return {};
}

Result<void> read_hashes(const fs::path& folder, BlockFolder& into) {
    const uint64_t number = *into.block.header.number;
    if (into.block.header.parent_hash && number > 0)
        into.state.set_block_hash(number - 1, *into.block.header.parent_hash);
    const auto document = read_optional(folder / "block_hashes.json");
    if (!document) return tl::unexpected(document.error());
    if (!*document) return {};
    const auto hashes = json::read_block_hashes((*document)->root());
    if (!hashes) return tl::unexpected(hashes.error());
    for (const auto& [height, hash] : *hashes) into.state.set_block_hash(height, hash);
    if (const auto parent = hashes->find(number - 1);
        parent != hashes->end() && !into.block.header.parent_hash)
        into.block.header.parent_hash = parent->second;
    return {};
}

}  // namespace

Rules RulesSource::at(uint64_t number, uint64_t timestamp) const {
    Rules rules = chain.rules_at(number, timestamp);
    if (fork) rules = Rules{*fork, chain.chain_id, chain.blobs_of(*fork)};
    return rules;
}

RulesSource read_rules_source(const std::string& chain, const std::string& fork) {
    RulesSource source{mainnet(), std::nullopt};
    if (!fork.empty()) {
        source.fork = parse_fork(fork);
        if (!source.fork)
            throw UsageError(
                fmt::format("--fork {}: expected a fork's name; `warpevm version` lists them", fork));
    }
    if (chain == "mainnet") return source;
    const auto document = Document::read(chain);
    if (!document)
        throw UsageError(
            fmt::format("--chain {}: expected mainnet or a file: {}", chain, to_string(document.error())));
    const auto config = document->root().at("config");
    if (!config) throw UsageError(to_string(config.error()));
    auto read = from_genesis_config(config->raw());
    if (!read) throw UsageError(fmt::format("{}: config: {}", chain, to_string(read.error())));
    source.chain = *read;
    return source;
}

std::vector<fs::path> block_folders(const std::vector<std::string>& paths) {
    std::vector<fs::path> folders;
    for (const std::string& path : paths) {
        std::error_code problem;
        if (!fs::is_directory(path, problem))
            throw UsageError(fmt::format(
                "{}: expected a folder with block.json and prestate.json, or a folder of such folders",
                path));
        if (holds_block(path)) {
            folders.emplace_back(path);
            continue;
        }
        std::vector<fs::path> found;
        for (fs::directory_iterator it(path, problem), end; !problem && it != end; it.increment(problem))
            if (it->is_directory(problem) && holds_block(it->path())) found.push_back(it->path());
        if (problem) throw UsageError(fmt::format("{}: {}", path, problem.message()));
        if (found.empty())
            throw UsageError(fmt::format(
                "{}: expected block.json in this folder or in folders under it, found none", path));
        std::sort(found.begin(), found.end(), folder_before);
        folders.insert(folders.end(), found.begin(), found.end());
    }
    return folders;
}

Result<json::GivenBlock> read_block_file(const fs::path& folder) {
    const auto document = Document::read(folder / "block.json");
    if (!document) return tl::unexpected(document.error());
    return json::read_block(document->root());
}

Result<BlockFolder> read_block_folder(const fs::path& folder, json::GivenBlock block,
                                      const RulesSource& rules) {
    BlockFolder into;
    into.path = folder;
    into.block = std::move(block);
    into.rules = rules.at(*into.block.header.number, *into.block.header.timestamp);
    if (auto done = json::check_executable(into.block, into.rules.fork, (folder / "block.json").string());
        !done)
        return tl::unexpected(done.error());
    if (auto done = read_parent(folder, into); !done) return tl::unexpected(done.error());
    if (auto done = read_state(folder, into); !done) return tl::unexpected(done.error());
    if (auto done = read_hashes(folder, into); !done) return tl::unexpected(done.error());
    const auto receipts = read_optional(folder / "receipts.json");
    if (!receipts) return tl::unexpected(receipts.error());
    if (*receipts) {
        auto list = json::read_receipts((*receipts)->root());
        if (!list) return tl::unexpected(list.error());
        into.receipts = std::move(*list);
    }
    return into;
}

}  // namespace warpevm::tools
