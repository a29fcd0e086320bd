// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/requests.hpp"

#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/types/rules.hpp"

namespace warpevm {
namespace {

const Bytes32 event_topic = [] {
    const std::string_view s = "DepositEvent(bytes,bytes,bytes,bytes,bytes)";
    return keccak256({reinterpret_cast<const uint8_t*>(s.data()), s.size()});
}();

/// The event as the ABI encodes it: five offsets, then each string's length and padded bytes.
Bytes event(uint8_t mark) {
    Bytes head, tail;
    for (const size_t size : {48, 32, 8, 96, 8}) {
        append(head, to_bytes32(160 + tail.size()));
        append(tail, to_bytes32(size));
        tail.insert(tail.end(), size, mark++);
        tail.resize((tail.size() + 31) / 32 * 32);
    }
    append(head, tail);
    return head;
}

Bytes request(uint8_t mark) {
    Bytes r;
    for (const size_t size : {48, 32, 8, 96, 8}) r.insert(r.end(), size, mark++);
    return r;
}

TEST(Deposits, are_read_from_the_contracts_logs_in_order) {
    Logs logs;
    logs.add(deposit_contract_address, {&event_topic, 1}, event(1));
    logs.add(Address::from_low(1), {&event_topic, 1}, event(50));  // another contract
    logs.add(deposit_contract_address, {}, event(60));             // no topic
    const Bytes32 other_topic{{1}};
    logs.add(deposit_contract_address, {&other_topic, 1}, Bytes{1, 2});  // another event
    logs.add(deposit_contract_address, {&event_topic, 1}, event(100));
    const auto requests = deposit_requests(logs, deposit_contract_address);
    ASSERT_TRUE(requests);
    Bytes expected = request(1);
    append(expected, request(100));
    EXPECT_EQ(to_hex(*requests), to_hex(expected));
    EXPECT_EQ(requests->size(), 2U * 192);
    // On a chain with another deposit contract only that one's logs count.
    EXPECT_EQ(to_hex(*deposit_requests(logs, Address::from_low(1))), to_hex(request(50)));
}

TEST(Deposits, with_another_layout_are_malformed) {
    const auto code_of = [](const Bytes& data) {
        Logs logs;
        logs.add(deposit_contract_address, {&event_topic, 1}, data);
        const auto r = deposit_requests(logs, deposit_contract_address);
        return r ? ErrorCode::none : r.error().code;
    };
    EXPECT_EQ(code_of(event(1)), ErrorCode::none);
    EXPECT_EQ(code_of({}), ErrorCode::deposit_log);
    Bytes longer = event(1);
    longer.push_back(0);
    EXPECT_EQ(code_of(longer), ErrorCode::deposit_log);
    longer.resize(575);
    EXPECT_EQ(code_of(longer), ErrorCode::deposit_log);
    // Any change of an offset or a length, in its lowest or its highest byte.
    for (const size_t word : {0, 32, 64, 96, 128, 160, 256, 320, 384, 512})
        for (const size_t byte : {word, word + 31}) {
            Bytes wrong = event(1);
            wrong[byte] ^= 1;
            EXPECT_EQ(code_of(wrong), ErrorCode::deposit_log) << byte;
        }
}

TEST(Requests, are_hashed_by_type_and_empty_ones_left_out) {
    // sha256 of nothing.
    EXPECT_EQ(to_hex(requests_hash({})),
              "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    std::vector<Bytes> requests;
    add_requests(requests, RequestType::deposit, {});
    EXPECT_TRUE(requests.empty());
    add_requests(requests, RequestType::withdrawal, Bytes{5, 6});
    add_requests(requests, RequestType::consolidation, Bytes{7});
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[0], (Bytes{1, 5, 6}));
    EXPECT_EQ(requests[1], (Bytes{2, 7}));
    EXPECT_EQ(to_hex(requests_hash(requests)),
              "0xe72915038b87e91fb435cccfed1696b89c6cad92b544a75729f77edd34f64345");
}

}  // namespace
}  // namespace warpevm
