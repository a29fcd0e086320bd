// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/transactions.hpp"

#include "evm/chain/envelope.hpp"
#include "evm/chain/fees.hpp"
#include "evm/chain/validity.hpp"
#include "tests/fuzz/blocks/keys.hpp"
#include "tests/fuzz/blocks/precompile_input.hpp"
#include "tests/fuzz/blocks/program.hpp"
#include "tests/fuzz/blocks/shapes.hpp"

namespace warpevm::fuzz {
namespace {

/// Gas that a block hands out in all, so that a seed takes some milliseconds.
constexpr uint64_t block_budget = 12'000'000;
constexpr uint64_t osaka_cap = uint64_t{1} << 24;  // EIP-7825

class TransactionMaker {
  public:
    TransactionMaker(Random& random, const World& world, FuzzBlock& block)
        : m_random(random), m_world(world), m_block(block) {
        for (const Address& address : world.key_addresses) {
            const auto found = block.accounts.find(address);
            m_nonces.push_back(found == block.accounts.end() ? 0 : found->second.nonce);
        }
    }
    void make(uint32_t count) {
        for (; count > 0; --count) {
            add();
            // The same once more finds what the first one left: collisions, warm caches, other gas.
            if (m_random.chance(15)) repeat();
        }
    }

  private:
    void add();
    void repeat();
    TxType some_type();
    void address_it(Transaction& tx);
    void price_it(Transaction& tx);
    void limit_it(Transaction& tx);
    void list_accesses(Transaction& tx);
    void add_blobs(Transaction& tx);
    void authorize(Transaction& tx);
    void spoil(FuzzTransaction& made);
    Bytes some_data();
    uint64_t legal(uint64_t gas) const {
        return m_block.fork >= Fork::osaka ? std::min(gas, osaka_cap) : gas;
    }

