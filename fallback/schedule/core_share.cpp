// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/core_share.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <ctime>
#include <optional>

namespace warpevm {

using parallel::Clock;

namespace {

struct Account {
    double used;
    uint64_t waits;
};

std::optional<Account> account_of_this_thread() {
#if defined(RUSAGE_THREAD) && defined(CLOCK_THREAD_CPUTIME_ID)
    // The times in rusage advance with the operating system's ticks only.
    rusage usage{};
    timespec used{};
    if (getrusage(RUSAGE_THREAD, &usage) != 0 || clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) != 0)
        return std::nullopt;
    return Account{static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec),
                   static_cast<uint64_t>(usage.ru_nvcsw)};
#else
    return std::nullopt;
#endif
}

uint64_t nanoseconds(double seconds) {
    return static_cast<uint64_t>(std::max(0.0, seconds) * 1e9);
}

}  // namespace

void CoreShare::Stretch::restart() {
    const auto account = account_of_this_thread();
    m_used = account ? account->used : 0;
    m_waits = account ? account->waits : 0;
    m_begin = Clock::now();
}

void CoreShare::note(Stretch& stretch) {
    const auto now = Clock::now();
    if (now - stretch.m_begin < parallel::long_stretch) return;
    add(stretch, now);
    stretch.restart();
}

void CoreShare::note_end(const Stretch& stretch) {
    const auto now = Clock::now();
    if (now - stretch.m_begin >= parallel::short_stretch) add(stretch, now);
}

void CoreShare::note_arrival(Clock::time_point called) {
    const std::chrono::duration<double> late = Clock::now() - called - parallel::long_call;
    m_worked.fetch_add(nanoseconds(late.count()), std::memory_order_relaxed);
    m_helped.fetch_add(nanoseconds(late.count()), std::memory_order_relaxed);
}

void CoreShare::add(const Stretch& stretch, Clock::time_point now) {
    const auto account = account_of_this_thread();
    if (!account) return;
    const std::chrono::duration<double> length = now - stretch.m_begin;
    const uint64_t all = nanoseconds(length.count()), used = nanoseconds(account->used - stretch.m_used);
    const bool waited = account->waits != stretch.m_waits;
    if (waited) m_waited.fetch_add(all - std::min(all, used), std::memory_order_relaxed);
    if (!waited) m_ran.fetch_add(used, std::memory_order_relaxed);
    if (waited || stretch.m_whose == Stretch::Of::commit_alone) return;
    m_used.fetch_add(used, std::memory_order_relaxed);
    m_worked.fetch_add(all, std::memory_order_relaxed);
    if (stretch.m_whose == Stretch::Of::helper) m_helped.fetch_add(all, std::memory_order_relaxed);
}

/// What is reported meanwhile may be lost.
void CoreShare::forget() {
    for (std::atomic<uint64_t>* sum : {&m_worked, &m_used, &m_helped, &m_waited, &m_ran})
        sum->store(0, std::memory_order_relaxed);
}

bool CoreShare::too_few(unsigned threads, Clock::time_point now) {
    // I/O-bound: threads that mostly wait for the state overlap their waits, however few the cores.
    const uint64_t waited = m_waited.load(std::memory_order_relaxed);
    const uint64_t ran = m_ran.load(std::memory_order_relaxed);
    if (waited >= nanoseconds(parallel::judged_help) && waited > ran) {
        m_believed_until = {};
        m_belief = parallel::shortest_belief;
        forget();
        return false;
    }
    if (ran >= nanoseconds(parallel::remembered)) {
        m_waited.store(0, std::memory_order_relaxed);
        m_ran.store(0, std::memory_order_relaxed);
    }
    if (now < m_believed_until) return true;
    const uint64_t worked = m_worked.load(std::memory_order_relaxed);
    const uint64_t helped = m_helped.load(std::memory_order_relaxed);
    if (worked < nanoseconds(parallel::judged_work) || helped < nanoseconds(parallel::judged_help))
        return false;
    const uint64_t used = m_used.load(std::memory_order_relaxed);
    forget();
    const double share = static_cast<double>(used) / static_cast<double>(worked);
    if (share * threads >= parallel::least_cores) {
        m_belief = parallel::shortest_belief;
        return false;
    }
    m_believed_until = now + m_belief;
    m_belief = std::min(2 * m_belief, Clock::duration{parallel::longest_belief});
    return true;
}

}  // namespace warpevm
