// SPDX-License-Identifier: Apache-2.0
#include "host/offload/lane_service.hpp"

#include <tbb/parallel_for.h>

#include <map>

#include "evm/vm/precompiles.hpp"
#include "host/offload/pack.hpp"

namespace warpevm {
namespace {

using kernel::lane_record;

constexpr size_t most_answer_bytes = size_t{1} << 31;
/// What a lane that asks for a code has paid at least for the account: a call (EIP-150), or its entry in an
/// access list (EIP-2930), which is less than a cold access.
uint64_t gas_of_access(Fork fork) {
    return fork < Fork::berlin ? 700 : 2400;
}

class Service {
  public:
    explicit Service(ServedTables& tables) : m_tables(tables) {}

    Bytes serve(std::span<ParkedLane> parked) {
        std::map<const StateView*, std::vector<ParkedLane*>> accounts, slots;
        std::vector<ParkedLane*> precompiles;
        for (ParkedLane& p : parked) {
            if (++p.lane->parks > m_tables.most_parks) {
                escalate(*p.lane, kernel::STATUS_ESCALATE_parks);
                continue;
            }
            switch (p.lane->status) {
                case kernel::STATUS_NEED_account: accounts[p.job->state].push_back(&p); break;
                case kernel::STATUS_NEED_slot: slots[p.job->state].push_back(&p); break;
                case kernel::STATUS_NEED_code: serve_code(p); break;
                case kernel::STATUS_NEED_block_hash: serve_block_hash(p); break;
                case kernel::STATUS_NEED_precompile: precompiles.push_back(&p); break;
                default: break;
            }
        }
        run_precompiles(precompiles);
        for (const auto& [view, lanes] : accounts) serve_accounts(*view, lanes);
        for (const auto& [view, lanes] : slots) serve_slots(*view, lanes);
        return std::move(m_answers);
    }

  private:
    static void escalate(lane_record& lane, kernel::kernel_status why) {
        lane.status = why;
        lane.answered = 0;
    }

    void answer(lane_record& lane, BytesView bytes) {
        if (m_answers.size() + bytes.size() > most_answer_bytes)
            return escalate(lane, kernel::STATUS_ESCALATE_device_memory);
        lane.answer_at = static_cast<uint32_t>(m_answers.size());
        lane.answer_size = static_cast<uint32_t>(bytes.size());
        lane.answered = 1;
        append(m_answers, bytes);
        m_answers.resize((m_answers.size() + 7) / 8 * 8);
    }
    template <class T>
    void answer_with(lane_record& lane, const T& value) {
        answer(lane, {reinterpret_cast<const uint8_t*>(&value), sizeof value});
    }

    void serve_accounts(const StateView& view, const std::vector<ParkedLane*>& lanes) {
        std::vector<Address> keys;
        keys.reserve(lanes.size());
        for (const ParkedLane* p : lanes) keys.push_back(p->lane->need_address);
        std::vector<Read<AccountRecord>> answers(keys.size());
        view.read_accounts(keys, answers);
        for (size_t i = 0; i < keys.size(); ++i) {
            const auto entry =
                account_entry_of(keys[i], answers[i], *m_tables.codes, m_tables.unknown_is_absent);
            if (entry)
                answer_with(*lanes[i]->lane, *entry);
            else
                escalate(*lanes[i]->lane, kernel::STATUS_ESCALATE_state);
        }
    }

    void serve_slots(const StateView& view, const std::vector<ParkedLane*>& lanes) {
        std::vector<SlotKey> keys;
        keys.reserve(lanes.size());
        for (const ParkedLane* p : lanes) keys.push_back({p->lane->need_address, p->lane->need_word});
        std::vector<Read<U256>> answers(keys.size());
        view.read_slots(keys, answers);
        for (size_t i = 0; i < keys.size(); ++i) {
            const Knowledge known = answers[i].knowledge;
            if (known == Knowledge::value)
                answer_with(*lanes[i]->lane, answers[i].value);
            else if (known == Knowledge::absent ||
                     (known == Knowledge::unknown && m_tables.unknown_is_absent))
                answer_with(*lanes[i]->lane, U256{});
            else
                escalate(*lanes[i]->lane, kernel::STATUS_ESCALATE_state);
        }
    }

    void serve_code(ParkedLane& p) {
        // The word holds the hash as it lies in memory.
        Hash hash;
        std::memcpy(hash.bytes.data(), p.lane->need_word.limb, sizeof hash);
        auto number = m_tables.codes->find(hash);
        if (!number) {
            const Read<BytesView> code = p.job->state->read_code(hash);
            if (code.knowledge != Knowledge::value) return escalate(*p.lane, kernel::STATUS_ESCALATE_state);
            number = m_tables.codes->add(hash, code.value);
        }
        if (!number) return escalate(*p.lane, kernel::STATUS_ESCALATE_device_memory);
        m_tables.codes->enter(*number, p.job->rules->fork, gas_of_access(p.job->rules->fork));
        p.lane->answer = *number;
        p.lane->answered = 1;
    }

    void serve_block_hash(ParkedLane& p) {
        kernel::environment_record& environment = (*m_tables.environments)[p.lane->environment];
        if (environment.hashes == WARPEVM_NONE) {
            environment.hashes = static_cast<uint32_t>(m_tables.hashes->size());
            m_tables.hashes->emplace_back();
        }
        const uint64_t number = p.lane->need_number;
        const Read<Hash> read = p.job->state->read_block_hash(number);
        if (read.knowledge == Knowledge::failed ||
            (read.knowledge == Knowledge::unknown && !m_tables.unknown_is_absent))
            return escalate(*p.lane, kernel::STATUS_ESCALATE_state);
        kernel::hash_window& window = (*m_tables.hashes)[environment.hashes];
        const auto place = static_cast<uint32_t>(number % 256);
        window.known[place / 32] |= 1U << (place % 32);
        window.hashes[place] = read.knowledge == Knowledge::value ? read.value : Hash{};
        m_tables.environments_changed = true;
        p.lane->answered = 1;
    }

    /// Pure, so on all cores.
    void run_precompiles(const std::vector<ParkedLane*>& lanes) {
        std::vector<Bytes> outputs(lanes.size());
        const auto run = [&](size_t i) {
            lane_record& lane = *lanes[i]->lane;
            const Fork fork = lanes[i]->job->rules->fork;
            const Precompile* precompile = find_precompile(lane.need_address, fork);
            const BytesView input = lanes[i]->input;
            lane.answer = 0;
            lane.answer_gas = 0;
            const uint64_t gas = precompile->gas(input, fork);
            if (gas <= lane.need_gas && precompile->run(input, fork, outputs[i])) {
                lane.answer = 1;
                lane.answer_gas = lane.need_gas - gas;
            } else {
                outputs[i].clear();
            }
        };
        if (lanes.size() == 1)
            run(0);
        else
            tbb::parallel_for(size_t{0}, lanes.size(), run);
        for (size_t i = 0; i < lanes.size(); ++i) answer(*lanes[i]->lane, outputs[i]);
    }

    ServedTables& m_tables;
    Bytes m_answers;
};

}  // namespace

Bytes serve_lanes(std::span<ParkedLane> parked, ServedTables& tables) {
    return Service(tables).serve(parked);
}

}  // namespace warpevm
