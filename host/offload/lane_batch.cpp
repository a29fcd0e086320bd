// SPDX-License-Identifier: Apache-2.0
#include "host/offload/lane_batch.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "evm/base/seeded_hash.hpp"
#include "evm/vm/precompiles.hpp"
#include "host/offload/collect.hpp"

namespace warpevm {
namespace {

/// Inputs of precompiles in one launch; what is beyond is the CPU's.
constexpr uint64_t most_gathered_bytes = uint64_t{1} << 30;

/// Of results that are read at once: so much room for them is kept.
constexpr size_t most_kept_words = size_t{1} << 22;

/// Once more than this part of the lanes that have jobs have ended, their results are fetched and other jobs
/// begin in them, in the launch in which the rest go on. That costs a launch of evm_collect and a few copies.
constexpr size_t collected_share = 4;

bool waits(uint32_t status) {
    return status >= kernel::STATUS_NEED_account && status <= kernel::STATUS_NEED_precompile;
}

template <class T>
std::span<uint8_t> room_of(std::vector<T>& values) {
    return {reinterpret_cast<uint8_t*>(values.data()), values.size() * sizeof(T)};
}

/// For a function that answers a DeviceResult<void> or of something.
#define WARPEVM_TRY(call) \
    if (auto tried = (call); !tried) return tl::unexpected(tried.error())

}  // namespace

bool is_limit(uint32_t status) {
    return status >= kernel::STATUS_ESCALATE_accounts && status <= kernel::STATUS_ESCALATE_codes;
}

LaneBatch::LaneBatch(LaneMemory& memory, const OffloadOptions& options, const LaneStage& stage,
                     std::span<const OffloadJob> all, std::span<const size_t> chosen)
    : m_memory(memory),
      m_options(options),
      m_stage(stage),
      m_shape(make_lane_shape(stage.limits)),
      m_jobs(all),
      m_waiting(chosen),
      m_packed(memory.packed),
      m_packer(memory.codes, options.unknown_is_absent, m_packed),
      m_lanes(std::min(stage.lanes, chosen.size())) {}

DeviceResult<void> LaneBatch::run(OffloadResults& results) {
    WARPEVM_TRY(prepare());
    WARPEVM_TRY(refill());
    while (!m_left.empty()) {
        choose_runnable();
        if (m_stage.is_wanted && !m_stage.is_wanted()) {
            give_up(results);
        } else if (!m_order.empty()) {
            WARPEVM_TRY(launch(results));
            WARPEVM_TRY(serve(results));
        }
        WARPEVM_TRY(collect(results));
        WARPEVM_TRY(refill());
    }
    return {};
}

DeviceResult<void> LaneBatch::prepare() {
    WARPEVM_TRY(make_room());
    const size_t count = m_lanes.size();
    for (size_t i = count; i-- > 0;) m_free.push_back(static_cast<uint32_t>(i));
    WARPEVM_TRY(m_memory.fill(m_memory.shape, bytes_of(m_shape), &Traffic::tables));
    // Nothing is in them that anybody refers to yet.
    WARPEVM_TRY(m_memory.reserve(m_memory.hashes, sizeof(kernel::hash_window)));
    WARPEVM_TRY(m_memory.reserve(m_memory.answers, 0));
    WARPEVM_TRY(m_memory.reserve(m_memory.lanes, sizeof(kernel::lane_record) * count));
    WARPEVM_TRY(m_memory.reserve(m_memory.reports, sizeof(kernel::lane_report) * count));
    return m_memory.reserve(m_memory.needs, sizeof(kernel::lane_need) * count);
}

/// For as many lanes as there is room for: others use the device's memory too.
DeviceResult<void> LaneBatch::make_room() {
    for (;;) {
        auto made = m_memory.reserve(m_memory.arenas, size_t{m_shape.size} * m_lanes.size());
        if (made || made.error().fault != DeviceFault::out_of_memory || m_lanes.size() == 1) return made;
        m_lanes.resize(m_lanes.size() / 2);
    }
}

/// Whether jobs may begin, by the memory that all that have begun take.
bool LaneBatch::has_room() const {
    return m_packed.inputs.size() + bytes_of(m_packed.environments).size() + bytes_of(m_hashes).size() <
           m_options.input_memory;
}

/// Gives free lanes to jobs, and sends what those begin with.
DeviceResult<void> LaneBatch::refill() {
    if (m_left.empty()) {
        m_packed.clear();
        m_hashes.assign(1, {});
    }
    if (m_free.empty() || m_waiting.empty()) return {};
    auto stretch = m_stage.recorder.record(Verb::pack, 0);
    const size_t before = m_left.size();
    const size_t inputs = m_packed.inputs.size(), environments = m_packed.environments.size();
    const uint64_t accounts = m_packed.account_bytes, call_data = m_packed.call_data_bytes;
    while (!m_free.empty() && !m_waiting.empty() && (m_left.empty() || has_room())) {
        const uint32_t i = m_free.back();
        m_lanes[i] = m_packer.pack(m_jobs[m_waiting[0]]);
        m_lanes[i].job = m_waiting[0];
        m_waiting = m_waiting.subspan(1);
        m_free.pop_back();
        m_left.push_back(i);
    }
    stretch.set_transactions(m_left.size() - before);
    WARPEVM_TRY(m_memory.extend(m_memory.inputs, inputs, m_packed.inputs, &Traffic::envelopes));
    m_memory.traffic.accounts += m_packed.account_bytes - accounts;
    m_memory.traffic.call_data += m_packed.call_data_bytes - call_data;
    m_memory.traffic.envelopes -= m_packed.account_bytes - accounts + m_packed.call_data_bytes - call_data;
    return m_memory.extend(m_memory.environments, environments * sizeof(kernel::environment_record),
                           bytes_of(m_packed.environments), &Traffic::tables);
}

/// Lanes that go on come before those that begin.
void LaneBatch::choose_runnable() {
    m_order.clear();
    for (const uint32_t i : m_left) {
        HostLane& l = m_lanes[i];
        if (l.is_runnable && l.launches == m_options.most_launches) {
            l.status = kernel::STATUS_ESCALATE_launches;
            l.is_runnable = false;
        }
        if (l.is_runnable) m_order.push_back(i);
    }
}

/// Nobody goes on or begins.
void LaneBatch::give_up(OffloadResults& results) {
    for (const uint32_t i : m_order) {
        m_lanes[i].status = kernel::STATUS_ESCALATE_unwanted;
        m_lanes[i].is_runnable = false;
    }
    for (const size_t job : m_waiting) results.statuses[job] = kernel::STATUS_ESCALATE_unwanted;
    if (m_stage.on_final && !m_waiting.empty()) m_stage.on_final(results, m_waiting);
    m_waiting = {};
}

/// The lanes of m_order.
DeviceResult<void> LaneBatch::launch(OffloadResults& results) {
    auto stretch = m_stage.recorder.record(Verb::dispatch, m_order.size());
    WARPEVM_TRY(m_memory.send_codes());
    const kernel::launch_head head{.seed = hash_seed(m_jobs.size()), .parked = 0, .reserved = 0};
    Bytes bytes;
    append(bytes, bytes_of(head));
    for (const uint32_t i : m_order) {
        const uint32_t begins = m_lanes[i].launches++ == 0 ? uint32_t{kernel::PLACE_BEGINS} : 0;
        append(bytes, bytes_of(kernel::lane_place{i | begins, m_lanes[i].at}));
    }
    WARPEVM_TRY(m_memory.fill(m_memory.launch, bytes, &Traffic::launches));
    const auto begin = std::chrono::steady_clock::now();
    WARPEVM_TRY(run_lanes());
    results.kernel_nanoseconds += static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin)
            .count());
    ++results.launches;
    stretch.count_launch();
    std::vector<kernel::lane_report> reports(m_order.size());
    WARPEVM_TRY(m_memory.read(m_memory.reports, room_of(reports), &Traffic::reports));
    return take_reports(reports);
}

