// SPDX-License-Identifier: Apache-2.0
#include "host/offload/device_batch.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>

#include "host/offload/result_columns.hpp"

namespace warpevm {
namespace {

/// Accounts and slots that a transaction usually changes.
constexpr size_t changes_each = 8;

/// On another state it might have been done.
bool is_about_state(kernel::kernel_status status) {
    return status == kernel::STATUS_ESCALATE_invalid_transaction ||
           status == kernel::STATUS_ESCALATE_large_balance;
}

}  // namespace

void DeviceBatch::add(const Claims::Loan& loan, const OffloadJob& job, uint32_t level) {
    m_beneficiaries.insert(job.environment->beneficiary);
    const bool is_in_first = m_tries.empty() || job.environment == m_tries.front().job.environment;
    m_first_block_end += m_first_block_end == m_tries.size() && is_in_first ? 1 : 0;
    m_tries.push_back(
        {.loan = loan, .job = job, .base = m_loans.state_at(loan.index), .level = std::max(level, 1U)});
}

DeviceResult<void> DeviceBatch::run(std::span<DeviceBatch* const> batches, Offload& offload,
                                    BatchCounts& counts) {
    for (DeviceBatch* batch : batches) {
        ++counts.batches;
        batch->m_changed.reset(changes_each * batch->m_tries.size());
        // Whatever it waits for is not in this batch.
        if (!batch->m_tries.empty()) batch->m_tries.front().level = 1;
    }
    DeviceResult<void> ran;
    Rounds rounds;
    std::vector<DeviceBatch*> going;
    for (;;) {
        going.clear();
        std::ranges::copy_if(batches, std::back_inserter(going), &DeviceBatch::goes_on);
        if (going.empty()) break;
        if (ran = run_round(going, offload, counts, rounds); !ran) break;
        for (DeviceBatch* batch : going) batch->plan_next();
    }
    for (DeviceBatch* batch : batches) {
        counts.handed_in += batch->m_handed_in;
        batch->m_results.clear();
    }
    if (!rounds.empty()) offload.reuse(std::move(*rounds.front()));
    return ran;
}

/// The tries of level 1, each on what the others of its batch before it did.
DeviceResult<void> DeviceBatch::run_round(std::span<DeviceBatch* const> batches, Offload& offload,
                                          BatchCounts& counts, Rounds& rounds) {
    std::vector<OffloadJob> jobs;
    for (DeviceBatch* batch : batches) batch->choose(jobs);
    if (jobs.empty()) return {};
    // As lanes end, so that nobody waits for the longest.
    const auto on_final = [&](const OffloadResults& so_far, std::span<const size_t> ended) {
        for (DeviceBatch* batch : batches) batch->take(so_far, ended);
    };
    const auto is_wanted = [&] {
        return std::ranges::any_of(batches, [](const DeviceBatch* b) { return !b->m_loans.over(); });
    };
    auto ran = offload.run(jobs, on_final, is_wanted, batches.front()->m_options.recorder);
    for (DeviceBatch* batch : batches) batch->m_running = ~uint32_t{0};
    if (!ran) return tl::unexpected(ran.error());
    counts.executed += jobs.size();
    counts.launches += ran->launches;
    counts.kernel_nanoseconds += ran->kernel_nanoseconds;
    rounds.push_back(std::make_shared<OffloadResults>(std::move(*ran)));
    for (DeviceBatch* batch : batches) batch->end_round(rounds.back(), counts);
    return {};
}

void DeviceBatch::choose(std::vector<OffloadJob>& jobs) {
    const auto round = static_cast<uint32_t>(m_results.size());
    m_settled_before = m_settled;
    m_first_job = jobs.size();
    m_chosen.clear();
    m_views.clear();
    for (uint32_t i = m_settled; i < m_tries.size(); ++i) {
        Try& t = m_tries[i];
        if (t.is_gone || t.level != 1) continue;
        t.number = jobs.size();
        jobs.push_back(t.job);
        jobs.back().state = &m_views.emplace_back(m_state, *t.base, i);
        t.status = kernel::STATUS_PAUSED;
        t.has_run = true;
        t.round = round;
        t.saw_all = i == m_settled;
        m_chosen.push_back(i);
    }
    if (!m_chosen.empty()) m_running = round;
}

/// Of the jobs that have ended, those that are its own.
void DeviceBatch::take(const OffloadResults& so_far, std::span<const size_t> ended) {
    m_now = &so_far;
    for (const size_t k : ended)
        if (k >= m_first_job && k - m_first_job < m_chosen.size())
            m_tries[m_chosen[k - m_first_job]].status = so_far.statuses[k];
    advance();
}

void DeviceBatch::end_round(const std::shared_ptr<const OffloadResults>& results, BatchCounts& counts) {
    if (m_chosen.empty()) return;
    ++counts.rounds;
    counts.again += m_results.empty() ? 0 : m_chosen.size();
    m_results.push_back(results);
}

void DeviceBatch::plan_next() {
    advance();
    // It saw all that was done before it, and assumed what is not so: its nonce.
    m_fruitless = m_settled == m_settled_before ? m_fruitless + 1 : 0;
    if (m_fruitless == 2) drop(m_settled, "not_as_assumed");
    plan();
}

/// Hands in what has come out right, up to the first that has not.
void DeviceBatch::advance() {
    while (m_settled < m_tries.size() && settle(m_settled)) ++m_settled;
    flush();
}

/// Whether there is nothing left to do for it.
bool DeviceBatch::settle(uint32_t number) {
    Try& t = m_tries[number];
    if (!t.is_gone && t.status == kernel::STATUS_PAUSED) return false;
    if (!t.is_gone && !t.saw_all && is_about_state(t.status)) {
        t.status = kernel::STATUS_PAUSED;
        return false;
    }
    if (!t.is_gone && t.status != kernel::STATUS_done) drop(number, name(t.status));
    if (t.is_gone) {
        wait_until_committed(t.loan.index + 1);
        return true;
    }
    const ResultOf result = result_of(t);
    // Fees may show only once they are committed, and so does what happens between blocks.
    const bool is_late = m_anything_changed || number >= m_first_block_end || sees_beneficiary(result);
    if (is_late) wait_until_committed(t.loan.index);
    if (is_late || sees_changes(result)) {
        flush();
        if (!holds(result, *t.base)) {
            t.status = kernel::STATUS_PAUSED;
            return false;
        }
    }
    note_changes(result);
    if (m_options.on_result) m_options.on_result(number, result);
    if (m_ready.empty()) m_ready_since = m_options.recorder.begin();
    append_result(result, m_columns);
    m_ready.push_back(t.loan);
    return true;
}

/// The CPU does it. What it does is not known here.
void DeviceBatch::drop(uint32_t number, std::string_view why) {
    Try& t = m_tries[number];
    m_loans.give_back({&t.loan, 1}, why);
    t.is_gone = true;
    m_anything_changed = true;
}

/// What is before the transaction `index`, once this batch has handed in its part.
void DeviceBatch::wait_until_committed(uint32_t index) {
    flush();
    while (m_options.waits && m_loans.next() < index && !m_loans.over())
        std::this_thread::sleep_for(std::chrono::microseconds(50));
}

void DeviceBatch::flush() {
    if (m_ready.empty()) return;
    // Before it is done: the window may be over by then.
    m_options.recorder.end(Verb::merge, m_ready_since, m_ready.size());
    m_handed_in += m_loans.hand_in(m_ready, std::exchange(m_columns, {}));
    m_ready.clear();
}

/// Which of those that are left are executed again, and when: whoever did not see what is so now, or has seen
/// what somebody did who is executed again; that one only after him.
void DeviceBatch::plan() {
    m_state.clear();
    const auto rounds = static_cast<uint32_t>(m_results.size());
    const uint32_t rounds_left = m_options.most_rounds > rounds ? m_options.most_rounds - rounds : 0;
    const uint32_t next = m_loans.next();
    for (uint32_t i = m_settled; i < m_tries.size(); ++i) {
        Try& t = m_tries[i];
        if (t.loan.index < next) {  // the commit loop did not wait
            t.is_gone = true;
            m_anything_changed = true;
        }
        if (t.is_gone) continue;
        if (!t.has_run) {  // its turn comes
            t.level = i == m_settled ? 1 : std::max(t.level - 1, 1U);
            if (t.level > rounds_left) drop(i, "deep_chain");
            continue;
        }
        const kernel::kernel_status ended = m_results[t.round]->statuses[t.number];
        if (ended != kernel::STATUS_done) {
            t.level = i == m_settled ? 1 : 0;
            if (t.level > rounds_left) drop(i, name(ended));
            continue;
        }
        const ResultOf result = result_of(t);
        const BatchView view(m_state, *t.base, i);
        const uint32_t level = m_state.level_read(result);
        t.level = level == 0 && holds(result, view) ? 0 : level + 1;
        t.status = t.level == 0 ? kernel::STATUS_done : kernel::STATUS_PAUSED;
        m_state.add(i, result, view, std::min(t.level, rounds_left));
        if (t.level > rounds_left) drop(i, "deep_chain");
    }
    advance();
}

bool DeviceBatch::sees_beneficiary(const ResultOf& result) const {
    const auto observed = result.account_observations();
    return std::any_of(observed.begin(), observed.end(), [&](const account_observation& o) {
        return m_beneficiaries.contains(result.results->account(o.row));
    });
}

/// May say so where it does not: then it is looked at closely.
bool DeviceBatch::sees_changes(const ResultOf& result) const {
    const OffloadResults& from = *result.results;
    for (const account_observation& o : result.account_observations())
        if (m_changed.may_contain(hash_value(from.account(o.row)))) return true;
    for (const slot_observation& o : result.slot_observations()) {
        const SlotKey key = from.slot(o.row);
        if (m_changed.may_contain(hash_value(key)) || m_changed.may_contain(hash_value(key.address)))
            return true;
    }
    return false;
}

void DeviceBatch::note_changes(const ResultOf& result) {
    const OffloadResults& from = *result.results;
    const auto observed = result.account_observations();
    auto o = observed.begin();
    for (const account_effect& e : result.account_effects()) {
        while (o != observed.end() && o->row < e.row) ++o;
        // To touch an account with code changes nothing: it is not empty (EIP-161).
        const bool has_code = o != observed.end() && o->row == e.row && has(*o, OBSERVED_CODE) &&
                              !o->code_hash.is_zero() && o->code_hash != empty_code_hash;
        if (e.flags != TOUCHED || !e.delta.is_zero() || !has_code)
            m_changed.insert(hash_value(from.account(e.row)));
    }
    for (const slot_effect& e : result.slot_effects()) m_changed.insert(hash_value(from.slot(e.row)));
}

}  // namespace warpevm
