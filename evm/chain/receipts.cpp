// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/receipts.hpp"

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

/// The distinct addresses and topics of some receipts' logs, hashed in one batch.
class BloomHashes {
  public:
    BloomHashes(std::span<const Receipt> receipts, const Logs& logs) {
        for (const Receipt& r : receipts)
            for (uint32_t i = r.first_log; i < r.first_log + r.log_count; ++i) {
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

    SeededMap<Address, uint32_t> m_addresses;
    SeededMap<Bytes32, uint32_t> m_topics;
    std::vector<BytesView> m_messages;
    std::vector<Hash> m_digests;
};

void write_receipt(rlp::Writer& out, const Receipt& receipt, const Logs& logs) {
    if (receipt.type != TxType::legacy) {
        const auto type = static_cast<uint8_t>(receipt.type);
        out.raw({&type, 1});
    }
    const size_t mark = out.begin_list();
    if (receipt.state_root)
        out.string(*receipt.state_root);
    else
        out.u64(receipt.success ? 1 : 0);
    out.u64(receipt.cumulative_gas).string(receipt.bloom);
    write_logs(out, logs, receipt.first_log, receipt.log_count);
    out.end_list(mark);
}

std::vector<Receipt> receipts_of(const BlockOutcome& outcome, std::span<const BlockTransaction> transactions,
                                 size_t begin, size_t end) {
    std::vector<Receipt> receipts;
    receipts.reserve(end - begin);
    for (size_t i = begin; i < end; ++i) {
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

/// Receipts are sealed in pieces of about this many.
constexpr size_t receipts_in_piece = 128;

/// Some receipts of a block: their encodings, one after the other, and their blooms' union.
struct SealedPiece {
    SealedPiece() = default;
    SealedPiece(const BlockOutcome& outcome, std::span<const BlockTransaction> transactions, size_t begin,
                size_t end, bool encode) {
        const std::vector<Receipt> made = receipts_of(outcome, transactions, begin, end);
        receipts = made.size();
        rlp::Writer out;
        for (const Receipt& r : made) {
            for (size_t i = 0; i < bloom.bytes.size(); ++i) bloom.bytes[i] |= r.bloom.bytes[i];
            if (!encode) continue;
            write_receipt(out, r, outcome.logs);
            ends.push_back(out.bytes().size());
        }
        encoded = out.take();
    }
    void list(std::vector<BytesView>& all) const {
        size_t begin = 0;
        for (const size_t end : ends) {
            all.push_back(BytesView(encoded).subspan(begin, end - begin));
            begin = end;
        }
    }

    size_t receipts = 0;
    Bytes encoded;
    std::vector<size_t> ends;
    Bloom bloom;
};

}  // namespace

Bytes encode_receipt(const Receipt& receipt, const Logs& logs) {
    rlp::Writer out;
    write_receipt(out, receipt, logs);
    return out.take();
}

void fill_blooms(std::span<Receipt> receipts, const Logs& logs) {
    const BloomHashes hashes(receipts, logs);
    for (Receipt& r : receipts)
        for (uint32_t i = r.first_log; i < r.first_log + r.log_count; ++i) hashes.add(r.bloom, logs, logs[i]);
}

std::vector<Receipt> make_receipts(const BlockOutcome& outcome,
                                   std::span<const BlockTransaction> transactions) {
    return receipts_of(outcome, transactions, 0, outcome.transactions.size());
}

void seal_receipts(BlockOutcome& outcome, std::span<const BlockTransaction> transactions, const Rules& rules,
                   const ForEach& for_each) {
    const bool without_roots = !rules.at_least(Fork::byzantium) && outcome.intermediate_roots.empty();
    const size_t count = outcome.transactions.size(), wanted = count / receipts_in_piece + 1;
    std::vector<SealedPiece> pieces(wanted);
    for_each(wanted, [&](size_t i) {
        pieces[i] = SealedPiece(outcome, transactions, piece_begin(count, wanted, i),
                                piece_begin(count, wanted, i + 1), !without_roots);
    });
    std::vector<BytesView> encodings;
    encodings.reserve(count);
    bool none = true;
    for (const SealedPiece& piece : pieces) {
        for (size_t i = 0; i < piece.bloom.bytes.size(); ++i)
            outcome.logs_bloom.bytes[i] |= piece.bloom.bytes[i];
        piece.list(encodings);
        none &= piece.receipts == 0;
    }
    if (!without_roots || none) outcome.receipts_root = ordered_trie_root(encodings, for_each);
}

Hash logs_hash(const Logs& logs) {
    rlp::Writer out;
    write_logs(out, logs, 0, static_cast<uint32_t>(logs.size()));
    return keccak256(out.bytes());
}

}  // namespace warpevm
