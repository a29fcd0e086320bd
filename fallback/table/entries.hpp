// SPDX-License-Identifier: Apache-2.0
// What the multi-version table keeps of an account and of a slot: the value as committed, and what
// transactions that are not committed yet did to it, by position.
#pragma once

#include <atomic>
#include <utility>

#include "evm/state/state_view.hpp"
#include "fallback/table/interner.hpp"
#include "fallback/table/spin_lock.hpp"
#include "fallback/table/version.hpp"

namespace warpevm {

/// One read of the state view for all threads: the first reads, the others wait. A read that failed leaves no
/// trace: those that waited read themselves.
class LoadOnce {
  public:
    [[nodiscard]] bool is_ready() const { return m_state.load(std::memory_order_acquire) == ready; }

    /// `load` answers whether it could be read; so does this.
    template <class Load>
    bool run(Load&& load) {
        for (;;) {
            const uint8_t state = m_state.load(std::memory_order_acquire);
            if (state == ready) return true;
            if (state == busy)
                m_state.wait(busy, std::memory_order_acquire);
            else if (Begun begun(*this); begun)
                return begun.finish(load());
        }
    }

    /// A load that the holder of this must finish; destroyed unfinished, it has failed.
    class Begun {
      public:
        explicit Begun(LoadOnce& load) : m_load(load.begin() ? &load : nullptr) {}
        Begun(Begun&& from) noexcept : m_load(std::exchange(from.m_load, nullptr)) {}
        Begun(const Begun&) = delete;
        Begun& operator=(const Begun&) = delete;
        ~Begun() { finish(false); }
        explicit operator bool() const { return m_load != nullptr; }
        bool finish(bool was_read) {
            if (m_load == nullptr) return was_read;
            m_load->m_state.store(was_read ? ready : untouched, std::memory_order_release);
            m_load->m_state.notify_all();
            m_load = nullptr;
            return was_read;
        }

      private:
        LoadOnce* m_load;
    };

  private:
    bool begin() {
        uint8_t state = untouched;
        return m_state.load(std::memory_order_relaxed) == untouched &&
               m_state.compare_exchange_strong(state, busy, std::memory_order_acquire);
    }

    static constexpr uint8_t untouched = 0, busy = 1, ready = 2;
    std::atomic<uint8_t> m_state{untouched};
};

struct alignas(64) AccountEntry {
    explicit AccountEntry(const Address& a) : address(a) {}
    [[nodiscard]] bool is(const Address& a) const { return address == a; }

    Branches branches{};  ///< the interner's
    const Address address;
    LoadOnce load;
    /// What the pre-state knew of the account; valid after `load`, and never that it failed. Absent: its
    /// storage is all new.
    Knowledge before = Knowledge::unknown;
    SpinLock lock;  // of the next two
    /// The pre-state's, once loaded, until a transaction that changes it commits.
    AccountState committed;
    /// Of transactions that are not committed; hardly ever more than one at a time.
    VersionTree<AccountVersion> versions;

    /// A block's fees go there: nearly every transaction adds to it and hardly any observes it. Until one
    /// does, an addition is deferred credit: it is not published as a version.
    std::atomic<bool> defers_credit{false};

    // The commit loop's own.
    uint32_t nonzero_slots = 0;  ///< of those that were committed since the window's start or the last wipe
    uint32_t changed_in = 0;     ///< the number of the block that changed it last
    uint32_t place = 0;          ///< among that block's changed accounts
    uint32_t moved_in = 0;       ///< the number of the stay on the table that changed it last
    bool assumed = false;        ///< reported as unknown and taken as absent
    uint32_t batch = 0;          ///< CommitBatch's run that changed it last
    uint32_t place_in_batch = 0;
};

/// A slot's key within a window.
struct SlotId {
    Row account;
    U256 key;
};

struct alignas(64) SlotEntry {
    explicit SlotEntry(const SlotId& id) : account(id.account), key(id.key) {}
    [[nodiscard]] bool is(const SlotId& id) const { return key == id.key && account == id.account; }

    Branches branches{};  ///< the interner's
    const Row account;
    uint32_t place_in_batch = 0;  // as in AccountEntry; here, it takes no room
    const U256 key;
    LoadOnce load;
    Knowledge before = Knowledge::unknown;  ///< valid after `load`
    SpinLock lock;                          // of committed_at, committed and versions
    uint32_t batch = 0;
    Position committed_at = 0;
    /// The pre-state's, once loaded, while committed_at is 0.
    U256 committed;
    VersionTree<SlotVersion> versions;

    // The commit loop's own.
    uint32_t changed_in = 0;
    uint32_t place = 0;  ///< among that block's changed slots
    uint32_t moved_in = 0;
    bool assumed = false;
};
static_assert(sizeof(AccountEntry) == 192 && sizeof(SlotEntry) == 128);

}  // namespace warpevm
