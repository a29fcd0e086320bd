// SPDX-License-Identifier: Apache-2.0
// From signed bytes to senders on the device, against the host's codec and recovery.
#include "evm/codec/rlp.hpp"
#include "evm/codec/signature.hpp"
#include "evm/crypto/secp256k1.hpp"
#include "tests/codec/random_values.hpp"
#include "tests/codec/signer.hpp"
#include "tests/kernels/recover_launch.hpp"

namespace warpevm::test {
namespace {

constexpr TxType types[] = {TxType::legacy, TxType::access_list, TxType::dynamic_fee, TxType::blob,
                            TxType::set_code};

/// What read_transactions made of each message.
struct Read {
    std::vector<kernel::signature> signatures;
    std::vector<uint32_t> statuses;
};

struct OnDevice {
    GuardedBuffer signatures, statuses;
    uint32_t count;
};

OnDevice read_on_device(Device& device, const std::string& options, const std::vector<Bytes>& messages,
                        uint32_t flags) {
    const ProgramUnderTest program(device, "transactions", options);
    std::vector<uint64_t> words;
    std::vector<uint32_t> offsets, lengths;
    for (const Bytes& m : messages) {
        offsets.push_back(static_cast<uint32_t>(words.size()));
        lengths.push_back(static_cast<uint32_t>(m.size()));
        // What lies behind a message must not matter.
        words.resize(words.size() + m.size() / 8 + 1, 0xdbdbdbdbdbdbdbdbU);
        if (!m.empty()) std::memcpy(words.data() + offsets.back(), m.data(), m.size());
    }
    const auto count = static_cast<uint32_t>(messages.size());
    const auto words_there = guarded(device, words);
    const auto offsets_there = guarded(device, offsets);
    const auto lengths_there = guarded(device, lengths);
    OnDevice out{GuardedBuffer(device, count * sizeof(kernel::signature)),
                 GuardedBuffer(device, count * sizeof(uint32_t)), count};
    program.run("read_transactions", count, 16,
                {words_there.get(), offsets_there.get(), lengths_there.get(), out.signatures.get(),
                 out.statuses.get(), flags, count});
    EXPECT_EQ(values_of<uint64_t>(words_there), words);
    return out;
}

Read read(Device& device, const std::string& options, const std::vector<Bytes>& messages,
          uint32_t flags = 0) {
    const OnDevice out = read_on_device(device, options, messages, flags);
    return {values_of<kernel::signature>(out.signatures), values_of<uint32_t>(out.statuses)};
}

void expect_like_host(Device& device, const std::string& options, const std::vector<Bytes>& messages) {
    const Read got = read(device, options, messages, 1);
    for (size_t i = 0; i < messages.size(); ++i) {
        const auto tx = decode_transaction(messages[i]);
        ASSERT_EQ(got.statuses[i] == kernel::STATUS_ok, tx.has_value()) << "message " << i;
        const kernel::signature& s = got.signatures[i];
        EXPECT_EQ(s.flags, 1U);
        if (!tx) {
            EXPECT_EQ(got.statuses[i], kernel::STATUS_ESCALATE_transaction_form);
            continue;
        }
        EXPECT_EQ(0, std::memcmp(s.digest, signing_hash(*tx).bytes.data(), 32)) << "message " << i;
        EXPECT_EQ(U256(s.r[0], s.r[1], s.r[2], s.r[3]), tx->r) << "message " << i;
        EXPECT_EQ(U256(s.s[0], s.s[1], s.s[2], s.s[3]), tx->s) << "message " << i;
        EXPECT_EQ(s.recovery_id, tx->y_parity) << "message " << i;
    }
}

class TransactionKernels : public testing::TestWithParam<const char*> {};

TEST_P(TransactionKernels, read_random_transactions) {
    RandomValues random(1);
    std::vector<Bytes> messages;
    for (const TxType type : types)
        for (int i = 0; i < 301; ++i) messages.push_back(encode_transaction(random.transaction(type)));
    on_each_device(GetParam(), [&](Device& d, const std::string& o) { expect_like_host(d, o, messages); });
}

TEST_P(TransactionKernels, read_data_of_every_length) {
    RandomValues random(2);
    std::vector<Bytes> messages;
    for (const TxType type : {TxType::legacy, TxType::dynamic_fee})
        for (size_t size = 0; size < 600; ++size) {
            Transaction tx = random.transaction(type);
            tx.data.resize(size);
            random.fill(tx.data);
            messages.push_back(encode_transaction(tx));
        }
    for (const size_t size : {65535, 65536, 200000}) {
        Transaction tx = random.transaction(TxType::legacy);
        tx.data.resize(size);
        messages.push_back(encode_transaction(tx));
    }
    on_each_device(GetParam(), [&](Device& d, const std::string& o) { expect_like_host(d, o, messages); });
}

TEST_P(TransactionKernels, read_chain_ids_of_every_length) {
    RandomValues random(3);
    std::vector<Bytes> messages;
    for (unsigned bits = 0; bits < 64; ++bits)
        for (const uint64_t id : {uint64_t{1} << bits, (uint64_t{1} << bits) - 1, ~(uint64_t{1} << bits)})
            for (const uint8_t parity : {uint8_t{0}, uint8_t{1}}) {
                Transaction tx = random.transaction(TxType::legacy);
                tx.chain_id = id;
                tx.y_parity = parity;
                messages.push_back(encode_transaction(tx));
            }
    on_each_device(GetParam(), [&](Device& d, const std::string& o) { expect_like_host(d, o, messages); });
}

TEST_P(TransactionKernels, read_legacy_v_of_every_kind) {
    std::vector<Bytes> messages;
    const U256 limit = U256(1) << 65;  // v of the largest chain id is limit + 34
    std::vector<U256> vs{limit - 1, limit, limit + 34, limit + 35, limit + 36, U256::max(), U256(1) << 128};
    for (unsigned v = 0; v < 300; ++v) vs.emplace_back(v);
    for (const U256& v : vs) {
        rlp::Writer out;
        const size_t list = out.begin_list();
        out.u64(1).u64(2).u64(3).string({}).u64(4).string({}).u256(v).u64(5).u64(6);
        messages.push_back(out.end_list(list).take());
    }
    on_each_device(GetParam(), [&](Device& d, const std::string& o) { expect_like_host(d, o, messages); });
}

TEST_P(TransactionKernels, refuse_what_the_host_refuses) {
    RandomValues random(4);
    std::vector<Bytes> messages{{}, {0x00}, {0x05, 0xc0}, {0x7f}, {0x80}, {0xb8}, {0xc0}, {0xf8}, {0xff}};
    for (const TxType type : types) {
        Transaction tx = random.transaction(type);
        tx.data.resize(30);
        if (type != TxType::legacy) {
            tx.access_list.resize(2);
            tx.access_list[0].storage_keys.resize(2);
        }
        const Bytes whole = encode_transaction(tx);
        for (size_t size = 0; size < whole.size(); ++size)
            messages.emplace_back(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        for (int i = 0; i < 3000; ++i) {
            Bytes changed = whole;
            // Mostly headers and short fields, where it hurts.
            const size_t at =
                random.below(random.flip() ? changed.size() : std::min<size_t>(changed.size(), 40));
            changed[at] = static_cast<uint8_t>(random.flip() ? random.below(256) : 0x80 + random.below(128));
            if (random.below(4) == 0)
                changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at),
                               static_cast<uint8_t>(random.below(256)));
            messages.push_back(changed);
        }
    }
    size_t good = 0;
    for (const Bytes& m : messages) good += decode_transaction(m).has_value();
    EXPECT_GT(good, messages.size() / 10);
    EXPECT_LT(good, messages.size() * 9 / 10);
    on_each_device(GetParam(), [&](Device& d, const std::string& o) { expect_like_host(d, o, messages); });
}

TEST_P(TransactionKernels, begin_a_chain_that_ends_in_senders) {
    RandomValues random(5);
    constexpr uint64_t chain_id = 1;
    std::vector<Bytes> messages;
    std::vector<std::optional<Address>> senders;
    size_t recovered = 0;
    for (int i = 0; i < 203; ++i) {
        Transaction tx = random.transaction(types[i % 5]);
        if (tx.chain_id) tx.chain_id = chain_id;
        Hash key = random.hash();
        key.bytes[0] &= 0x7f;  // below the order
        const Signer signer(key);
        signer.sign(signing_hash(tx), tx);
        if (i % 7 == 3) {  // high s: refused since Homestead
            tx.s = secp256k1_order - tx.s;
            tx.y_parity ^= 1;
        }
        if (i % 11 == 5) tx.r = 5;
        if (i % 13 == 6) tx.s = secp256k1_order;
        const auto sender = recover_sender(tx, Fork::cancun, chain_id);
        senders.push_back(sender ? std::optional(*sender) : std::nullopt);
        EXPECT_EQ(sender.value_or(signer.address), signer.address);
        recovered += sender.has_value();
        messages.push_back(encode_transaction(tx));
    }
    messages.push_back({0xc0});
    senders.push_back(std::nullopt);
    EXPECT_GT(recovered, 120U);
    on_each_device(GetParam(), [&](Device& device, const std::string& options) {
        const RecoverProgram program(device, options);
        const OnDevice read = read_on_device(device, options, messages, kernel::SIGNATURE_LOW_S);
        const Recovered got = program.recover(read.signatures, read.statuses, read.count, 3);
        for (size_t i = 0; i < messages.size(); ++i) {
            EXPECT_EQ(got.statuses[i] == kernel::STATUS_ok, senders[i].has_value()) << i;
            EXPECT_EQ(got.addresses[i], senders[i].value_or(Address{}).bytes) << i;
        }
        EXPECT_EQ(got.statuses.back(), kernel::STATUS_ESCALATE_transaction_form);
    });
}

INSTANTIATE_TEST_SUITE_P(Devices, TransactionKernels, testing::Values("native", "opencl"),
                         [](const auto& kind) { return std::string(kind.param); });

}  // namespace
}  // namespace warpevm::test
