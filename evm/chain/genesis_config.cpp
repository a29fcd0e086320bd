// SPDX-License-Identifier: Apache-2.0
// Reads chain configurations from JSON: the `config` object of genesis.json, and blob schedules.
#include <simdjson.h>

#include <algorithm>
#include <string>

#include "evm/base/hex.hpp"
#include "evm/chain/chain_config.hpp"

namespace warpevm {
namespace {

namespace json = simdjson::ondemand;

/// Where genesis files write a fork's block number (before Paris) or time (after it).
struct ForkKey {
    std::string_view key;
    Fork fork;
};
constexpr ForkKey fork_keys[] = {
    {"homesteadBlock", Fork::homestead},
    {"eip150Block", Fork::tangerine_whistle},
    {"eip158Block", Fork::spurious_dragon},
    {"byzantiumBlock", Fork::byzantium},
    {"constantinopleBlock", Fork::constantinople},
    {"petersburgBlock", Fork::petersburg},
    {"istanbulBlock", Fork::istanbul},
    {"muirGlacierBlock", Fork::muir_glacier},
    {"berlinBlock", Fork::berlin},
    {"londonBlock", Fork::london},
    {"arrowGlacierBlock", Fork::arrow_glacier},
    {"grayGlacierBlock", Fork::gray_glacier},
    {"mergeNetsplitBlock", Fork::paris},
    {"mergeForkBlock", Fork::paris},  // its name before the merge
    {"shanghaiTime", Fork::shanghai},
    {"cancunTime", Fork::cancun},
    {"pragueTime", Fork::prague},
    {"osakaTime", Fork::osaka},
    {"bpo1Time", Fork::bpo1},
    {"bpo2Time", Fork::bpo2},
    {"bpo3Time", Fork::bpo3},
    {"bpo4Time", Fork::bpo4},
    {"bpo5Time", Fork::bpo5},
};

/// The same rules under another key, or none of their own: eip155Block always goes with eip158Block.
constexpr std::string_view keys_without_rules[] = {"eip155Block"};

/// Any other key of this form names a fork that is not known here.
bool names_a_fork(std::string_view key) {
    return key.ends_with("Block") || key.ends_with("Time");
}

tl::unexpected<Error> wrong_field(std::string_view key, std::string_view expected) {
    return fail(ErrorCode::json_field, "config." + std::string(key) + ": expected " + std::string(expected));
}

/// A number of any size as it stands in the text: 12, "12" or "0xc". Doubles would lose a total difficulty's
/// digits.
std::optional<U256> read_number(std::string_view token) {
    while (!token.empty() &&
           (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t'))
        token.remove_suffix(1);
    if (token.size() >= 2 && token.front() == '"' && token.back() == '"')
        token = token.substr(1, token.size() - 2);
    return token.starts_with("0x") ? u256_from_hex(token) : from_decimal(token);
}

std::optional<uint64_t> read_u64(json::value& value) {
    const auto number = read_number(value.raw_json_token());
    return number && number->fits_u64() ? std::optional(number->limb[0]) : std::nullopt;
}

bool is_null(json::value& value) {
    return std::string_view(value.raw_json_token()).starts_with("null");
}

Result<void> read_blobs(json::object& schedules, ChainConfig& config) {
    for (auto field : schedules) {
        std::string_view name;
        json::object parts;
        if (field.unescaped_key().get(name) != simdjson::SUCCESS)
            return wrong_field("blobSchedule", "names of forks");
        json::value entry;
        if (field.value().get(entry) != simdjson::SUCCESS) return wrong_field("blobSchedule", "objects");
        const auto fork = parse_fork(name);
        // A fork that is not ours fails where its own key says that it is active.
        if (!fork || is_null(entry)) continue;
        if (entry.get_object().get(parts) != simdjson::SUCCESS) return wrong_field("blobSchedule", "objects");
        std::optional<uint64_t> target, max, fraction;
        for (auto part : parts) {
            std::string_view key;
            json::value value;
            if (part.unescaped_key().get(key) != simdjson::SUCCESS ||
                part.value().get(value) != simdjson::SUCCESS)
                return wrong_field("blobSchedule", "target, max and baseFeeUpdateFraction");
            if (key == "target") target = read_u64(value);
            if (key == "max") max = read_u64(value);
            if (key == "baseFeeUpdateFraction") fraction = read_u64(value);
        }
        if (!target || !max || !fraction || *fraction == 0 || *max < *target)
            return wrong_field("blobSchedule." + std::string(name),
                               "target, max and baseFeeUpdateFraction as numbers");
        config.blobs[static_cast<size_t>(*fork)] = BlobSchedule{*target, *max, *fraction};
    }
    return {};
}

Result<void> read_field(std::string_view key, json::value& value, ChainConfig& config, bool& dao_support) {
    if (is_null(value)) return {};
    if (key == "blobSchedule") {
        json::object schedules;
        if (value.get_object().get(schedules) != simdjson::SUCCESS) return wrong_field(key, "an object");
        return read_blobs(schedules, config);
    }
    if (key == "daoForkSupport") {
        if (value.get_bool().get(dao_support) != simdjson::SUCCESS) return wrong_field(key, "true or false");
        return {};
    }
    if (key == "terminalTotalDifficulty") {
        config.terminal_total_difficulty = read_number(value.raw_json_token());
        if (!config.terminal_total_difficulty) return wrong_field(key, "a number of at most 256 bits");
        return {};
    }
    const auto set = [&](std::optional<uint64_t>& to) -> Result<void> {
        to = read_u64(value);
        return to ? Result<void>{} : wrong_field(key, "a number of at most 64 bits");
    };
    if (key == "daoForkBlock") return set(config.dao_block);
    if (key == "depositContractAddress") {
        std::string_view text;
        std::optional<Address> address;
        if (value.get_string().get(text) == simdjson::SUCCESS) address = address_from_hex(text);
        if (!address) return wrong_field(key, "an address of 20 bytes in hexadecimal");
        config.deposit_contract = *address;
        return {};
    }
    for (const ForkKey& f : fork_keys)
        if (key == f.key) return set(config.start_of(f.fork));
    if (!names_a_fork(key) || std::ranges::find(keys_without_rules, key) != std::end(keys_without_rules))
        return {};
    std::optional<uint64_t> start;
    if (auto done = set(start); !done) return done;
    config.unknown.push_back({std::string(key), *start, key.ends_with("Time")});
    return {};
}

/// A schedule that lists blob parameters lists those of each fork that only changes them (EIP-7892).
void note_missing_blobs(ChainConfig& config) {
    const auto given = [](const auto& blobs) { return blobs.has_value(); };
    if (std::ranges::none_of(config.blobs, given)) return;
    for (const ForkKey& f : fork_keys) {
        const auto& start = config.start_of(f.fork);
        if (f.fork < Fork::bpo1 || !start || config.blobs[static_cast<size_t>(f.fork)]) continue;
        config.unknown.push_back(
            {"blobSchedule." + std::string(f.key.substr(0, f.key.size() - 4)), *start, true});
    }
}

/// Block numbers must not fall from fork to fork, nor times; else the schedule means nothing.
Result<void> check_order(const ChainConfig& config) {
    uint64_t last = 0;
    for (const ForkKey& f : fork_keys) {
        if (f.fork == Fork::shanghai) last = 0;
        const auto& start = config.start_of(f.fork);
        if (!start) continue;
        if (*start < last) return wrong_field(f.key, "no less than the fork before");
        last = *start;
    }
    return {};
}

/// Runs `each` over the fields of the object that `text` must consist of.
template <class Each>
Result<void> for_each_field(std::string_view text, Each each) {
    const simdjson::padded_string padded(text);
    json::parser parser;
    json::document document;
    json::object object;
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS)
        return fail(ErrorCode::json, "the chain configuration must be an object");
    return each(object);
}

}  // namespace

Result<void> ChainConfig::read_blob_schedule(std::string_view text) {
    return for_each_field(text, [this](json::object& schedules) { return read_blobs(schedules, *this); });
}

Result<ChainConfig> from_genesis_config(std::string_view text) {
    ChainConfig config;
    config.start_of(Fork::frontier) = 0;
    bool dao_support = true, has_chain_id = false;
    const Result<void> read = for_each_field(text, [&](json::object& object) -> Result<void> {
        for (auto field : object) {
            std::string_view key;
            json::value value;
            if (field.unescaped_key().get(key) != simdjson::SUCCESS ||
                field.value().get(value) != simdjson::SUCCESS)
                return fail(ErrorCode::json, "in the chain configuration");
            if (key == "chainId") {
                const auto id = read_u64(value);
                if (!id) return wrong_field(key, "a number of at most 64 bits");
                config.chain_id = *id;
                has_chain_id = true;
            } else if (auto one = read_field(key, value, config, dao_support); !one) {
                return one;
            }
        }
        return {};
    });
    if (!read) return tl::unexpected(read.error());
    if (!has_chain_id) return wrong_field("chainId", "a number");
    if (!dao_support) config.dao_block.reset();
    // Chains that started after Constantinople was mended often name only one of the two.
    if (!config.start_of(Fork::petersburg))
        config.start_of(Fork::petersburg) = config.start_of(Fork::constantinople);
    note_missing_blobs(config);
    if (const auto order = check_order(config); !order) return tl::unexpected(order.error());
    return config;
}

}  // namespace warpevm
