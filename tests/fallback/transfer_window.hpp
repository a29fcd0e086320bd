// SPDX-License-Identifier: Apache-2.0
// Seeded windows of mostly plain transfers, among transactions that observe what these did or change who may
// take part: calls, creations, self-destructs, delegations.
#pragma once

#include <deque>
#include <random>

#include "evm/chain/executor.hpp"
#include "evm/state/memory_state.hpp"
#include "evm/vm/machine.hpp"
#include "tests/fallback/authorize.hpp"
#include "tests/state/program.hpp"

namespace warpevm::test {

struct TransferShape {
    uint64_t seed = 0;
    Fork fork = Fork::cancun;
    uint32_t transactions = 40;
    uint32_t blocks = 1;
    /// Of a hundred transactions, how many are no plain transfers, and how many are not valid.
    uint32_t others_percent = 25, invalid_percent = 0;
    /// Recipients with code and precompiles as well, whose calls have a transfer's form.
    bool any_recipient = true;
    /// Calls that take long enough for speculation to pay.
    bool long_calls = false;
    bool open_state = false;
};

/// A window with everything that it refers to.
class TransferWindow {
  public:
    explicit TransferWindow(const TransferShape& shape)
        : state(!shape.open_state), m_shape(shape), m_random(shape.seed * 7919 + 3) {
        make_state();
        for (uint32_t b = 0; b < shape.blocks; ++b) window.push_back(make_block(1000 + b));
    }
    TransferWindow(const TransferWindow&) = delete;
    TransferWindow& operator=(const TransferWindow&) = delete;

    MemoryState state;
    std::vector<BlockInput> window;

  private:
    static constexpr uint64_t senders = 10, contracts = 6, strangers = 12;
    static Address contract(uint64_t i) { return Address::from_low(0xc00000 + i * 256); }
    static Address stranger(uint64_t i) { return Address::from_low(0x770000 + i * 256); }
    static const Signer& signer(uint64_t i) {
        static const std::array signers{Signer(Hash{{0x11}}), Signer(Hash{{0x22}}), Signer(Hash{{0x33}})};
        return signers[i];
    }
    /// The first of them can sign.
    static Address sender(uint64_t i) {
        return i < 3 ? signer(i).address : Address::from_low(0x5e0000 + i * 256);
    }
    const Address miner = Address::from_low(0xfee0000);
    const Address observer = contract(0), destroyed = contract(1), worker = contract(5);

    uint64_t pick(uint64_t n) { return m_random() % n; }
    bool chance(uint64_t percent) { return pick(100) < percent; }

    void make_state() {
        std::vector<Address> known{miner, Address::from_low(3)};
        for (uint64_t i = 0; i < 4; ++i) known.insert(known.end(), {sender(i), stranger(i * 3), contract(i)});
        Program tells;
        if (m_shape.long_calls) count_down(tells, 1500);
        for (const Address& who : known) {
            tells.push(who).op(OP_BALANCE).log();
            tells.push(who).op(m_shape.fork >= Fork::constantinople ? OP_EXTCODEHASH : OP_EXTCODESIZE).log();
        }
        tells.op(OP_ADDRESS).op(OP_BALANCE).log();
        state.set_account(observer, 1, U256{1} << 64, tells.code());  // it could pay, if it might
        Program ends;
        ends.push(stranger(pick(strangers))).op(OP_SELFDESTRUCT);
        state.set_account(destroyed, 1, pick(3), ends.code());
        for (uint64_t i = 2; i < contracts; ++i)
            state.set_account(contract(i), 1, pick(20),
                              RandomProgram(m_random(), m_shape.fork, known).make());
        Program works;  // and sees nothing that transfers change, so that it is valid as speculated
        count_down(works, 1500);
        works.op(OP_CALLVALUE).log();
        if (m_shape.long_calls) state.set_account(worker, 1, 0, works.code());
        // Absent or unknown, without anything (with storage even), with one wei.
        for (uint64_t i = 0; i < strangers; ++i) {
            if (i % 3 == 0) continue;
            state.set_account(stranger(i), 0, i % 3 - 1, {});
            if (i % 4 == 0) state.set_slot(stranger(i), 0, 1);
        }
        if (pick(3) != 0) state.set_account(miner, 0, pick(2), {});
        for (uint64_t i = 0; i < senders; ++i) {
            m_nonces.push_back(pick(3));
            state.set_account(sender(i), m_nonces[i], U256{1} << 64, {});
        }
    }
    static void count_down(Program& p, uint64_t from) {
        p.push(U256{from}).op(OP_JUMPDEST).push(1).op(OP_SWAP1).op(OP_SUB).op(OP_DUP1).push(3).op(OP_JUMPI);
        p.op(OP_POP);
    }

