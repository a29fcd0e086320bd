// SPDX-License-Identifier: Apache-2.0
#include "host/offload/device_worker.hpp"

#include <algorithm>

#include "host/offload/self_test_lanes.hpp"

namespace warpevm {
namespace {

/// From the device's columns, which grow while it works, to the commit loop's: each time what is new.
class NewResults {
  public:
    /// `records` are of jobs whose columns came since the last call.
    TransactionResults take(const OffloadResults& from, std::vector<transaction_record> records) {
        TransactionResults to;
        const uint32_t accounts = m_accounts, slots = m_slots, logs = m_logs;
        const auto fresh_log = from.logs.begin() + logs;
        move_range(records, &transaction_record::logs, logs);
        move(from.accounts, m_accounts, to.accounts);
        for (; m_slots < from.slots.size(); ++m_slots)
            to.slots.push_back(from.slot(m_slots | ROW_IS_NEW_KEY));
        move(from.account_observations, m_account_observations, to.account_observations, records,
             &transaction_record::account_observations);
        move(from.slot_observations, m_slot_observations, to.slot_observations, records,
             &transaction_record::slot_observations);
        move(from.account_effects, m_account_effects, to.account_effects, records,
             &transaction_record::account_effects);
        move(from.slot_effects, m_slot_effects, to.slot_effects, records, &transaction_record::slot_effects);
        move(from.accounts_read, m_accounts_read, to.accounts_read, records,
             &transaction_record::accounts_read);
        move(from.slots_read, m_slots_read, to.slots_read, records, &transaction_record::slots_read);
        for (auto& o : to.account_observations) o.row -= accounts;
        for (auto& e : to.account_effects) e.row -= accounts;
        for (Row& row : to.accounts_read) row -= accounts;
        for (auto& o : to.slot_observations) o.row -= slots;
        for (auto& e : to.slot_effects) e.row -= slots;
        for (Row& row : to.slots_read) row -= slots;
        for (auto log = fresh_log; log != from.logs.end(); ++log)
            to.logs.add(log->address, std::span(from.topics).subspan(log->first_topic, log->topic_count),
                        BytesView(from.log_bytes).subspan(log->data_offset, log->data_size));
        m_logs = static_cast<uint32_t>(from.logs.size());
        for (; m_codes < from.codes.size(); ++m_codes) {
            const kernel::deployed_code& code = from.codes[m_codes];
            const BytesView bytes = BytesView(from.code_bytes).subspan(code.at, code.size);
            to.codes.emplace_back(bytes.begin(), bytes.end());
        }
        to.transactions = std::move(records);
        return to;
    }

  private:
    using Range = record_range transaction_record::*;
    static void move_range(std::vector<transaction_record>& records, Range range, uint32_t by) {
        for (transaction_record& record : records) (record.*range).first -= by;
    }
    template <class T>
    static void move(const std::vector<T>& column, uint32_t& taken, std::vector<T>& to) {
        to.assign(column.begin() + taken, column.end());
        taken = static_cast<uint32_t>(column.size());
    }
    template <class T>
    static void move(const std::vector<T>& column, uint32_t& taken, std::vector<T>& to,
                     std::vector<transaction_record>& records, Range range) {
        move_range(records, range, taken);
        move(column, taken, to);
    }

