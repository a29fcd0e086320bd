// SPDX-License-Identifier: Apache-2.0
// The rows of the table.
#include "tools/common/executors.hpp"

#include <array>
#include <memory>
#include <mutex>

namespace warpevm::tools {
namespace {

Execute start_serial(const ExecutorSettings&) {
    return {};
}

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

Execute start_cpu(const ExecutorSettings& settings) {
    const auto contexts = std::make_shared<ParallelContexts>(
        ParallelSettings{.threads = settings.threads, .speculate = settings.speculate, .at_hand_over = {}});
    return Execute([contexts](ExecutionContext& context, std::span<const BlockInput> window,
                              const StateView& state, const ExecutionOptions& options,
                              Execute::Counters* counters) {
        std::unique_ptr<ParallelContext> borrowed = contexts->borrow();
        borrowed->run_with(context);
        auto outcomes = execute_parallel(*borrowed, window, state, options, counters);
        contexts->give_back(std::move(borrowed));
        return outcomes;
    });
}

constexpr std::array<Executor, 2> table{{
    {.name = "serial", .threaded = false, .automatic = true, .start = start_serial},
    {.name = "cpu", .threaded = true, .automatic = true, .start = start_cpu},
}};

}  // namespace

Execute::Execute()
    : m_run([](ExecutionContext& context, std::span<const BlockInput> window, const StateView& state,
               const ExecutionOptions& options,
               Counters*) { return execute_serial(context, window, state, options); }) {}

std::span<const Executor> executors() {
    return table;
}

const Executor* find_executor(std::string_view name) {
    const Executor* found = nullptr;
    for (const Executor& executor : table)
        if (executor.name == name || (name == "auto" && executor.automatic)) found = &executor;
    return found;
}

std::string executor_names() {
    std::string names = "auto";
    for (const Executor& executor : table) names += ", " + std::string(executor.name);
    return names;
}

}  // namespace warpevm::tools
