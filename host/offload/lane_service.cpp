// SPDX-License-Identifier: Apache-2.0
#include "host/offload/lane_service.hpp"

#include <tbb/parallel_for.h>

#include <map>

#include "evm/vm/precompiles.hpp"

namespace warpevm {
namespace {

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
    static void escalate(HostLane& lane, kernel::kernel_status why) { lane.status = why; }

    /// `at`: as lane_need says.
    static void go_on(HostLane& lane, size_t at) {
        lane.at = static_cast<uint32_t>(at);
        lane.is_runnable = true;
    }
    /// Where the next answer goes; the lane escalates if it is too large.
    void answer(HostLane& lane, BytesView bytes) {
        if (m_answers.size() + bytes.size() > most_answer_bytes)
            return escalate(lane, kernel::STATUS_ESCALATE_device_memory);
        go_on(lane, m_answers.size());
        append(m_answers, bytes);
        m_answers.resize((m_answers.size() + 7) / 8 * 8);
    }

    void serve_accounts(const StateView& view, const std::vector<ParkedLane*>& lanes) {
        std::vector<Address> keys;
        keys.reserve(lanes.size());
        for (const ParkedLane* p : lanes) keys.push_back(p->lane->need.address);
        std::vector<Read<AccountRecord>> answers(keys.size());
        view.read_accounts(keys, answers);
        for (size_t i = 0; i < keys.size(); ++i) {
            const auto given =
                given_account_of(keys[i], answers[i], *m_tables.codes, m_tables.unknown_is_absent);
            Bytes bytes;
            if (given) given->append_to(bytes);
            if (given)
                answer(*lanes[i]->lane, bytes);
            else
                escalate(*lanes[i]->lane, kernel::STATUS_ESCALATE_state);
        }
    }

    void serve_slots(const StateView& view, const std::vector<ParkedLane*>& lanes) {
        std::vector<SlotKey> keys;
        keys.reserve(lanes.size());
        for (const ParkedLane* p : lanes) keys.push_back({p->lane->need.address, p->lane->need.key});
        std::vector<Read<U256>> answers(keys.size());
        view.read_slots(keys, answers);
        for (size_t i = 0; i < keys.size(); ++i) {
            const Knowledge known = answers[i].knowledge;
            const bool is_known = known == Knowledge::value || known == Knowledge::absent ||
                                  (known == Knowledge::unknown && m_tables.unknown_is_absent);
            const U256 value = known == Knowledge::value ? answers[i].value : U256{};
            if (is_known)
                answer(*lanes[i]->lane, {reinterpret_cast<const uint8_t*>(&value), sizeof value});
            else
                escalate(*lanes[i]->lane, kernel::STATUS_ESCALATE_state);
        }
    }

    void serve_code(ParkedLane& p) {
        // The word holds the hash as it lies in memory.
        Hash hash;
        std::memcpy(hash.bytes.data(), p.lane->need.key.limb, sizeof hash);
        auto number = m_tables.codes->find(hash);
        if (!number) {
            const Read<BytesView> code = p.job->state->read_code(hash);
            if (code.knowledge != Knowledge::value) return escalate(*p.lane, kernel::STATUS_ESCALATE_state);
            number = m_tables.codes->add(hash, code.value);
        }
        if (!number) return escalate(*p.lane, kernel::STATUS_ESCALATE_device_memory);
        m_tables.codes->enter(*number, p.job->rules->fork, gas_of_access(p.job->rules->fork));
        go_on(*p.lane, *number);
    }

    void serve_block_hash(ParkedLane& p) {
        kernel::environment_record& environment = (*m_tables.environments)[p.lane->environment];
        if (environment.hashes == WARPEVM_NONE) {
            environment.hashes = static_cast<uint32_t>(m_tables.hashes->size());
            m_tables.hashes->emplace_back();
        }
        const uint64_t number = p.lane->need.key.limb[0];
        const Read<Hash> read = p.job->state->read_block_hash(number);
        if (read.knowledge == Knowledge::failed ||
            (read.knowledge == Knowledge::unknown && !m_tables.unknown_is_absent))
            return escalate(*p.lane, kernel::STATUS_ESCALATE_state);
        kernel::hash_window& window = (*m_tables.hashes)[environment.hashes];
        const auto place = static_cast<uint32_t>(number % 256);
        window.known[place / 32] |= 1U << (place % 32);
        window.hashes[place] = read.knowledge == Knowledge::value ? read.value : Hash{};
        m_tables.environments_changed = true;
        go_on(*p.lane, 0);
    }

    /// Pure, so on all cores.
    void run_precompiles(const std::vector<ParkedLane*>& lanes) {
        std::vector<Bytes> answers(lanes.size());
        const auto run = [&](size_t i) {
            const kernel::lane_need& need = lanes[i]->lane->need;
            const Fork fork = lanes[i]->job->rules->fork;
            const Precompile* precompile = find_precompile(need.address, fork);
            const BytesView input = lanes[i]->input;
            kernel::precompile_answer head{};
            Bytes output;
            const uint64_t gas = precompile->gas(input, fork);
            if (gas <= need.gas && precompile->run(input, fork, output)) {
                head.succeeded = 1;
                head.gas = need.gas - gas;
                head.size = static_cast<uint32_t>(output.size());
            } else {
                output.clear();
            }
            append(answers[i], {reinterpret_cast<const uint8_t*>(&head), sizeof head});
            append(answers[i], output);
        };
        if (lanes.size() == 1)
            run(0);
        else
            tbb::parallel_for(size_t{0}, lanes.size(), run);
        for (size_t i = 0; i < lanes.size(); ++i) answer(*lanes[i]->lane, answers[i]);
    }

    ServedTables& m_tables;
    Bytes m_answers;
};

}  // namespace

Bytes serve_lanes(std::span<ParkedLane> parked, ServedTables& tables) {
    return Service(tables).serve(parked);
}

}  // namespace warpevm
