// SPDX-License-Identifier: Apache-2.0
// A state view that notes what it was asked for and does not know, so that all of it can be named.
#pragma once

#include <mutex>
#include <variant>
#include <vector>

#include "evm/state/state_view.hpp"

namespace warpevm::tools {

struct MissingCode {
    Hash hash;
    auto operator<=>(const MissingCode&) const = default;
};
struct MissingBlockHash {
    uint64_t number = 0;
    auto operator<=>(const MissingBlockHash&) const = default;
};
/// What a pre-state was asked for and does not say.
using MissingKey = std::variant<Address, SlotKey, MissingCode, MissingBlockHash>;

/// Thread-safe, as views are. Who reads it says in which order: serial execution gives the order of first
/// use; speculation may also ask for what execution does not need in the end.
class WatchedState final : public StateView {
  public:
    explicit WatchedState(const StateView& state) : m_state(state) {}

    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override;
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override;
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override;
    /// Unknown also where the state is whole otherwise: no state holds the hashes of blocks.
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override;

    /// Each key once, in order of first use.
    [[nodiscard]] std::vector<MissingKey> missing() const;

  private:
    void note(MissingKey key) const;

    const StateView& m_state;
    mutable std::mutex m_lock;
    mutable std::vector<MissingKey> m_missing;
};

}  // namespace warpevm::tools
