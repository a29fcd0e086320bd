// SPDX-License-Identifier: Apache-2.0
// A progress bar on standard error, drawn only where that is a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace warpevm::tools {

/// Not thread-safe: callers hold their own lock.
class Progress {
  public:
    Progress(std::string what, size_t total, bool quiet);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void advance(size_t done, const std::string& note);

  private:
    std::string m_what;
    size_t m_total;
    bool m_shown;
    std::chrono::steady_clock::time_point m_last{};
};

}  // namespace warpevm::tools
