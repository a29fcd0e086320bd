// SPDX-License-Identifier: Apache-2.0
// Seeded, signed transactions over a world. The same seed gives the same bytes on every machine.
#pragma once

#include <optional>
#include <random>
#include <string_view>
#include <vector>

#include "bench/workload/calls.hpp"
#include "bench/workload/world.hpp"

namespace warpevm::workload {

enum class Mix : uint8_t {
    transfers,  ///< ether between accounts
    erc20,      ///< token transfers
    swaps,      ///< exchanges: two token calls within a call
    mints,      ///< collectibles: all mints of one contract meet in its counter
    mixed,      ///< all of these, with creations, reverts and every transaction type that needs no blobs
};
std::optional<Mix> parse_mix(std::string_view name);

struct TrafficOptions {
    uint64_t seed = 1;
    uint64_t chain_id = 1;
    /// Wei per gas that every transaction offers at most.
    uint64_t max_fee = usual_max_fee;
    /// Of a hundred transactions, how many go to the first recipient, token, pair or collectible: contention
    /// by choice.
    uint32_t hot_percent = 0;
};

/// A transaction before its signature; `sender` indexes the world's accounts.
struct Draft {
    size_t sender = 0;
    Transaction tx;
};

/// Keeps the accounts' nonces, so that consecutive batches are consecutive blocks.
class Traffic {
  public:
    /// `world` must outlive this.
    Traffic(const Signer& signer, const World& world, const TrafficOptions& options);
    /// The next `count` transactions of the mix, signed.
    std::vector<Transaction> batch(Mix mix, size_t count);
    /// The same, unsigned.
    std::vector<Draft> drafts(Mix mix, size_t count);

  private:
    Transaction next(Mix mix);
    Transaction any_transfer();
    Transaction any_token_transfer();
    Transaction any_swap();
    Transaction any_mint();
    Transaction one_of_all();
    Transaction overdraft();
    Transaction offering_fee(Transaction tx) const;
    Transaction as_some_type(Transaction tx);

    uint64_t below(uint64_t bound) { return m_random() % bound; }
    /// An index below `count`: 0 as often as the options say, else any.
    size_t pick(size_t count);
    const Address& any_account();
    const Address& any_token();

    const Signer& m_signer;
    const World& m_world;
    TrafficOptions m_options;
    /// Its sequence is fixed by the C++ standard; the standard's distributions are not, so none is used.
    std::mt19937_64 m_random;
    std::vector<uint64_t> m_nonces;
};

}  // namespace warpevm::workload
