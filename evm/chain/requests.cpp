// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/requests.hpp"

#include <openssl/sha.h>

#include <algorithm>
#include <string>

namespace warpevm {
namespace {

/// keccak256("DepositEvent(bytes,bytes,bytes,bytes,bytes)").
constexpr Bytes32 deposit_event_topic{{0x64, 0x9b, 0xbc, 0x62, 0xd0, 0xe3, 0x13, 0x42, 0xaf, 0xea, 0x4e,
                                       0x5c, 0xd8, 0x2d, 0x40, 0x49, 0xe7, 0xe1, 0xee, 0x91, 0x2f, 0xc0,
                                       0x88, 0x9a, 0xa7, 0x90, 0x80, 0x3b, 0xe3, 0x90, 0x38, 0xc5}};

/// The event's five byte strings in ABI form: where each one's length word must be, and its length.
struct DepositField {
    uint64_t offset;
    uint64_t size;
};
constexpr DepositField deposit_fields[] = {
    {160, 48},  // public key
    {256, 32},  // withdrawal credentials
    {320, 8},   // amount
    {384, 96},  // signature
    {512, 8},   // index
};
constexpr size_t deposit_event_size = 576;

Result<void> read_deposit(BytesView data, Bytes& out) {
    if (data.size() != deposit_event_size)
        return fail(ErrorCode::deposit_log,
                    "deposit wrong length: want 576, have " + std::to_string(data.size()));
    for (size_t i = 0; i < std::size(deposit_fields); ++i) {
        const auto [offset, size] = deposit_fields[i];
        if (load_be(&data[32 * i]) != offset || load_be(&data[offset]) != size)
            return fail(ErrorCode::deposit_log, "field " + std::to_string(i) + " is not where it belongs");
        append(out, data.subspan(offset + 32, size));
    }
    return {};
}

Hash sha256(BytesView message) {
    Hash digest;
    SHA256(message.data(), message.size(), digest.bytes.data());
    return digest;
}

}  // namespace

Result<Bytes> deposit_requests(const Logs& logs, const Address& deposit_contract) {
    Bytes requests;
    for (size_t i = 0; i < logs.size(); ++i) {
        const LogRecord& log = logs[i];
        const auto topics = logs.topics(log);
        if (log.address != deposit_contract || topics.empty() || topics[0] != deposit_event_topic) continue;
        if (const auto read = read_deposit(logs.data(log), requests); !read)
            return tl::unexpected(read.error());
    }
    return requests;
}

void add_requests(std::vector<Bytes>& requests, RequestType type, BytesView data) {
    if (data.empty()) return;
    Bytes& list = requests.emplace_back();
    list.reserve(data.size() + 1);
    list.push_back(static_cast<uint8_t>(type));
    append(list, data);
}

Hash requests_hash(std::span<const Bytes> requests) {
    Bytes digests;
    for (const Bytes& r : requests) append(digests, sha256(r));
    return sha256(digests);
}

}  // namespace warpevm