    BlockInput make_block(uint64_t number) {
        BlockInput block;
        block.rules.fork = m_shape.fork;
        block.rules.blobs = mainnet_blob_schedule(m_shape.fork);
        block.environment = {.number = number, .timestamp = 12345 + number, .gas_limit = 300'000'000};
        if (m_shape.invalid_percent != 0 && chance(20)) block.environment.gas_limit = 2'000'000;
        block.environment.beneficiary = beneficiary();
        if (m_shape.fork >= Fork::london) block.environment.base_fee = pick(3);
        if (m_shape.fork >= Fork::shanghai)
            block.withdrawals = {{0, 0, stranger(pick(strangers)), pick(2)}, {1, 1, sender(1), 1}};
        for (uint32_t i = 0; i < m_shape.transactions; ++i) add_transaction(block);
        return block;
    }
    Address beneficiary() {
        switch (pick(8)) {
            case 0:
            case 1: return sender(pick(senders));
            case 2: return stranger(pick(strangers));
            case 3: return m_shape.any_recipient ? contract(pick(contracts)) : miner;
            case 4: return Address::from_low(1 + pick(12));
            default: return miner;
        }
    }

    void add_transaction(BlockInput& block) {
        Transaction& tx = m_transactions.emplace_back();
        uint64_t from = pick(senders);
        for (uint64_t i = 0; i < senders; ++i)
            if (sender(i) == block.environment.beneficiary && chance(15)) from = i;
        BlockTransaction entry{.tx = &tx, .sender = sender(from), .invalid = {}};
        tx.nonce = m_nonces[from]++;
        tx.gas_limit = chance(10) ? 21000 : 300'000;
        set_price(tx, block.environment.base_fee);
        tx.value = chance(40) ? 0 : pick(5);
        if (chance(m_shape.others_percent)) {
            tx.gas_limit = 400'000;
            other(tx);
        } else {
            tx.to = recipient(from, block.environment.beneficiary);
        }
        if (chance(m_shape.invalid_percent)) {
            spoil(tx, entry, from);
        } else if (chance(4)) {
            one_time_sender(tx, entry, from);
        }
        block.transactions.push_back(entry);
        for (const auto& [who, nonce] : std::exchange(m_authorized, {}))
            if (m_nonces[who] == nonce) ++m_nonces[who];
    }
    void set_price(Transaction& tx, const U256& base_fee) {
        const U256 tip = pick(3);
        if (m_shape.fork >= Fork::london && chance(40)) {
            tx.type = TxType::dynamic_fee;
            tx.max_priority_fee_per_gas = tip;
            tx.max_fee_per_gas = base_fee + std::max(tip, U256{pick(4)});
        } else {
            if (m_shape.fork >= Fork::berlin && chance(20)) tx.type = TxType::access_list;
            tx.max_fee_per_gas = tx.max_priority_fee_per_gas = base_fee + tip;
        }
    }
    Address recipient(uint64_t from, const Address& beneficiary) {
        if (chance(10)) return sender(from);
        if (chance(10)) return beneficiary;
        if (!m_created.empty() && chance(10)) return m_created[pick(m_created.size())];
        switch (pick(m_shape.any_recipient ? 6 : 3)) {
            case 0: return sender(pick(senders));
            case 3: return contract(pick(contracts));
            case 4: return destroyed;
            case 5: return Address::from_low(1 + pick(18));
            default: return stranger(pick(strangers));
        }
    }

