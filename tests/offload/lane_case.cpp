// SPDX-License-Identifier: Apache-2.0
#include "tests/offload/lane_case.hpp"

#include <cstdlib>
#include <map>

#include "evm/base/hex.hpp"
#include "evm/chain/transaction_execution.hpp"
#include "host/device/device_programs.hpp"
#include "host/device/devices.hpp"
#include "host/device/program_sources.hpp"

namespace warpevm::test {
namespace {

/// The account after an effect; nothing: it does not exist.
std::optional<AccountRecord> after(const Read<AccountRecord>& before, const account_effect& e, Fork fork) {
    AccountRecord a = before.value;
    a.balance = a.balance + e.delta;
    if ((e.flags & WROTE_NONCE) != 0) a.nonce = e.nonce;
    if ((e.flags & WROTE_CODE) != 0) a.code_hash = e.code_hash;
    const bool empty = a.nonce == 0 && a.balance.is_zero() && a.code_hash == empty_code_hash;
    const bool clears = fork >= Fork::spurious_dragon;  // EIP-161
    if ((e.flags & WIPED) != 0 || (clears && (e.flags & TOUCHED) != 0 && empty)) return std::nullopt;
    return a;
}

class DiffMaker {
  public:
    DiffMaker(const OffloadResults& results, size_t number, const OffloadJob& job)
        : m_results(results),
          m_record(results.records[number]),
          m_number(number),
          m_state(*job.state),
          m_fork(job.rules->fork) {}

    StateDiff make() {
        const record_range& slots = m_record.slot_effects;
        for (uint32_t i = slots.first; i < slots.first + slots.count; ++i) {
            const SlotKey key = m_results.slot(m_results.slot_effects[i].row);
            m_slots[key.address][key.slot] = m_results.slot_effects[i].value;
        }
        const record_range& accounts = m_record.account_effects;
        for (uint32_t i = accounts.first; i < accounts.first + accounts.count; ++i) {
            const account_effect& e = m_results.account_effects[i];
            EXPECT_TRUE(m_effects.emplace(m_results.account(e.row), e).second) << "two effects on an account";
        }
        for (const auto& [address, written] : m_slots) m_effects.try_emplace(address);
        for (const auto& [address, effect] : m_effects) add(address, effect);
        return std::move(m_diff);
    }

  private:
    void add(const Address& address, const account_effect& effect) {
        const Read<AccountRecord> before = m_state.read_account(address);
        const bool existed = before.knowledge == Knowledge::value;
        const auto now = after(before, effect, m_fork);
        AccountChange change{.address = address,
                             .exists = now.has_value(),
                             .first_slot = static_cast<uint32_t>(m_diff.slots.size())};
        if (now) {
            change.nonce = now->nonce;
            change.balance = now->balance;
            change.code_hash = now->code_hash;
            for (const auto& [slot, value] : m_slots[address]) m_diff.slots.push_back({slot, value});
            change.slot_count = static_cast<uint32_t>(m_diff.slots.size()) - change.first_slot;
        }
        const bool same =
            change.exists == existed && change.slot_count == 0 &&
            (!now || (now->nonce == before.value.nonce && now->balance == before.value.balance &&
                      now->code_hash == before.value.code_hash));
        if (same) return;
        m_diff.accounts.push_back(change);
        if (now && now->code_hash != empty_code_hash && now->code_hash != before.value.code_hash)
            add_code(now->code_hash);
    }

    void add_code(const Hash& hash) {
        const record_range& codes = m_results.codes_of[m_number];
        for (uint32_t i = codes.first; i < codes.first + codes.count; ++i) {
            const kernel::deployed_code& code = m_results.codes[i];
            if (code.hash == hash) {
                m_codes[hash] = BytesView(m_results.code_bytes).subspan(code.at, code.size);
                m_diff.codes.clear();
                m_diff.code_bytes.clear();
                for (const auto& [h, bytes] : m_codes) {
                    m_diff.codes.push_back({h, static_cast<uint32_t>(m_diff.code_bytes.size()),
                                            static_cast<uint32_t>(bytes.size())});
                    append(m_diff.code_bytes, bytes);
                }
                return;
            }
        }
        ADD_FAILURE() << "no bytes of code " << to_hex(hash);
    }

