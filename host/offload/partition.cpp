// SPDX-License-Identifier: Apache-2.0
#include "host/offload/partition.hpp"

#include <algorithm>
#include <bit>
#include <map>

#include "fallback/commit/window_order.hpp"

namespace warpevm {
namespace {

GroupKind kind_of(const BlockTransaction& tx, const Rules& rules) {
    if (tx.invalid.code != ErrorCode::none || tx.tx == nullptr || !rules.at_least(Fork::byzantium))
        return GroupKind::unsupported;
    if (tx.tx->is_create()) return GroupKind::creations;
    return tx.tx->data.empty() ? GroupKind::transfers : GroupKind::calls;
}

/// The graph as it grows, in block order: who wrote a slot last.
class Levels {
  public:
    explicit Levels(const AccessTable& known) : m_known(known) {}

    /// The next transaction's level. `gas`: of it alone; `predicted` counts it where its accesses are known.
    uint32_t add(const BlockTransaction& tx, uint64_t gas, Partition& to) {
        m_slots.clear();
        if (m_known.expect(tx, m_slots))
            ++to.predicted;
        else
            listed(*tx.tx);
        Written own{1, gas};
        for (const ExpectedSlot& slot : m_slots)
            if (const auto found = m_written.find(slot.number); found != m_written.end()) {
                own.level = std::max(own.level, found->second.level + 1);
                own.path = std::max(own.path, found->second.path + gas);
            }
        for (const ExpectedSlot& slot : m_slots)
            if (slot.written) m_written.insert_or_assign(slot.number, own);
        to.critical_path = std::max(to.critical_path, own.path);
        return own.level;
    }

  private:
    struct Written {
        uint32_t level = 1;
        uint64_t path = 0;  ///< gas
    };
    struct Number {
        using is_avalanching = void;
        size_t operator()(uint64_t number) const { return number; }  // a seeded hash already
    };
    /// EIP-2930 does not tell reads from writes.
    void listed(const Transaction& tx) {
        for (const AccessListEntry& entry : tx.access_list)
            for (const Bytes32& key : entry.storage_keys)
                m_slots.push_back({hash_seed(hash_value(entry.address), hash_value(to_u256(key))), true});
    }

    const AccessTable& m_known;
    std::vector<ExpectedSlot> m_slots;
    boost::unordered_flat_map<uint64_t, Written, Number> m_written;
};

/// The power of four above it.
uint32_t magnitude(uint64_t gas) {
    return static_cast<uint32_t>((std::bit_width(gas) + 1) / 2);
}

}  // namespace

std::string_view name(GroupKind kind) {
    constexpr std::string_view names[] = {"transfers", "calls", "creations", "unsupported"};
    return names[static_cast<size_t>(kind)];
}

Work work_of(std::span<const BlockInput> window) {
    Work work;
    for (const BlockInput& block : window)
        for (const BlockTransaction& tx : block.transactions) {
            const uint64_t gas = gas_for_code(tx);
            work += {.transactions = 1, .gas = gas, .longest = gas};
        }
    return work;
}

Partition partition(std::span<const BlockInput> window, const AccessTable& known) {
    Partition p;
    Levels levels(known);
    std::map<std::tuple<uint32_t, GroupKind, uint32_t>, uint32_t> numbers;
    for (const BlockInput& block : window)
        for (const BlockTransaction& tx : block.transactions) {
            const GroupKind kind = kind_of(tx, block.rules);
            const uint64_t gas = gas_for_code(tx);
            const uint32_t level = kind == GroupKind::unsupported ? 1 : levels.add(tx, gas, p);
            const auto [at, added] =
                numbers.try_emplace({level, kind, magnitude(gas)}, static_cast<uint32_t>(p.groups.size()));
            if (added) p.groups.push_back({.kind = kind, .level = level, .work = {}});
            const Work work{.transactions = 1, .gas = gas, .longest = gas};
            p.groups[at->second].work += work;
            p.all += work;
            p.group_of.push_back(at->second);
            p.level_of.push_back(level);
        }
    return p;
}

}  // namespace warpevm
