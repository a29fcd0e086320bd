// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/header_validation.hpp"

#include <algorithm>
#include <string>

#include "evm/chain/difficulty.hpp"
#include "evm/chain/fees.hpp"

namespace warpevm {
namespace {

constexpr uint64_t minimum_gas_limit = 5000;
constexpr uint64_t maximum_gas_limit = 0x7fffffffffffffff;
constexpr uint64_t gas_limit_bound_divisor = 1024;
constexpr size_t maximum_extra_data = 32;
/// EIP-779: the ten blocks from the fork on say so in their extra data.
constexpr uint64_t dao_extra_range = 10;
constexpr std::string_view dao_extra_data = "dao-hard-fork";
/// keccak256(rlp([])): the hash of no ommers.
constexpr Hash empty_ommers_hash{{0x1d, 0xcc, 0x4d, 0xe8, 0xde, 0xc7, 0x5d, 0x7a, 0xab, 0x85, 0xb5,
                                  0x67, 0xb6, 0xcc, 0xd4, 0x1a, 0xd3, 0x12, 0x45, 0x1b, 0x94, 0x8a,
                                  0x74, 0x13, 0xf0, 0xa1, 0x42, 0xfd, 0x40, 0xd4, 0x93, 0x47}};

tl::unexpected<Error> differs(ErrorCode code, const U256& expected, const U256& got) {
    return fail(code, "have " + to_decimal(got) + ", want " + to_decimal(expected));
}

Result<void> check_gas_limit(const Header& header, const Header& parent, const Rules& rules) {
    if (header.gas_limit < minimum_gas_limit || header.gas_limit > maximum_gas_limit)
        return fail(ErrorCode::header_gas_limit, std::to_string(header.gas_limit));
    // London's first block may double the limit, since its target is half of it (EIP-1559).
    const bool london_starts = rules.at_least(Fork::london) && !parent.base_fee_per_gas;
    const uint64_t base = london_starts ? parent.gas_limit * 2 : parent.gas_limit;
    const uint64_t change = std::max(header.gas_limit, base) - std::min(header.gas_limit, base);
    if (change >= base / gas_limit_bound_divisor)
        return fail(ErrorCode::header_gas_limit, "have " + std::to_string(header.gas_limit) + ", want " +
                                                     std::to_string(base) + " +/- " +
                                                     std::to_string(base / gas_limit_bound_divisor - 1));
    return {};
}

Result<void> check_extra_data(const Header& header, const ChainConfig& config) {
    if (header.extra_data.size() > maximum_extra_data)
        return fail(ErrorCode::header_extra_data,
                    std::to_string(header.extra_data.size()) + " bytes, at most 32 are allowed");
    const bool in_dao_range = config.dao_block && header.number >= *config.dao_block &&
                              header.number - *config.dao_block < dao_extra_range;
    const BytesView wanted{reinterpret_cast<const uint8_t*>(dao_extra_data.data()), dao_extra_data.size()};
    if (in_dao_range && !equal(header.extra_data, wanted))
        return fail(ErrorCode::header_extra_data, "the DAO fork's blocks have \"dao-hard-fork\" there");
    return {};
}

/// Proof-of-work blocks have a difficulty by formula, proof-of-stake blocks have none (EIP-3675).
Result<void> check_difficulty(const Header& header, const Header& parent, const Rules& rules,
                              const ChainConfig& config) {
    if (rules.at_least(Fork::paris)) {
        if (header.difficulty.is_zero()) return {};
        return fail(ErrorCode::header_total_difficulty, "a block after the merge has difficulty 0");
    }
    if (header.difficulty.is_zero() && config.terminal_total_difficulty)
        return fail(ErrorCode::header_total_difficulty,
                    "the parent has not reached the terminal total difficulty");
    const DifficultyInput in{.number = header.number,
                             .timestamp = header.timestamp,
                             .parent_difficulty = parent.difficulty,
                             .parent_timestamp = parent.timestamp,
                             .parent_has_ommers = parent.ommers_hash != empty_ommers_hash};
    const U256 expected = block_difficulty(rules.fork, in);
    if (header.difficulty != expected)
        return differs(ErrorCode::header_difficulty, expected, header.difficulty);
    return {};
}

Result<void> check_base_fee(const Header& header, const Header& parent, const Rules& rules) {
    if (!rules.at_least(Fork::london)) return {};
    const U256 expected = base_fee_after(parent);
    if (*header.base_fee_per_gas != expected)
        return differs(ErrorCode::header_base_fee, expected, *header.base_fee_per_gas);
    return {};
}

Result<void> check_merged_form(const Header& header, const Rules& rules) {
    if (!rules.at_least(Fork::paris)) return {};
    if (header.nonce != decltype(header.nonce){}) return fail(ErrorCode::header_nonce);
    if (header.ommers_hash != empty_ommers_hash) return fail(ErrorCode::ommers_not_allowed);
    return {};
}

Result<void> check_blob_gas(const Header& header, const Header& parent, const Rules& rules) {
    if (!rules.at_least(Fork::cancun)) return {};
    const uint64_t expected = excess_blob_gas_after(parent, rules);
    if (*header.excess_blob_gas != expected)
        return differs(ErrorCode::header_excess_blob_gas, expected, *header.excess_blob_gas);
    const uint64_t used = *header.blob_gas_used, most = rules.blobs.max * gas_per_blob;
    if (used > most)
        return fail(
            ErrorCode::header_blob_gas_used,
            "blob gas used " + std::to_string(used) + " exceeds maximum allowance " + std::to_string(most));
    if (used % gas_per_blob != 0)
        return fail(ErrorCode::header_blob_gas_used, "blob gas used " + std::to_string(used) +
                                                         " not a multiple of blob gas per blob " +
                                                         std::to_string(gas_per_blob));
    return {};
}

}  // namespace

bool has_fields_of(const Header& header, Fork fork) {
    const bool cancun = fork >= Fork::cancun;
    return header.base_fee_per_gas.has_value() == (fork >= Fork::london) &&
           header.withdrawals_root.has_value() == (fork >= Fork::shanghai) &&
           header.blob_gas_used.has_value() == cancun && header.excess_blob_gas.has_value() == cancun &&
           header.parent_beacon_block_root.has_value() == cancun &&
           header.requests_hash.has_value() == (fork >= Fork::prague);
}

Result<void> validate_header(const Header& header, const Header& parent, const Rules& rules,
                             const ChainConfig& config) {
    if (!has_fields_of(header, rules.fork))
        return fail(ErrorCode::header_fields, std::string(name(rules.fork)));
    if (header.number != parent.number + 1)
        return differs(ErrorCode::header_number, U256{parent.number} + 1, header.number);
    if (header.timestamp <= parent.timestamp)
        return fail(ErrorCode::header_timestamp,
                    std::to_string(header.timestamp) + " after " + std::to_string(parent.timestamp));
    if (auto r = check_gas_limit(header, parent, rules); !r) return r;
    if (header.gas_used > header.gas_limit)
        return fail(ErrorCode::header_gas_used, "have " + std::to_string(header.gas_used) + ", gasLimit " +
                                                    std::to_string(header.gas_limit));
    if (auto r = check_extra_data(header, config); !r) return r;
    if (auto r = check_difficulty(header, parent, rules, config); !r) return r;
    if (auto r = check_base_fee(header, parent, rules); !r) return r;
    if (auto r = check_merged_form(header, rules); !r) return r;
    return check_blob_gas(header, parent, rules);
}

}  // namespace warpevm
