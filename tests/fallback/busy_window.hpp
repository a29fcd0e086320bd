// SPDX-License-Identifier: Apache-2.0
// A small window that asks the state for everything there is: accounts, slots, codes and hashes of blocks, in
// transactions that need one another, in plain transfers, and in what runs before and after them.
#pragma once

#include <deque>

#include "evm/chain/executor.hpp"
#include "evm/chain/system_contracts.hpp"
#include "evm/state/memory_state.hpp"
#include "evm/vm/machine.hpp"
#include "tests/state/program.hpp"

namespace warpevm::test {

class BusyWindow {
  public:
    explicit BusyWindow(Fork fork = Fork::prague, uint32_t rounds = 4) : m_fork(fork) {
        for (uint64_t i = 0; i < senders; ++i) state.set_account(sender(i), 0, U256{1'000'000'000}, {});
        state.set_account(counter, 1, 0, counting());
        for (uint64_t i = 0; i < rounds; ++i) state.set_slot(counter, counted_slot(i), 7 + i);
        for (uint64_t i = 0; i < readers; ++i) {
            Program p;
            p.push(95 + i).op(OP_BLOCKHASH).store(0);
            p.push(i).op(OP_SLOAD).push(1).op(OP_ADD).store(i);
            p.push(reader(i + 1)).op(OP_EXTCODESIZE).store(2);
            p.push(stranger(i)).op(OP_BALANCE).store(3);
            p.call(OP_CALL, reader((i + 1) % readers), 0, i == 0 ? 60'000 : 0);
            state.set_account(reader(i), 1, 5, p.code());
            state.set_slot(reader(i), i, 3);
        }
        for (uint64_t number = 90; number < 101; ++number)
            state.set_block_hash(number, Hash{{static_cast<uint8_t>(number), 1}});
        if (fork >= Fork::prague)
            for (const Address& queue : {withdrawal_requests_address, consolidation_requests_address})
                state.set_account(queue, 1, 0, Program{}.push(0).op(OP_SLOAD).op(OP_POP).code());
        window.push_back(contract_calls(rounds));
        window.push_back(transfers());
    }
    BusyWindow(const BusyWindow&) = delete;
    BusyWindow& operator=(const BusyWindow&) = delete;

    MemoryState state;
    std::vector<BlockInput> window;

    static inline const Address counter = Address::from_low(0xc0de00), miner = Address::from_low(0xfee0000);
    /// What the transaction `i` to the counter reads, unless it sees a count that is not its own.
    static U256 counted_slot(uint64_t i) { return 1000 + 65 * i; }

  private:
    static constexpr uint64_t senders = 8, readers = 3;
    static Address sender(uint64_t i) { return Address::from_low(0x5e0000 + i); }
    static Address reader(uint64_t i) { return Address::from_low(0xead000 + i); }
    static Address stranger(uint64_t i) { return Address::from_low(0x770000 + i); }

    /// Counts in slot 0, and reads slot 1000 + 64 * count + the number that it is called with.
    static Bytes counting() {
        Program p;
        p.push(0).op(OP_SLOAD).op(OP_DUP1).push(1).op(OP_ADD).store(0);
        p.push(64).op(OP_MUL).push(0).op(OP_CALLDATALOAD).op(OP_ADD).push(1000).op(OP_ADD);
        return p.op(OP_SLOAD).store(1).code();
    }
    BlockInput empty_block(uint64_t number) const {
        BlockInput block;
        block.rules.fork = m_fork;
        block.rules.chain_id = 1;
        block.rules.blobs = mainnet_blob_schedule(m_fork);
        block.environment = {
            .number = number, .timestamp = 1000 + number, .gas_limit = 30'000'000, .beneficiary = miner};
        if (m_fork >= Fork::london) block.environment.base_fee = 1;
        if (m_fork >= Fork::cancun) block.environment.parent_beacon_block_root = Hash{{9}};
        if (m_fork >= Fork::shanghai) block.withdrawals = {{0, 0, stranger(40), 3}, {1, 1, sender(0), 1}};
        return block;
    }
    BlockInput contract_calls(uint32_t rounds) {
        BlockInput block = empty_block(101);
        for (uint64_t i = 0; i < rounds; ++i) {
            const Bytes32 number = to_bytes32(U256{i});
            send(block, i % senders, counter).data.assign(number.bytes.begin(), number.bytes.end());
            Transaction& tx = send(block, (i + 1) % senders, reader(i % readers));
            if (m_fork >= Fork::berlin) {
                tx.type = TxType::access_list;
                tx.chain_id = 1;
                tx.access_list.push_back({reader(1), {to_bytes32(U256{1}), to_bytes32(U256{77})}});
            }
            Transaction& creation = send(block, (i + 2) % senders, std::nullopt);
            creation.data = Program{}.push(i).op(OP_SLOAD).push(i + 1).store(i).code();
        }
        return block;
    }
    /// Mostly plain ones, a few of them to contracts.
    BlockInput transfers() {
        BlockInput block = empty_block(102);
        for (uint64_t i = 0; i < 24; ++i) {
            const bool calls = i % 8 == 5;
            send(block, i % senders,
                 calls        ? counter
                 : i % 3 == 0 ? sender((i + 1) % senders)
                              : stranger(i))
                .value = calls ? 0 : i;
        }
        return block;
    }
    Transaction& send(BlockInput& block, uint64_t from, const std::optional<Address>& to) {
        Transaction& tx = m_transactions.emplace_back();
        tx.nonce = m_nonces[from]++;
        tx.gas_limit = 200'000;
        tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 2;
        tx.to = to;
        block.transactions.push_back({&tx, sender(from), {}});
        return tx;
    }

    Fork m_fork;
    std::deque<Transaction> m_transactions;
    std::array<uint64_t, senders> m_nonces{};
};

}  // namespace warpevm::test
