// SPDX-License-Identifier: Apache-2.0
#include "host/offload/dispatch.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>

#include "evm/vm/precompiles.hpp"
#include "host/offload/collect.hpp"

namespace warpevm {
namespace {

using kernel::lane_record;

template <class T>
BytesView bytes_of(const std::vector<T>& values) {
    return {reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(T)};
}
template <class T>
BytesView bytes_of(const T& value) {
    return {reinterpret_cast<const uint8_t*>(&value), sizeof value};
}

/// Inputs of precompiles in one launch; what is beyond is the CPU's.
constexpr uint64_t most_gathered_bytes = uint64_t{1} << 30;

/// Results are fetched when so many of the lanes that are left, a part of all, have ended.
constexpr size_t collected_share = 4;

/// A larger lane might do it.
bool is_limit(uint32_t status) {
    return status >= kernel::STATUS_ESCALATE_accounts && status <= kernel::STATUS_ESCALATE_codes;
}
bool waits(uint32_t status) {
    return status >= kernel::STATUS_NEED_account && status <= kernel::STATUS_NEED_precompile;
}

/// For a function that answers a DeviceResult<void> or of something.
#define WARPEVM_TRY(call) \
    if (auto tried = (call); !tried) return tl::unexpected(tried.error())

}  // namespace

/// Jobs that run at once, each in the lane of its number.
class Offload::Batch {
  public:
    Batch(Offload& owner, const Stage& stage, std::span<const OffloadJob> all, std::span<const size_t> chosen)
        : m_owner(owner),
          m_options(owner.m_options),
          m_device(owner.m_device),
          m_stage(stage),
          m_shape(make_lane_shape(stage.limits)),
          m_numbers(chosen) {
        for (const size_t i : chosen) m_jobs.push_back(all[i]);
    }

    DeviceResult<void> run(OffloadResults& results) {
        m_packed = pack_jobs(m_jobs, m_owner.m_codes, m_options.unknown_is_absent);
        WARPEVM_TRY(upload());
        m_left.resize(m_packed.lanes.size());
        for (uint32_t i = 0; i < m_left.size(); ++i) m_left[i] = i;
        uint32_t launches = 0;
        for (choose_runnable(); !m_order.empty(); choose_runnable()) {
            const bool is_wanted = !m_stage.is_wanted || m_stage.is_wanted();
            if (++launches > m_options.most_launches || !is_wanted) {
                for (const uint32_t i : m_order)
                    lane(i).status =
                        is_wanted ? kernel::STATUS_ESCALATE_launches : kernel::STATUS_ESCALATE_unwanted;
                break;
            }
            WARPEVM_TRY(launch(results));
            WARPEVM_TRY(serve(results));
            ++results.launches;
            WARPEVM_TRY(collect(results, m_left.size() / collected_share));
        }
        return collect(results, 0);
    }

  private:
    lane_record& lane(size_t i) { return m_packed.lanes[i]; }

    DeviceResult<void> upload() {
        m_hashes.resize(1);
        WARPEVM_TRY(m_owner.fill(m_owner.m_shape, bytes_of(m_shape)));
        WARPEVM_TRY(m_owner.fill(m_owner.m_inputs, m_packed.inputs));
        WARPEVM_TRY(m_owner.fill(m_owner.m_environments, bytes_of(m_packed.environments)));
        WARPEVM_TRY(m_owner.fill(m_owner.m_hashes, bytes_of(m_hashes)));
        WARPEVM_TRY(m_owner.fill(m_owner.m_answers, {}));
        return m_owner.reserve(m_owner.m_arenas, size_t{m_shape.size} * m_jobs.size());
    }

    [[nodiscard]] bool runs(const lane_record& l) const {
        return l.answered != 0 && (l.status == kernel::STATUS_PAUSED || waits(l.status));
    }
    void choose_runnable() {
        m_order.clear();
        for (const uint32_t i : m_left)
            if (runs(lane(i))) m_order.push_back(i);
    }

