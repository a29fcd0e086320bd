// SPDX-License-Identifier: Apache-2.0
// Bodies against their headers, and ommers against the chain.
#include <algorithm>
#include <string>

#include "evm/chain/fees.hpp"
#include "evm/chain/header_validation.hpp"
#include "evm/codec/wire.hpp"
#include "evm/trie/list_roots.hpp"

namespace warpevm {
namespace {

constexpr size_t maximum_ommers = 2;
/// EIP-7934: ten MiB less two for the consensus layer's part.
constexpr uint64_t maximum_block_rlp_size = 10485760 - 2097152;

Result<void> validate_ommer(const Header& ommer, std::span<const Ancestor> ancestors,
                            const ChainConfig& config) {
    const auto parent = std::find_if(ancestors.begin(), ancestors.end(),
                                     [&](const Ancestor& a) { return a.hash == ommer.parent_hash; });
    // The nearest ancestor's other children are the block's siblings.
    if (parent == ancestors.end() || parent == ancestors.begin()) return fail(ErrorCode::ommer_not_recent);
    const Rules rules = config.rules_at(ommer.number, ommer.timestamp, false);
    if (const auto valid = validate_header(ommer, *parent->header, rules, config); !valid)
        return fail(ErrorCode::ommer_header, to_string(valid.error()));
    return {};
}

}  // namespace

Result<void> validate_ommers(std::span<const Header> ommers, std::span<const Ancestor> ancestors,
                             const ChainConfig& config) {
    if (ommers.size() > maximum_ommers)
        return fail(ErrorCode::ommers_too_many, std::to_string(ommers.size()));
    for (size_t i = 0; i < ommers.size(); ++i) {
        const Hash hash = header_hash(ommers[i]);
        if (i > 0 && ommers[i] == ommers[0]) return fail(ErrorCode::ommer_duplicate);
        for (const Ancestor& a : ancestors) {
            if (a.hash == hash) return fail(ErrorCode::ommer_is_ancestor);
            if (std::find(a.ommers.begin(), a.ommers.end(), ommers[i]) != a.ommers.end())
                return fail(ErrorCode::ommer_duplicate,
                            "it is an ommer of block " + std::to_string(a.header->number));
        }
        if (auto valid = validate_ommer(ommers[i], ancestors, config); !valid) return valid;
    }
    return {};
}

Result<void> validate_body(const Block& block, const Rules& rules) {
    const Header& header = block.header;
    if (rules.at_least(Fork::osaka) && block.rlp_size > maximum_block_rlp_size)
        return fail(ErrorCode::block_too_large, std::to_string(block.rlp_size) + " bytes");
    if (block.withdrawals.has_value() != rules.at_least(Fork::shanghai))
        return fail(ErrorCode::withdrawals_missing);
    if (transactions_root(block.transactions) != header.transactions_root)
        return fail(ErrorCode::header_transactions_root);
    if (ommers_hash(block.ommers) != header.ommers_hash) return fail(ErrorCode::header_ommers_hash);
    if (block.withdrawals && withdrawals_root(*block.withdrawals) != header.withdrawals_root)
        return fail(ErrorCode::header_withdrawals_root);
    if (!rules.at_least(Fork::cancun)) return {};
    uint64_t blobs = 0;
    for (const Transaction& tx : block.transactions) blobs += tx.blob_versioned_hashes.size();
    if (blobs * gas_per_blob != header.blob_gas_used)
        return fail(ErrorCode::header_blob_gas_used, std::to_string(header.blob_gas_used.value_or(0)) +
                                                         " for " + std::to_string(blobs) + " blobs");
    return {};
}

}  // namespace warpevm
