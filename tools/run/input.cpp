// SPDX-License-Identifier: Apache-2.0
// Finds block folders and reads their files.
#include "tools/run/input.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evm/base/hex.hpp"
#include "evm/chain/from_parent.hpp"
#include "evm/chain/system_contracts.hpp"
#include "evm/codec/json_env.hpp"
#include "evm/codec/json_rpc.hpp"
#include "evm/codec/wire.hpp"
#include "evm/state/json_alloc.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/run/traces.hpp"

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
    for (const char* file : {"block.json", "raw_block.json", "prestate.json"})
        if (fs::exists(folder / file, ignored)) return true;
    return false;
}

/// Messages name what is there; without either it is block.json that is missing.
fs::path block_file(const fs::path& folder) {
    std::error_code ignored;
    const bool raw_only =
        !fs::exists(folder / "block.json", ignored) && fs::exists(folder / "raw_block.json", ignored);
    return folder / (raw_only ? "raw_block.json" : "block.json");
}

/// The optional files of a folder: absent is fine, unreadable is not.
Result<std::optional<Document>> read_optional(const fs::path& file) {
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return std::optional<Document>{};
    auto document = Document::read(file);
    if (!document) return tl::unexpected(document.error());
    return std::optional(std::move(*document));
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

/// What a header tells of the merge: zero difficulty, or the total difficulty before it where that is known.
MergeHints merge_hints(const json::GivenHeader& header) {
    MergeHints hints{.difficulty = header.difficulty, .parent_total_difficulty = {}};
    if (header.total_difficulty && header.difficulty)
        hints.parent_total_difficulty = *header.total_difficulty - *header.difficulty;
    return hints;
}

/// The members that the parent's own fork gives a header, as far as the schedule tells which that is.
std::vector<std::string_view> missing_in_parent(const json::GivenHeader& parent, const RulesSource& source) {
    const Rules rules =
        source.chain.rules_at(*parent.number, *parent.timestamp,
                              source.chain.merged_at(*parent.number, *parent.timestamp, merge_hints(parent)));
    // With --fork the chain's own schedule says nothing.
    return parent.missing(source.fork ? Fork::frontier : rules.fork);
}

/// The parent's header. Its total difficulty, which is no part of it, is left in `hints`.
Result<void> read_parent(const fs::path& folder, const RulesSource& rules, BlockFolder& into,
                         MergeHints& hints) {
    auto document = read_optional(folder / "parent.json");
    if (!document) return tl::unexpected(document.error());
    if (!*document) {
        into.incomplete_why = "there is no parent.json to compare the pre-state's root with";
        return {};
    }
    const auto value = json::rpc_result((*document)->root());
    if (!value) return tl::unexpected(value.error());
    json::GivenHeader given;
    if (value->is_string()) {
        const auto raw = json::read_raw_block(*value);
        if (!raw) return tl::unexpected(raw.error());
        given = raw->header;
    } else if (auto done = read(*value, given); !done) {
        return done;
    }
    for (const char* key : {"number", "timestamp"})
        if (const auto member = value->at(key); !value->is_string() && !member)
            return tl::unexpected(member.error());
    if (const auto missing = missing_in_parent(given, rules); !missing.empty())
        return value->wrong(fmt::format("expected {}, found nothing", missing.front()));
    into.parent = given.with_defaults();
    if (given.hash && header_hash(*into.parent) != *given.hash)
        return value->wrong("expected the hash to be that of the fields");
    if (given.total_difficulty) hints.parent_total_difficulty = given.total_difficulty;
    return {};
}

/// By number and time, and by what block and parent tell of the merge; what the block's header lacks and
/// follows from its parent is taken from there.
Result<void> find_rules(const fs::path& folder, const RulesSource& rules, BlockFolder& into) {
    json::GivenHeader& header = into.block.header;
    MergeHints hints = merge_hints(header);
    if (auto done = read_parent(folder, rules, into, hints); !done) return done;
    const auto found = rules.at(*header.number, *header.timestamp, hints);
    if (!found) return tl::unexpected(found.error());
    into.rules = *found;
    if (into.parent && into.parent->number + 1 == *header.number)
        fill_from_parent(header, *into.parent, into.rules);
    return {};
}

using BlockHashes = std::map<uint64_t, Hash>;

Result<BlockHashes> read_hashes(const fs::path& folder, BlockFolder& into) {
    BlockHashes hashes;
    const uint64_t number = *into.block.header.number;
    auto& parent_hash = into.block.header.parent_hash;
    const auto document = read_optional(folder / "block_hashes.json");
    if (!document) return tl::unexpected(document.error());
    if (*document) {
        auto read = json::read_block_hashes((*document)->root());
        if (!read) return read;
        hashes = std::move(*read);
    }
    if (number == 0) return hashes;
    const auto parent = hashes.find(number - 1);
    if (!parent_hash && parent != hashes.end()) parent_hash = parent->second;
    if (parent_hash) hashes.emplace(number - 1, *parent_hash);
    return hashes;
}

/// Enters the pre-state into a state, as often as asked: traces are understood once.
class PreState {
  public:
    static Result<PreState> read(const fs::path& file, BlockFolder& into, const BlockHashes& hashes) {
        auto document = Document::read(file);
        if (!document) return tl::unexpected(document.error());
        PreState pre(std::move(*document));
        const json::Value root = pre.m_document.root();
        if (!json::is_prestate_trace(root)) return pre;
        auto traces = json::read_prestate_trace(root);
        if (!traces) return tl::unexpected(traces.error());
        auto start = block_start(std::move(*traces), into.block, into.rules, hashes, file.string());
        if (!start) return tl::unexpected(start.error());
        into.doubts = start->doubts;
        into.made_by_block = start->made_by_block;
        pre.m_start = std::move(*start);
        return pre;
    }

    Result<void> put(MemoryState& state) const {
        if (!m_start) return json::read_alloc(m_document.root(), state);
        m_start->put(state);
        return {};
    }

  private:
    explicit PreState(Document document) : m_document(std::move(document)) {}
    Document m_document;
    std::optional<BlockStart> m_start;
};

/// Reads the state as a whole one where its root says so, else as one with unknown parts.
Result<void> read_state(const fs::path& folder, BlockFolder& into, const BlockHashes& hashes) {
    const auto pre = PreState::read(folder / "prestate.json", into, hashes);
    if (!pre) return tl::unexpected(pre.error());
    if (into.parent) {
        MemoryState whole(true);
        if (auto done = pre->put(whole); !done) return done;
        into.complete = whole.root() == into.parent->state_root;
        if (into.complete) {
            into.state = std::move(whole);
            return {};
        }
        into.incomplete_why =
            "the pre-state's root is not the parent's state root, so the state is not complete";
    }
    into.state = MemoryState(false);
    if (auto done = pre->put(into.state); !done) return done;
    const auto zeros = read_optional(folder / "touched_zero_slots.json");
    if (!zeros) return tl::unexpected(zeros.error());
    if (*zeros) return read_zero_slots((*zeros)->root(), into.state);
    return {};
}

/// A bare block may lack what the system contracts are told, unless they are there and would store it.
Result<void> check_system_inputs(const BlockFolder& folder, const std::string& file) {
    const auto has_code = [&](const Address& address) {
        const auto account = folder.state.accounts().find(address);
        return account != folder.state.accounts().end() && account->second.code_hash != empty_code_hash;
    };
    const auto missing = [&](const char* field, const char* contract) {
        return fail(ErrorCode::json_field, fmt::format("{}: {}: is missing, and the pre-state has the "
                                                       "contract of {}, which stores it",
                                                       file, field, contract));
    };
    const json::GivenHeader& header = folder.block.header;
    if (folder.rules.at_least(Fork::cancun) && !header.parent_beacon_block_root &&
        has_code(beacon_roots_address))
        return missing("parentBeaconBlockRoot", "EIP-4788");
    if (folder.rules.at_least(Fork::prague) && !header.parent_hash && has_code(history_storage_address))
        return missing("parentHash", "EIP-2935");
    return {};
}

}  // namespace

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
    const auto document = Document::read(block_file(folder));
    if (!document) return tl::unexpected(document.error());
    return json::read_block(document->root());
}

Result<BlockFolder> read_block_folder(const fs::path& folder, json::GivenBlock block,
                                      const RulesSource& rules) {
    BlockFolder into;
    into.path = folder;
    into.block = std::move(block);
    const std::string file = block_file(folder).string();
    if (auto done = find_rules(folder, rules, into); !done) return tl::unexpected(done.error());
    const auto hashes = read_hashes(folder, into);
    if (!hashes) return tl::unexpected(hashes.error());
    if (auto done = json::check_executable(into.block, into.rules.fork, file); !done)
        return tl::unexpected(done.error());
    if (auto done = read_state(folder, into, *hashes); !done) return tl::unexpected(done.error());
    for (const auto& [height, hash] : *hashes) into.state.set_block_hash(height, hash);
    if (auto done = check_system_inputs(into, file); !done) return tl::unexpected(done.error());
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