    DeviceResult<void> launch(OffloadResults& results) {
        WARPEVM_TRY(m_owner.fill_codes());
        WARPEVM_TRY(m_owner.fill(m_owner.m_lanes, bytes_of(m_packed.lanes)));
        WARPEVM_TRY(m_owner.fill(m_owner.m_order, bytes_of(m_order)));
        const auto count = static_cast<uint32_t>(m_order.size());
        const std::array<KernelArgument, 13> arguments{m_owner.m_lanes.get(),
                                                       m_owner.m_arenas.get(),
                                                       m_owner.m_shape.get(),
                                                       m_owner.m_inputs.get(),
                                                       m_owner.m_answers.get(),
                                                       m_owner.m_code_records.get(),
                                                       m_owner.m_code_bytes.get(),
                                                       m_owner.m_environments.get(),
                                                       m_owner.m_forks.get(),
                                                       m_owner.m_hashes.get(),
                                                       m_owner.m_order.get(),
                                                       m_options.slice,
                                                       count};
        const auto begin = std::chrono::steady_clock::now();
        WARPEVM_TRY(run_kernel("evm_run", count, arguments));
        results.kernel_nanoseconds += static_cast<uint64_t>(
            std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin)
                .count());
        WARPEVM_TRY(m_device.read(*m_owner.m_lanes, 0,
                                  {reinterpret_cast<uint8_t*>(m_packed.lanes.data()),
                                   m_packed.lanes.size() * sizeof(lane_record)}));
        for (const lane_record& l : m_packed.lanes)
            if (l.environment >= m_packed.environments.size()) return bad_answer();
        return {};
    }

    DeviceResult<void> run_kernel(std::string_view kernel, size_t items,
                                  std::span<const KernelArgument> arguments) {
        return m_owner.run_kernel(kernel, items, arguments);
    }

    /// Of precompiles: the transaction's own data, or in the lane's arena, from where a kernel gathers it.
    DeviceResult<void> read_inputs(std::vector<ParkedLane>& parked, std::span<const uint32_t> numbers) {
        std::vector<kernel::input_place> places;
        std::vector<ParkedLane*> waiting;
        uint64_t size = 0;
        for (size_t k = 0; k < parked.size(); ++k) {
            const lane_record& l = *parked[k].lane;
            if (l.status != kernel::STATUS_NEED_precompile) continue;
            if (find_precompile(l.need_address, parked[k].job->rules->fork) == nullptr) return bad_answer();
            const uint64_t end = uint64_t{l.need_at} + l.need_size;
            if (l.need_space == kernel::SPACE_INPUTS) {
                if (end > m_packed.inputs.size()) return bad_answer();
                parked[k].input = BytesView(m_packed.inputs).subspan(l.need_at, l.need_size);
                continue;
            }
            if (l.need_space != kernel::SPACE_ARENA || end > m_shape.size) return bad_answer();
            if (size + l.need_size > most_gathered_bytes) {
                parked[k].lane->status = kernel::STATUS_ESCALATE_device_memory;
                continue;
            }
            places.push_back({numbers[k], static_cast<uint32_t>(size)});
            waiting.push_back(&parked[k]);
            size += l.need_size;
        }
        if (places.empty()) return {};
        m_gathered.resize(size);
        WARPEVM_TRY(m_owner.fill(m_owner.m_places, bytes_of(places)));
        WARPEVM_TRY(m_owner.reserve(m_owner.m_results, size));
        const auto count = static_cast<uint32_t>(places.size());
        const std::array<KernelArgument, 6> arguments{m_owner.m_lanes.get(),   m_owner.m_arenas.get(),
                                                      m_owner.m_shape.get(),   m_owner.m_places.get(),
                                                      m_owner.m_results.get(), count};
        WARPEVM_TRY(run_kernel("evm_inputs", count, arguments));
        WARPEVM_TRY(m_device.read(*m_owner.m_results, 0, m_gathered));
        for (size_t k = 0; k < waiting.size(); ++k)
            waiting[k]->input = BytesView(m_gathered).subspan(places[k].at, waiting[k]->lane->need_size);
        return {};
    }
    [[nodiscard]] tl::unexpected<DeviceError> bad_answer() const {
        return tl::unexpected(DeviceError{DeviceFault::wrong_answer, m_device.info().name, "evm_run",
                                          "a lane asks for what can't be, or answers so"});
    }

