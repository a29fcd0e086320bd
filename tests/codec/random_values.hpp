// SPDX-License-Identifier: Apache-2.0
// Random transactions, headers and blocks with lengths and numbers at the edges of their ranges, from a seed.
#pragma once

#include <random>

#include "evm/codec/wire.hpp"

namespace warpevm::test {

class RandomValues {
  public:
    explicit RandomValues(uint64_t seed) : m_engine(seed) {}

    uint64_t below(uint64_t limit) { return m_engine() % limit; }
    bool flip() { return below(2) == 0; }
    /// Any bit length is as likely as any other, so short numbers and the largest both occur.
    uint64_t u64() { return m_engine() >> below(64) >> (below(8) == 0 ? 63 : 0); }
    U256 u256() {
        const U256 x(m_engine(), m_engine(), m_engine(), m_engine());
        return x >> static_cast<unsigned>(below(257));
    }
    Bytes bytes(size_t max_size) {
        Bytes b(below(max_size + 1));
        fill(b);
        return b;
    }
    void fill(std::span<uint8_t> out) {
        for (uint8_t& b : out) b = static_cast<uint8_t>(m_engine());
    }
    Address address() {
        Address a;
        fill(a.bytes);
        return a;
    }
    Hash hash() {
        Hash h;
        fill(h.bytes);
        return h;
    }

    Transaction transaction(TxType type) {
        Transaction tx;
        tx.type = type;
        if (type != TxType::legacy || flip()) tx.chain_id = u64();
        tx.nonce = u64();
        tx.gas_limit = u64();
        tx.max_fee_per_gas = u256();
        const bool one_price = type == TxType::legacy || type == TxType::access_list;
        tx.max_priority_fee_per_gas = one_price ? tx.max_fee_per_gas : u256();
        if (flip()) tx.to = address();
        tx.value = u256();
        tx.data = bytes(100);
        if (type != TxType::legacy) tx.access_list = access_list();
        if (type == TxType::blob) add_blobs(tx);
        if (type == TxType::set_code) add_authorizations(tx);
        tx.y_parity = static_cast<uint8_t>(below(2));
        tx.r = u256();
        tx.s = u256();
        return tx;
    }

    Transaction transaction() { return transaction(static_cast<TxType>(below(5))); }

    /// With the first `appended` of the six fields that forks appended.
    Header header(unsigned appended) {
        Header h;
        h.parent_hash = hash();
        h.ommers_hash = hash();
        h.beneficiary = address();
        h.state_root = hash();
        h.transactions_root = hash();
        h.receipts_root = hash();
        fill(h.logs_bloom.bytes);
        h.difficulty = u256();
        h.number = u64();
        h.gas_limit = u64();
        h.gas_used = u64();
        h.timestamp = u64();
        h.extra_data = bytes(32);
        h.mix_hash = hash();
        fill(h.nonce);
        if (appended > 0) h.base_fee_per_gas = u256();
        if (appended > 1) h.withdrawals_root = hash();
        if (appended > 2) h.blob_gas_used = u64();
        if (appended > 3) h.excess_blob_gas = u64();
        if (appended > 4) h.parent_beacon_block_root = hash();
        if (appended > 5) h.requests_hash = hash();
        return h;
    }

    Withdrawal withdrawal() { return {u64(), u64(), address(), u64()}; }

    Block block() {
        Block b;
        b.header = header(static_cast<unsigned>(below(7)));
        for (uint64_t n = below(5); n > 0; --n) b.transactions.push_back(transaction());
        for (uint64_t n = below(3); n > 0; --n) b.ommers.push_back(header(static_cast<unsigned>(below(7))));
        if (flip()) {
            b.withdrawals.emplace();
            for (uint64_t n = below(4); n > 0; --n) b.withdrawals->push_back(withdrawal());
        }
        return b;
    }

  private:
    AccessList access_list() {
        AccessList list(below(4));
        for (AccessListEntry& entry : list) {
            entry.address = address();
            entry.storage_keys.resize(below(4));
            for (Bytes32& key : entry.storage_keys) key = hash();
        }
        return list;
    }
    void add_blobs(Transaction& tx) {
        tx.max_fee_per_blob_gas = u256();
        tx.blob_versioned_hashes.resize(below(4));
        for (Hash& h : tx.blob_versioned_hashes) h = hash();
    }
    void add_authorizations(Transaction& tx) {
        for (uint64_t n = below(4); n > 0; --n)
            tx.authorization_list.push_back(
                {u256(), address(), u64(), static_cast<uint8_t>(below(256)), u256(), u256()});
    }

    std::mt19937_64 m_engine;
};

}  // namespace warpevm::test
