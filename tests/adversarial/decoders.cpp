// SPDX-License-Identifier: Apache-2.0
// Decoders of what anybody may send. The attacker nests deeply, repeats names, announces counts that do not
// come, or writes numbers of a million digits. A decoder takes time and memory by the input's length, of
// which a byte counts as a gas here.
#include <string>

#include "evm/base/hex.hpp"
#include "evm/codec/json_block.hpp"
#include "evm/codec/json_receipts.hpp"
#include "evm/codec/rlp.hpp"
#include "evm/codec/wire.hpp"
#include "evm/state/json_alloc.hpp"
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

constexpr size_t size = 4'000'000;

/// Whatever a decoder answers is right here: it has to end, soon.
Work decoding(Bytes input, void (*decode)(BytesView)) {
    const auto bytes = std::make_shared<Bytes>(std::move(input));
    return {.run = [bytes, decode] { decode(*bytes); },
            .answer =
                [bytes] {
                    Answer answer;
                    answer.gas = 4 * bytes->size();
                    return answer;
                }};
}

// ---- RLP

Bytes list_of(Bytes payload) {
    rlp::Writer out;
    const size_t list = out.begin_list();
    out.raw(payload).end_list(list);
    return out.take();
}
/// Lists in lists, to the innermost; as many bytes in all as the twin's list of short strings.
Bytes nested(size_t depth) {
    Bytes reversed;
    for (size_t length = 0; depth != 0; --depth) {
        Bytes head;
        if (length <= 55) {
            head = {static_cast<uint8_t>(0xc0 + length)};
        } else {
            head = {0xfa, static_cast<uint8_t>(length >> 16), static_cast<uint8_t>(length >> 8),
                    static_cast<uint8_t>(length)};
            while (head[1] == 0) head.erase(head.begin() + 1), --head[0];
        }
        reversed.insert(reversed.end(), head.rbegin(), head.rend());
        length += head.size();
    }
    return {reversed.rbegin(), reversed.rend()};
}
Bytes flat() {
    return list_of(repeat(Bytes{0x83, 1, 2, 3}, size / 4));
}
/// A block whose only list of transactions holds `items`.
Bytes block_with(Bytes items) {
    Header header;
    Bytes fields = encode_header(header);
    return list_of(fields + list_of(std::move(items)) + Bytes{0xc0});
}

void validate_rlp(BytesView bytes) {
    static_cast<void>(rlp::validate(bytes));
}
void decode_as_block(BytesView bytes) {
    static_cast<void>(decode_block(bytes));
}
void decode_as_transaction(BytesView bytes) {
    static_cast<void>(decode_transaction(bytes));
}

// ---- JSON

Bytes text(const std::string& s) {
    return {s.begin(), s.end()};
}
std::string many(size_t count, const std::function<std::string(size_t)>& one) {
    std::string all;
    for (size_t i = 0; i < count; ++i) all += (i == 0 ? "" : ",") + one(i);
    return all;
}
std::string address_text(size_t i) {
    return to_hex(Address::from_low(i + 1));
}

template <void (*use)(const json::Value&)>
void decode_json(BytesView bytes) {
    const auto document = json::Document::parse(
        std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), "attack");
    if (document) use(document->root());
}
void as_alloc(const json::Value& value) {
    MemoryState state;
    static_cast<void>(json::read_alloc(value, state));
}
void as_trace(const json::Value& value) {
    static_cast<void>(json::read_prestate_trace(value));
}
void as_block(const json::Value& value) {
    static_cast<void>(json::read_block(value));
}
void as_receipts(const json::Value& value) {
    static_cast<void>(json::read_receipts(value));
}

Bytes alloc_of(size_t accounts, const std::function<std::string(size_t)>& account) {
    return text("{" + many(accounts, [&](size_t i) { return '"' + address_text(i) + "\":" + account(i); }) +
                "}");
}
std::string slots(size_t count, const char* prefix) {
    return "{\"storage\":{" +
           many(count,
                [&](size_t i) {
                    return std::string("\"") + prefix + to_quantity(i + 1).substr(2) + "\":\"0x1\"";
                }) +
           "}}";
}

}  // namespace

