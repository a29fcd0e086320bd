// SPDX-License-Identifier: Apache-2.0
#include "host/offload/result_columns.hpp"

#include <algorithm>

namespace warpevm {
namespace {

constexpr uint32_t row_bits = ~uint32_t{ROW_IS_NEW_KEY};

uint32_t& row_of(uint32_t& row) {
    return row;
}
const uint32_t& row_of(const uint32_t& row) {
    return row;
}
template <class Record>
auto& row_of(Record& record) {
    return record.row;
}

/// The keys of one job's records: a lane's lie together.
class KeyRange {
  public:
    template <class Record>
    void cover(const std::vector<Record>& column, const record_range& range) {
        for (const Record& record : ResultOf::part(column, range)) {
            const uint32_t key = row_of(record) & row_bits;
            m_first = std::min(m_first, key);
            m_end = std::max(m_end, key + 1);
        }
    }
    /// Appends the records, whose keys lie from `place` on.
    template <class Record>
    record_range move(const std::vector<Record>& column, const record_range& range, size_t place,
                      std::vector<Record>& to) const {
        const auto first = static_cast<uint32_t>(to.size());
        const auto records = ResultOf::part(column, range);
        to.insert(to.end(), records.begin(), records.end());
        for (Record& record : std::span(to).subspan(first)) {
            uint32_t& row = row_of(record);
            row = ((row & row_bits) - m_first + static_cast<uint32_t>(place)) | ROW_IS_NEW_KEY;
        }
        return {first, range.count};
    }
    [[nodiscard]] uint32_t first() const { return std::min(m_first, m_end); }
    [[nodiscard]] uint32_t end() const { return m_end; }

  private:
    uint32_t m_first = ~uint32_t{0}, m_end = 0;
};

}  // namespace

void append_result(const ResultOf& result, TransactionResults& to) {
    const OffloadResults& from = *result.results;
    const transaction_record& was = result.record();
    transaction_record record = was;
    KeyRange accounts, slots;
    accounts.cover(from.account_observations, was.account_observations);
    accounts.cover(from.account_effects, was.account_effects);
    accounts.cover(from.accounts_read, was.accounts_read);
    slots.cover(from.slot_observations, was.slot_observations);
    slots.cover(from.slot_effects, was.slot_effects);
    slots.cover(from.slots_read, was.slots_read);
    const size_t account = to.accounts.size(), slot = to.slots.size();
    to.accounts.insert(to.accounts.end(), from.accounts.begin() + accounts.first(),
                       from.accounts.begin() + accounts.end());
    for (uint32_t i = slots.first(); i < slots.end(); ++i) to.slots.push_back(from.slot(i));
    record.account_observations =
        accounts.move(from.account_observations, was.account_observations, account, to.account_observations);
    record.account_effects =
        accounts.move(from.account_effects, was.account_effects, account, to.account_effects);
    record.accounts_read = accounts.move(from.accounts_read, was.accounts_read, account, to.accounts_read);
    record.slot_observations =
        slots.move(from.slot_observations, was.slot_observations, slot, to.slot_observations);
    record.slot_effects = slots.move(from.slot_effects, was.slot_effects, slot, to.slot_effects);
    record.slots_read = slots.move(from.slots_read, was.slots_read, slot, to.slots_read);
    record.logs.first = static_cast<uint32_t>(to.logs.size());
    for (const log_record& log : ResultOf::part(from.logs, was.logs))
        to.logs.add(log.address, std::span(from.topics).subspan(log.first_topic, log.topic_count),
                    BytesView(from.log_bytes).subspan(log.data_offset, log.data_size));
    for (const kernel::deployed_code& code : ResultOf::part(from.codes, from.codes_of[result.job])) {
        const BytesView bytes = BytesView(from.code_bytes).subspan(code.at, code.size);
        to.codes.emplace_back(bytes.begin(), bytes.end());
    }
    to.transactions.push_back(record);
}

}  // namespace warpevm
