// SPDX-License-Identifier: Apache-2.0
#include "host/offload/transfers.hpp"

#include <array>

#include "evm/chain/envelope.hpp"
#include "evm/vm/precompiles.hpp"

namespace warpevm {
namespace {

using kernel::PARTY_BENEFICIARY;
using kernel::PARTY_COUNT;
using kernel::PARTY_RECIPIENT;
using kernel::PARTY_SENDER;

/// Work-items of a group: the kernel is short and branches little.
constexpr uint32_t group_size = 64;

#define WARPEVM_TRY(call) \
    if (auto tried = (call); !tried) return tl::unexpected(tried.error())

bool is_valid(const OffloadJob& job) {
    const Transaction& tx = *job.tx;
    const bool pays_base_fee =
        job.rules->fork < Fork::london || tx.max_fee_per_gas >= job.environment->base_fee;
    return tx.gas_limit >> 63 == 0 && pays_base_fee && check(job) && worst_cost(tx);
}

/// The account's code as a reference; nothing where the account is not known.
std::optional<uint32_t> code_of(const Read<AccountRecord>& read, bool unknown_is_absent) {
    if (read.knowledge == Knowledge::failed) return std::nullopt;
    if (read.knowledge == Knowledge::unknown && !unknown_is_absent) return std::nullopt;
    return read.value.code_hash == empty_code_hash ? kernel::CODE_EMPTY : kernel::CODE_NOT_LOADED;
}

}  // namespace

bool may_be_transfer(const OffloadJob& job) {
    const Transaction& tx = *job.tx;
    const Fork fork = job.rules->fork;
    const bool has_type =
        tx.type == TxType::legacy || tx.type == TxType::access_list || tx.type == TxType::dynamic_fee;
    // An empty precompile as the beneficiary may keep its touch (RIPEMD-160's); rare enough for evm.cl.
    return has_type && tx.to && tx.access_list.empty() && find_precompile(*tx.to, fork) == nullptr &&
           find_precompile(job.environment->beneficiary, fork) == nullptr;
}

/// Jobs with a transfer each.
class Transfers::Packed {
  public:
    /// False where it is no plain transfer, or is for evm.cl to refuse.
    bool add(size_t number, const OffloadJob& job, bool unknown_is_absent) {
        const Transaction& tx = *job.tx;
        // Many in a row call the same contract: its code would keep each from being a plain transfer. Only of
        // what looks like a call, since jobs may have pre-states of their own.
        if (tx.to && tx.data.size() >= 4 && *tx.to == m_last_contract) return false;
        if (!may_be_transfer(job) || !is_valid(job)) return false;
        const std::array<Address, PARTY_COUNT> parties{job.sender, *tx.to, job.environment->beneficiary};
        std::array<Read<AccountRecord>, PARTY_COUNT> reads;
        job.state->read_accounts(parties, reads);
        kernel::transfer_record t{};
        for (size_t p = 0; p < PARTY_COUNT; ++p) {
            const auto code = code_of(reads[p], unknown_is_absent);
            if (!code) return false;
            // A sender or recipient with code is for evm.cl; the lane looks once more.
            if (p != PARTY_BENEFICIARY && *code != kernel::CODE_EMPTY) {
                if (p == PARTY_RECIPIENT) m_last_contract = *tx.to;
                return false;
            }
            if (p != PARTY_BENEFICIARY) t.codes[p] = *code;
            if (reads[p].knowledge == Knowledge::value) t.balances[p] = reads[p].value.balance;
        }
        const Rules& rules = *job.rules;
        const U256& base_fee = job.environment->base_fee;
        t.value = tx.value;
        t.gas_price = effective_gas_price(tx, base_fee);
        t.tip = beneficiary_fee(1, t.gas_price, rules, base_fee);
        t.worst_cost = *worst_cost(tx);
        t.nonce = job.is_call ? reads[PARTY_SENDER].value.nonce : tx.nonce;
        if (t.nonce == ~uint64_t{0}) return false;
        t.intrinsic_gas = intrinsic_gas(tx, rules.fork);
        t.floor_gas = floor_gas(tx, rules.fork);
        t.recipient = parties[PARTY_RECIPIENT] == job.sender ? PARTY_SENDER : PARTY_RECIPIENT;
        t.beneficiary = PARTY_BENEFICIARY;
        for (uint32_t p = PARTY_RECIPIENT + 1; p-- > 0;)
            if (parties[PARTY_BENEFICIARY] == parties[p]) t.beneficiary = p;
        m_transfers.push_back(t);
        m_numbers.push_back(number);
        m_keys.insert(m_keys.end(), parties.begin(), parties.end());
        m_beneficiary_first.push_back(rules.at_least(Fork::shanghai));
        return true;
    }
    [[nodiscard]] size_t size() const { return m_transfers.size(); }

