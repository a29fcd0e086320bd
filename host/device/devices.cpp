// SPDX-License-Identifier: Apache-2.0
// Ranking, selection and refusal; nothing here knows OpenCL.
#include "host/device/devices.hpp"

#include <algorithm>
#include <cctype>
#include <tuple>

namespace warpevm {
namespace {

/// The kernels' tables, two exchange buffers and a few thousand items; below this a device only costs time.
constexpr uint64_t least_memory = uint64_t{64} << 20;

bool is_number(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

std::string what_there_is(const DeviceSearch& search) {
    std::string text = "there is 0 (the host's cores)";
    for (const FoundDevice& d : search.found)
        text += ", " + std::to_string(d.info.index) + " (" + d.info.name + ")";
    text += " and native";
    if (!search.none_because.empty()) text += "; " + search.none_because;
    return text;
}

void add_once(std::vector<const FoundDevice*>& to, const FoundDevice& device) {
    if (std::find(to.begin(), to.end(), &device) == to.end()) to.push_back(&device);
}

/// False where nothing matches.
bool select(const DeviceSearch& search, const std::string& wish, DeviceSelection& selection) {
    if (wish == "native") return selection.native = true;
    if (is_number(wish) && std::all_of(wish.begin(), wish.end(), [](char c) { return c == '0'; }))
        return selection.host_cores = true;
    bool matched = false;
    for (const FoundDevice& d : search.found) {
        const bool meant = is_number(wish) ? std::to_string(d.info.index) == wish
                                           : lower(d.info.name).find(lower(wish)) != std::string::npos;
        if (!meant || wish.empty()) continue;
        add_once(selection.devices, d);
        matched = true;
    }
    return matched;
}

}  // namespace

std::string_view name(DeviceType type) {
    switch (type) {
        case DeviceType::discrete_gpu:
        case DeviceType::integrated_gpu: return "gpu";
        case DeviceType::accelerator: return "accelerator";
        case DeviceType::cpu: return "cpu";
    }
    return "cpu";
}

void rank(std::vector<FoundDevice>& devices) {
    const auto weight = [](const FoundDevice& d) {
        return std::tuple(!d.info.refused.empty(), d.info.type, ~d.info.units);
    };
    std::stable_sort(devices.begin(), devices.end(),
                     [&](const FoundDevice& a, const FoundDevice& b) { return weight(a) < weight(b); });
    unsigned index = 1;
    for (FoundDevice& d : devices) d.info.index = index++;
}

bool needs_search(std::span<const std::string> wishes) {
    DeviceSelection ignored;
    return !std::all_of(wishes.begin(), wishes.end(),
                        [&](const std::string& wish) { return select({}, wish, ignored); });
}

Result<DeviceSelection> select_devices(const DeviceSearch& search, std::span<const std::string> wishes) {
    DeviceSelection selection;
    for (const std::string& wish : wishes)
        if (!select(search, wish, selection))
            return fail(ErrorCode::bad_argument,
                        "--device " + wish + " matches no device; " + what_there_is(search));
    return selection;
}

std::string reason_to_refuse(const DeviceCapabilities& c) {
    if (!c.available) return "the driver says that it is not available";
    if (!c.has_compiler) return "its driver has no compiler";
    if (c.opencl_major < 1 || (c.opencl_major == 1 && c.opencl_minor < 2))
        return "OpenCL " + std::to_string(c.opencl_major) + "." + std::to_string(c.opencl_minor) +
               "; the kernels need 1.2";
    if (!c.full_profile) return "it has the embedded profile, which lacks 64-bit integers";
    if (!c.little_endian) return "it is big-endian";
    if (c.memory_bytes < least_memory) return "it has less than 64 MiB of memory";
    return {};
}

}  // namespace warpevm
