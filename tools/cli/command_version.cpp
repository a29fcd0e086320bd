// SPDX-License-Identifier: Apache-2.0
// `version`: what this build is made of, so that results can be traced to it, and what this machine offers.
#include <fmt/format.h>
#include <gmp.h>
#include <openssl/crypto.h>
#include <simdjson.h>
#include <tbb/version.h>

#include <CLI/Version.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "evm/types/fork.hpp"
#include "host/device/devices.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/version.hpp"
#include "tools/common/executors.hpp"
#include "tools/common/machine.hpp"

// SIMDJSON_VERSION is three numbers without quotes.
#define WARPEVM_TEXT(x) #x
#define text_of(x) WARPEVM_TEXT(x)

namespace warpevm::tools {

namespace {

std::string backends() {
    std::string text;
    for (const Executor& executor : executors())
        text += (text.empty() ? "" : ", ") + std::string(executor.name);
    return find_executor("opencl") == nullptr ? text + "; no opencl backend in this build" : text;
}

/// What this machine has of OpenCL, in one sentence.
std::string opencl(const DeviceSearch& search) {
    if (search.found.empty()) return search.none_because;
    return fmt::format("the loader and {} device{}", search.found.size(),
                       search.found.size() == 1 ? "" : "s");
}

std::string forks() {
    std::string text;
    for (int i = 0; i < fork_count; ++i)
        text += (i == 0 ? "" : ", ") + std::string(name(static_cast<Fork>(i)));
    return text;
}

void print_devices(const DeviceSearch& search) {
    fmt::print("devices   0: {}, {} cores\n", processor_name(),
               std::max(1U, std::thread::hardware_concurrency()));
    for (const FoundDevice& device : search.found)
        fmt::print("          {}: {} ({}, {}, driver {}){}\n", device.info.index, device.info.name,
                   name(device.info.type), device.info.platform, device.info.driver,
                   device.info.refused.empty() ? "" : "; refused: " + device.info.refused);
    for (const std::string& complaint : search.complaints) fmt::print("          note: {}\n", complaint);
}

}  // namespace

int command_version() {
    fmt::print("warpevm   {}\ncommit    {}\n", build_version, build_commit);
#if defined(__clang__)
    fmt::print("compiler  Clang {}\n", __clang_version__);
#else
    fmt::print("compiler  GCC {}\n", __VERSION__);
#endif
    fmt::print("build     {}\n", build_type);
    fmt::print(
        "libraries {}, TBB {}, GMP {}, simdjson {}, nlohmann-json {}.{}.{}, fmt {}, CLI11 {}, libsecp256k1, "
        "blst\n",
        OpenSSL_version(OPENSSL_VERSION), TBB_runtime_version(), gmp_version, text_of(SIMDJSON_VERSION),
        NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH, FMT_VERSION,
        CLI11_VERSION);
    fmt::print("backends  {}\n", backends());
    const DeviceSearch search = find_devices();
    fmt::print("opencl    {}\n", opencl(search));
    print_devices(search);
    fmt::print("forks     {}\n", forks());
    return 0;
}

}  // namespace warpevm::tools
