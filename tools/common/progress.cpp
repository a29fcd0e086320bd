// SPDX-License-Identifier: Apache-2.0
// Draws at most ten times a second, and clears its line at the end.
#include "tools/common/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace warpevm::tools {

Progress::Progress(std::string what, size_t total, bool quiet)
    : m_what(std::move(what)), m_total(total), m_shown(!quiet && total > 1 && isatty(STDERR_FILENO) != 0) {}

Progress::~Progress() {
    if (m_shown) fmt::print(stderr, "\r\033[K");
}

void Progress::advance(size_t done, const std::string& note) {
    const auto now = std::chrono::steady_clock::now();
    if (!m_shown || now - m_last < std::chrono::milliseconds(100)) return;
    m_last = now;
    constexpr size_t width = 30;
    const size_t filled = m_total == 0 ? width : done * width / m_total;
    fmt::print(stderr, "\r\033[K{} [{}{}] {}/{}  {}", m_what, std::string(filled, '#'),
               std::string(width - filled, '.'), done, m_total, note);
    std::fflush(stderr);
}

}  // namespace warpevm::tools