    Random& m_random;
    const World& m_world;
    FuzzBlock& m_block;
    std::vector<uint64_t> m_nonces;
    uint64_t m_budget = block_budget;
    bool m_bounded = false;
};

TxType TransactionMaker::some_type() {
    const Fork fork = m_block.fork;
    std::vector<TxType> types{TxType::legacy, TxType::legacy};
    if (fork >= Fork::berlin) types.push_back(TxType::access_list);
    if (fork >= Fork::london) types.insert(types.end(), {TxType::dynamic_fee, TxType::dynamic_fee});
    if (fork >= Fork::cancun) types.push_back(TxType::blob);
    if (fork >= Fork::prague) types.insert(types.end(), {TxType::set_code, TxType::set_code});
    return m_random.of(types);
}

Bytes TransactionMaker::some_data() {
    Random& r = m_random;
    Bytes data(32);  // a counter of recursions at its start
    data[31] = static_cast<uint8_t>(r.chance(80) ? 0 : r.pick(40));
    if (r.chance(20)) data.clear();
    append(data, r.bytes(r.by_magnitude(200)));
    if (r.chance(6)) data.resize(r.by_magnitude(40'000));
    if (r.chance(6)) data = precompile_input(r, some_precompile(r));
    return data;
}

void TransactionMaker::address_it(Transaction& tx) {
    Random& r = m_random;
    const uint64_t kind = r.pick(100);
    tx.data = some_data();
    m_bounded = false;
    if (kind < 12 && tx.type != TxType::blob && tx.type != TxType::set_code) {
        m_bounded = r.chance(10);
        tx.data = m_bounded ? make_nested_creation(r, m_world.around) : make_initcode(r, m_world.around, 2);
        return;
    }
    if (kind < 32) {
        m_bounded = true;
        tx.to = r.of(m_world.bounded);
    } else if (kind < 38) {
        tx.to = r.of(m_world.around.others);
    } else if (kind < 42) {
        tx.to = Address::from_low(some_precompile(r));
    } else if (kind < 50) {
        tx.to = m_world.key_addresses[1 + r.pick(keys)];
    } else {
        tx.to = r.of(m_world.around.contracts);
    }
}

void TransactionMaker::price_it(Transaction& tx) {
    Random& r = m_random;
    const U256 base = m_block.environment.base_fee;
    tx.max_priority_fee_per_gas = r.any<U256>({0, 1, 2, r.pick(20)});
    tx.max_fee_per_gas = base + r.any<U256>({0, 1, tx.max_priority_fee_per_gas, 50});
    if (tx.type < TxType::dynamic_fee) {
        tx.max_priority_fee_per_gas = tx.max_fee_per_gas;
    } else {
        tx.max_priority_fee_per_gas = std::min(tx.max_priority_fee_per_gas, tx.max_fee_per_gas);
    }
}

void TransactionMaker::limit_it(Transaction& tx) {
    Random& r = m_random;
    const uint64_t least = std::max(intrinsic_gas(tx, m_block.fork), floor_gas(tx, m_block.fork));
    uint64_t more = 0;
    switch (r.pick(10)) {
        case 0: more = r.by_magnitude(100'000); break;
        case 1: more = r.any<uint64_t>({0, 1, 2, 100, 2'300, 30'000}); break;
        case 2:
        case 3: more = 50'000 + r.pick(200'000); break;
        case 4:
        case 5: more = 2'000'000 + r.pick(5'000'000); break;
        default: more = 200'000 + r.pick(1'500'000);
    }
    more = std::min(more, m_budget);
    m_budget -= more;
    if (m_bounded && r.chance(50)) {  // to the last depth
        const uint64_t huge = r.any<uint64_t>({8'000'000, 30'000'000, uint64_t{1} << 40, uint64_t{1} << 50});
        if (m_block.environment.gas_limit > huge) more = huge;
    }
    tx.gas_limit = std::max(least, legal(least + more));
}

void TransactionMaker::list_accesses(Transaction& tx) {
    Random& r = m_random;
    for (uint64_t n = r.pick(4); n > 0; --n) {
        AccessListEntry entry{r.chance(70) ? r.of(m_world.around.contracts) : r.of(m_world.around.others),
                              {}};
        if (r.chance(10)) entry.address = Address::from_low(some_precompile(r));
        for (uint64_t k = r.pick(4); k > 0; --k) entry.storage_keys.push_back(to_bytes32(r.pick(5)));
        tx.access_list.push_back(entry);
    }
}

void TransactionMaker::add_blobs(Transaction& tx) {
    const BlobSchedule schedule = mainnet_blob_schedule(m_block.fork);
    for (uint64_t n = 1 + m_random.pick(3); n > 0; --n) {
        Hash hash = to_bytes32(m_random.word());
        hash.bytes[0] = 1;
        tx.blob_versioned_hashes.push_back(hash);
    }
    tx.max_fee_per_blob_gas =
        blob_base_fee(m_block.environment.excess_blob_gas, schedule) + U256{m_random.pick(3)};
}

void TransactionMaker::authorize(Transaction& tx) {
    Random& r = m_random;
    for (uint64_t n = 1 + r.pick(3); n > 0; --n) {
        const uint64_t key = r.chance(75) ? r.between(first_authority, keys) : r.between(1, keys);
        Authorization a{.chain_id = r.any<U256>({0, 1, 1, 1}), .address = {}, .nonce = m_nonces[key]};
        switch (r.pick(8)) {
            case 0: break;  // clears
            case 1: a.address = Address::from_low(some_precompile(r)); break;
            case 2: a.address = m_world.key_addresses[r.between(1, keys)]; break;
            case 3: a.address = r.of(m_world.around.others); break;
            case 4: a.address = r.of(m_world.bounded); break;
            default: a.address = r.of(m_world.around.contracts);
        }
        bool stands = true;
        if (r.chance(10)) {
            stands = false;
            switch (r.pick(3)) {
                case 0: a.nonce += r.any<uint64_t>({1, ~uint64_t{0}, ~uint64_t{0} - a.nonce}); break;
                case 1: a.chain_id = r.any<U256>({2, U256::max()}); break;
                default: break;
            }
        }
        sign(a, key);
        if (r.chance(3)) a.s = a.s + U256{1};
        if (stands) ++m_nonces[key];
        tx.authorization_list.push_back(a);
    }
}

/// Breaks one rule; most of these are left out of the block, some turn out to be allowed in this fork.
void TransactionMaker::spoil(FuzzTransaction& made) {
    Random& r = m_random;
    Transaction& tx = made.tx;
    switch (r.pick(16)) {
        case 0: tx.nonce += 1; break;
        case 1: tx.nonce -= 1; break;
        case 2: tx.value = U256{1} << (99 + r.pick(157)); break;
        case 3: tx.gas_limit = intrinsic_gas(tx, m_block.fork) - 1; break;
        case 4: tx.gas_limit = r.any<uint64_t>({0, 20'999, 21'000, floor_gas(tx, m_block.fork) - 1}); break;
        case 5: tx.gas_limit = m_block.environment.gas_limit + 1 + r.pick(2); break;
        case 6: tx.gas_limit = osaka_cap + r.pick(2); break;
        case 7: tx.max_fee_per_gas = m_block.environment.base_fee - U256{1}; break;
        case 8: tx.max_priority_fee_per_gas = tx.max_fee_per_gas + U256{1}; break;
        case 9: tx.nonce = ~uint64_t{0}; break;
        case 10: made.high_s = true; break;
        case 11: tx.chain_id = 2; break;
        case 12:  // EIP-3860
            if (!tx.to) tx.data.resize(max_initcode_size + r.pick(2));
            break;
        case 13:
            tx.type = r.any({TxType::access_list, TxType::dynamic_fee});
            tx.chain_id = 1;
            tx.blob_versioned_hashes.clear();
            tx.max_fee_per_blob_gas = 0;
            tx.authorization_list.clear();
            break;
        case 14:
            if (tx.type == TxType::set_code) tx.authorization_list.clear();
            if (tx.type == TxType::blob) tx.blob_versioned_hashes.resize(r.any<size_t>({0, 7, 10}), {{1}});
            break;
        default:
            if (tx.type == TxType::blob) tx.max_fee_per_blob_gas = 0;
            if (tx.type == TxType::blob && r.chance(50)) tx.blob_versioned_hashes[0].bytes[0] = 2;
    }
    if (tx.type < TxType::dynamic_fee) tx.max_priority_fee_per_gas = tx.max_fee_per_gas;
}

void TransactionMaker::add() {
    Random& r = m_random;
    FuzzTransaction made;
    Transaction& tx = made.tx;
    made.key = r.chance(90) ? r.between(1, first_authority - 1) : r.between(1, keys);
    tx.type = some_type();
    if (tx.type != TxType::legacy || (m_block.fork >= Fork::spurious_dragon && r.chance(80))) tx.chain_id = 1;
    address_it(tx);
    if (r.chance(30)) tx.value = r.by_magnitude(1000);
    if (tx.type != TxType::legacy) list_accesses(tx);
    if (tx.type == TxType::blob) add_blobs(tx);
    if (tx.type == TxType::set_code) authorize(tx);
    price_it(tx);
    limit_it(tx);
    tx.nonce = m_nonces[made.key];
    if (r.chance(8)) {
        spoil(made);
    } else {
        ++m_nonces[made.key];
    }
    m_block.transactions.push_back(std::move(made));
}

void TransactionMaker::repeat() {
    FuzzTransaction again = m_block.transactions.back();
    if (m_random.chance(30)) again.key = m_random.between(1, first_authority - 1);
    again.tx.nonce = m_nonces[again.key]++;
    // What was spoiled by its gas might be unbounded work, once it is allowed.
    if (again.tx.gas_limit > m_block.environment.gas_limit) again.tx.gas_limit = 400'000;
    if (m_random.chance(50) && again.tx.gas_limit > 21'000)
        again.tx.gas_limit -= m_random.by_magnitude(again.tx.gas_limit - 21'000);
    m_block.transactions.push_back(std::move(again));
}

}  // namespace

void make_transactions(Random& random, const World& world, FuzzBlock& block) {
    const uint64_t count = random.chance(10) ? 20 + random.pick(20) : 1 + random.pick(10);
    TransactionMaker(random, world, block).make(static_cast<uint32_t>(count));
}

}  // namespace warpevm::fuzz
