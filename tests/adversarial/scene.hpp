// SPDX-License-Identifier: Apache-2.0
// What a case is made of: a fork, a state, blocks of transactions over it; and the few bytecode shapes that
// attacks share.
#pragma once

#include <deque>

#include "evm/chain/executor.hpp"
#include "evm/state/memory_state.hpp"
#include "tests/state/program.hpp"

namespace warpevm::adversarial {

using test::Program;

/// A window of blocks with everything that it refers to. Each transaction has a sender of its own.
class Scene {
  public:
    explicit Scene(Fork fork, uint64_t block_gas = uint64_t{1} << 60);
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    /// A contract at `address`, or at one that nobody has yet.
    Address place(const Bytes& code) { return place(Address::from_low(0x10000 + m_contracts++), code); }
    Address place(const Address& address, const Bytes& code);
    /// What follows is in a block of its own.
    void next_block();
    Transaction& call(const Address& to, uint64_t gas, Bytes data = {});
    Transaction& create(uint64_t gas, Bytes initcode);
    [[nodiscard]] BlockInput& block() { return window.back(); }

    MemoryState state;
    std::vector<BlockInput> window;
    ExecutionOptions options;
    /// Receipts hold state roots, as before Byzantium (EIP-658).
    bool with_roots = false;

  private:
    Transaction& transaction(uint64_t gas);

    Fork m_fork;
    uint64_t m_block_gas;
    uint64_t m_contracts = 0, m_senders = 0;
    std::deque<Transaction> m_transactions;
};

// ---- bytecode

Bytes operator+(Bytes a, BytesView b);
Bytes repeat(BytesView unit, size_t times);
/// PUSH of exactly `width` bytes.
Bytes push(const U256& value, unsigned width);
/// PUSH of as many bytes as `value` needs.
Bytes push(const U256& value);
Bytes ops(std::initializer_list<uint8_t> opcodes);
/// `before`, then `body` again and again while there is more than `margin` gas, then `after` (STOP).
Bytes loop(const Bytes& before, const Bytes& body, uint64_t margin = 50'000, const Bytes& after = {});
/// A call that hands on `gas` (0: all there is) and has `input_size` bytes at 0 as input, its result dropped.
struct CallShape {
    uint8_t kind = OP_CALL;
    uint64_t gas = 0;
    uint64_t input_size = 0, output_size = 0;
    uint64_t value = 0;
};
Bytes call(const Address& to, const CallShape& shape);
Bytes call_self(const CallShape& shape);
/// Initcode that deploys `code`.
Bytes deploys(const Bytes& code);
/// Initcode that deploys `size` bytes, all zero.
Bytes deploys_zeros(uint64_t size);

}  // namespace warpevm::adversarial
