// SPDX-License-Identifier: Apache-2.0
// One target as a libFuzzer program; WARPEVM_FUZZ_TARGET is the function that makes it. A property that does
// not hold ends the process by its exception, which libFuzzer takes for the crash that it is.
// PROGRAM --write-seeds FOLDER writes the seeds and ends.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "tests/fuzz/target.hpp"

namespace warpevm::fuzz {
namespace {

void write_seeds(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    size_t number = 0;
    for (const Bytes& seed : WARPEVM_FUZZ_TARGET()->seeds()) {
        std::ofstream out(folder / ("seed-" + std::to_string(number++)), std::ios::binary);
        out.write(reinterpret_cast<const char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
    }
}

}  // namespace
}  // namespace warpevm::fuzz

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    if (*count == 3 && std::string_view((*arguments)[1]) == "--write-seeds") {
        warpevm::fuzz::write_seeds((*arguments)[2]);
        std::exit(0);
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const auto target = warpevm::fuzz::WARPEVM_FUZZ_TARGET();
    try {
        target->run({data, size});
    } catch (const warpevm::fuzz::Broken& broken) {
        std::fprintf(stderr, "%s\n", broken.what());
        throw;
    }
    return 0;
}
