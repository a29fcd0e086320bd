// SPDX-License-Identifier: Apache-2.0
// When a block's transactions are speculated, and when the walk is faster alone.
#include <algorithm>
#include <optional>

#include "fallback/commit/parallel_block.hpp"
#include "fallback/schedule/parallel_tuning.hpp"

namespace warpevm {

using parallel::Clock;
using parallel::clock_period;
using parallel::first_stretch;
using parallel::judged;
using parallel::large_gas;
using parallel::longest_awaited;
using parallel::longest_stretch;
using parallel::pace_period;
using parallel::stretch_of_chains;
using parallel::stretch_of_short_ones;
using parallel::transfer_cost;

/// Runs at least so many transactions alone, and then on until speculating seems worth it.
void ParallelBlock::walk_alone(uint32_t at_least, const std::function<void(uint32_t)>& run) {
    const bool asks = m_window.parts.settings.speculate == Speculate::measured;
    auto start = Clock::now(), last = start;
    uint32_t since = m_next, last_next = since;
    uint64_t keys_before = m_keys;
    Pace of_transfers;
    std::optional<CoreShare::Stretch> stretch;  // since it seemed worth speculating
    m_alone = {.from = m_next, .seconds = 0};
    for (uint32_t ran = 1; !over(); ++ran) {
        const uint32_t index = m_next;
        run(index);
        // The clock costs as much as a tenth of a transfer; but the first may show that state is slow.
        const bool power_of_two = (ran & (ran - 1)) == 0;
        if (!power_of_two && ran % clock_period != 0 && m_block.transactions[index].tx->gas_limit < large_gas)
            continue;
        const auto now = Clock::now();
        const std::chrono::duration<double> taken = now - start;
        const uint32_t others = others_before(m_next) - others_before(since);
        const Pace of_others{others, m_keys - keys_before,
                             std::max(0.0, taken.count() - (m_next - since - others) * transfer_cost)};
        note_pace(of_others);
        const std::chrono::duration<double> newest = now - last;
        const uint32_t transfers = m_next - last_next - others_before(m_next) + others_before(last_next);
        m_alone.seconds += std::max(0.0, newest.count() - transfers * transfer_cost);
        if (transfers == m_next - last_next) {
            of_transfers.transactions += transfers;
            of_transfers.seconds += newest.count();
        }
        last = now;
        last_next = m_next;
        const bool worth = worth_prefetching(of_transfers) || table_is_worth_it() ||
                           (worth_speculating(of_others) && !foreseen_in_vain());
        if (worth && stretch) m_window.parts.cores.note(*stretch);
        if (worth && !stretch) stretch.emplace(CoreShare::Stretch::Of::walk_alone);
        if (ran >= at_least && (!asks || (worth && !too_few_cores(now)))) return;
        if (others < pace_period) continue;
        start = now;
        since = m_next;
        keys_before = m_keys;
    }
}

void ParallelBlock::run_transactions() {
    const ParallelSettings& settings = m_window.parts.settings;
    const bool may_speculate = settings.threads > 1;
    const bool has_given = std::any_of(m_given.begin(), m_given.end(), [](auto* g) { return g != nullptr; });
    const auto run = [this](uint32_t index) {
        ++m_counters.direct;
        if (!direct(index)) return m_stopped.store(true, std::memory_order_relaxed);
        m_next.store(index + 1, std::memory_order_relaxed);
    };
    if (!may_speculate && !has_given)
        while (!over()) run(m_next);
    else if (!has_given && settings.speculate == Speculate::measured) {
        find_transfers();
        if (!table_is_worth_it() || too_few_cores(Clock::now())) walk_alone(1, run);
        if (table_is_worth_it() && !over()) walk_on_table();
    }
    if (!over()) run_parallel();
}

void ParallelBlock::run_parallel() {
    m_counters.serial = false;
    if (!m_slots) m_slots = std::make_unique<Slot[]>(m_count);
    const bool has_given = std::any_of(m_given.begin(), m_given.end(), [](auto* g) { return g != nullptr; });
    if (has_given || m_window.parts.settings.speculate == Speculate::everything) share();
    if (has_given) adopt_given();
    find_large();
    Visit visit;  // another thread may do it where the arena is full
    m_window.parts.arena.execute(visit.task([this] {
        note_opening();
        m_speculating.store(true, std::memory_order_relaxed);
        using Of = CoreShare::Stretch::Of;
        Helpers& helpers = m_window.parts.helpers;
        helpers.call(m_window.parts.settings.threads - 1, [this] { work(Of::helper); });
        work(Of::caller);
        helpers.dismiss();
    }));
    if (m_thrown) std::rethrow_exception(m_thrown);
    for (uint32_t i = m_next; i < m_count; ++i) {  // where the block ended early
        if (m_slots[i].stage != Stage::done) continue;
        withdraw(*m_slots[i].incarnation);
        m_window.parts.give_back(m_slots[i].incarnation);
    }
}

void ParallelBlock::note_opening() {
    m_opened.store(Clock::now(), std::memory_order_relaxed);
    m_opened_at = m_next;
    m_keys_at_opening = m_keys;
}

/// Wakes those who sleep while the walk is alone.
void ParallelBlock::let_speculate() {
    m_speculating.store(true, std::memory_order_release);
    m_speculating.notify_all();
}

/// Gives speculation up for a stretch: the walk goes on alone, at serial's speed.
void ParallelBlock::retreat(Worker& worker) {
    ++m_counters.retreats;
    judge_anew();
    m_results_come = false;
    m_awaited = 0;
    m_speculating.store(false, std::memory_order_release);
    m_wanted.store(false, std::memory_order_relaxed);
    m_shared.store(false, std::memory_order_release);
    note_progress();
    if (!m_parties) m_window.committed.use_journal();
    m_window.parts.cores.note_end(worker.busy);
    walk_alone(std::exchange(m_stretch, std::min(2 * m_stretch, longest_stretch)),
               [&](uint32_t index) { take_turn(index, worker.speculation); });
    worker.busy.restart();
    if (over()) return;
    if (m_window.parts.settings.speculate == Speculate::everything) share();
    note_opening();
    let_speculate();
}

/// Whoever speculates needs what is committed in the table. Entering it costs the walk time, so it waits for
/// somebody to turn up first.
void ParallelBlock::share() {
    CommittedState& committed = m_window.committed;
    m_recent_dependence.forget();
    committed.use_table(position_before(m_next), /*may_return=*/!m_parties);
    committed.set_fee_account(
        m_window.parts.table.find_account(m_block.environment.beneficiary, m_window.arena));
    m_shared.store(true, std::memory_order_release);
    note_progress();
}

/// Whether the last ones each needed the one before, so that they take as long on many threads, and what
/// speculating costs comes on top.
bool ParallelBlock::in_vain() const {
    if (m_window.parts.settings.speculate != Speculate::measured) return false;
    const auto& [longest, gas] = m_window.committed.dependence();
    return chained(longest, m_recent.all.transactions, gas);
}

/// What nobody speculated, or in vain, runs in turn, and on the journal it would run faster.
void ParallelBlock::judge_speculation(Worker& worker) {
    if (m_too_short.load(std::memory_order_relaxed)) {
        m_too_short.store(false, std::memory_order_relaxed);
        m_stretch = std::max(m_stretch, stretch_of_short_ones);
        return retreat(worker);
    }
    // After a retreat a few results are enough to tell that nothing has changed, and where nothing stood.
    const bool clear =
        m_stretch > first_stretch || (m_recent.kept.transactions == 0 && m_recent.stale >= judged / 4);
    const uint32_t enough = clear ? judged / 2 : judged;
    if (m_recent.all.transactions < enough || m_window.committed.on_journal()) return;
    // Of work that others take off the walk, many short ones count as well as a long one.
    const bool two = m_window.parts.settings.threads == 2;
    const unsigned of_five = two ? 2 : 1;
    const bool many = 5 * m_recent.kept.transactions >= of_five * m_recent.all.transactions;
    const bool much = 5 * m_recent.kept.gas >= of_five * m_recent.all.gas;
    const bool chained = in_vain();
    const bool alone = too_few_cores(Clock::now());
    if (chained) m_stretch = std::max(m_stretch, stretch_of_chains);
    // The only other thread has no time to lose.
    const bool stale = two && 10 * m_recent.stale > 3 * m_recent.all.transactions;
    if (chained || stale || alone || (!many && !much)) return retreat(worker);
    m_stretch = first_stretch;
    judge_anew();
}

/// Nothing is said against speculation while the walk is alone, or whoever was woken is still on the way.
void ParallelBlock::note_turn(bool done, bool kept) {
    const bool alone = !m_speculating.load(std::memory_order_relaxed) || m_window.committed.on_journal();
    if (alone || m_stopped.load(std::memory_order_relaxed)) return;
    m_results_come |= done;
    const bool is_first = m_stretch == first_stretch;
    if (!m_results_come && is_first && ++m_awaited < longest_awaited) return;
    const uint64_t gas = m_outcome.transactions.back().gas_used;
    m_recent.all.add(gas);
    if (kept) m_recent.kept.add(gas);
    m_recent.stale += done && !kept ? 1 : 0;
}

void ParallelBlock::judge_anew() {
    m_recent = {};
    m_window.committed.count_chains();
}

}  // namespace warpevm
