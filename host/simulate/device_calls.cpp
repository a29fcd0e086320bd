// SPDX-License-Identifier: Apache-2.0
#include "host/simulate/device_calls.hpp"

#include "evm/vm/machine.hpp"
#include "host/simulate/call_runner.hpp"

namespace warpevm {
namespace {

/// What a submission's results may take on the host before the rest becomes another one: of ordinary calls,
/// about a kilobyte each, those of hundreds of thousands.
constexpr size_t most_column_bytes = size_t{512} << 20;

/// An exceptional halt is the CPU's to name: a lane knows only that there was one.
constexpr std::string_view exceptional_halt = "exceptional_halt";

template <class T>
size_t bytes_in(const std::vector<T>& column) {
    return column.size() * sizeof(T);
}
size_t column_bytes(const OffloadResults& r) {
    return bytes_in(r.accounts) + bytes_in(r.slots) + bytes_in(r.account_observations) +
           bytes_in(r.slot_observations) + bytes_in(r.account_effects) + bytes_in(r.slot_effects) +
           bytes_in(r.accounts_read) + bytes_in(r.slots_read) + bytes_in(r.logs) + bytes_in(r.topics) +
           r.log_bytes.size() + bytes_in(r.codes) + r.code_bytes.size() + r.output_bytes.size();
}

}  // namespace

DeviceCalls::DeviceCalls(Offload& offload, const StateView& state, SimulationRun& run)
    : m_offload(offload), m_run(run) {
    for (size_t i = 0; i < run.bundles().size(); ++i) {
        const SimulatedBundle& bundle = run.bundles()[i];
        if (run.is_done(i) || bundle.calls.empty()) continue;
        Course& course = m_courses.emplace_back();
        course.bundle = i;
        course.start = &state;
        if (bundle.overrides != nullptr && !bundle.overrides->empty()) {
            course.overridden = std::make_unique<OverriddenState>(state, *bundle.overrides);
            course.start = course.overridden.get();
        }
        m_next.push_back(&course);
    }
}

DeviceResult<void> DeviceCalls::execute() {
    while (!m_next.empty() && m_run.goes_on())
        if (auto done = round(); !done) return done;
    return {};
}

DeviceResult<void> DeviceCalls::round() {
    m_round.clear();
    std::vector<OffloadJob> jobs;
    for (Course* course : m_next) {
        if (m_run.is_done(course->bundle)) continue;
        m_round.push_back(course);
        jobs.push_back(job_of(*course));
    }
    m_next.clear();
    m_columns = 0;
    std::vector<Course*> unwanted;
    const auto on_final = [&](const OffloadResults& so_far, std::span<const size_t> ended) {
        m_columns = column_bytes(so_far);
        for (const size_t k : ended) {
            Course& course = *m_round[k];
            if (so_far.statuses[k] == kernel::STATUS_done)
                end(course, {&so_far, k});
            else if (so_far.statuses[k] == kernel::STATUS_ESCALATE_unwanted)
                unwanted.push_back(&course);
            else
                m_run.leave(course.bundle, name(so_far.statuses[k]));
        }
    };
    const auto ran =
        m_offload.run(jobs, on_final, [&] { return m_columns < most_column_bytes && m_run.goes_on(); });
    if (!ran) return tl::unexpected(ran.error());
    // Where only the results took too much, the rest is another submission.
    m_next.insert(m_next.end(), unwanted.begin(), unwanted.end());
    return {};
}

OffloadJob DeviceCalls::job_of(const Course& course) {
    const SimulatedBundle& bundle = m_run.bundles()[course.bundle];
    const SimulatedCall& call = bundle.calls[course.next_call()];
    const auto [seen, added] =
        m_environments.try_emplace({bundle.block, environment_number(call.tx)}, BlockEnvironment{});
    if (added) seen->second = environment_seen(*bundle.block, call.tx);
    return {.tx = &call.tx,
            .sender = call.sender,
            .rules = &bundle.block->rules,
            .environment = &seen->second,
            .state = &course.state(),
            .is_call = true};
}

/// A lane has done the course's next call.
void DeviceCalls::end(Course& course, const ResultOf& result) {
    if (m_run.is_done(course.bundle)) return;
    const bool has_halted =
        !has(result.record(), RECORD_SUCCESS) && !result.results->call_ends[result.job].reverted;
    if (has_halted) return m_run.leave(course.bundle, exceptional_halt);
    course.result.calls.push_back(result_of(course, result));
    if (course.next_call() < m_run.bundles()[course.bundle].calls.size()) return go_on(course, result);
    course.result.is_done = true;
    m_run.publish(course.bundle, std::move(course.result), SimulationRun::By::device);
}

void DeviceCalls::go_on(Course& course, const ResultOf& result) {
    if (!course.changes) course.changes = std::make_unique<BatchState>();
    const auto number = static_cast<uint32_t>(course.next_call());
    course.changes->add(number - 1, result, *course.start, 0);
    course.now = std::make_unique<BatchView>(*course.changes, *course.start, number);
    m_next.push_back(&course);
}

CallResult DeviceCalls::result_of(Course& course, const ResultOf& result) const {
    const OffloadResults& from = *result.results;
    const transaction_record& record = result.record();
    const OffloadCallEnd& end = from.call_ends[result.job];
    CallResult call;
    const bool succeeded = has(record, RECORD_SUCCESS);
    call.status = succeeded ? CallStatus::success : CallStatus::reverted;
    call.halt = succeeded ? Status::success : Status::revert;
    call.gas_used = record.gas_used;
    const BytesView output = BytesView(from.output_bytes).subspan(end.output_at, end.output_size);
    call.output.assign(output.begin(), output.end());
    for (const log_record& log : ResultOf::part(from.logs, record.logs))
        call.logs.add(log.address, std::span(from.topics).subspan(log.first_topic, log.topic_count),
                      BytesView(from.log_bytes).subspan(log.data_offset, log.data_size));
    const SimulatedCall& asked = m_run.bundles()[course.bundle].calls[course.next_call()];
    if (succeeded && asked.tx.is_create())
        call.created = create_address(asked.sender, course.state().read_account(asked.sender).value.nonce);
    if (m_run.options().on_missing_state == OnMissingState::assume_absent) note_assumed(course, result, call);
    return call;
}

/// Of what the lane has read, what the state does not know. Nobody asks for slots of an account that is not
/// there.
void DeviceCalls::note_assumed(Course& course, const ResultOf& result, CallResult& call) const {
    const OffloadResults& from = *result.results;
    std::vector<Address> accounts;
    for (const uint32_t row : ResultOf::part(from.accounts_read, result.record().accounts_read))
        accounts.push_back(from.account(row));
    std::vector<Read<AccountRecord>> records(accounts.size());
    course.state().read_accounts(accounts, records);
    for (size_t i = 0; i < accounts.size(); ++i)
        if (records[i].knowledge == Knowledge::unknown && course.assumed_accounts.insert(accounts[i]).second)
            call.assumed_accounts.push_back(accounts[i]);
    std::vector<SlotKey> slots;
    for (const uint32_t row : ResultOf::part(from.slots_read, result.record().slots_read))
        slots.push_back(from.slot(row));
    std::vector<Read<U256>> values(slots.size());
    course.state().read_slots(slots, values);
    for (size_t i = 0; i < slots.size(); ++i)
        if (values[i].knowledge == Knowledge::unknown &&
            course.state().read_account(slots[i].address).knowledge == Knowledge::value &&
            course.assumed_slots.insert(slots[i]).second)
            call.assumed_slots.push_back(slots[i]);
}

}  // namespace warpevm
