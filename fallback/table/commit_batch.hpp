// SPDX-License-Identifier: Apache-2.0
// Validates and commits consecutive incarnations of a block at once, by whoever helps. Rows are dealt out to
// shards, and each shard goes through what was observed and done there in block order: so a transaction is
// validated against what earlier ones of the batch did, as it would be one by one.
#pragma once

#include <span>
#include <vector>

#include "evm/base/for_each.hpp"
#include "fallback/table/block_changes.hpp"
#include "fallback/table/incarnation.hpp"
#include "fallback/table/versions.hpp"

namespace warpevm {

class CommitBatch {
  public:
    explicit CommitBatch(Versions& table) : m_table(table) {}

    /// Where the batch stands.
    struct Place {
        uint32_t block;       ///< the number by which entries know it
        Position first;       ///< of the first transaction; each next one's is two more
        bool state_clearing;  ///< EIP-161
    };

    /// How many, from the first on, hold one after the other on the committed state. Others may hold, too:
    /// what wipes storage, asks whether there is any, or assumes unknown state to be absent ends the batch,
    /// and so does whatever is undecided or invalid. Changes nothing that is committed.
    uint32_t validate(const Place& place, std::span<Incarnation* const> batch, const ForEach& for_each);
    /// Enters the effects of the first `count` of them, at most as many as were validated, and notes in
    /// `changes` what the block had not changed yet.
    void commit(uint32_t count, BlockChanges& changes, const ForEach& for_each);

  private:
    /// Something that a transaction observed or did, or a slot's account.
    struct Use {
        enum What : uint8_t { observation, effect, mention };
        const void* record;
        Row row;
        uint32_t item;
        What what;
    };
    /// An account or slot that the batch changes, or mentions.
    struct AccountNow {
        Row row;
        uint32_t last;  ///< item that changed it; none_did
        AccountState state;
    };
    struct SlotNow {
        Row row;
        uint32_t last;
        U256 value;
    };
    /// Some of the transactions: what they did, by shard.
    struct Part {
        std::vector<std::vector<Use>> accounts, slots;
        uint32_t end = 0;  ///< the first item that is not for batches
    };
    struct AccountShard {
        std::vector<AccountNow> now;
        uint32_t end = 0;  ///< the first item that does not hold
    };
    struct SlotShard {
        std::vector<SlotNow> now;
        uint32_t end = 0;
    };

    static constexpr uint32_t none_did = ~uint32_t{0};
    static constexpr size_t shards = BlockChanges::shards;

    [[nodiscard]] Position position_of(uint32_t item) const { return m_place.first + 2 * Position{item}; }
    void deal_out(Part& part, size_t begin, size_t end) const;
    /// Up to the item `end`, or the first that does not hold.
    void run_accounts(size_t index, uint32_t end);
    void run_slots(size_t index, uint32_t end);
    [[nodiscard]] bool observed(const AccountShard& shard, const Use& use) const;
    [[nodiscard]] bool observed(const SlotShard& shard, const Use& use) const;
    bool effected(AccountShard& shard, const Use& use);
    void effected(SlotShard& shard, const Use& use);
    AccountNow& now(AccountShard& shard, Row row);
    void commit_accounts(const AccountShard& shard, BlockChanges& changes);
    void commit_slots(const SlotShard& shard, BlockChanges& changes);

    Versions& m_table;
    std::span<Incarnation* const> m_batch;
    Place m_place{};
    uint32_t m_stamp = 0;  ///< counts runs: an entry's place in its shard is of one run
    std::vector<Part> m_parts;
    std::vector<AccountShard> m_accounts;  ///< from the first batch on, as the next
    std::vector<SlotShard> m_slots;
};

}  // namespace warpevm