void add_decoders(Cases& cases) {
    const auto add = [&](const char* what, void (*decode)(BytesView),
                         const std::function<Bytes(Side)>& input) {
        Case one{.name = std::string("decoders_") + what};
        one.work = [=](Side side) { return decoding(input(side), decode); };
        one.sanitized = true;
        cases.push_back(one);
    };
    const auto attack = [](Side side) { return side == Side::attack; };
    add("rlp_nested", validate_rlp, [=](Side s) { return attack(s) ? nested(size / 4) : flat(); });
    add("rlp_nested_to_the_limit", validate_rlp,
        [=](Side s) { return attack(s) ? list_of(repeat(nested(1000), 1000)) : flat(); });
    add("rlp_lists", validate_rlp, [=](Side s) { return attack(s) ? list_of(Bytes(size, 0xc0)) : flat(); });
    add("block_of_nothing", decode_as_block, [=](Side s) {
        return block_with(attack(s) ? Bytes(size, 0xc0) : repeat(Bytes{0x83, 1, 2, 3}, size / 4));
    });
    add("block_nested", decode_as_block,
        [=](Side s) { return block_with(attack(s) ? nested(size / 4) : Bytes(size, 0x80)); });
    add("transaction_access_lists", decode_as_transaction, [=](Side s) {
        // Empty entries, up to where the first is found wanting; or entries that are right.
        Transaction tx;
        tx.type = TxType::access_list;
        tx.chain_id = 1;
        for (uint64_t i = 0; i < (attack(s) ? 160'000U : 40'000U); ++i) {
            AccessListEntry& e = tx.access_list.emplace_back();
            e.address = Address::from_low(i);
            if (!attack(s)) e.storage_keys.resize(2);
        }
        return encode_transaction(tx);
    });
    add("json_nested", decode_json<as_alloc>, [=](Side s) {
        return text(attack(s) ? std::string(size, '[') : "[" + std::string(size, ' ') + "]");
    });
    add("json_digits", decode_json<as_alloc>, [=](Side s) {
        const std::string digits(size, '7');
        return text(attack(s) ? "{\"a\":" + digits + "}" : "{\"a\":\"" + digits + "\"}");
    });
    add("json_decimal_balance", decode_json<as_alloc>, [=](Side s) {
        return alloc_of(
            1, [&](size_t) { return "{\"balance\":\"" + std::string(size, attack(s) ? '0' : '7') + "\"}"; });
    });
    cases.back().bound_by_gas = true;  // the twin's ends early, being too large
    add("json_repeated_names", decode_json<as_alloc>, [=](Side s) {
        return alloc_of(60'000,
                        [&](size_t i) { return attack(s) && i > 30'000 ? "{}" : "{\"nonce\":\"0x1\"}"; });
    });
    add("json_slots", decode_json<as_alloc>, [=](Side s) {
        // One account of many slots, or many of one.
        return attack(s) ? alloc_of(1, [](size_t) { return slots(200'000, "0x"); })
                         : alloc_of(40'000, [](size_t) { return slots(2, "0x"); });
    });
    add("json_names_of_one_slot", decode_json<as_alloc>, [=](Side s) {
        const std::string zeros(attack(s) ? 60 : 40, '0');
        return alloc_of(1, [&](size_t) { return slots(50'000, ("0x" + zeros.substr(0, 50)).c_str()); });
    });
    add("json_traces", decode_json<as_trace>, [=](Side s) {
        // Each transaction names the same accounts, or accounts of its own.
        return text("[" +
                    many(600,
                         [&](size_t t) {
                             return "{\"result\":{" +
                                    many(100,
                                         [&](size_t i) {
                                             return '"' + address_text(attack(s) ? i : 100 * t + i) +
                                                    "\":{\"balance\":\"0x1\"}";
                                         }) +
                                    "}}";
                         }) +
                    "]");
    });
    add("json_block_transactions", decode_json<as_block>, [=](Side s) {
        return text("{\"transactions\":[" +
                    many(300'000, [&](size_t) { return std::string(attack(s) ? "{}" : "0"); }) + "]}");
    });
    add("json_receipts", decode_json<as_receipts>, [=](Side s) {
        const std::string logs =
            many(attack(s) ? 100'000 : 1000, [](size_t) { return std::string("{\"address\":\"0x\"}"); });
        return text("[{\"logs\":[" + logs + "]}]");
    });
}

}  // namespace warpevm::adversarial