    std::vector<kernel::transfer_record> m_transfers;
    std::vector<size_t> m_numbers;           ///< each one's job
    std::vector<Address> m_keys;             ///< PARTY_COUNT each
    std::vector<bool> m_beneficiary_first;   ///< it is read before the recipient (EIP-3651)
    std::optional<Address> m_last_contract;  ///< a recipient that had code; whatever calls it is for evm.cl
};

DeviceResult<void> Transfers::reserve(BufferPtr& buffer, size_t bytes) {
    if (buffer && buffer->size() >= bytes) return {};
    buffer.reset();
    auto made = m_device.allocate(bytes, BufferKind::device);
    if (!made) return tl::unexpected(made.error());
    buffer = std::move(*made);
    return {};
}

DeviceResult<void> Transfers::launch(const Packed& packed, uint32_t first_key, Traffic& traffic) {
    const size_t count = packed.size();
    m_read_results.resize(count);
    m_read_observations.resize(kernel::TRANSFER_OBSERVATIONS * count);
    m_read_effects.resize(kernel::TRANSFER_EFFECTS * count);
    const auto bytes = [](auto& column) {
        return std::span(reinterpret_cast<uint8_t*>(column.data()), column.size() * sizeof(column[0]));
    };
    const size_t size = count * sizeof(kernel::transfer_record);
    WARPEVM_TRY(reserve(m_transfers, size));
    WARPEVM_TRY(reserve(m_results, bytes(m_read_results).size()));
    WARPEVM_TRY(reserve(m_observations, bytes(m_read_observations).size()));
    WARPEVM_TRY(reserve(m_effects, bytes(m_read_effects).size()));
    WARPEVM_TRY(
        m_device.write(*m_transfers, 0, {reinterpret_cast<const uint8_t*>(packed.m_transfers.data()), size}));
    const std::array<KernelArgument, 6> arguments{
        m_transfers.get(), m_results.get(), m_observations.get(),
        m_effects.get(),   first_key,       static_cast<uint32_t>(count)};
    const auto event = m_device.launch(
        Queue::compute, *m_program,
        {.kernel = "transfers_run", .items = count, .group_size = group_size, .arguments = arguments}, {});
    if (!event) return tl::unexpected(event.error());
    WARPEVM_TRY(m_device.wait(*event));
    if (const auto seconds = m_device.seconds(*event)) m_counts.kernel_seconds += *seconds;
    WARPEVM_TRY(m_device.read(*m_results, 0, bytes(m_read_results)));
    WARPEVM_TRY(m_device.read(*m_observations, 0, bytes(m_read_observations)));
    WARPEVM_TRY(m_device.read(*m_effects, 0, bytes(m_read_effects)));
    traffic.envelopes += size;
    traffic.results +=
        bytes(m_read_results).size() + bytes(m_read_observations).size() + bytes(m_read_effects).size();
    m_counts.transfers += count;
    ++m_counts.launches;
    return {};
}

/// False where a record refers to what is not there.
bool Transfers::append(const Packed& packed, uint32_t first_key, OffloadResults& to) const {
    const auto size = [](const auto& column) { return static_cast<uint32_t>(column.size()); };
    to.accounts.insert(to.accounts.end(), packed.m_keys.begin(), packed.m_keys.end());
    for (size_t i = 0; i < packed.size(); ++i) {
        const kernel::transfer_result& r = m_read_results[i];
        const size_t job = packed.m_numbers[i];
        if (r.status >= kernel::STATUS_COUNT || r.observations > kernel::TRANSFER_OBSERVATIONS ||
            r.effects > kernel::TRANSFER_EFFECTS)
            return false;
        to.statuses[job] = static_cast<kernel::kernel_status>(r.status);
        if (r.status != kernel::STATUS_done) continue;
        const uint32_t key = first_key + PARTY_COUNT * static_cast<uint32_t>(i);
        const auto is_own = [&](uint32_t row) { return (row & ~ROW_IS_NEW_KEY) - key < PARTY_COUNT; };
        if (!to.call_ends.empty()) to.call_ends[job].is_told = true;  // with no output
        transaction_record& record = to.records[job];
        record.gas_used = r.gas_used;
        record.flags = RECORD_SUCCESS;
        record.account_observations = {size(to.account_observations), r.observations};
        record.account_effects = {size(to.account_effects), r.effects};
        for (uint32_t k = 0; k < r.observations; ++k)
            to.account_observations.push_back(m_read_observations[kernel::TRANSFER_OBSERVATIONS * i + k]);
        for (uint32_t k = 0; k < r.effects; ++k)
            to.account_effects.push_back(m_read_effects[kernel::TRANSFER_EFFECTS * i + k]);
        for (const account_observation& o : std::span(to.account_observations).last(r.observations))
            if (!is_own(o.row)) return false;
        for (const account_effect& e : std::span(to.account_effects).last(r.effects))
            if (!is_own(e.row)) return false;
        record.accounts_read.first = size(to.accounts_read);
        const auto read = [&](uint32_t party) {
            const uint32_t row = ROW_IS_NEW_KEY | (key + party);
            for (uint32_t k = record.accounts_read.first; k < to.accounts_read.size(); ++k)
                if (to.accounts_read[k] == row) return;
            to.accounts_read.push_back(row);
        };
        const kernel::transfer_record& t = packed.m_transfers[i];
        read(PARTY_SENDER);
        if (packed.m_beneficiary_first[i]) read(t.beneficiary);
        read(t.recipient);
        read(t.beneficiary);
        record.accounts_read.count = size(to.accounts_read) - record.accounts_read.first;
    }
    return true;
}

DeviceResult<std::vector<size_t>> Transfers::run(std::span<const OffloadJob> jobs, bool unknown_is_absent,
                                                 Recorder recorder, OffloadResults& results) {
    Packed packed;
    std::vector<size_t> others;
    {
        auto stretch = recorder.record(Verb::pack, 0);
        for (size_t i = 0; i < jobs.size(); ++i)
            if (!packed.add(i, jobs[i], unknown_is_absent)) others.push_back(i);
        stretch.set_transactions(packed.size());
    }
    if (packed.size() == 0) return others;
    auto stretch = recorder.record(Verb::dispatch, packed.size());
    const auto first_key = static_cast<uint32_t>(results.accounts.size());
    WARPEVM_TRY(launch(packed, first_key, results.traffic));
    ++results.launches;
    stretch.count_launch();
    if (!append(packed, first_key, results))
        return tl::unexpected(DeviceError{DeviceFault::wrong_answer, m_device.info().name, "transfers_run",
                                          "a result that can't be"});
    return others;
}

#undef WARPEVM_TRY

}  // namespace warpevm
