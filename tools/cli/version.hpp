// SPDX-License-Identifier: Apache-2.0
// What the build system knows of this build; version.cpp.in gives the values.
#pragma once

namespace warpevm::tools {

extern const char* const build_version;
extern const char* const build_commit;
extern const char* const build_type;

}  // namespace warpevm::tools
