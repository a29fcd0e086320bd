// SPDX-License-Identifier: Apache-2.0
// The reads that a pre-state did not answer, told to a person: what each is, and first those that can have
// changed a transaction.
#include <fmt/format.h>

#include <algorithm>

#include "evm/base/hex.hpp"
#include "evm/chain/system_contracts.hpp"
#include "tools/run/execute.hpp"

namespace warpevm::tools {
namespace {

constexpr Address system_parts[] = {system_address, beacon_roots_address, history_storage_address,
                                    withdrawal_requests_address, consolidation_requests_address};

AssumedRead named(const MissingKey& key) {
    struct Name {
        AssumedRead operator()(const Address& a) const {
            return {.kind = AssumedRead::Kind::account, .address = a, .slot = {}, .code_hash = {}};
        }
        AssumedRead operator()(const SlotKey& s) const {
            return {.kind = AssumedRead::Kind::slot, .address = s.address, .slot = s.slot, .code_hash = {}};
        }
        AssumedRead operator()(const MissingCode& c) const {
            return {.kind = AssumedRead::Kind::code, .address = {}, .slot = {}, .code_hash = c.hash};
        }
        AssumedRead operator()(const MissingBlockHash& b) const {
            return {.kind = AssumedRead::Kind::block_hash,
                    .address = {},
                    .slot = {},
                    .code_hash = {},
                    .number = b.number};
        }
    };
    return std::visit(Name{}, key);
}

/// The lowest address that has this code, so that messages don't change from run to run.
Address owner_of(const Hash& code_hash, const MemoryState& state) {
    std::optional<Address> owner;
    for (const auto& [address, account] : state.accounts())
        if (account.code_hash == code_hash && (!owner || address < *owner)) owner = address;
    return owner.value_or(Address{});
}

bool is_set_as_delegation(const Address& address, const json::GivenBlock& block) {
    return std::ranges::any_of(block.transactions, [&](const json::GivenTransaction& given) {
        return std::ranges::any_of(given.tx.authorization_list,
                                   [&](const Authorization& a) { return a.address == address; });
    });
}

/// Reads that hardly a transaction makes: system calls, and credits at the block's end.
bool is_of_the_frame(const AssumedRead& read, const json::GivenBlock& block) {
    if (read.kind != AssumedRead::Kind::account && read.kind != AssumedRead::Kind::slot) return false;
    if (std::ranges::find(system_parts, read.address) != std::end(system_parts)) return true;
    if (read.address == block.header.beneficiary) return true;
    return block.withdrawals && std::ranges::any_of(*block.withdrawals, [&](const Withdrawal& w) {
               return w.address == read.address;
           });
}

}  // namespace

std::string AssumedRead::text() const {
    const std::string after = why.empty() ? "" : fmt::format(" ({})", why);
    switch (kind) {
        case Kind::account: return "account " + to_hex(address) + after;
        case Kind::slot: return fmt::format("slot {} of {}", to_quantity(slot), to_hex(address)) + after;
        case Kind::code: return fmt::format("code {} of account {}", to_hex(code_hash), to_hex(address));
        case Kind::block_hash: return fmt::format("hash of block {}", number);
    }
    return {};
}

std::vector<AssumedRead> describe(const std::vector<MissingKey>& keys, const BlockFolder& folder) {
    std::vector<AssumedRead> reads;
    reads.reserve(keys.size());
    for (const MissingKey& key : keys) {
        AssumedRead read = named(key);
        if (read.kind == AssumedRead::Kind::code) read.address = owner_of(read.code_hash, folder.state);
        if (read.kind == AssumedRead::Kind::account && is_set_as_delegation(read.address, folder.block))
            read.why = "a delegation set in this block leads there";
        reads.push_back(std::move(read));
    }
    std::stable_partition(reads.begin(), reads.end(),
                          [&](const AssumedRead& read) { return !is_of_the_frame(read, folder.block); });
    return reads;
}

}  // namespace warpevm::tools
