// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/receipts.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include "evm/codec/rlp.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/trie/trie.hpp"

namespace warpevm {
namespace {

void write_logs(rlp::Writer& out, const Logs& logs, uint32_t first, uint32_t count) {
    const size_t all = out.begin_list();
    for (uint32_t i = first; i < first + count; ++i) {
        const LogRecord& log = logs[i];
        const size_t one = out.begin_list();
        out.string(log.address);
        const size_t topics = out.begin_list();
        for (const Bytes32& topic : logs.topics(log)) out.string(topic);
        out.end_list(topics).string(logs.data(log)).end_list(one);
    }
    out.end_list(all);
}

/// The distinct addresses and topics of a block's logs, hashed in one batch.
class BloomHashes {
  public:
    explicit BloomHashes(const Logs& logs) {
        for (size_t i = 0; i < logs.size(); ++i) {
            number(m_addresses, logs[i].address);
            for (const Bytes32& topic : logs.topics(logs[i])) number(m_topics, topic);
        }
        m_digests.resize(m_messages.size());
        keccak256_batch(m_messages, m_digests);
    }

    void add(Bloom& bloom, const Logs& logs, const LogRecord& log) const {
        set_bits(bloom, m_digests[m_addresses.find(log.address)->second]);
        for (const Bytes32& topic : logs.topics(log))
            set_bits(bloom, m_digests[m_topics.find(topic)->second]);
    }

  private:
    template <class Map, class Key>
    void number(Map& map, const Key& key) {
        // The key's bytes stay in the log's records, which do not move while this lives.
        if (map.try_emplace(key, static_cast<uint32_t>(m_messages.size())).second) m_messages.push_back(key);
    }

    /// Yellow Paper 4.3.1: three bits, each given by 11 bits of the hash's first six bytes.
    static void set_bits(Bloom& bloom, const Hash& digest) {
        for (size_t i = 0; i < 6; i += 2) {
            const unsigned bit = (digest.bytes[i] << 8 | digest.bytes[i + 1]) & 2047U;
            bloom.bytes[255 - bit / 8] |= static_cast<uint8_t>(1U << (bit % 8));
        }
    }

    boost::unordered_flat_map<Address, uint32_t> m_addresses;
    boost::unordered_flat_map<Bytes32, uint32_t> m_topics;
    std::vector<BytesView> m_messages;
    std::vector<Hash> m_digests;
};

}  // namespace

void Logs::add(const Address& address, std::span<const Bytes32> log_topics, BytesView log_data) {
    m_records.push_back({address, static_cast<uint32_t>(m_topics.size()),
                         static_cast<uint32_t>(log_topics.size()), static_cast<uint32_t>(m_data.size()),
                         static_cast<uint32_t>(log_data.size())});
    m_topics.insert(m_topics.end(), log_topics.begin(), log_topics.end());
    append(m_data, log_data);
}

Bytes encode_receipt(const Receipt& receipt, const Logs& logs) {
    rlp::Writer out;
    const size_t mark = out.begin_list();
    if (receipt.state_root)
        out.string(*receipt.state_root);
    else
        out.u64(receipt.success ? 1 : 0);
    out.u64(receipt.cumulative_gas).string(receipt.bloom);
    write_logs(out, logs, receipt.first_log, receipt.log_count);
    out.end_list(mark);
    Bytes encoded = out.take();
    if (receipt.type != TxType::legacy) encoded.insert(encoded.begin(), static_cast<uint8_t>(receipt.type));
    return encoded;
}

void fill_blooms(std::span<Receipt> receipts, const Logs& logs) {
    const BloomHashes hashes(logs);
    for (Receipt& r : receipts)
        for (uint32_t i = r.first_log; i < r.first_log + r.log_count; ++i) hashes.add(r.bloom, logs, logs[i]);
}

std::vector<Receipt> make_receipts(const BlockOutcome& outcome,
                                   std::span<const BlockTransaction> transactions) {
    std::vector<Receipt> receipts;
    receipts.reserve(outcome.transactions.size());
    for (size_t i = 0; i < outcome.transactions.size(); ++i) {
        const TransactionOutcome& t = outcome.transactions[i];
        if (t.invalid.code != ErrorCode::none) continue;
        Receipt& r = receipts.emplace_back();
        r.type = transactions[i].tx->type;
        r.success = t.success;
        r.cumulative_gas = outcome.cumulative_gas[i];
        r.first_log = t.first_log;
        r.log_count = t.log_count;
        if (!outcome.intermediate_roots.empty()) r.state_root = outcome.intermediate_roots[i];
    }
    fill_blooms(receipts, outcome.logs);
    return receipts;
}

void seal_receipts(BlockOutcome& outcome, std::span<const BlockTransaction> transactions,
                   const Rules& rules) {
    const std::vector<Receipt> receipts = make_receipts(outcome, transactions);
    for (const Receipt& r : receipts)
        for (size_t i = 0; i < r.bloom.bytes.size(); ++i) outcome.logs_bloom.bytes[i] |= r.bloom.bytes[i];
    if (!rules.at_least(Fork::byzantium) && outcome.intermediate_roots.empty() && !receipts.empty()) return;
    std::vector<Bytes> encoded;
    encoded.reserve(receipts.size());
    for (const Receipt& r : receipts) encoded.push_back(encode_receipt(r, outcome.logs));
    outcome.receipts_root = ordered_trie_root(encoded);
}

Hash logs_hash(const Logs& logs) {
    rlp::Writer out;
    write_logs(out, logs, 0, static_cast<uint32_t>(logs.size()));
    return keccak256(out.bytes());
}

}  // namespace warpevm
