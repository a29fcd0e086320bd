// SPDX-License-Identifier: Apache-2.0
// Seeded blocks over a small world, by how much their transactions meet: transfers, calls of random programs,
// creations, self-destructs, delegations, and transactions that are not valid.
#pragma once

#include <deque>
#include <random>

#include "evm/chain/executor.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/state/memory_state.hpp"
#include "evm/vm/machine.hpp"
#include "tests/state/program.hpp"

namespace warpevm::test {

enum class Contention : uint8_t { independent, some, hot_account, hot_contract, chain };
inline constexpr Contention contentions[] = {Contention::independent, Contention::some,
                                             Contention::hot_account, Contention::hot_contract,
                                             Contention::chain};

struct BlockShape {
    uint64_t seed = 0;
    Fork fork = Fork::cancun;
    Contention contention = Contention::some;
    uint32_t transactions = 40;
    uint32_t blocks = 1;
    /// Of a hundred transactions, how many are not valid.
    uint32_t invalid_percent = 0;
    /// Keys that nobody asked for are unknown instead of absent.
    bool open_state = false;
};

/// A window with everything that it refers to.
class RandomWindow {
  public:
    explicit RandomWindow(const BlockShape& shape)
        : state(!shape.open_state), m_shape(shape), m_random(shape.seed * 1000003 + 17) {
        make_state();
        for (uint32_t b = 0; b < shape.blocks; ++b) window.push_back(make_block(1000 + b));
    }
    RandomWindow(const RandomWindow&) = delete;
    RandomWindow& operator=(const RandomWindow&) = delete;

    MemoryState state;
    std::vector<BlockInput> window;

  private:
    static constexpr uint32_t senders = 24, contracts = 12;
    static Address sender(uint64_t i) { return Address::from_low(0x5e0000 + i * 256); }
    static Address contract(uint64_t i) { return Address::from_low(0xc00000 + i * 256); }
    static Address stranger(uint64_t i) { return Address::from_low(0x770000 + i * 256); }
    const Address miner = Address::from_low(0xfee0000), ripemd = Address::from_low(3);

    uint64_t pick(uint64_t n) { return m_random() % n; }

