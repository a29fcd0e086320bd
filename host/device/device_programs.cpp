// SPDX-License-Identifier: Apache-2.0
#include "host/device/device_programs.hpp"

#include <chrono>

#include "host/device/program_sources.hpp"
#include "host/device/self_test.hpp"

namespace warpevm {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::string build_options(const DeviceInfo& device) {
    if (device.vendor.find("NVIDIA") != std::string::npos) return "-DWARPEVM_PTX=1";
    return "";
}

DevicePrograms::DevicePrograms(std::shared_ptr<Device> device, std::shared_ptr<ProgramCache> cache)
    : m_device(std::move(device)), m_cache(std::move(cache)) {}

DevicePrograms::Future DevicePrograms::start(const std::string& program, const std::string& options) {
    const std::lock_guard held(m_lock);
    const std::string key = program + " " + options;
    for (const auto& [known, future] : m_builds)
        if (known == key) return future;
    Future future = std::async(std::launch::async, [=, this] { return build(program, options); }).share();
    m_builds.emplace_back(key, future);
    if (m_cache->enabled())
        m_savings.push_back(std::async(std::launch::async, [future, this] { save(future); }));
    return future;
}

/// Nobody waits for this: the program is in use while its binary is fetched.
void DevicePrograms::save(const Future& future) {
    const Build& built = future.get();
    if (!built.program || built.report.from_cache) return;
    const ProgramSource* source = find_program_source(built.report.program);
    const auto binary = m_device->binary(**built.program);
    if (!binary || binary->empty()) return;
    m_cache->store(
        cache_entry(m_device->info(),
                    {.name = source->name, .source = source->text, .options = built.report.options}),
        *binary);
}

void DevicePrograms::prepare(const std::string& program, const std::string& options) {
    start(program, options);
}

DeviceResult<ProgramPtr> DevicePrograms::get(const std::string& program, const std::string& options) {
    return start(program, options).get().program;
}

std::vector<BuiltReport> DevicePrograms::reports() {
    const std::lock_guard held(m_lock);
    std::vector<BuiltReport> done;
    for (const auto& [key, future] : m_builds)
        if (future.wait_for(std::chrono::seconds(0)) == std::future_status::ready)
            done.push_back(future.get().report);
    return done;
}

/// A spelling that the driver does not take, or gets wrong, is no reason to do without the device.
DevicePrograms::Build DevicePrograms::build(const std::string& program, const std::string& options) {
    Build built = build_with(program, options);
    if (built.program || options.empty()) return built;
    const DeviceFault fault = built.program.error().fault;
    if (fault == DeviceFault::build || fault == DeviceFault::wrong_answer) return build_with(program, "");
    return built;
}

DevicePrograms::Build DevicePrograms::build_with(const std::string& program, const std::string& options) {
    const auto failed = [&](DeviceError error) {
        return Build{tl::unexpected(std::move(error)), {program, options}};
    };
    const ProgramSource* source = find_program_source(program);
    if (!source)
        return failed(
            {DeviceFault::bad_call, m_device->info().name, "build", "there is no program " + program});
    ProgramRequest request{.name = program, .source = source->text, .options = options, .binary = {}};
    BuiltReport report{program, options};
    const std::string entry = cache_entry(m_device->info(), request);
    auto start = std::chrono::steady_clock::now();
    DeviceResult<ProgramPtr> built = tl::unexpected(DeviceError{});
    if (const auto binary = m_cache->load(entry)) {
        request.binary = *binary;
        built = m_device->build(request);
        report.from_cache = built.has_value();
        if (!built) m_cache->remove(entry);
        request.binary = {};
    }
    if (!built) built = m_device->build(request);
    if (!built) return failed(built.error());
    report.build_seconds = seconds_since(start);
    start = std::chrono::steady_clock::now();
    if (const auto right = self_test(*m_device, **built, program); !right) return failed(right.error());
    report.self_test_seconds = seconds_since(start);
    return {built, report};
}

}  // namespace warpevm
