// SPDX-License-Identifier: Apache-2.0
// When a block's transactions are speculated, and when the commit loop backs off to a serial stretch.
#include <algorithm>
#include <optional>

#include "fallback/commit/parallel_block.hpp"
#include "fallback/schedule/parallel_tuning.hpp"

namespace warpevm {

using parallel::back_off_of_chains;
using parallel::back_off_of_short_ones;
using parallel::Clock;
using parallel::clock_period;
using parallel::first_back_off;
using parallel::judged;
using parallel::large_gas;
using parallel::longest_awaited;
using parallel::longest_back_off;
using parallel::pace_period;
using parallel::transfer_cost;

/// A serial stretch: commits at least so many transactions without helpers, and goes on until speculation
/// seems worth it.
void ParallelBlock::commit_alone(uint32_t at_least, const std::function<void(uint32_t)>& run) {
    const bool asks = m_window.parts.settings.speculate == Speculate::measured;
    auto start = Clock::now(), last = start;
    uint32_t since = m_next, last_next = since;
    uint64_t keys_before = m_keys;
    Pace of_transfers;
    std::optional<CoreShare::Stretch> stretch;  // since speculation seemed worth it
    m_serial_stretch = {.from = m_next, .seconds = 0};
    for (uint32_t ran = 1; !over(); ++ran) {
        const uint32_t index = m_next;
        run(index);
        // Reading the clock costs a tenth of a transfer; but the first ones may show that the state is slow.
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
        m_serial_stretch.seconds += std::max(0.0, newest.count() - transfers * transfer_cost);
        if (transfers == m_next - last_next) {
            of_transfers.transactions += transfers;
            of_transfers.seconds += newest.count();
        }
        last = now;
        last_next = m_next;
        const bool worth = worth_prefetching(of_transfers) || table_is_worth_it() ||
                           (worth_speculating(of_others) && !expect_stale());
        if (worth && stretch) m_window.parts.cores.note(*stretch);
        if (worth && !stretch) stretch.emplace(CoreShare::Stretch::Of::commit_alone);
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
    const bool any_handed_in =
        std::any_of(m_handed_in.begin(), m_handed_in.end(), [](auto* g) { return g != nullptr; });
    const auto run = [this](uint32_t index) {
        ++m_counters.direct;
        if (!execute_on_journal(index)) return m_stopped.store(true, std::memory_order_relaxed);
        m_next.store(index + 1, std::memory_order_relaxed);
    };
    if (!may_speculate && !any_handed_in)
        while (!over()) run(m_next);
    else if (!any_handed_in && settings.speculate == Speculate::measured) {
        find_transfers();
        if (!table_is_worth_it() || too_few_cores(Clock::now())) commit_alone(1, run);
        if (table_is_worth_it() && !over()) commit_on_table();
    }
    if (!over()) run_parallel();
}

void ParallelBlock::run_parallel() {
    m_counters.serial = false;
    if (!m_slots) m_slots = std::make_unique<Slot[]>(m_count);
    const bool any_handed_in =
        std::any_of(m_handed_in.begin(), m_handed_in.end(), [](auto* g) { return g != nullptr; });
    if (any_handed_in || m_window.parts.settings.speculate == Speculate::everything) share();
    if (any_handed_in) adopt_handed_in();
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

/// Ends a serial stretch: wakes the helpers that sleep through it.
void ParallelBlock::let_speculate() {
    m_speculating.store(true, std::memory_order_release);
    m_speculating.notify_all();
}

/// No speculation for a serial stretch, at serial's speed.
void ParallelBlock::back_off(Worker& worker) {
    ++m_counters.back_offs;
    judge_anew();
    m_results_come = false;
    m_awaited = 0;
    m_speculating.store(false, std::memory_order_release);
    m_wanted.store(false, std::memory_order_relaxed);
    m_shared.store(false, std::memory_order_release);
    note_progress();
    if (!m_parties) m_window.committed.use_journal();
    m_window.parts.cores.note_end(worker.busy);
    commit_alone(std::exchange(m_back_off_length, std::min(2 * m_back_off_length, longest_back_off)),
                 [&](uint32_t index) { commit_next(index, worker.speculation); });
    worker.busy.restart();
    if (over()) return;
    if (m_window.parts.settings.speculate == Speculate::everything) share();
    note_opening();
    let_speculate();
}

/// Speculation reads the committed state from the table. Entering it there costs time, so that is put off
/// until the first helper has arrived.
void ParallelBlock::share() {
    CommittedState& committed = m_window.committed;
    m_recent_dependence.forget();
    committed.use_table(position_before(m_next), /*may_return=*/!m_parties);
    committed.set_beneficiary(
        m_window.parts.table.find_account(m_block.environment.beneficiary, m_window.arena));
    m_shared.store(true, std::memory_order_release);
    note_progress();
}

/// Whether the last ones formed a chain of dependences, which takes as long on many threads, plus the cost of
/// speculation.
bool ParallelBlock::speculated_as_chain() const {
    if (m_window.parts.settings.speculate != Speculate::measured) return false;
    const auto& [longest, gas] = m_window.committed.dependence();
    return chained(longest, m_recent.all.transactions, gas);
}

/// Backs off at a low hit rate: what is executed at commit is faster on the journal.
void ParallelBlock::judge_speculation(Worker& worker) {
    if (m_too_short.load(std::memory_order_relaxed)) {
        m_too_short.store(false, std::memory_order_relaxed);
        m_back_off_length = std::max(m_back_off_length, back_off_of_short_ones);
        return back_off(worker);
    }
    // After backing off fewer commits are enough to see that nothing has changed, and so they are where no
    // incarnation was valid.
    const bool clear = m_back_off_length > first_back_off ||
                       (m_recent.kept.transactions == 0 && m_recent.stale >= judged / 4);
    const uint32_t enough = clear ? judged / 2 : judged;
    if (m_recent.all.transactions < enough || m_window.committed.on_journal()) return;
    // The hit rate by number or by gas: many short ones save as much as a long one.
    const bool two = m_window.parts.settings.threads == 2;
    const unsigned of_five = two ? 2 : 1;
    const bool many = 5 * m_recent.kept.transactions >= of_five * m_recent.all.transactions;
    const bool much = 5 * m_recent.kept.gas >= of_five * m_recent.all.gas;
    const bool chained = speculated_as_chain();
    const bool few_cores = too_few_cores(Clock::now());
    if (chained) m_back_off_length = std::max(m_back_off_length, back_off_of_chains);
    // With one helper, each stale incarnation is a larger part of what could be saved.
    const bool stale = two && 10 * m_recent.stale > 3 * m_recent.all.transactions;
    if (chained || stale || few_cores || (!many && !much)) return back_off(worker);
    m_back_off_length = first_back_off;
    judge_anew();
}

/// For the hit rate. Commits in a serial stretch, and while woken threads have not arrived, do not count.
void ParallelBlock::note_commit(bool done, bool kept) {
    const bool serial = !m_speculating.load(std::memory_order_relaxed) || m_window.committed.on_journal();
    if (serial || m_stopped.load(std::memory_order_relaxed)) return;
    m_results_come |= done;
    const bool is_first = m_back_off_length == first_back_off;
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
