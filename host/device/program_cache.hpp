// SPDX-License-Identifier: Apache-2.0
// Compiled programs (and what was measured with them) on disk. Everything here may fail without harm: what
// can't be read is made anew, what can't be written is made again next time.
#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>

#include "host/device/device.hpp"

namespace warpevm {

/// $XDG_CACHE_HOME/warpevm/kernels, or the same under ~/.cache; empty where there is no home folder.
std::filesystem::path default_kernel_cache();

/// Thread-safe, and safe beside other processes: files appear whole, under their final name.
class ProgramCache {
  public:
    using Warn = std::function<void(const std::string&)>;
    /// An empty folder: nothing is kept. `warn` is called once at most, when the folder can't be written.
    explicit ProgramCache(std::filesystem::path folder, Warn warn = {});

    /// Nothing where there is no such entry, or where it is not exactly what was stored.
    std::optional<Bytes> load(const std::string& name) const;
    void store(const std::string& name, BytesView bytes);
    /// For an entry whose content turned out to be useless.
    void remove(const std::string& name) const;
    [[nodiscard]] bool enabled() const { return !m_folder.empty(); }

  private:
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return m_folder / name; }
    void complain(const std::string& what);

    std::filesystem::path m_folder;
    Warn m_warn;
    std::once_flag m_warned;
};

/// The entry's name: the program's, and a hash of everything that the binary depends on.
std::string cache_entry(const DeviceInfo& device, const ProgramRequest& request,
                        std::string_view kind = "bin");

}  // namespace warpevm
