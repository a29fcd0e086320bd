// SPDX-License-Identifier: Apache-2.0
// The read side of state: what execution may ask of a pre-state. Batches are first class, because a device, a
// disk and a remote node all want them.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "evm/base/bytes.hpp"
#include "evm/base/u256.hpp"

namespace warpevm {

/// An account's record (Yellow Paper 4.1). `has_storage`: its storage trie is not empty (EIP-7610).
struct AccountRecord {
    uint64_t nonce = 0;
    U256 balance;
    Hash code_hash = empty_code_hash;
    bool has_storage = false;
    bool operator==(const AccountRecord&) const = default;
};

struct SlotKey {
    Address address;
    U256 slot;
    auto operator<=>(const SlotKey&) const = default;
    friend size_t hash_value(const SlotKey& key) {
        const auto& k = key.slot.limb;
        return hash_seed(k[0], k[1], k[2], k[3], hash_value(key.address));
    }
};

/// What a view knows of a key: its value, that it certainly is not there, or nothing.
enum class Knowledge : uint8_t { value, absent, unknown };

template <class T>
struct Read {
    Knowledge knowledge = Knowledge::unknown;
    T value{};
};

/// Thread-safe: all functions may be called from many threads at once. Keys and answers have the same length.
class StateView {
  public:
    virtual ~StateView() = default;
    virtual void read_accounts(std::span<const Address> keys,
                               std::span<Read<AccountRecord>> answers) const = 0;
    /// An absent slot is zero.
    virtual void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const = 0;
    /// The views in the answers live as long as the state view.
    virtual void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const = 0;
    /// The hash of the canonical block `number`, one of the 256 before the block that asks.
    [[nodiscard]] virtual Read<Hash> read_block_hash(uint64_t number) const = 0;

    [[nodiscard]] Read<AccountRecord> read_account(const Address& address) const {
        Read<AccountRecord> answer;
        read_accounts({&address, 1}, {&answer, 1});
        return answer;
    }
    [[nodiscard]] Read<U256> read_slot(const SlotKey& key) const {
        Read<U256> answer;
        read_slots({&key, 1}, {&answer, 1});
        return answer;
    }
    [[nodiscard]] Read<BytesView> read_code(const Hash& hash) const {
        Read<BytesView> answer;
        read_codes({&hash, 1}, {&answer, 1});
        return answer;
    }
};

}  // namespace warpevm