    DeviceResult<void> serve(OffloadResults& results) {
        std::vector<ParkedLane> parked;
        std::vector<uint32_t> numbers;
        for (const uint32_t i : m_order) {
            lane_record& l = lane(i);
            if (l.status == kernel::STATUS_PAUSED) l.answered = 1;
            if (!waits(l.status)) continue;
            parked.push_back({&l, &m_jobs[i], {}});
            numbers.push_back(i);
        }
        WARPEVM_TRY(read_inputs(parked, numbers));
        if (parked.empty()) return {};
        results.parks += parked.size();
        ServedTables tables{.codes = &m_owner.m_codes,
                            .environments = &m_packed.environments,
                            .hashes = &m_hashes,
                            .unknown_is_absent = m_options.unknown_is_absent,
                            .most_parks = m_options.most_parks};
        const Bytes answers = serve_lanes(parked, tables);
        WARPEVM_TRY(m_owner.fill(m_owner.m_answers, answers));
        if (!tables.environments_changed) return {};
        WARPEVM_TRY(m_owner.fill(m_owner.m_environments, bytes_of(m_packed.environments)));
        return m_owner.fill(m_owner.m_hashes, bytes_of(m_hashes));
    }

    /// Takes the results of lanes that have ended since the last time, if they are more than `least`.
    DeviceResult<void> collect(OffloadResults& results, size_t least) {
        std::vector<uint32_t> done, running;
        std::vector<size_t> final_jobs;
        for (const uint32_t i : m_left) {
            const lane_record& l = lane(i);
            if (l.status >= kernel::STATUS_COUNT) return bad_answer();
            if (runs(l)) {
                running.push_back(i);
                continue;
            }
            results.statuses[m_numbers[i]] = static_cast<kernel::kernel_status>(l.status);
            if (m_stage.is_last || !is_limit(l.status)) final_jobs.push_back(m_numbers[i]);
            if (l.status != kernel::STATUS_done) continue;
            if (!is_sound(l, m_shape)) return bad_answer();
            done.push_back(i);
        }
        if (m_left.size() - running.size() <= least && !running.empty()) return {};
        m_left = std::move(running);
        WARPEVM_TRY(read_results(results, done));
        if (m_stage.on_final && !final_jobs.empty()) m_stage.on_final(results, final_jobs);
        return {};
    }

    DeviceResult<void> read_results(OffloadResults& results, std::span<const uint32_t> done) {
        const ResultPlan plan = plan_results(m_packed.lanes, done);
        if (plan.places.empty()) return {};
        if (plan.bytes >> 32 != 0)
            return tl::unexpected(DeviceError{DeviceFault::out_of_memory, m_device.info().name, "evm_collect",
                                              "results exceed 4 GiB"});
        WARPEVM_TRY(m_owner.fill(m_owner.m_places, bytes_of(plan.places)));
        WARPEVM_TRY(m_owner.fill(m_owner.m_columns, bytes_of(plan.columns)));
        WARPEVM_TRY(m_owner.reserve(m_owner.m_results, plan.bytes));
        const auto count = static_cast<uint32_t>(plan.places.size());
        const std::array<KernelArgument, 7> arguments{m_owner.m_lanes.get(),
                                                      m_owner.m_arenas.get(),
                                                      m_owner.m_shape.get(),
                                                      m_owner.m_places.get(),
                                                      m_owner.m_columns.get(),
                                                      m_owner.m_results.get(),
                                                      count};
        WARPEVM_TRY(run_kernel("evm_collect", count, arguments));
        Bytes written(plan.bytes);
        WARPEVM_TRY(m_device.read(*m_owner.m_results, 0, written));
        if (!append_results(written, plan, m_packed.lanes, m_numbers, results)) return bad_answer();
        for (const uint32_t i : done) append_designators(results, i);
        return {};
    }

