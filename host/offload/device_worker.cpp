// SPDX-License-Identifier: Apache-2.0
#include "host/offload/device_worker.hpp"

#include <algorithm>

#include "host/offload/self_test_lanes.hpp"

namespace warpevm {
namespace {

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
    uint32_t untried = 0;                ///< what is before it was not borrowed yet; from the end
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
        window->untried = static_cast<uint32_t>(window->transactions.size());
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
    const std::string how = build_options(m_programs->device().info());
    auto program = m_programs->get("evm", how);
    if (!program) return tl::unexpected(program.error());
    auto transfers = m_programs->get("transfers", how);
    if (!transfers) return tl::unexpected(transfers.error());
    if (auto tested = self_test_lanes(m_programs->device(), *program); !tested) return tested;
    for (const bool absent : {false, true}) {
        OffloadOptions options = m_options.offload;
        options.unknown_is_absent = absent;
        m_offload[absent] = std::make_unique<Offload>(m_programs->device(), *program, options, *transfers);
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
            // Each once: what was given back stays the CPU's.
            window.borrowed = window.loans->borrow_last(m_options.batch, window.untried);
            if (!window.borrowed.empty()) window.untried = window.borrowed.front().index;
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
    const BatchOptions options{.most_rounds = m_options.takes_all ? ~uint32_t{0} : m_options.most_rounds,
                               .waits = m_options.takes_all};
    BatchCounts counts;
    DeviceBatch batch(*window.loans, *m_offload[window.unknown_is_absent], options, counts);
    for (const Claims::Loan& loan : loans) {
        if (!window.suits[loan.index]) {
            window.loans->give_back({&loan, 1}, "unsupported");
            continue;
        }
        const BlockCopy& block = window.blocks[window.block_of[loan.index]];
        batch.add(loan, {.tx = &window.transactions[loan.index],
                         .sender = window.senders[loan.index],
                         .rules = &block.rules,
                         .environment = &block.environment});
    }
    const auto ran = batch.run();
    {
        const std::lock_guard held(m_lock);
        m_counts += counts;
    }
    if (ran) return true;
    lose(ran.error());
    window.loans->give_back(window.borrowed, "device_lost");
    return false;
}

BatchCounts DeviceWorker::counts() const {
    const std::lock_guard held(m_lock);
    return m_counts;
}

void DeviceWorker::lose(const DeviceError& error) {
    const std::lock_guard held(m_lock);
    m_lost_because = to_string(error);
    for (const auto& window : m_windows) window->loans->give_back(window->borrowed, "device_lost");
    m_windows.clear();
}

}  // namespace warpevm
