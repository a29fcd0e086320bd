// SPDX-License-Identifier: Apache-2.0
// A caller's state view as executors ask it: what it throws has become a failed read, so that no exception of
// a store passes through the machine or ends a thread.
#pragma once

#include <exception>
#include <mutex>
#include <string>

#include "evm/state/state_view.hpp"

namespace warpevm {

class GuardedView final : public StateView {
  public:
    explicit GuardedView(const StateView& state) : m_state(state) {}

    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override {
        guard(answers, [&] { m_state.read_accounts(keys, answers); });
    }
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
        guard(answers, [&] { m_state.read_slots(keys, answers); });
    }
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        guard(answers, [&] { m_state.read_codes(hashes, answers); });
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        Read<Hash> answer;
        guard(std::span(&answer, 1), [&] { answer = m_state.read_block_hash(number); });
        return answer;
    }

    /// The first exception, or null.
    [[nodiscard]] std::exception_ptr thrown() const {
        const std::lock_guard held(m_mutex);
        return m_thrown;
    }

  private:
    template <class Answer, class ReadAll>
    void guard(std::span<Answer> answers, ReadAll read_all) const noexcept {
        try {
            return read_all();
        } catch (...) {
            const std::lock_guard held(m_mutex);
            if (!m_thrown) m_thrown = std::current_exception();
        }
        for (Answer& answer : answers) answer = {Knowledge::failed, {}};
    }

    const StateView& m_state;
    mutable std::mutex m_mutex;
    mutable std::exception_ptr m_thrown;
};

}  // namespace warpevm
