// SPDX-License-Identifier: Apache-2.0
// The text of every program of kernels/, embedded at build time (cmake/embed_kernels.cmake).
#pragma once

#include <span>
#include <string_view>

namespace warpevm {

struct ProgramSource {
    std::string_view name;    ///< "recover", of kernels/recover.cl
    std::string_view text;    ///< with its includes put in, and #line where each begins and ends
    std::string_view sha256;  ///< of the text, in hex
};

std::span<const ProgramSource> program_sources();
/// Null where there is no such program.
const ProgramSource* find_program_source(std::string_view name);

}  // namespace warpevm