DeviceResult<void> LaneBatch::run_lanes() {
    const auto count = static_cast<uint32_t>(m_order.size());
    const std::array<KernelArgument, 15> arguments{m_memory.lanes.get(),
                                                   m_memory.arenas.get(),
                                                   m_memory.shape.get(),
                                                   m_memory.inputs.get(),
                                                   m_memory.answers.get(),
                                                   m_memory.code_records.get(),
                                                   m_memory.code_bytes.get(),
                                                   m_memory.environments.get(),
                                                   m_memory.forks.get(),
                                                   m_memory.hashes.get(),
                                                   m_memory.launch.get(),
                                                   m_memory.reports.get(),
                                                   m_memory.needs.get(),
                                                   m_options.slice,
                                                   count};
    return m_memory.run("evm_run", count, arguments);
}

/// What the lanes of m_order say, and of those that wait, what they need.
DeviceResult<void> LaneBatch::take_reports(std::span<const kernel::lane_report> reports) {
    const auto parked = static_cast<size_t>(
        std::count_if(reports.begin(), reports.end(), [](const auto& r) { return waits(r.status); }));
    std::vector<kernel::lane_need> needs(parked);
    if (parked != 0) WARPEVM_TRY(m_memory.read(m_memory.needs, room_of(needs), &Traffic::needs));
    const uint64_t most_words = most_result_words(m_shape);
    for (size_t k = 0; k < reports.size(); ++k) {
        const kernel::lane_report& r = reports[k];
        HostLane& l = m_lanes[m_order[k]];
        if (r.status < kernel::STATUS_done || r.status >= kernel::STATUS_COUNT) return bad_answer();
        l.status = r.status;
        l.is_runnable = r.status == kernel::STATUS_PAUSED;
        if (waits(r.status)) {
            if (r.detail >= parked) return bad_answer();
            l.need = needs[r.detail];
        }
        if (r.status == kernel::STATUS_done) {
            if (r.detail < kernel::RESULT_HEADER_WORDS || r.detail > most_words) return bad_answer();
            l.result_words = r.detail;
        }
    }
    return {};
}