    /// Codes of a job lie together: a transaction of type 4 may have deployed others.
    void append_designators(OffloadResults& results, uint32_t job) {
        const auto [first, last] =
            std::equal_range(m_packed.designators.begin(), m_packed.designators.end(), Designator{.job = job},
                             [](const Designator& x, const Designator& y) { return x.job < y.job; });
        if (first == last) return;
        record_range& range = results.codes_of[m_numbers[job]];
        const record_range deployed = range;
        range.first = static_cast<uint32_t>(results.codes.size());
        for (uint32_t k = 0; k < deployed.count; ++k)
            results.codes.push_back(kernel::deployed_code(results.codes[deployed.first + k]));
        for (auto d = first; d != last; ++d) {
            results.codes.push_back({.hash = d->hash,
                                     .at = static_cast<uint32_t>(results.code_bytes.size()),
                                     .size = static_cast<uint32_t>(d->code.size())});
            append(results.code_bytes, d->code);
        }
        range.count = static_cast<uint32_t>(results.codes.size()) - range.first;
    }

    Offload& m_owner;
    const OffloadOptions& m_options;
    Device& m_device;
    Stage m_stage;
    kernel::lane_shape m_shape;
    std::span<const size_t> m_numbers;  ///< each lane's job among all
    std::vector<OffloadJob> m_jobs;
    PackedJobs m_packed;
    std::vector<kernel::hash_window> m_hashes;
    std::vector<uint32_t> m_left;  ///< lanes whose end has not been told
    std::vector<uint32_t> m_order;
    Bytes m_gathered;
};

Offload::Offload(Device& device, ProgramPtr program, OffloadOptions options, ProgramPtr transfers)
    : m_device(device),
      m_program(std::move(program)),
      m_options(std::move(options)),
      m_codes(m_options.images) {
    if (transfers) m_transfers.emplace(device, std::move(transfers));
}

DeviceResult<void> Offload::reserve(BufferPtr& buffer, size_t bytes) {
    if (buffer && buffer->size() >= bytes) return {};
    buffer.reset();
    auto made = m_device.allocate(std::max<size_t>(bytes, 64), BufferKind::device);
    if (!made) return tl::unexpected(made.error());
    buffer = std::move(*made);
    return {};
}

DeviceResult<void> Offload::fill(BufferPtr& buffer, BytesView bytes) {
    WARPEVM_TRY(reserve(buffer, bytes.size()));
    return bytes.empty() ? DeviceResult<void>{} : m_device.write(*buffer, 0, bytes);
}

/// Sends only codes that the device does not have.
DeviceResult<void> Offload::fill_codes() {
    const Bytes& bytes = m_codes.bytes();
    if (m_code_bytes && m_codes_there == bytes.size()) return {};
    if (!m_code_bytes || m_code_bytes->size() < bytes.size()) {
        WARPEVM_TRY(reserve(m_code_bytes, 2 * bytes.size() + (1 << 16)));
        m_codes_there = m_images_there = 0;
    }
    const BytesView fresh = BytesView(bytes).subspan(m_codes_there);
    if (!fresh.empty()) WARPEVM_TRY(m_device.write(*m_code_bytes, m_codes_there, fresh));
    WARPEVM_TRY(fold_images());
    WARPEVM_TRY(fill(m_code_records, bytes_of(m_codes.records())));
    m_codes_there = bytes.size();
    return {};
}

