// SPDX-License-Identifier: Apache-2.0
// A block that is ready to be executed, and what puts one together. Its senders are known and its
// transactions are not signed: execution starts from known senders, so a signature would cost time to make
// and never be looked at.
#pragma once

#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "evm/chain/executor.hpp"
#include "evm/state/memory_state.hpp"

namespace warpevm::workload {

/// `input` points into `transactions`, whose elements stay where they are when the block is moved.
struct PreparedBlock {
    MemoryState state;
    std::vector<Transaction> transactions;
    BlockInput input;

    PreparedBlock() = default;
    PreparedBlock(PreparedBlock&&) = default;
    PreparedBlock& operator=(PreparedBlock&&) = default;
    PreparedBlock(const PreparedBlock&) = delete;
    PreparedBlock& operator=(const PreparedBlock&) = delete;
    ~PreparedBlock() = default;
};

/// Everything that a block's execution depends on, in one hash: pre-state, environment, transactions,
/// senders. Equal blocks have equal fingerprints on every machine.
Hash fingerprint(const PreparedBlock& block);

/// Seeded choices. The sequence of the engine is fixed by the C++ standard; the standard's distributions are
/// not, so none is used.
class Random {
  public:
    explicit Random(uint64_t seed) : m_engine(seed) {}
    uint64_t below(uint64_t bound) { return m_engine() % bound; }

  private:
    std::mt19937_64 m_engine;
};

/// An index below `count`, the k-th drawn in proportion to 1/k (Zipf's law with exponent 1), in integers
/// only.
class Zipf {
  public:
    explicit Zipf(size_t count);
    size_t draw(Random& random) const;

  private:
    std::vector<uint64_t> m_sums;
};

/// Adds accounts, contracts and transactions, in order, to a Cancun block whose gas limit is mainnet's, or
/// more where the transactions need more.
class BlockBuilder {
  public:
    explicit BlockBuilder(uint64_t seed);

    Random random;
    MemoryState state;

    /// The address of number `index` of a kind of account; the same for the same seed, kind and index.
    [[nodiscard]] Address address(std::string_view kind, uint64_t index) const;
    /// Such an account with a balance in wei.
    Address fund(std::string_view kind, uint64_t index, const U256& wei);
    std::vector<Address> fund_all(std::string_view kind, size_t count, const U256& wei);

    /// Appends a transaction with the sender's next nonce.
    void add(const Address& sender, Transaction tx);
    PreparedBlock finish() &&;

  private:
    uint64_t m_seed;
    std::vector<Transaction> m_transactions;
    std::vector<Address> m_senders;
    SeededMap<Address, uint64_t> m_nonces;
};

}  // namespace warpevm::workload