/// Of precompiles: the transaction's own data, or in the lane's arena, from where a kernel gathers it.
DeviceResult<void> LaneBatch::read_inputs(std::vector<ParkedLane>& parked,
                                          std::span<const uint32_t> numbers) {
    std::vector<kernel::lane_place> places;
    std::vector<ParkedLane*> waiting;
    uint64_t size = 0;
    for (size_t k = 0; k < parked.size(); ++k) {
        HostLane& l = *parked[k].lane;
        const kernel::lane_need& need = l.need;
        if (l.status != kernel::STATUS_NEED_precompile) continue;
        if (find_precompile(need.address, parked[k].job->rules->fork) == nullptr) return bad_answer();
        const uint64_t end = uint64_t{need.at} + need.size;
        if (need.space == kernel::SPACE_INPUTS) {
            if (end > m_packed.inputs.size()) return bad_answer();
            parked[k].input = BytesView(m_packed.inputs).subspan(need.at, need.size);
            continue;
        }
        if (need.space != kernel::SPACE_ARENA || end > m_shape.size) return bad_answer();
        if (size + need.size > most_gathered_bytes) {
            l.status = kernel::STATUS_ESCALATE_device_memory;
            continue;
        }
        places.push_back({numbers[k], static_cast<uint32_t>(size)});
        waiting.push_back(&parked[k]);
        size += need.size;
    }
    if (places.empty()) return {};
    const auto count = static_cast<uint32_t>(places.size());
    places.push_back({WARPEVM_NONE, static_cast<uint32_t>(size)});
    m_gathered.resize(size);
    WARPEVM_TRY(m_memory.fill(m_memory.places, bytes_of(places), &Traffic::launches));
    WARPEVM_TRY(m_memory.reserve(m_memory.results, size));
    const std::array<KernelArgument, 6> arguments{m_memory.lanes.get(),   m_memory.arenas.get(),
                                                  m_memory.shape.get(),   m_memory.places.get(),
                                                  m_memory.results.get(), count};
    WARPEVM_TRY(m_memory.run("evm_inputs", count, arguments));
    WARPEVM_TRY(m_memory.read(m_memory.results, m_gathered, &Traffic::needs));
    for (size_t k = 0; k < waiting.size(); ++k)
        waiting[k]->input = BytesView(m_gathered).subspan(places[k].at, waiting[k]->lane->need.size);
    return {};
}

tl::unexpected<DeviceError> LaneBatch::bad_answer() const {
    return tl::unexpected(DeviceError{DeviceFault::wrong_answer, m_memory.device().info().name, "evm_run",
                                      "a lane asks for what can't be, or answers so"});
}

