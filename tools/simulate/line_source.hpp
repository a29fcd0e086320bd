// SPDX-License-Identifier: Apache-2.0
// Lines of a file or of standard input, one after the other, of bounded length.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

namespace warpevm::tools {

class LineSource {
  public:
    /// The longest line that is read; of a longer one nothing is kept.
    static constexpr size_t longest_line = size_t{16} << 20;

    /// A name of "-" is standard input. Throws UsageError where the file can't be opened.
    explicit LineSource(const std::string& file);

    struct Line {
        uint64_t number = 0;  ///< from 1
        std::string text;
        bool is_too_long = false;
    };
    /// The next line that is not blank; false at the end. Throws UsageError where reading fails.
    bool next(Line& line);

  private:
    int get();

    std::string m_name;
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> m_file;
    std::string m_buffer;
    size_t m_at = 0;
    uint64_t m_number = 0;
};

}  // namespace warpevm::tools