    void other(Transaction& tx) {
        if (m_shape.fork >= Fork::prague && m_shape.any_recipient && chance(25)) return delegate(tx);
        switch (pick(m_shape.any_recipient ? 8 : 4)) {
            case 0:
            case 1: tx.to = m_shape.long_calls ? worker : observer; break;
            case 2: tx.to = observer; break;
            case 3: tx.to = stranger(pick(strangers)); break;
            case 4: tx.to = destroyed; break;
            case 5: creation(tx); return;
            default: tx.to = contract(pick(contracts));
        }
        tx.data = {1};
        if (m_shape.fork >= Fork::berlin && chance(20)) {
            tx.type = TxType::access_list;
            tx.max_priority_fee_per_gas = tx.max_fee_per_gas;
            tx.access_list.push_back({stranger(pick(strangers)), {Bytes32{}}});
        }
    }
    /// Of an account without code, with some, or of none that stays. Later ones pay into it.
    void creation(Transaction& tx) {
        const size_t index = m_transactions.size();
        Program code;
        if (index % 3 == 1) code.push(1).push(0).op(OP_RETURN);
        if (index % 3 == 2) code.op(OP_CALLER).op(OP_SELFDESTRUCT);
        tx.data = code.code();
        for (uint64_t i = 0; i < senders; ++i)
            for (uint64_t n : {tx.nonce, m_nonces[i]}) m_created.push_back(create_address(sender(i), n));
    }
    /// Sets or clears delegations of accounts that send and receive plain transfers before and afterwards.
    void delegate(Transaction& tx) {
        tx.to = stranger(pick(strangers));
        tx.type = TxType::set_code;
        for (uint64_t n = 1 + pick(2); n != 0; --n) {
            const uint64_t who = pick(3);
            uint64_t nonce = m_nonces[who];
            for (const auto& [other, used] : m_authorized) nonce += other == who ? 1 : 0;
            const Address to = chance(50) ? Address{} : observer;
            tx.authorization_list.push_back(authorize(signer(who), to, nonce));
            m_authorized.emplace_back(who, nonce);
        }
    }

    void spoil(Transaction& tx, BlockTransaction& entry, uint64_t from) {
        --m_nonces[from];
        m_authorized.clear();
        switch (pick(8)) {
            case 0: tx.nonce += 1; break;
            case 1:
                tx.nonce -= 1;  // of nonce 0: 2^64-1, which is not valid either
                break;
            case 2: tx.value = U256{1} << 200; break;
            case 3: tx.gas_limit = 400'000'000; break;
            case 4: tx.gas_limit = 20'999; break;
            case 5:
                entry.sender = observer;
                tx.nonce = 1;
                break;
            case 6: tx.max_fee_per_gas = U256::max(); break;
            default: entry.invalid = {ErrorCode::tx_bad_signature, {}};
        }
    }
    /// Whose balance is just enough, or at the bounds of what sums may be.
    void one_time_sender(Transaction& tx, BlockTransaction& entry, uint64_t from) {
        --m_nonces[from];
        m_authorized.clear();
        tx.authorization_list.clear();
        if (tx.type == TxType::set_code) tx.type = TxType::dynamic_fee;
        const U256 limits[] = {(U256{1} << 255) - 1, U256{1} << 255, U256::max()};
        U256 balance = U256{tx.gas_limit} * tx.max_fee_per_gas + tx.value;
        if (chance(50)) {
            balance = limits[pick(3)];
            tx.value = balance - U256{tx.gas_limit} * tx.max_fee_per_gas - pick(2);
        }
        entry.sender = Address::from_low(0x999000000 + m_transactions.size());
        state.set_account(entry.sender, tx.nonce, balance, {});
    }

    TransferShape m_shape;
    std::mt19937_64 m_random;
    std::deque<Transaction> m_transactions;
    std::vector<uint64_t> m_nonces;
    std::vector<std::pair<uint64_t, uint64_t>> m_authorized;  ///< sender and nonce, by this transaction
    std::vector<Address> m_created;
};

}  // namespace warpevm::test
