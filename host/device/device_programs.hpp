// SPDX-License-Identifier: Apache-2.0
// An open device's programs: each built once per options, from the disk cache where it can be, and
// self-tested.
#pragma once

#include <future>
#include <map>
#include <mutex>

#include "host/device/program_cache.hpp"

namespace warpevm {

/// The build options that suit a device: which spellings of a primitive it has (kernels/prelude.h).
std::string build_options(const DeviceInfo& device);

/// How a program came to be.
struct BuiltReport {
    std::string program{};
    std::string options{};
    bool from_cache = false;
    double build_seconds = 0;
    double self_test_seconds = 0;
};

/// Thread-safe. The destructor waits for builds in flight, since drivers can't be interrupted, and until what
/// they built is on the disk: some drivers take longer to hand out a binary than to make it.
class DevicePrograms {
  public:
    DevicePrograms(std::shared_ptr<Device> device, std::shared_ptr<ProgramCache> cache);

    [[nodiscard]] Device& device() const { return *m_device; }
    [[nodiscard]] ProgramCache& cache() const { return *m_cache; }

    /// Starts building in the background, unless that has been done.
    void prepare(const std::string& program, const std::string& options);
    /// The program, once it is built and tested; blocks until then. The error stays: a device does not get a
    /// second chance in one process. Where it does not build or answers wrongly with `options`, it is built
    /// without.
    DeviceResult<ProgramPtr> get(const std::string& program, const std::string& options);
    /// What get() built, in the order in which it was asked for; only finished ones.
    std::vector<BuiltReport> reports();

  private:
    struct Build {
        DeviceResult<ProgramPtr> program;
        BuiltReport report;
    };
    using Future = std::shared_future<Build>;
    void save(const Future& future);
    Future start(const std::string& program, const std::string& options);
    Build build(const std::string& program, const std::string& options);
    Build build_with(const std::string& program, const std::string& options);

    std::shared_ptr<Device> m_device;
    std::shared_ptr<ProgramCache> m_cache;
    std::mutex m_lock;
    std::vector<std::pair<std::string, Future>> m_builds;  ///< by program and options
    std::vector<std::future<void>> m_savings;
};

}  // namespace warpevm