    const OffloadResults& m_results;
    const transaction_record& m_record;
    size_t m_number;
    const StateView& m_state;
    const Fork m_fork;
    std::map<Address, std::map<U256, U256>> m_slots;
    std::map<Address, account_effect> m_effects;
    std::map<Hash, BytesView> m_codes;
    StateDiff m_diff;
};

bool holds(const account_observation& o, const Read<AccountRecord>& read) {
    const AccountRecord& a = read.value;
    const bool dead = a.nonce == 0 && a.balance.is_zero() && a.code_hash == empty_code_hash;
    const auto has = [&](uint32_t flag) { return (o.flags & flag) != 0; };
    if (has(OBSERVED_BALANCE) ? a.balance != o.balance : a.balance < o.balance) return false;
    if (has(OBSERVED_BELOW) && a.balance >= o.below) return false;
    if (has(OBSERVED_NONCE) && a.nonce != o.nonce) return false;
    if (has(OBSERVED_CODE) && a.code_hash != o.code_hash) return false;
    if (has(OBSERVED_STORAGE) && a.has_storage != has(HAD_STORAGE)) return false;
    if (has(OBSERVED_EXISTENCE) && (read.knowledge == Knowledge::value) != has(EXISTED)) return false;
    return !(has(OBSERVED_DEAD) && !dead) && !(has(OBSERVED_ALIVE) && dead);
}

}  // namespace

void PrintTo(const Executed& executed, std::ostream* out) {
    *out << (executed.success ? "success" : "failure") << ", gas " << executed.gas_used << ", "
         << executed.diff.to_json();
    for (const auto& [address, topics, data] : executed.logs) {
        *out << "\nlog of " << to_hex(address);
        for (const Hash& topic : topics) *out << " " << to_hex(topic);
        *out << ": " << to_hex(data);
    }
}

std::optional<Executed> execute_on_cpu(ExecutionContext& context, const OffloadJob& job) {
    const CodeCache::Lease lease = context.codes().lease();
    Executed done;
    Logs logs;
    Journal<false> journal(*job.state, context.codes());
    Machine<false> machine(journal, context.buffers(), logs, *job.rules, *job.environment);
    machine.set_interpreter(context.interpreter);
    journal.begin_block(job.rules->fork >= Fork::spurious_dragon);
    const TransactionOutcome outcome = execute_transaction(machine, {.tx = job.tx, .sender = job.sender},
                                                           {.gas = ~uint64_t{0}, .blob_gas = ~uint64_t{0}});
    if (journal.missing().error || outcome.invalid.code != ErrorCode::none) return std::nullopt;
    done.success = outcome.success;
    done.gas_used = outcome.gas_used;
    done.diff = journal.diff();
    for (size_t i = 0; i < logs.size(); ++i) {
        const auto topics = logs.topics(logs[i]);
        const auto data = logs.data(logs[i]);
        done.logs.emplace_back(logs[i].address, std::vector<Hash>(topics.begin(), topics.end()),
                               Bytes(data.begin(), data.end()));
    }
    return done;
}

Executed executed_in_lane(const OffloadResults& results, size_t number, const OffloadJob& job) {
    const transaction_record& record = results.records[number];
    Executed done;
    done.success = (record.flags & RECORD_SUCCESS) != 0;
    done.gas_used = record.gas_used;
    done.diff = DiffMaker(results, number, job).make();
    for (uint32_t i = record.logs.first; i < record.logs.first + record.logs.count; ++i) {
        const log_record& log = results.logs[i];
        const auto topics = std::span(results.topics).subspan(log.first_topic, log.topic_count);
        const auto data = std::span(results.log_bytes).subspan(log.data_offset, log.data_size);
        done.logs.emplace_back(log.address, std::vector<Hash>(topics.begin(), topics.end()),
                               Bytes(data.begin(), data.end()));
    }
    return done;
}

bool observations_hold(const OffloadResults& results, size_t number, const StateView& state) {
    const transaction_record& record = results.records[number];
    const record_range& accounts = record.account_observations;
    for (uint32_t i = accounts.first; i < accounts.first + accounts.count; ++i) {
        const account_observation& o = results.account_observations[i];
        if (!holds(o, state.read_account(results.account(o.row)))) return false;
    }
    const record_range& slots = record.slot_observations;
    for (uint32_t i = slots.first; i < slots.first + slots.count; ++i) {
        const slot_observation& o = results.slot_observations[i];
        if (state.read_slot(results.slot(o.row)).value != o.value) return false;
    }
    return true;
}

LaneRunner::LaneRunner(const std::string& kind, OffloadOptions options, Transfers transfers) {
    std::string build;
    if (const char* images = std::getenv("WARPEVM_IMAGES"))
        options.images = std::string_view(images) == "never" ? Images::never : Images::always;
    if (kind == "native") {
        m_device = open_native_device();
    } else {
        const DeviceSearch search = find_devices();
        if (search.found.empty())
            std::printf("left out: no OpenCL device: %s\n", search.none_because.c_str());
        for (const FoundDevice& found : search.found) {
            if (!found.info.refused.empty()) continue;
            auto opened = found.open();
            if (!opened) continue;
            m_device = std::move(*opened);
            build = build_options(found.info);
            break;
        }
    }
    if (!m_device) return;
    const auto make = [&](std::string_view name) -> ProgramPtr {
        const ProgramSource* source = find_program_source(name);
        auto program = m_device->build({.name = source->name, .source = source->text, .options = build});
        if (program) return std::move(*program);
        ADD_FAILURE() << to_string(program.error());
        return nullptr;
    };
    const ProgramPtr program = make("evm");
    const ProgramPtr own = transfers == Transfers::by_own_program ? make("transfers") : nullptr;
    if (program) m_offload = std::make_unique<Offload>(*m_device, program, std::move(options), own);
}

OffloadResults LaneRunner::run(std::span<const OffloadJob> jobs, const Offload::OnFinal& on_final,
                               const std::function<bool()>& is_wanted) {
    auto results = m_offload->run(jobs, on_final, is_wanted);
    if (results) return std::move(*results);
    ADD_FAILURE() << to_string(results.error());
    OffloadResults none;
    none.statuses.resize(jobs.size(), kernel::STATUS_ESCALATE_device_memory);
    return none;
}

void Tally::add(const Tally& other) {
    for (const auto& [end, count] : other.ends) ends[end] += count;
    equal += other.equal;
    different += other.different;
    invalid += other.invalid;
    parks += other.parks;
    launches += other.launches;
}

void compare_with_cpu(LaneRunner& lanes, ExecutionContext& context, std::span<const OffloadJob> jobs,
                      Tally& tally, bool must_finish) {
    const OffloadResults results = lanes.run(jobs);
    tally.parks += results.parks;
    tally.launches += results.launches;
    for (size_t i = 0; i < jobs.size(); ++i) {
        const testing::ScopedTrace trace(__FILE__, __LINE__, "job " + std::to_string(i));
        const auto expected = execute_on_cpu(context, jobs[i]);
        const bool done = results.statuses[i] == kernel::STATUS_done;
        if (!expected) {
            ++tally.invalid;
            // The lane assumes the sender's nonce; then its observations fail.
            EXPECT_TRUE(!done || !observations_hold(results, i, *jobs[i].state)) << "the CPU rejects it";
            continue;
        }
        ++tally.ends[std::string(name(results.statuses[i]))];
        if (!done) {
            EXPECT_FALSE(must_finish) << name(results.statuses[i]);
            continue;
        }
        const Executed got = executed_in_lane(results, i, jobs[i]);
        const bool same = got == *expected;
        ++(same ? tally.equal : tally.different);
        EXPECT_EQ(got, *expected);
        EXPECT_TRUE(observations_hold(results, i, *jobs[i].state)) << "observed what is not so";
    }
}

}  // namespace warpevm::test
