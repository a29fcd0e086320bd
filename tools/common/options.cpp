// SPDX-License-Identifier: Apache-2.0
// Backends by name; the checks of devices and filters.
#include "tools/common/options.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <mutex>

#include "evm/chain/context.hpp"
#include "tools/common/exit_code.hpp"

namespace warpevm::tools {

/// Parallel contexts for as many jobs as execute at the same time.
class ParallelContexts {
  public:
    explicit ParallelContexts(const ParallelSettings& settings) : m_settings(settings) {}

    std::unique_ptr<ParallelContext> borrow() {
        const std::lock_guard held(m_lock);
        if (m_free.empty()) return std::make_unique<ParallelContext>(m_settings);
        std::unique_ptr<ParallelContext> context = std::move(m_free.back());
        m_free.pop_back();
        return context;
    }
    void give_back(std::unique_ptr<ParallelContext> context) {
        const std::lock_guard held(m_lock);
        m_free.push_back(std::move(context));
    }

  private:
    ParallelSettings m_settings;
    std::mutex m_lock;
    std::vector<std::unique_ptr<ParallelContext>> m_free;
};

Result<std::vector<BlockOutcome>> Backend::execute(ExecutionContext& context,
                                                   std::span<const BlockInput> window, const StateView& state,
                                                   const ExecutionOptions& options,
                                                   std::vector<BlockCounters>* counters) const {
    if (!parallel) return execute_serial(context, window, state, options);
    std::unique_ptr<ParallelContext> borrowed = parallel->borrow();
    borrowed->run_with(context);
    auto outcomes = execute_parallel(*borrowed, window, state, options, {}, counters);
    parallel->give_back(std::move(borrowed));
    return outcomes;
}

Backend select_backend(const CommonOptions& options) {
    if (options.backend == "opencl")
        throw UsageError(fmt::format("--backend {}: expected a backend that this build has: auto, serial, cpu",
                                     options.backend));
    // Without OpenCL built in there is no device of any kind, so nothing can match.
    if (!options.devices.empty())
        throw UsageError(
            fmt::format("--device {}: matches no device; this build has none", options.devices.front()));
    if (options.backend == "serial") return {"serial", nullptr};
    return {"cpu", std::make_shared<ParallelContexts>(
                       ParallelSettings{.threads = options.threads, .speculate = options.speculate})};
}

bool lacks_required_device(const CommonOptions& options) {
    if (!options.require_device) return false;
    fmt::print(stderr, "warpevm: --require-device: there is no usable device; this build has none\n");
    return true;
}

std::optional<std::regex> compile_filter(const std::string& filter) {
    if (filter.empty()) return std::nullopt;
    try {
        return std::regex(filter, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error& error) {
        throw UsageError(fmt::format("--filter {}: expected a regular expression: {}", filter, error.what()));
    }
}

void write_text(const std::string& file, const std::string& text) {
    if (file == "-") {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return;
    }
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out) throw UsageError(fmt::format("{}: can't be written", file));
}

}  // namespace warpevm::tools