/// The device makes the constants of images that it has not seen.
DeviceResult<void> Offload::fold_images() {
    const auto& places = m_codes.images();
    const std::vector<uint32_t> fresh(places.begin() + static_cast<std::ptrdiff_t>(m_images_there),
                                      places.end());
    if (fresh.empty()) return {};
    WARPEVM_TRY(fill(m_images, bytes_of(fresh)));
    const auto count = static_cast<uint32_t>(fresh.size());
    const std::array<KernelArgument, 3> arguments{m_code_bytes.get(), m_images.get(), count};
    WARPEVM_TRY(run_kernel("evm_fold", count, arguments));
    m_images_there = places.size();
    return {};
}

DeviceResult<void> Offload::run_kernel(std::string_view kernel, size_t items,
                                       std::span<const KernelArgument> arguments) {
    const auto event = m_device.launch(
        Queue::compute, *m_program,
        {.kernel = kernel, .items = items, .group_size = m_options.group_size, .arguments = arguments}, {});
    if (!event) return tl::unexpected(event.error());
    return m_device.wait(*event);
}

DeviceResult<void> Offload::run_with(const Stage& stage, std::span<const OffloadJob> jobs,
                                     std::span<const size_t> chosen, OffloadResults& results) {
    const uint64_t size = make_lane_shape(stage.limits).size;
    const uint64_t memory = std::min(m_options.lane_memory, largest_buffer(m_device.info()));
    const size_t at_once = std::min<uint64_t>(m_options.most_lanes, memory / size);
    if (at_once == 0) {
        for (const size_t i : chosen) results.statuses[i] = kernel::STATUS_ESCALATE_device_memory;
        if (stage.on_final && !chosen.empty()) stage.on_final(results, chosen);
        return {};
    }
    for (size_t first = 0; first < chosen.size(); first += at_once) {
        const auto now = chosen.subspan(first, std::min(at_once, chosen.size() - first));
        WARPEVM_TRY(Batch(*this, stage, jobs, now).run(results));
    }
    return {};
}

/// `chosen`: all, and afterwards those that are no plain transfers.
DeviceResult<void> Offload::run_transfers(std::span<const OffloadJob> jobs, std::vector<size_t>& chosen,
                                          const OnFinal& on_final, OffloadResults& results) {
    auto others = m_transfers->run(jobs, m_options.unknown_is_absent, results);
    if (!others) return tl::unexpected(others.error());
    std::vector<size_t> ended;
    std::set_difference(chosen.begin(), chosen.end(), others->begin(), others->end(),
                        std::back_inserter(ended));
    if (on_final && !ended.empty()) on_final(results, ended);
    chosen = std::move(*others);
    return {};
}

DeviceResult<OffloadResults> Offload::run(std::span<const OffloadJob> jobs, const OnFinal& on_final,
                                          const std::function<bool()>& is_wanted) {
    OffloadResults results;
    results.statuses.resize(jobs.size(), kernel::STATUS_PAUSED);
    results.records.resize(jobs.size());
    results.codes_of.resize(jobs.size());
    if (m_codes.bytes().size() > m_options.kept_code_bytes) {
        m_codes = CodeStore(m_options.images);
        m_codes_there = m_images_there = 0;
    }
    if (!m_forks) WARPEVM_TRY(fill(m_forks, bytes_of(fork_records())));
    std::vector<size_t> chosen(jobs.size());
    std::iota(chosen.begin(), chosen.end(), size_t{0});
    if (m_transfers) WARPEVM_TRY(run_transfers(jobs, chosen, on_final, results));
    for (size_t k = 0; k < m_options.limits.size() && !chosen.empty(); ++k) {
        const bool is_last = k + 1 == m_options.limits.size();
        WARPEVM_TRY(run_with({m_options.limits[k], is_last, on_final, is_wanted}, jobs, chosen, results));
        std::erase_if(chosen, [&](size_t i) { return !is_limit(results.statuses[i]); });
    }
    return results;
}

#undef WARPEVM_TRY

}  // namespace warpevm
