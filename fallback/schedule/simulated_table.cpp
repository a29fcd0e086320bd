// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/simulated_table.hpp"

namespace warpevm {

uint32_t drop_unexplained(RecordedWindow& window) {
    uint32_t dropped = 0;
    SimulatedTable table(window);
    uint32_t index = 0, ignored = RecordedRead::none;
    for (RecordedBlock& block : window.blocks)
        for (RecordedTransaction& t : block.transactions) {
            for (RecordedRead& read : t.in_order.reads) {
                if (read.observation == RecordedRead::none ||
                    table.sees(t.in_order, read, position_of(index), ignored))
                    continue;
                read.observation = RecordedRead::none;
                ++dropped;
            }
            table.commit(t.in_order, position_of(index++));
        }
    return dropped;
}

}  // namespace warpevm
