// SPDX-License-Identifier: Apache-2.0
#include "tools/run/rules_source.hpp"

#include <fmt/format.h>

#include "evm/codec/json_rpc.hpp"
#include "tools/common/exit_code.hpp"

namespace warpevm::tools {
namespace {

/// A genesis.json, its `config` alone, or a node's answer with either.
Result<ChainConfig> read_chain_file(const std::string& file) {
    const auto document = json::Document::read(file);
    if (!document) return tl::unexpected(document.error());
    const auto root = json::rpc_result(document->root());
    if (!root) return tl::unexpected(root.error());
    const bool bare = !root->has("config") && root->has("chainId");
    const auto config = bare ? root : root->at("config");
    if (!config) return tl::unexpected(config.error());
    return from_genesis_config(config->raw());
}

}  // namespace

Result<Rules> RulesSource::at(uint64_t number, uint64_t timestamp, const MergeHints& hints) const {
    Rules rules = chain.rules_at(number, timestamp, chain.merged_at(number, timestamp, hints));
    if (fork) {
        rules.fork = *fork;
        rules.blobs = chain.blobs_of(*fork);
        rules.dao_transition = false;
        return rules;
    }
    if (const auto known = chain.check_known_at(number, timestamp); !known)
        return tl::unexpected(known.error());
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
    if (const ChainConfig* named = named_chain(chain)) {
        source.chain = *named;
        return source;
    }
    auto read = read_chain_file(chain);
    if (!read)
        throw UsageError(fmt::format(
            "--chain {}: expected mainnet, sepolia, holesky, hoodi, or a genesis.json or its `config`: {}",
            chain, to_string(read.error())));
    source.chain = *read;
    return source;
}

}  // namespace warpevm::tools
