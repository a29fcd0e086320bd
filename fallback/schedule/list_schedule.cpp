// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/list_schedule.hpp"

#include <algorithm>

#include "fallback/schedule/simulated_table.hpp"

namespace warpevm {
namespace {

constexpr uint32_t none = RecordedRead::none;

}  // namespace

std::vector<std::vector<uint32_t>> dependencies(const RecordedWindow& window) {
    const Line line(window);
    std::vector<uint32_t> account_writer(window.accounts.size(), none),
        slot_writer(window.slots.size(), none);
    std::vector<std::vector<uint32_t>> needs(line.count());
    for (uint32_t i = 0; i < line.count(); ++i) {
        const RecordedRun& run = line.transactions[i]->in_order;
        const auto need = [&](uint32_t writer) {
            if (writer != none) needs[i].push_back(writer);
        };
        for (const RecordedRead& read : run.reads) {
            if (read.observation == none) continue;
            if (read.is_slot) {
                if (run.observations.slots[read.observation].value != window.slots[read.key].value)
                    need(slot_writer[read.key]);
            } else if (!holds(run.observations.accounts[read.observation],
                              values_of(window.accounts[read.key]))) {
                need(account_writer[read.key]);
            }
        }
        std::sort(needs[i].begin(), needs[i].end());
        needs[i].erase(std::unique(needs[i].begin(), needs[i].end()), needs[i].end());
        for (const AccountEffect& e : run.effects.accounts) account_writer[e.row] = i;
        for (const SlotEffect& e : run.effects.slots) slot_writer[e.row] = i;
    }
    return needs;
}

double list_schedule_seconds(const RecordedWindow& window, const SimulatedMachine& machine) {
    const Line line(window);
    const std::vector<std::vector<uint32_t>> needs = dependencies(window);
    std::vector<double> free(machine.workers), ends(line.count());
    double committed = 0, sealed = 0, alone = 0;
    for (uint32_t i = 0; i < line.count(); ++i) {
        const RecordedTransaction& t = *line.transactions[i];
        const RecordedBlock& block = window.blocks[line.block[i]];
        const bool first = i == 0 || line.block[i - 1] != line.block[i];
        const bool last = i + 1 == line.count() || line.block[i + 1] != line.block[i];
        if (first) committed += block.open, alone += block.open;
        alone += t.alone;
        double begin = 0;
        for (const uint32_t earlier : needs[i]) begin = std::max(begin, ends[earlier]);
        const auto worker = std::min_element(free.begin(), free.end());
        ends[i] = std::max(begin, *worker) + t.in_order.seconds;
        *worker = ends[i];
        committed = std::max(committed, ends[i]) + t.validate + t.commit;
        if (!last) continue;
        committed += block.close, alone += block.close;
        sealed += block.seal / machine.workers;
    }
    return (std::min(alone, committed) + sealed) * machine.slowdown;
}

}  // namespace warpevm
