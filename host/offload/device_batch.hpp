// SPDX-License-Identifier: Apache-2.0
// A batch of a window's transactions on a device, so that they come out as if each had seen those before it.
// All run at once on the state as of their positions. Then those that did not see what earlier ones of the
// batch did are executed again, in rounds: in each, those that depend on nothing else that is executed
// again. Results are handed in in order, each once all before it were. Batches of several windows run side by
// side, their lanes in the same launches.
#pragma once

#include <deque>
#include <memory>

#include "fallback/loans.hpp"
#include "host/offload/batch_state.hpp"
#include "host/offload/dispatch.hpp"
#include "host/offload/key_filter.hpp"

namespace warpevm {

struct BatchOptions {
    /// Transactions that would need more rounds are given back: deep chains are the CPU's. Every round ends
    /// at least one transaction, so that there are never more rounds than transactions.
    uint32_t most_rounds = 8;
    /// What a transaction that was given back does is waited for before a later one is judged. Only where
    /// the commit loop waits for loans: then it is next to be executed.
    bool waits = false;
    /// Sees each result that is handed in, with its number in the batch.
    std::function<void(size_t number, const ResultOf& result)> on_result{};
    Recorder recorder{};
};

/// Counts, which add up.
struct BatchCounts {
    uint64_t batches = 0, rounds = 0, launches = 0;
    uint64_t executed = 0;   ///< lanes
    uint64_t again = 0;      ///< of them not for the first time
    uint64_t handed_in = 0;  ///< transactions
    uint64_t kernel_nanoseconds = 0;

    BatchCounts& operator+=(const BatchCounts& more) {
        batches += more.batches;
        rounds += more.rounds;
        launches += more.launches;
        executed += more.executed;
        again += more.again;
        handed_in += more.handed_in;
        kernel_nanoseconds += more.kernel_nanoseconds;
        return *this;
    }
};

class DeviceBatch {
  public:
    /// The loans must live longer than this; so must what jobs refer to.
    DeviceBatch(Loans& loans, const BatchOptions& options) : m_loans(loans), m_options(options) {}

    /// In the order of their positions. The job's state view is set here. `level`: the round, from 1, in
    /// which it is executed first, as it is expected to depend on earlier ones; a hint.
    void add(const Claims::Loan& loan, const OffloadJob& job, uint32_t level = 1);
    /// Until each transaction of each batch was handed in or given back, or its window is over. An error is
    /// the device's: what was not handed in is still lent. Launches are recorded where the first batch
    /// records.
    static DeviceResult<void> run(std::span<DeviceBatch* const> batches, Offload& offload,
                                  BatchCounts& counts);

  private:
    struct Try {
        Claims::Loan loan;
        OffloadJob job;
        std::unique_ptr<StateView> base;                       ///< the state as of its position
        uint32_t round = 0;                                    ///< of its result
        size_t number = 0;                                     ///< there, among all batches' jobs
        kernel::kernel_status status = kernel::STATUS_PAUSED;  ///< PAUSED: it is to be executed
        uint32_t level = 1;                                    ///< the rounds until it can come out right
        bool has_run = false;
        bool saw_all = false;  ///< nothing before it was left when it was executed last
        bool is_gone = false;  ///< given back, or the commit loop has it
    };

    [[nodiscard]] bool goes_on() const { return m_settled < m_tries.size() && !m_loans.over(); }
    using Rounds = std::vector<std::shared_ptr<OffloadResults>>;
    static DeviceResult<void> run_round(std::span<DeviceBatch* const> batches, Offload& offload,
                                        BatchCounts& counts, Rounds& rounds);
    void choose(std::vector<OffloadJob>& jobs);
    void take(const OffloadResults& so_far, std::span<const size_t> ended);
    void end_round(const std::shared_ptr<const OffloadResults>& results, BatchCounts& counts);
    void plan_next();
    void advance();
    bool settle(uint32_t number);
    void drop(uint32_t number, std::string_view why);
    void wait_until_committed(uint32_t index);
    void flush();
    void plan();
    [[nodiscard]] bool sees_beneficiary(const ResultOf& result) const;
    [[nodiscard]] bool sees_changes(const ResultOf& result) const;
    void note_changes(const ResultOf& result);
    [[nodiscard]] ResultOf result_of(const Try& t) const {
        return {t.round == m_running ? m_now : m_results[t.round].get(), t.number};
    }

    Loans& m_loans;
    const BatchOptions m_options;
    std::vector<Try> m_tries;
    uint64_t m_handed_in = 0;
    uint32_t m_settled = 0;  ///< those before it are handed in or given back
    std::vector<std::shared_ptr<const OffloadResults>> m_results;  ///< by round
    uint32_t m_running = ~uint32_t{0};  ///< the round whose results are still `m_now`
    const OffloadResults* m_now = nullptr;
    // Of the round: its tries, which are the jobs from m_first_job on, and what they see.
    std::vector<uint32_t> m_chosen;
    size_t m_first_job = 0;
    std::deque<BatchView> m_views;
    uint32_t m_settled_before = 0, m_fruitless = 0;  ///< rounds that settled nothing
    BatchState m_state;
    SeededSet<Address> m_beneficiaries;
    /// The accounts and slots that what was handed in changed, and whether something else may have changed.
    KeyFilter m_changed;
    bool m_anything_changed = false;
    uint32_t m_first_block_end = 0;  ///< in the batch
    // To be handed in together.
    std::vector<Claims::Loan> m_ready;
    TransactionResults m_columns;
    Recorder::Time m_ready_since{};
};

}  // namespace warpevm
