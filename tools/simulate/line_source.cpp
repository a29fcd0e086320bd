// SPDX-License-Identifier: Apache-2.0
#include "tools/simulate/line_source.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "tools/common/exit_code.hpp"

namespace warpevm::tools {
namespace {

constexpr size_t buffer_bytes = size_t{1} << 18;

int leave_open(std::FILE* /*unused*/) {
    return 0;
}

}  // namespace

LineSource::LineSource(const std::string& file)
    : m_name(file == "-" ? "standard input" : file),
      m_file(file == "-" ? stdin : std::fopen(file.c_str(), "rb"), file == "-" ? leave_open : std::fclose) {
    if (!m_file) throw UsageError(fmt::format("{}: {}", file, std::strerror(errno)));
}

/// A byte, or EOF.
int LineSource::get() {
    if (m_at == m_buffer.size()) {
        m_buffer.resize(buffer_bytes);
        m_buffer.resize(std::fread(m_buffer.data(), 1, buffer_bytes, m_file.get()));
        m_at = 0;
        if (std::ferror(m_file.get()) != 0)
            throw UsageError(fmt::format("{}: reading failed: {}", m_name, std::strerror(errno)));
        if (m_buffer.empty()) return EOF;
    }
    return static_cast<unsigned char>(m_buffer[m_at++]);
}

bool LineSource::next(Line& line) {
    for (;;) {
        line = {.number = ++m_number, .text = {}, .is_too_long = false};
        bool is_blank = true;
        int c = get();
        if (c == EOF) return false;
        for (; c != EOF && c != '\n'; c = get()) {
            is_blank = is_blank && (c == ' ' || c == '\t' || c == '\r');
            if (line.text.size() == longest_line)
                line.is_too_long = true;
            else if (!line.is_too_long)
                line.text += static_cast<char>(c);
        }
        if (line.is_too_long) line.text.clear();
        if (!is_blank) return true;
    }
}

}  // namespace warpevm::tools
