// SPDX-License-Identifier: Apache-2.0
#include "tools/common/devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "tools/common/exit_code.hpp"

namespace warpevm::tools {
namespace {

std::string refusal(const FoundDevice& device) {
    return fmt::format("device {} ({}) is refused: {}", device.info.index, device.info.name,
                       device.info.refused);
}

}  // namespace

FoundDevice native_device(unsigned threads) {
    FoundDevice device{.info = open_native_device(threads)->info(), .opener = {}};
    device.opener = [threads](const DeviceInfo&) -> DeviceResult<std::unique_ptr<Device>> {
        return open_native_device(threads);
    };
    return device;
}

ChosenDevices choose_devices(const CommonOptions& options) {
    ChosenDevices chosen;
    chosen.named = !options.devices.empty();
    if (!chosen.named && !options.require_device && options.backend != "opencl") return chosen;
    const bool search_needed = !chosen.named || needs_search(options.devices);
    const DeviceSearch search = search_needed ? find_devices() : DeviceSearch{};
    const auto selection = select_devices(search, options.devices);
    if (!selection) throw UsageError(selection.error().detail);
    std::vector<const FoundDevice*> wanted = selection->devices;
    if (!chosen.named)
        for (const FoundDevice& device : search.found) wanted.push_back(&device);
    for (const FoundDevice* device : wanted) {
        if (device->info.refused.empty())
            chosen.usable.push_back(*device);
        else
            chosen.complaints.push_back(refusal(*device));
    }
    if (selection->native) chosen.usable.push_back(native_device(options.threads));
    if (chosen.usable.empty() && !search.none_because.empty())
        chosen.complaints.push_back(search.none_because);
    return chosen;
}

DeviceResult<std::shared_ptr<DevicePrograms>> open_best_device(const std::shared_ptr<ProgramCache>& cache) {
    for (const FoundDevice& device : find_devices().found) {
        if (!device.info.refused.empty()) continue;
        auto opened = device.open();
        if (!opened) return tl::unexpected(opened.error());
        return std::make_shared<DevicePrograms>(std::move(*opened), cache);
    }
    return std::shared_ptr<DevicePrograms>{};
}

std::vector<std::shared_ptr<DevicePrograms>> open_backend_devices(const CommonOptions& options) {
    const ChosenDevices chosen = choose_devices(options);
    std::string why = chosen.named ? "the host's cores were asked for" : "there is none";
    for (const std::string& complaint : chosen.complaints) why = complaint;
    std::vector<std::shared_ptr<DevicePrograms>> devices;
    std::vector<std::string> failed;
    for (const FoundDevice& device : chosen.usable) {
        if (!devices.empty() && !chosen.named) break;
        if (auto opened = device.open())
            devices.push_back(
                std::make_shared<DevicePrograms>(std::move(*opened), open_kernel_cache(options)));
        else
            failed.push_back(why = to_string(opened.error()));
    }
    if (!devices.empty()) {
        if (chosen.named)
            for (const std::string& reason : failed)
                fmt::print(stderr, "warpevm: warning: {}; the others do its work\n", reason);
        return devices;
    }
    // `auto` was not promised one, unless it was named and can't be used.
    if (options.backend != "auto" || !chosen.complaints.empty())
        fmt::print(stderr, "warpevm: warning: no device for the backend {}: {}; the CPU does its work\n",
                   options.backend, why);
    return {};
}

bool lacks_required_device(const CommonOptions& options, const ChosenDevices& devices) {
    if (!options.require_device || !devices.usable.empty()) return false;
    std::string why;
    for (const std::string& complaint : devices.complaints) why += "; " + complaint;
    if (why.empty()) why = "; --device names the host's cores only";
    fmt::print(stderr, "warpevm: --require-device: there is no usable device{}\n", why);
    return true;
}

void warn_of_refused(const ChosenDevices& devices) {
    for (const std::string& complaint : devices.complaints)
        fmt::print(stderr, "warpevm: warning: {}; the CPU does its work\n", complaint);
}

std::shared_ptr<ProgramCache> open_kernel_cache(const CommonOptions& options) {
    std::filesystem::path folder;
    if (options.kernel_cache.empty())
        folder = default_kernel_cache();
    else if (options.kernel_cache != "off")
        folder = options.kernel_cache;
    constexpr int keep_what_the_user_set = 0;
    if (!folder.empty()) setenv("CUDA_CACHE_PATH", (folder / "nvidia").c_str(), keep_what_the_user_set);
    return std::make_shared<ProgramCache>(
        folder, [](const std::string& text) { fmt::print(stderr, "warpevm: warning: {}\n", text); });
}

void leave_at_once(int exit_code) {
    std::fflush(nullptr);
    std::_Exit(exit_code);
}

}  // namespace warpevm::tools