DeviceResult<void> LaneBatch::serve(OffloadResults& results) {
    std::vector<ParkedLane> parked;
    std::vector<uint32_t> numbers;
    for (const uint32_t i : m_order) {
        if (!waits(m_lanes[i].status)) continue;
        parked.push_back({&m_lanes[i], &m_jobs[m_lanes[i].job], {}});
        numbers.push_back(i);
    }
    if (parked.empty()) return {};
    const auto stretch = m_stage.recorder.record(Verb::pack, parked.size());
    WARPEVM_TRY(read_inputs(parked, numbers));
    results.parks += parked.size();
    ServedTables tables{.codes = &m_memory.codes,
                        .environments = &m_packed.environments,
                        .hashes = &m_hashes,
                        .unknown_is_absent = m_options.unknown_is_absent,
                        .most_parks = m_options.most_parks};
    const Bytes answers = serve_lanes(parked, tables);
    WARPEVM_TRY(m_memory.fill(m_memory.answers, answers, &Traffic::answers));
    if (!tables.environments_changed) return {};
    WARPEVM_TRY(m_memory.fill(m_memory.environments, bytes_of(m_packed.environments), &Traffic::tables));
    return m_memory.fill(m_memory.hashes, bytes_of(m_hashes), &Traffic::tables);
}

/// Takes the results of lanes that have ended, if they are enough of them.
DeviceResult<void> LaneBatch::collect(OffloadResults& results) {
    std::vector<uint32_t> ended, running, done;
    for (const uint32_t i : m_left) (m_lanes[i].is_runnable ? running : ended).push_back(i);
    if (!running.empty() && ended.size() <= m_left.size() / collected_share) return {};
    std::vector<size_t> final_jobs;
    for (const uint32_t i : ended) {
        const HostLane& l = m_lanes[i];
        results.statuses[l.job] = static_cast<kernel::kernel_status>(l.status);
        if (m_stage.is_last || !is_limit(l.status)) final_jobs.push_back(l.job);
        if (l.status == kernel::STATUS_done) done.push_back(i);
    }
    WARPEVM_TRY(read_results(results, done));
    m_left = std::move(running);
    m_free.insert(m_free.end(), ended.begin(), ended.end());
    if (m_stage.on_final && !final_jobs.empty()) m_stage.on_final(results, final_jobs);
    return {};
}

/// All results in one read, one after the other.
DeviceResult<void> LaneBatch::read_results(OffloadResults& results, std::span<const uint32_t> done) {
    if (done.empty()) return {};
    const auto stretch = m_stage.recorder.record(Verb::dispatch, done.size());
    std::vector<kernel::lane_place> places;
    uint64_t size = 0;
    for (const uint32_t i : done) {
        places.push_back({i, static_cast<uint32_t>(size)});
        size += m_lanes[i].result_words;
    }
    if (size >> 30 != 0)
        return tl::unexpected(DeviceError{DeviceFault::out_of_memory, m_memory.device().info().name,
                                          "evm_collect", "results exceed 4 GiB"});
    const auto count = static_cast<uint32_t>(places.size());
    places.push_back({WARPEVM_NONE, static_cast<uint32_t>(size)});
    WARPEVM_TRY(m_memory.fill(m_memory.places, bytes_of(places), &Traffic::launches));
    WARPEVM_TRY(m_memory.reserve(m_memory.results, 4 * size));
    const std::array<KernelArgument, 6> arguments{m_memory.lanes.get(),   m_memory.arenas.get(),
                                                  m_memory.shape.get(),   m_memory.places.get(),
                                                  m_memory.results.get(), count};
    WARPEVM_TRY(m_memory.run("evm_collect", count, arguments));
    // Room beyond what is usual is not kept.
    std::vector<uint32_t> large(size > most_kept_words ? size : 0);
    std::vector<uint32_t>& words = large.empty() ? m_memory.words : large;
    if (words.size() < size) words.resize(size);
    WARPEVM_TRY(m_memory.read(m_memory.results, room_of(words).first(4 * size), &Traffic::results));
    for (size_t k = 0; k < done.size(); ++k) {
        const uint32_t i = done[k];
        const auto own = std::span<const uint32_t>(words).subspan(places[k].at, m_lanes[i].result_words);
        if (!append_lane_result(own, m_lanes[i].job, results)) return bad_answer();
        if (m_jobs[m_lanes[i].job].is_call && !results.call_ends[m_lanes[i].job].is_told) return bad_answer();
        // Codes of a job lie together: a transaction of type 4 may have deployed others.
        for (const Designator& d : m_lanes[i].designators) {
            results.codes.push_back({.hash = d.hash,
                                     .at = static_cast<uint32_t>(results.code_bytes.size()),
                                     .size = static_cast<uint32_t>(d.code.size())});
            append(results.code_bytes, d.code);
            ++results.codes_of[m_lanes[i].job].count;
        }
    }
    return {};
}

#undef WARPEVM_TRY

}  // namespace warpevm
