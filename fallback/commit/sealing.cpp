// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/sealing.hpp"

#include <mutex>

#include "evm/chain/receipts.hpp"

namespace warpevm {

void Sealing::add(const BlockInput& block, BlockOutcome outcome, CommittedState::BlockResult changes) {
    BlockOutcome& kept = m_outcomes.emplace_back(std::move(outcome));
    BlockChanges* unformed = std::get_if<BlockChanges>(&changes);
    if (unformed == nullptr) kept.diff = std::get<StateDiff>(std::move(changes));
    const std::lock_guard held(m_lock);
    m_tasks.push_back({.block = block, .outcome = kept, .changes = {}});
    if (unformed != nullptr)
        m_tasks.push_back({.block = block, .outcome = kept, .changes = std::move(*unformed)});
}

bool Sealing::some(const ForEach& for_each) {
    std::list<Task> taken;
    {
        const std::lock_guard held(m_lock);
        if (m_tasks.empty()) return false;
        taken.splice(taken.begin(), m_tasks, m_tasks.begin());
    }
    const Task& task = taken.front();
    if (task.changes)
        task.outcome.diff = task.changes->diff(m_codes, for_each);
    else
        seal_receipts(task.outcome, task.block.transactions, task.block.rules, for_each);
    return true;
}

std::vector<BlockOutcome> Sealing::take() {
    return std::move(m_outcomes);
}

}  // namespace warpevm
