// SPDX-License-Identifier: Apache-2.0
// `devices`: what there is, why some of it is refused, and on request a self-test of each.
#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "host/device/device_programs.hpp"
#include "host/device/program_sources.hpp"
#include "tools/cli/commands.hpp"
#include "tools/common/devices.hpp"
#include "tools/common/exit_code.hpp"
#include "tools/common/machine.hpp"

namespace warpevm::tools {
namespace {

struct Listed {
    FoundDevice device;
    std::string type;
    std::vector<BuiltReport> built{};
    double self_test_seconds = 0;
};

Listed host_cores() {
    DeviceInfo info{.index = 0, .name = processor_name()};
    info.units = std::max(1U, std::thread::hardware_concurrency());
    info.memory_bytes = info.max_alloc_bytes = memory_bytes();
    return {{info, {}}, "host"};
}

/// Every program, through the cache, with its known answers; what fails becomes the reason to refuse.
void self_test_all(Listed& listed, const std::shared_ptr<ProgramCache>& cache) {
    const auto start = std::chrono::steady_clock::now();
    auto opened = listed.device.open();
    if (!opened) {
        listed.device.info.refused = to_string(opened.error());
        return;
    }
    DevicePrograms programs(std::move(*opened), cache);
    for (const ProgramSource& source : program_sources())
        programs.prepare(std::string(source.name), build_options(programs.device().info()));
    for (const ProgramSource& source : program_sources())
        if (const auto built =
                programs.get(std::string(source.name), build_options(programs.device().info()));
            !built)
            listed.device.info.refused = to_string(built.error());
    listed.built = programs.reports();
    listed.self_test_seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string gibibytes(uint64_t bytes) {
    return bytes == 0 ? "-" : fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (uint64_t{1} << 30));
}

void print_table(const std::vector<Listed>& devices, const DeviceSearch& search) {
    fmt::print("{:>5}  {:<11}  {:>5}  {:>10}  {}\n", "index", "type", "units", "memory", "name");
    for (const Listed& d : devices) {
        const DeviceInfo& info = d.device.info;
        fmt::print("{:>5}  {:<11}  {:>5}  {:>10}  {}\n", info.index, d.type, info.units,
                   gibibytes(info.memory_bytes), info.name);
        if (!info.opencl.empty())
            fmt::print("{:>40}{}, driver {}, {}\n", "", info.platform, info.driver, info.opencl);
        if (!info.refused.empty()) fmt::print("{:>40}REFUSED: {}\n", "", info.refused);
        for (const BuiltReport& b : d.built)
            fmt::print("{:>40}{}: {} in {:.2f} s, known answers right ({:.2f} s)\n", "", b.program,
                       b.from_cache ? "loaded" : "built", b.build_seconds, b.self_test_seconds);
        if (!d.built.empty()) fmt::print("{:>40}ready after {:.2f} s\n", "", d.self_test_seconds);
    }
    if (search.found.empty())
        fmt::print("No OpenCL device: {}. Everything runs on the CPU.\n", search.none_because);
    for (const std::string& complaint : search.complaints) fmt::print("Note: {}.\n", complaint);
}

nlohmann::ordered_json to_json(const Listed& d) {
    const DeviceInfo& info = d.device.info;
    nlohmann::ordered_json out{{"index", info.index},
                               {"name", info.name},
                               {"type", d.type},
                               {"memory_bytes", info.memory_bytes},
                               {"max_alloc_bytes", info.max_alloc_bytes},
                               {"units", info.units},
                               {"driver", info.driver},
                               {"opencl", info.opencl},
                               {"refused", nullptr},
                               {"platform", info.platform},
                               {"vendor", info.vendor},
                               {"integrated", info.type == DeviceType::integrated_gpu}};
    if (!info.refused.empty()) out["refused"] = info.refused;
    if (!d.built.empty()) {
        out["ready_seconds"] = d.self_test_seconds;
        for (const BuiltReport& b : d.built)
            out["programs"].push_back({{"name", b.program},
                                       {"from_cache", b.from_cache},
                                       {"build_seconds", b.build_seconds},
                                       {"self_test_seconds", b.self_test_seconds}});
    }
    return out;
}

}  // namespace

int command_devices(const CommonOptions& common, const DevicesOptions& options) {
    const auto cache = open_kernel_cache(common);
    const DeviceSearch search = find_devices();
    const auto selection = select_devices(search, common.devices);
    if (!selection) throw UsageError(selection.error().detail);
    const bool all = common.devices.empty();
    std::vector<Listed> listed;
    if (all || selection->host_cores) listed.push_back(host_cores());
    for (const FoundDevice& device : search.found)
        if (all || std::find(selection->devices.begin(), selection->devices.end(), &device) !=
                       selection->devices.end())
            listed.push_back({device, std::string(name(device.info.type))});
    if (selection->native) listed.push_back({native_device(common.threads), "native"});
    bool usable = false;
    for (Listed& d : listed) {
        if (d.type == "host") continue;
        if (options.self_test && d.device.info.refused.empty()) self_test_all(d, cache);
        usable = usable || d.device.info.refused.empty();
    }
    if (common.json != "-") print_table(listed, search);
    if (!common.json.empty()) {
        nlohmann::ordered_json document{{"schema", 1}, {"devices", nlohmann::json::array()}};
        for (const Listed& d : listed) document["devices"].push_back(to_json(d));
        document["none_because"] = nullptr;
        if (!search.none_because.empty()) document["none_because"] = search.none_because;
        document["complaints"] = search.complaints;
        write_text(common.json, document.dump(2) + "\n");
    }
    if (!common.require_device || usable) return static_cast<int>(ExitCode::ok);
    fmt::print(stderr, "warpevm: --require-device: there is no usable device\n");
    return static_cast<int>(ExitCode::failed);
}

}  // namespace warpevm::tools
