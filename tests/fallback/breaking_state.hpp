// SPDX-License-Identifier: Apache-2.0
// A state view that breaks at a read that a test chooses, and says whether anybody is still inside.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <new>
#include <stdexcept>
#include <thread>

#include "evm/state/state_view.hpp"

namespace warpevm::test {

enum class ReadKind : uint8_t { account, slot, code, block_hash };
inline constexpr ReadKind read_kinds[] = {ReadKind::account, ReadKind::slot, ReadKind::code,
                                          ReadKind::block_hash};
enum class Breaks : uint8_t { says_failed, throws, throws_bad_alloc, throws_a_number };
inline constexpr Breaks ways_to_break[] = {Breaks::says_failed, Breaks::throws, Breaks::throws_bad_alloc,
                                           Breaks::throws_a_number};

class BreakingState final : public StateView {
  public:
    struct Plan {
        /// Whether the read number `n` of its kind (from 1) breaks, and for tests that go by the key: which
        /// slot is asked for.
        std::function<bool(ReadKind, uint64_t n, const SlotKey* slot)> at;
        Breaks how = Breaks::throws;
        std::chrono::microseconds each{0};  ///< what a call takes
    };
    BreakingState(const StateView& state, Plan plan) : m_state(state), m_plan(std::move(plan)) {}

    void read_accounts(std::span<const Address> keys, std::span<Read<AccountRecord>> answers) const override {
        const Inside inside(*this);
        m_state.read_accounts(keys, answers);
        for (auto& answer : answers) count(ReadKind::account, answer, nullptr);
    }
    void read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const override {
        const Inside inside(*this);
        m_state.read_slots(keys, answers);
        for (size_t i = 0; i < keys.size(); ++i) count(ReadKind::slot, answers[i], &keys[i]);
    }
    void read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const override {
        const Inside inside(*this);
        m_state.read_codes(hashes, answers);
        for (auto& answer : answers) count(ReadKind::code, answer, nullptr);
    }
    [[nodiscard]] Read<Hash> read_block_hash(uint64_t number) const override {
        const Inside inside(*this);
        Read<Hash> answer = m_state.read_block_hash(number);
        count(ReadKind::block_hash, answer, nullptr);
        return answer;
    }

    [[nodiscard]] uint64_t reads(ReadKind kind) const { return m_reads[static_cast<size_t>(kind)]; }
    [[nodiscard]] uint64_t broken() const { return m_broken; }
    [[nodiscard]] unsigned inside() const { return m_inside; }

  private:
    struct Inside {
        explicit Inside(const BreakingState& state) : s(state) {
            ++s.m_inside;
            if (s.m_plan.each.count() != 0) std::this_thread::sleep_for(s.m_plan.each);
        }
        ~Inside() { --s.m_inside; }
        const BreakingState& s;
    };
    template <class T>
    void count(ReadKind kind, Read<T>& answer, const SlotKey* slot) const {
        if (!m_plan.at(kind, ++m_reads[static_cast<size_t>(kind)], slot)) return;
        ++m_broken;
        switch (m_plan.how) {
            case Breaks::says_failed: answer = {Knowledge::failed, {}}; break;
            case Breaks::throws: throw std::runtime_error("the disk is gone");
            case Breaks::throws_bad_alloc: throw std::bad_alloc();
            case Breaks::throws_a_number: throw 42;
        }
    }

    const StateView& m_state;
    const Plan m_plan;
    mutable std::array<std::atomic<uint64_t>, 4> m_reads{};
    mutable std::atomic<uint64_t> m_broken{0};
    mutable std::atomic<unsigned> m_inside{0};
};

}  // namespace warpevm::test
