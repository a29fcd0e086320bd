// SPDX-License-Identifier: Apache-2.0
#include "host/offload/collect.hpp"

namespace warpevm {
namespace {

using kernel::lane_record;
using kernel::result_place;

/// Room for a column; what 32 bits don't reach is told by the total.
class Layout {
  public:
    uint32_t place(uint64_t bytes) {
        const auto at = static_cast<uint32_t>(m_bytes);
        m_bytes += (bytes + 7) / 8 * 8;
        return at;
    }
    [[nodiscard]] uint64_t bytes() const { return m_bytes; }

  private:
    uint64_t m_bytes = 0;
};

/// Appends `count` records from a column; `fix` moves what counts from the launch's begin to the batch's.
template <class T, class Fix>
void append_column(BytesView written, uint32_t at, uint32_t count, std::vector<T>& to, Fix fix) {
    const size_t first = to.size();
    to.resize(first + count);
    if (count == 0) return;
    std::memcpy(static_cast<void*>(to.data() + first), written.data() + at, count * sizeof(T));
    for (size_t i = first; i < to.size(); ++i) fix(to[i]);
}
template <class T>
void append_column(BytesView written, uint32_t at, uint32_t count, std::vector<T>& to) {
    append_column(written, at, count, to, [](T&) {});
}

}  // namespace

ResultPlan plan_results(std::span<const lane_record> lanes, std::span<const uint32_t> chosen) {
    ResultPlan plan;
    result_place& next = plan.ends;
    for (const uint32_t i : chosen) {
        const lane_record& lane = lanes[i];
        result_place here = next;
        here.lane = i;
        plan.places.push_back(here);
        next.account_keys += lane.account_count;
        next.slot_keys += lane.slot_count;
        next.account_observations += lane.observed_accounts;
        next.slot_observations += lane.observed_slots;
        next.account_effects += lane.changed_accounts;
        next.slot_effects += lane.changed_slots;
        next.accounts_read += lane.account_uses;
        next.slots_read += lane.slot_uses;
        next.logs += lane.log_count;
        next.topics += lane.topic_count;
        next.log_bytes += lane.log_bytes;
        next.codes += lane.deployed_count;
        next.code_bytes += lane.deployed_bytes;
    }
    Layout layout;
    kernel::result_columns& c = plan.columns;
    c.slot_keys_at = layout.place(uint64_t{next.slot_keys} * sizeof(kernel::new_slot_key));
    c.account_observations_at =
        layout.place(uint64_t{next.account_observations} * sizeof(account_observation));
    c.slot_observations_at = layout.place(uint64_t{next.slot_observations} * sizeof(slot_observation));
    c.account_effects_at = layout.place(uint64_t{next.account_effects} * sizeof(account_effect));
    c.slot_effects_at = layout.place(uint64_t{next.slot_effects} * sizeof(slot_effect));
    c.logs_at = layout.place(uint64_t{next.logs} * sizeof(log_record));
    c.topics_at = layout.place(uint64_t{next.topics} * sizeof(Hash));
    c.codes_at = layout.place(uint64_t{next.codes} * sizeof(kernel::deployed_code));
    c.account_keys_at = layout.place(uint64_t{next.account_keys} * sizeof(Address));
    c.accounts_read_at = layout.place(uint64_t{next.accounts_read} * 4);
    c.slots_read_at = layout.place(uint64_t{next.slots_read} * 4);
    c.log_bytes_at = layout.place(next.log_bytes);
    c.code_bytes_at = layout.place(next.code_bytes);
    plan.bytes = layout.bytes();
    return plan;
}

bool is_sound(const lane_record& lane, const kernel::lane_shape& shape) {
    return lane.account_count <= shape.account_limit && lane.slot_count <= shape.slot_limit &&
           lane.observed_accounts <= lane.account_count && lane.changed_accounts <= lane.account_count &&
           lane.account_uses <= lane.account_count && lane.observed_slots <= lane.slot_count &&
           lane.changed_slots <= lane.slot_count && lane.slot_uses <= lane.slot_count &&
           lane.log_count <= shape.log_limit && lane.topic_count <= shape.topic_limit &&
           lane.log_bytes <= shape.log_data_limit && lane.deployed_count <= shape.deployed_limit &&
           lane.deployed_bytes <= shape.deployed_bytes_limit;
}

bool append_results(BytesView written, const ResultPlan& plan, std::span<const lane_record> lanes,
                    std::span<const size_t> jobs, OffloadResults& to) {
    const result_place& count = plan.ends;
    const kernel::result_columns& c = plan.columns;
    const auto accounts = static_cast<uint32_t>(to.accounts.size());
    const auto slots = static_cast<uint32_t>(to.slots.size());
    const size_t topics = to.topics.size(), log_bytes = to.log_bytes.size();
    const auto code_bytes = static_cast<uint32_t>(to.code_bytes.size());
    const auto size = [](const auto& column) { return static_cast<uint32_t>(column.size()); };
    for (const result_place& p : plan.places) {
        const lane_record& lane = lanes[p.lane];
        transaction_record& r = to.records[jobs[p.lane]];
        r.gas_used = lane.gas_used;
        r.flags = (lane.flags & kernel::LANE_SUCCEEDED) != 0 ? RECORD_SUCCESS : 0;
        r.account_observations = {size(to.account_observations) + p.account_observations,
                                  lane.observed_accounts};
        r.slot_observations = {size(to.slot_observations) + p.slot_observations, lane.observed_slots};
        r.account_effects = {size(to.account_effects) + p.account_effects, lane.changed_accounts};
        r.slot_effects = {size(to.slot_effects) + p.slot_effects, lane.changed_slots};
        r.logs = {size(to.logs) + p.logs, lane.log_count};
        r.accounts_read = {size(to.accounts_read) + p.accounts_read, lane.account_uses};
        r.slots_read = {size(to.slots_read) + p.slots_read, lane.slot_uses};
        to.codes_of[jobs[p.lane]] = {size(to.codes) + p.codes, lane.deployed_count};
    }
    bool sound = true;
    const auto move = [&](uint32_t& row, uint32_t by, uint32_t limit) {
        sound = sound && (row & ~ROW_IS_NEW_KEY) < limit;
        row += by;
    };
    const auto move_account = [&](auto& record) { move(record.row, accounts, count.account_keys); };
    const auto move_slot = [&](auto& record) { move(record.row, slots, count.slot_keys); };
    append_column(written, c.account_keys_at, count.account_keys, to.accounts);
    append_column(written, c.slot_keys_at, count.slot_keys, to.slots,
                  [&](kernel::new_slot_key& key) { move(key.account, accounts, count.account_keys); });
    append_column(written, c.account_observations_at, count.account_observations, to.account_observations,
                  move_account);
    append_column(written, c.slot_observations_at, count.slot_observations, to.slot_observations, move_slot);
    append_column(written, c.account_effects_at, count.account_effects, to.account_effects, move_account);
    append_column(written, c.slot_effects_at, count.slot_effects, to.slot_effects, move_slot);
    append_column(written, c.accounts_read_at, count.accounts_read, to.accounts_read,
                  [&](uint32_t& row) { move(row, accounts, count.account_keys); });
    append_column(written, c.slots_read_at, count.slots_read, to.slots_read,
                  [&](uint32_t& row) { move(row, slots, count.slot_keys); });
    append_column(written, c.logs_at, count.logs, to.logs, [&](log_record& log) {
        sound = sound && log.first_topic <= count.topics &&
                log.topic_count <= count.topics - log.first_topic && log.data_offset <= count.log_bytes &&
                log.data_size <= count.log_bytes - log.data_offset;
        log.first_topic += topics;
        log.data_offset += log_bytes;
    });
    append_column(written, c.topics_at, count.topics, to.topics);
    append_column(written, c.log_bytes_at, count.log_bytes, to.log_bytes);
    append_column(written, c.codes_at, count.codes, to.codes, [&](kernel::deployed_code& code) {
        sound = sound && code.at <= count.code_bytes && code.size <= count.code_bytes - code.at;
        code.at += code_bytes;
    });
    append_column(written, c.code_bytes_at, count.code_bytes, to.code_bytes);
    return sound;
}

std::string_view name(kernel::kernel_status status) {
    switch (status) {
#define WARPEVM_KERNEL_STATUS(id, number) \
    case kernel::STATUS_##id:             \
        return #id;
#include "kernels/status.def"
#undef WARPEVM_KERNEL_STATUS
        default: return "unknown";
    }
}

}  // namespace warpevm
