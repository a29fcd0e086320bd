// SPDX-License-Identifier: Apache-2.0
// `version`: what this build is made of, so that results can be traced to it.
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <simdjson.h>
#include <CLI/Version.hpp>

#include <nlohmann/json.hpp>
#include <string>

#include "evm/chain/fork.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/version.hpp"

// SIMDJSON_VERSION is three numbers without quotes.
#define WARPEVM_TEXT(x) #x
#define text_of(x) WARPEVM_TEXT(x)

namespace warpevm::tools {

int command_version() {
    std::string forks;
    for (int i = 0; i < fork_count; ++i) {
        if (i != 0) forks += ", ";
        forks += name(static_cast<Fork>(i));
    }
    fmt::print("warpevm   {}\ncommit    {}\n", build_version, build_commit);
#if defined(__clang__)
    fmt::print("compiler  Clang {}\n", __clang_version__);
#else
    fmt::print("compiler  GCC {}\n", __VERSION__);
#endif
    fmt::print("build     {}\n", build_type);
    fmt::print(
        "libraries {}, simdjson {}, nlohmann-json {}.{}.{}, fmt {}, CLI11 {}, libsecp256k1, GMP, blst\n",
        OpenSSL_version(OPENSSL_VERSION), text_of(SIMDJSON_VERSION), NLOHMANN_JSON_VERSION_MAJOR,
        NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH, FMT_VERSION, CLI11_VERSION);
    fmt::print("backends  serial (auto: serial); no OpenCL in this build\n");
    fmt::print("forks     {}\n", forks);
    return 0;
}

}  // namespace warpevm::tools
