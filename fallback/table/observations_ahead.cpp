// SPDX-License-Identifier: Apache-2.0
#include "fallback/table/observations_ahead.hpp"

namespace warpevm {

std::optional<AccountState> ObservationsAhead::account(Row row) const {
    AccountEntry& entry = m_table.account(row);
    if (!entry.load.is_ready()) return std::nullopt;
    Position estimate = 0;
    const AccountState state = m_table.at(entry, m_position, m_state_clearing, estimate);
    if (estimate != 0) return std::nullopt;
    return state;
}

std::optional<bool> ObservationsAhead::hold(const ExecutionRecords& records, const Address& sender,
                                            uint64_t nonce) const {
    for (const AccountObservation& o : records.account_observations) {
        auto state = account(o.row);
        if (!state) return std::nullopt;
        if (m_table.account(o.row).address == sender) state->record.nonce = nonce;
        if (!holds(o, values_of(*state))) return false;
    }
    for (const SlotObservation& o : records.slot_observations) {
        SlotEntry& slot = m_table.slot(o.row);
        const auto of = account(slot.account);
        // A slot that is all new needs no loading.
        if (!of ||
            (of->wiped == 0 && !slot.load.is_ready() && m_table.account_of(slot).before == Knowledge::value))
            return std::nullopt;
        Position estimate = 0;
        const Read<U256> read = m_table.at(slot, m_position, of->wiped, estimate);
        if (estimate != 0) return std::nullopt;
        if (read.value != o.value) return false;
    }
    return true;
}

}  // namespace warpevm
