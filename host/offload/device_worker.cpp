// SPDX-License-Identifier: Apache-2.0
#include "host/offload/device_worker.hpp"

#include <algorithm>
#include <chrono>

#include "fallback/commit/window_order.hpp"
#include "host/offload/self_test_lanes.hpp"

namespace warpevm {
namespace {

/// Bounds what a batch holds on the host, whatever the plan says.
constexpr uint32_t most_borrowed = 1U << 17;
/// One of so many transactions of a batch may be the first of its call that is looked at closely.
constexpr size_t first_looks_share = 16;

uint32_t slots_of(const DeviceInfo& info, const DeviceWorkerOptions& options) {
    if (options.takes_all) return 1;
    if (options.slots != 0) return options.slots;
    // Its threads would only take from the cores what they give them.
    if (info.uses_host_cores) return 1;
    constexpr uint32_t cores_of_a_slot = 4, most_slots = 8;
    return std::clamp(std::thread::hardware_concurrency() / cores_of_a_slot, 2U, most_slots);
}

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
    std::shared_ptr<const WindowPlan> plan;  ///< may be null
    std::shared_ptr<Timeline> timeline;      ///< may be null
    std::vector<bool> suits;                 ///< a device is to try it
    bool unknown_is_absent = false;

    std::mutex lock;                     ///< of the following
    std::vector<Claims::Loan> borrowed;  ///< beforehand, and in no batch yet
    uint32_t untried = 0;                ///< what is before it was not borrowed yet; from the end
    bool has_begun = false;
};

/// What was borrowed beforehand.
void DeviceWorker::give_back_rest(Window& window, std::string_view why) {
    const std::lock_guard held(window.lock);
    window.loans->give_back(window.borrowed, why);
    window.borrowed.clear();
}

/// A batch, and all that it needs while it runs.
struct DeviceWorker::Part {
    std::shared_ptr<Window> window;
    std::vector<Claims::Loan> loans;
    std::vector<OffloadJob> jobs{};  ///< of those
    std::vector<Hash> codes{};       ///< that they call
    ExpectedKeys expected{};         ///< that they name
    std::unique_ptr<DeviceBatch> batch{};
};

DeviceWorker::DeviceWorker(std::shared_ptr<DevicePrograms> programs, const DeviceWorkerOptions& options)
    : m_programs(std::move(programs)), m_options(options) {
    const uint32_t slots = slots_of(m_programs->device().info(), options);
    m_room = lane_room(m_programs->device().info(), slots);
    m_batch = options.batch != 0 ? options.batch : m_room.lanes;
    for (uint32_t i = 0; i < slots; ++i) m_slots.emplace_back();
    for (Slot& slot : m_slots) slot.thread = std::thread([this, &slot] { work(slot); });
}

DeviceWorker::~DeviceWorker() {
    stop(0);
    for (Slot& slot : m_slots) slot.thread.join();
}

bool DeviceWorker::stop(double patience) {
    std::unique_lock held(m_lock);
    m_ends = true;
    m_changed.notify_all();
    return m_changed.wait_for(held, std::chrono::duration<double>(patience),
                              [this] { return m_ended == m_slots.size(); });
}

void DeviceWorker::wait_until_ready() {
    std::unique_lock held(m_lock);
    m_changed.wait(held, [this] { return is_ready() || !m_lost_because.empty() || m_ends; });
}

void DeviceWorker::prepare() {
    {
        const std::lock_guard held(m_lock);
        m_is_asked_to_prepare = true;
    }
    m_changed.notify_all();
}

Borrower DeviceWorker::borrower(const ExecutionOptions& options, std::shared_ptr<const WindowPlan> plan,
                                std::shared_ptr<Timeline> timeline) {
    const bool assumes = options.on_missing_state == OnMissingState::assume_absent;
    return [this, assumes, plan = std::move(plan), timeline = std::move(timeline)](
               std::shared_ptr<Loans> loans, std::span<const BlockInput> blocks) {
        auto window = std::make_shared<Window>();
        window->loans = std::move(loans);
        window->plan = plan;
        window->timeline = timeline;
        window->unknown_is_absent = assumes;
        for (const BlockInput& block : blocks) {
            for (const BlockTransaction& tx : block.transactions) {
                const size_t index = window->block_of.size();
                const bool suits =
                    plan ? plan->level_of[index] != 0
                         : tx.invalid.code == ErrorCode::none && block.rules.at_least(Fork::byzantium);
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
                if (const auto loan = window->suits[i] && i % m_options.devices == m_options.number
                                          ? window->loans->borrow(i)
                                          : std::nullopt)
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

void DeviceWorker::work(Slot& slot) {
    for (;;) {
        {
            std::unique_lock held(m_lock);
            m_changed.wait(held, [this] { return m_ends || m_is_asked_to_prepare || !m_windows.empty(); });
            if (m_ends && m_windows.empty()) {
                ++m_ended;
                m_changed.notify_all();
                return;
            }
            m_is_asked_to_prepare = false;
        }
        if (auto opened = open(slot); !opened)
            lose(opened.error());
        else
            serve(slot);
    }
}

DeviceResult<void> DeviceWorker::open(Slot& slot) {
    if (slot.offload[0]) return {};
    if (auto built = build(); !built) return built;
    for (const bool absent : {false, true}) {
        OffloadOptions options = m_options.offload;
        if (options.lane_memory == 0) options.lane_memory = m_room.bytes;
        if (options.most_lanes == 0) options.most_lanes = m_room.lanes;
        options.unknown_is_absent = absent;
        slot.offload[absent] = std::make_unique<Offload>(m_programs->device(), m_evm, options, m_transfers);
    }
    const std::lock_guard held(m_lock);
    m_is_ready.store(true, std::memory_order_release);
    m_changed.notify_all();
    return {};
}

/// The programs, which have answered right.
DeviceResult<void> DeviceWorker::build() {
    const std::lock_guard held(m_building);
    if (m_evm) return {};
    const std::string how = build_options(m_programs->device().info());
    auto evm = m_programs->get("evm", how);
    if (!evm) return tl::unexpected(evm.error());
    auto transfers = m_programs->get("transfers", how);
    if (!transfers) return tl::unexpected(transfers.error());
    if (auto tested = self_test_lanes(m_programs->device(), *evm); !tested) return tested;
    m_transfers = *transfers;
    m_evm = *evm;
    return {};
}

/// As much of what is left as the device will have done when the cores have done the rest; 0: they are done
/// before it. Where it would have done everything it goes batch by batch from the end, or it would begin with
/// what the cores begin with. Whoever asked for it gets one batch in any case.
uint32_t DeviceWorker::batch_size(const Window& window) const {
    if (!window.plan) return m_batch;
    const WindowPlan& plan = *window.plan;
    const bool is_asked_for = plan.whole.reasons.has(RouteReason::asked_for_device);
    const uint32_t most = is_asked_for ? m_batch : most_borrowed;
    const auto all = static_cast<double>(window.suits.size());
    const double left = window.untried - std::min(window.untried, window.loans->next());
    const double suitable = left * static_cast<double>(plan.to_device) / all;
    const double share = plan.pace.share(suitable);
    if (share >= 1) return std::min(m_batch, most);
    if (share == 0) return is_asked_for && !window.has_begun ? most : 0;
    const double part = share * suitable / static_cast<double>(m_slots.size());
    return std::clamp(static_cast<uint32_t>(std::min<double>(part, most)), 1U, most);
}

/// Empty where nothing is left to begin.
std::vector<Claims::Loan> DeviceWorker::next_batch(Window& window) const {
    const std::lock_guard held(window.lock);
    if (m_options.takes_all) {
        const auto end = window.borrowed.begin() +
                         static_cast<ptrdiff_t>(std::min<size_t>(m_batch, window.borrowed.size()));
        std::vector<Claims::Loan> batch(window.borrowed.begin(), end);
        window.borrowed.erase(window.borrowed.begin(), end);
        return batch;
    }
    const uint32_t most = batch_size(window);
    if (most == 0) return {};
    window.has_begun = true;
    // Each once: what was given back stays the CPU's.
    auto batch =
        window.loans->borrow_last(most, window.untried, [&](uint32_t i) -> bool { return window.suits[i]; });
    if (!batch.empty()) window.untried = batch.front().index;
    return batch;
}

/// A batch of the first window that has one, and with a small one those of other windows, so that they share
/// launches. Windows that have nothing left to begin are forgotten.
void DeviceWorker::gather(std::vector<Part>& parts) {
    std::vector<std::shared_ptr<Window>> windows;
    {
        const std::lock_guard held(m_lock);
        windows.assign(m_windows.begin(), m_windows.end());
    }
    size_t jobs = 0;
    for (const auto& window : windows) {
        if (jobs >= m_batch) break;
        if (!parts.empty() && parts.front().window->unknown_is_absent != window->unknown_is_absent) continue;
        parts.push_back({.window = window, .loans = {}});
        if (!window->loans->over()) parts.back().loans = next_batch(*window);
        if (parts.back().loans.empty()) {
            parts.pop_back();
            const std::lock_guard held(m_lock);
            std::erase(m_windows, window);
        } else {
            jobs += parts.back().loans.size();
        }
    }
}

void DeviceWorker::serve(Slot& slot) {
    std::vector<Part> parts;
    const auto give_back = [&](std::string_view why) {
        for (const Part& part : parts) part.window->loans->give_back(part.loans, why);
    };
    try {
        gather(parts);
        if (parts.empty()) return;
        if (const auto ran = execute(parts, slot); !ran) {
            lose(ran.error());
            give_back("device_lost");
        }
    } catch (const std::exception&) {  // no memory: the CPU does it
        give_back("out_of_memory");
    }
}

/// An error is the device's: what was not handed in is still lent.
DeviceResult<void> DeviceWorker::execute(std::span<Part> parts, Slot& slot) {
    size_t looks = 1;
    for (const Part& part : parts) looks += part.loans.size() / first_looks_share;
    std::vector<DeviceBatch*> batches;
    const auto begin = std::chrono::steady_clock::now();
    for (Part& part : parts) {
        make_batch(part, looks);
        batches.push_back(part.batch.get());
    }
    BatchCounts counts;
    auto ran = DeviceBatch::run(batches, *slot.offload[parts.front().window->unknown_is_absent], counts);
    {
        const std::lock_guard held(m_lock);
        m_counts += counts;
    }
    if (ran)
        learn(parts, counts, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    return ran;
}

/// Its batch. `looks`: how many first looks at calls are left, which cost many hashes each: not each of many
/// calls may ask for one.
void DeviceWorker::make_batch(Part& part, size_t& looks) {
    Window& window = *part.window;
    BatchOptions options{.most_rounds = m_options.takes_all ? ~uint32_t{0} : m_options.most_rounds,
                         .waits = m_options.takes_all,
                         .recorder = {window.timeline.get(), m_options.number}};
    if (m_options.learned)
        options.on_result = [this, &part, &looks](size_t number, const ResultOf& result) {
            if (looks != 0 && part.expected.ends[number].is_curious &&
                note_accesses(part.jobs[number], part.codes[number], result))
                --looks;
        };
    part.batch = std::make_unique<DeviceBatch>(*window.loans, options);
    std::erase_if(part.loans, [&](const Claims::Loan& loan) {
        if (window.suits[loan.index]) return false;
        window.loans->give_back({&loan, 1}, "unsupported");
        return true;
    });
    for (const Claims::Loan& loan : part.loans) {
        const BlockCopy& block = window.blocks[window.block_of[loan.index]];
        part.jobs.push_back({.tx = &window.transactions[loan.index],
                             .sender = window.senders[loan.index],
                             .rules = &block.rules,
                             .environment = &block.environment});
    }
    expect_keys(part);
    for (size_t i = 0; i < part.jobs.size(); ++i)
        part.batch->add(part.loans[i], part.jobs[i],
                        window.plan ? window.plan->level_of[part.loans[i].index] : 1);
}

/// What each will probably touch is loaded at once, and what is learned of its call goes with the job.
void DeviceWorker::expect_keys(Part& part) const {
    constexpr size_t at_once = 1024;  // bounds what is hashed together
    if (part.jobs.empty()) return;
    Loans& loans = *part.window->loans;
    const auto calls_same = [&](size_t i) {
        return i != 0 && part.jobs[i - 1].tx->to == part.jobs[i].tx->to;
    };
    std::vector<Address> accounts;
    for (size_t i = 0; i < part.jobs.size(); ++i) {
        accounts.push_back(part.jobs[i].sender);
        if (part.jobs[i].tx->to && !calls_same(i)) accounts.push_back(*part.jobs[i].tx->to);
    }
    loans.load(accounts, {});
    if (!m_options.learned) return;
    const auto state = loans.state_at(part.loans.front().index);
    for (size_t i = 0; i < part.jobs.size(); ++i) {
        const auto& to = part.jobs[i].tx->to;
        if (!to)
            part.codes.push_back(empty_code_hash);
        else
            part.codes.push_back(calls_same(i) ? part.codes.back()
                                               : state->read_account(*to).value.code_hash);
    }
    std::vector<BlockTransaction> txs;
    for (size_t begin = 0; begin < part.jobs.size(); begin += at_once) {
        const size_t count = std::min(at_once, part.jobs.size() - begin);
        txs.clear();
        for (const OffloadJob& job : std::span(part.jobs).subspan(begin, count))
            txs.push_back({job.tx, job.sender, {}});
        m_options.learned->accesses().expect_keys(txs, std::span(part.codes).subspan(begin, count),
                                                  part.expected);
    }
    loans.load({}, part.expected.slots);
    for (size_t i = 0; i < part.jobs.size(); ++i) {
        part.jobs[i].likely_accounts = part.expected.accounts_of(i);
        part.jobs[i].likely_slots = part.expected.slots_of(i);
    }
}

/// Of a call that is not known well yet: which slots it touched. True where it was one.
bool DeviceWorker::note_accesses(const OffloadJob& job, const Hash& code, const ResultOf& result) {
    AccessTable& accesses = m_options.learned->accesses();
    const BlockTransaction tx{job.tx, job.sender, {}};
    if (!accesses.is_curious(tx, code)) return false;
    std::vector<SlotKey> touched, written;
    for (const slot_observation& o : result.slot_observations())
        touched.push_back(result.results->slot(o.row));
    for (const slot_effect& e : result.slot_effects()) written.push_back(result.results->slot(e.row));
    accesses.learn(tx, code, touched, written);
    return true;
}

/// What batches took. Where the cores were done first one may have ended early, and they only tell that it
/// takes at least so long.
void DeviceWorker::learn(std::span<const Part> parts, const BatchCounts& counts, double seconds) {
    if (!m_options.learned || counts.executed == 0) return;
    Work work;
    bool was_late = false;
    for (const Part& part : parts) {
        was_late = was_late || part.window->loans->over();
        for (const OffloadJob& job : part.jobs) {
            const uint64_t gas = gas_for_code({job.tx, job.sender, {}});
            work += {.transactions = 1, .gas = gas, .longest = gas};
        }
    }
    if (work.transactions == 0) return;
    const double again =
        std::max(1.0, static_cast<double>(counts.executed) / static_cast<double>(work.transactions));
    const double all = 1e-9 * static_cast<double>(counts.kernel_nanoseconds), kernels = all / again;
    if (was_late && kernels <= m_options.learned->costs().device.seconds(work)) return;
    m_options.learned->device_did(work, kernels, seconds - all);
}

BatchCounts DeviceWorker::counts() const {
    const std::lock_guard held(m_lock);
    return m_counts;
}

void DeviceWorker::lose(const DeviceError& error) {
    const std::lock_guard held(m_lock);
    if (m_lost_because.empty()) m_lost_because = to_string(error);
    m_changed.notify_all();
    for (const auto& window : m_windows) give_back_rest(*window, "device_lost");
    m_windows.clear();
}

}  // namespace warpevm