    // Of each column: how much was taken.
    uint32_t m_accounts = 0, m_slots = 0, m_account_observations = 0, m_slot_observations = 0,
             m_account_effects = 0, m_slot_effects = 0, m_accounts_read = 0, m_slots_read = 0, m_logs = 0,
             m_codes = 0;
};

/// What a job needs of its block.
struct BlockCopy {
    Rules rules;
    BlockEnvironment environment;
};

}  // namespace

/// A window, with copies of all that is used of it: it may end at any time.
struct DeviceWorker::Window {
    std::shared_ptr<Loans> loans;
    std::vector<BlockCopy> blocks;
    std::vector<uint32_t> block_of;
    std::vector<Transaction> transactions;  ///< default ones where there is none to execute
    std::vector<Address> senders;
    std::vector<Claims::Loan> borrowed;  ///< not executed yet
    std::vector<bool> suits;             ///< a device can try it
    bool unknown_is_absent = false;
};

DeviceWorker::DeviceWorker(std::shared_ptr<DevicePrograms> programs, const DeviceWorkerOptions& options)
    : m_programs(std::move(programs)), m_options(options), m_thread([this] { work(); }) {}

DeviceWorker::~DeviceWorker() {
    {
        const std::lock_guard held(m_lock);
        m_ends = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

Borrower DeviceWorker::borrower(const ExecutionOptions& options) {
    const bool assumes = options.on_missing_state == OnMissingState::assume_absent;
    return [this, assumes](std::shared_ptr<Loans> loans, std::span<const BlockInput> blocks) {
        auto window = std::make_unique<Window>();
        window->loans = std::move(loans);
        window->unknown_is_absent = assumes;
        for (const BlockInput& block : blocks) {
            for (const BlockTransaction& tx : block.transactions) {
                const bool suits =
                    tx.invalid.code == ErrorCode::none && block.rules.at_least(Fork::byzantium);
                window->block_of.push_back(static_cast<uint32_t>(window->blocks.size()));
                window->transactions.push_back(suits ? *tx.tx : Transaction{});
                window->senders.push_back(tx.sender);
                window->suits.push_back(suits);
            }
            window->blocks.push_back({block.rules, block.environment});
        }
        if (m_options.takes_all)
            for (uint32_t i = 0; i < window->transactions.size(); ++i)
                if (const auto loan = window->suits[i] ? window->loans->borrow(i) : std::nullopt)
                    window->borrowed.push_back(*loan);
        {
            const std::lock_guard held(m_lock);
            if (m_lost_because.empty()) {
                // A device that is slow, or still compiling, would collect windows that nobody waits for.
                std::erase_if(m_windows, [](const auto& waiting) { return waiting->loans->over(); });
                m_windows.push_back(std::move(window));
                m_changed.notify_all();
                return;
            }
        }
        window->loans->give_back(window->borrowed, "device_lost");
    };
}

std::string DeviceWorker::lost_because() const {
    const std::lock_guard held(m_lock);
    return m_lost_because;
}

void DeviceWorker::work() {
    for (;;) {
        std::unique_ptr<Window> window;
        {
            std::unique_lock held(m_lock);
            m_changed.wait(held, [this] { return m_ends || !m_windows.empty(); });
            if (m_windows.empty()) return;
            window = std::move(m_windows.front());
            m_windows.pop_front();
        }
        try {
            serve(*window);
        } catch (const std::exception&) {  // no memory: the CPU does it
            window->loans->give_back(window->borrowed, "out_of_memory");
        }
    }
}

DeviceResult<void> DeviceWorker::open() {
    if (m_offload[0]) return {};
    auto program = m_programs->get("evm", build_options(m_programs->device().info()));
    if (!program) return tl::unexpected(program.error());
    if (auto tested = self_test_lanes(m_programs->device(), *program); !tested) return tested;
    for (const bool absent : {false, true}) {
        OffloadOptions options = m_options.offload;
        options.unknown_is_absent = absent;
        m_offload[absent] = std::make_unique<Offload>(m_programs->device(), *program, options);
    }
    return {};
}

/// Until the window has nothing left to borrow, or is over.
void DeviceWorker::serve(Window& window) {
    if (auto opened = open(); !opened) {
        lose(opened.error());
        return window.loans->give_back(window.borrowed, "device_lost");
    }
    while (!window.loans->over()) {
        std::vector<Claims::Loan> batch;
        if (m_options.takes_all) {
            const size_t count = std::min<size_t>(m_options.batch, window.borrowed.size());
            batch.assign(window.borrowed.begin(), window.borrowed.begin() + static_cast<ptrdiff_t>(count));
        } else {
            window.borrowed = window.loans->borrow_last(m_options.batch);
            batch = window.borrowed;
        }
        if (batch.empty()) return;
        if (!execute(window, batch)) return;
        window.borrowed.erase(window.borrowed.begin(),
                              window.borrowed.begin() + static_cast<ptrdiff_t>(batch.size()));
    }
}

/// False where the device is lost; what it had was given back.
bool DeviceWorker::execute(Window& window, std::span<const Claims::Loan> loans) {
    std::vector<Claims::Loan> tried, left;
    std::vector<OffloadJob> jobs;
    std::vector<std::unique_ptr<StateView>> states;
    for (const Claims::Loan& loan : loans) {
        if (!window.suits[loan.index]) {
            left.push_back(loan);
            continue;
        }
        const BlockCopy& block = window.blocks[window.block_of[loan.index]];
        states.push_back(window.loans->state_at(loan.index));
        jobs.push_back({.tx = &window.transactions[loan.index],
                        .sender = window.senders[loan.index],
                        .rules = &block.rules,
                        .environment = &block.environment,
                        .state = states.back().get()});
        tried.push_back(loan);
    }
    window.loans->give_back(left, "unsupported");
    NewResults fresh;
    // As lanes end, so that nobody waits for the longest.
    const auto hand_in = [&](const OffloadResults& so_far, std::span<const size_t> ended) {
        std::vector<Claims::Loan> done;
        std::vector<transaction_record> records;
        for (const size_t i : ended) {
            if (so_far.statuses[i] == kernel::STATUS_done) {
                done.push_back(tried[i]);
                records.push_back(so_far.records[i]);
            } else {
                window.loans->give_back({&tried[i], 1}, name(so_far.statuses[i]));
            }
        }
        if (!done.empty()) window.loans->hand_in(done, fresh.take(so_far, std::move(records)));
    };
    const auto ran =
        m_offload[window.unknown_is_absent]->run(jobs, hand_in, [&] { return !window.loans->over(); });
    if (ran) return true;
    lose(ran.error());
    window.loans->give_back(window.borrowed, "device_lost");
    return false;
}

void DeviceWorker::lose(const DeviceError& error) {
    const std::lock_guard held(m_lock);
    m_lost_because = to_string(error);
    for (const auto& window : m_windows) window->loans->give_back(window->borrowed, "device_lost");
    m_windows.clear();
}

}  // namespace warpevm