    void make_state() {
        std::vector<Address> known{miner, ripemd};
        for (uint32_t i = 0; i < 4; ++i) known.push_back(sender(i));
        for (uint32_t i = 0; i < contracts; ++i) known.push_back(contract(i));
        for (uint32_t i = 0; i < 4; ++i) known.push_back(stranger(i));
        for (uint32_t i = 0; i < contracts; ++i) {
            // Half of them count in a slot of their own first, so that order matters.
            Program counter;
            counter.push(1).push(0).op(OP_SLOAD).op(OP_ADD).store(0);
            Bytes code = i % 2 == 0 ? counter.code() : Bytes{};
            RandomProgram program(m_random(), m_shape.fork, known);
            append(code, i % 2 == 0 ? straight(program) : program.make());
            state.set_account(contract(i), 1, pick(20), code);
            for (uint64_t key = 0; key < 3; ++key) state.set_slot(contract(i), key, pick(2));
        }
        for (uint32_t i = 0; i < senders; ++i)
            state.set_account(sender(i), pick(3), U256{10'000'000'000} + pick(30), {});
        for (uint32_t i = 0; i < senders; ++i) m_nonces.push_back(state.read_account(sender(i)).value.nonce);
        if (pick(2) == 0) state.set_account(miner, 0, pick(2), {});
        if (pick(2) == 0) state.set_account(ripemd, 0, pick(2), {});
        if (m_shape.fork >= Fork::prague) {
            Bytes designator{0xef, 0x01, 0x00};
            append(designator, contract(1));
            state.set_account(sender(0), m_nonces[0], U256{10'000'000'000}, designator);
        }
    }
    /// A program's jump targets are those of the whole code, so what follows other code may hold none.
    Bytes straight(RandomProgram& program) {
        for (;;) {
            Bytes code = program.make();
            if (std::find(code.begin(), code.end(), uint8_t{OP_JUMPI}) == code.end()) return code;
        }
    }

    BlockInput make_block(uint64_t number) {
        BlockInput block;
        block.rules.fork = m_shape.fork;
        block.rules.chain_id = 1;
        block.rules.blobs = mainnet_blob_schedule(m_shape.fork);
        block.environment = {.number = number,
                             .timestamp = 12345 + number,
                             .gas_limit = 300'000'000,
                             .beneficiary = pick(8) == 0 ? sender(3) : miner};
        block.environment.parent_hash.bytes[5] = static_cast<uint8_t>(number);
        if (m_shape.fork >= Fork::london) block.environment.base_fee = 1;
        if (m_shape.fork >= Fork::shanghai) {
            block.withdrawals.emplace();
            for (uint64_t i = 0; i < 3; ++i)
                block.withdrawals->push_back({i, i, pick(2) == 0 ? stranger(9) : sender(pick(4)), pick(3)});
        }
        for (uint32_t i = 0; i < m_shape.transactions; ++i) add_transaction(block, i);
        return block;
    }

    uint64_t some_sender(uint32_t index) {
        switch (m_shape.contention) {
            case Contention::independent: return index % senders;
            case Contention::chain: return pick(2) == 0 ? 5 : pick(senders);
            default: return pick(senders);
        }
    }
    Address some_recipient(uint32_t index) {
        if (!m_authorities.empty() && pick(4) == 0) return m_authorities[pick(m_authorities.size())];
        switch (m_shape.contention) {
            case Contention::independent: return stranger(100 + index);
            case Contention::hot_account: return pick(3) == 0 ? contract(pick(contracts)) : stranger(1);
            case Contention::hot_contract: return pick(4) == 0 ? stranger(pick(8)) : contract(0);
            case Contention::chain: return pick(3) == 0 ? contract(pick(2)) : sender((index * 7) % senders);
            case Contention::some: break;
        }
        switch (pick(4)) {
            case 0: return stranger(pick(8));
            case 1: return sender(pick(senders));
            default: return contract(pick(contracts));
        }
    }

    void add_transaction(BlockInput& block, uint32_t index) {
        Transaction& tx = m_transactions.emplace_back();
        const uint64_t from = some_sender(index);
        const bool invalid = pick(100) < m_shape.invalid_percent;
        tx.nonce = m_nonces[from];
        tx.gas_limit = 300'000;
        tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 2;
        tx.value = pick(2) == 0 ? 0 : pick(12);
        if (pick(12) == 0)
            creation(tx);
        else
            tx.to = some_recipient(index);
        if (m_shape.fork >= Fork::prague && tx.to && pick(6) == 0) delegate(tx);
        if (m_shape.fork >= Fork::berlin && tx.type == TxType::legacy && pick(5) == 0) {
            tx.type = TxType::access_list;
            tx.chain_id = 1;
            tx.access_list.push_back({contract(pick(contracts)), {Bytes32{}, to_bytes32(U256{pick(3)})}});
        }
        BlockTransaction entry{.tx = &tx, .sender = sender(from), .invalid = {}};
        if (!invalid) {
            ++m_nonces[from];
        } else {
            switch (pick(4)) {
                case 0: tx.nonce += 1; break;
                case 1: tx.value = U256{1} << 200; break;
                case 2: tx.gas_limit = 400'000'000; break;
                default: entry.invalid = {ErrorCode::tx_bad_signature, {}};
            }
        }
        block.transactions.push_back(entry);
    }
    void creation(Transaction& tx) {
        std::vector<Address> known{miner, ripemd, contract(0), contract(1), stranger(0)};
        tx.to.reset();
        tx.data = RandomProgram(m_random(), m_shape.fork, known).make();
    }
    /// Signed by nobody in particular: whoever the random signature recovers to, often the same authority.
    void delegate(Transaction& tx) {
        tx.type = TxType::set_code;
        tx.chain_id = 1;
        for (uint64_t n = 1 + pick(3); n != 0; --n) {
            Authorization a;
            a.chain_id = 0;
            a.address = pick(4) == 0 ? Address{} : contract(pick(2));
            a.nonce = pick(2);
            a.r = a.s = U256{1 + pick(4)};
            a.y_parity = static_cast<uint8_t>(pick(2));
            if (const auto who = recover_authority(a)) m_authorities.push_back(*who);
            tx.authorization_list.push_back(a);
        }
    }

    BlockShape m_shape;
    std::mt19937_64 m_random;
    std::deque<Transaction> m_transactions;
    std::vector<uint64_t> m_nonces;
    std::vector<Address> m_authorities;
};

}  // namespace warpevm::test
