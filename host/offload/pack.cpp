// SPDX-License-Identifier: Apache-2.0
#include "host/offload/pack.hpp"

#include "evm/chain/envelope.hpp"
#include "evm/chain/validity.hpp"
#include "evm/codec/signature.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/vm/machine.hpp"
#include "evm/vm/precompiles.hpp"
#include "host/offload/names.hpp"

namespace warpevm {
namespace {

using kernel::kernel_status;

/// EIP-7702: PER_EMPTY_ACCOUNT_COST - PER_AUTH_BASE_COST, as evm/chain/transaction_execution.cpp has it.
constexpr uint64_t existing_authority_refund = 12500;
/// Entries, call data and what else a job brings must be counted with 32 bits, over a whole batch.
constexpr size_t most_input_bytes = size_t{1} << 31;

template <class T>
void append_all(Bytes& inputs, std::span<const T> values) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
    inputs.insert(inputs.end(), bytes, bytes + values.size_bytes());
}

/// Numbers of an envelope, each in as many 32-bit words as it has.
struct Numbers {
    uint32_t sizes = 0, count = 0;
    std::array<uint32_t, 8 * 5> words{};

    void add(kernel::envelope_number which, const U256& number) {
        uint32_t size = 8;
        while (size > 0 && word(number, size - 1) == 0) --size;
        for (uint32_t i = 0; i < size; ++i) words[count++] = word(number, i);
        sizes |= size << (4 * which);
    }
    static uint32_t word(const U256& number, uint32_t i) {
        return static_cast<uint32_t>(number.limb[i / 2] >> (32 * (i % 2)));
    }
};

kernel::environment_record environment_of(const Rules& rules, const BlockEnvironment& block) {
    kernel::environment_record e{};
    e.base_fee = block.base_fee;
    e.difficulty_or_randao = block.difficulty_or_randao;
    if (rules.at_least(Fork::cancun)) e.blob_base_fee = blob_base_fee(block, rules.blobs);
    e.parent_hash = block.parent_hash;
    e.number = block.number;
    e.timestamp = block.timestamp;
    e.gas_limit = block.gas_limit;
    e.chain_id = rules.chain_id;
    e.beneficiary = block.beneficiary;
    e.fork = static_cast<uint32_t>(rules.fork);
    e.hashes = WARPEVM_NONE;
    for (uint32_t i = 1; i < 32; ++i)
        if (find_precompile(Address::from_low(i), rules.fork) != nullptr) e.precompiles |= 1U << i;
    if (find_precompile(Address::from_low(0x100), rules.fork) != nullptr) e.precompiles |= 1;
    return e;
}

}  // namespace

/// Lays out one job after the other; what it needs for one it keeps for the next.
class JobPacker::Impl {
  public:
    Impl(CodeStore& codes, bool unknown_is_absent, PackedJobs& to)
        : m_codes(codes), m_unknown_is_absent(unknown_is_absent), m_to(to) {}

    HostLane pack(const OffloadJob& job) {
        begin(job);
        m_envelope.environment = place_environment();
        m_nonce = m_job->is_call ? m_job->state->read_account(m_job->sender).value.nonce : m_tx->nonce;
        if (const kernel_status why = refusal(); why != kernel::STATUS_PAUSED) return refused(why);
        numbers();
        name_accounts();
        if (!read_accounts()) return refused(kernel::STATUS_ESCALATE_state);
        read_slots();
        if (!authorize()) return refused(kernel::STATUS_ESCALATE_state);
        look_ahead();
        if (m_to.inputs.size() + m_tx->data.size() + m_accounts.size() * (sizeof(GivenAccount) + 4) +
                m_slots.size() * sizeof(kernel::given_slot) >
            most_input_bytes)
            return refused(kernel::STATUS_ESCALATE_transaction_size);
        return {.at = append_inputs(),
                .environment = m_envelope.environment,
                .designators = std::move(m_designators)};
    }

  private:
    void begin(const OffloadJob& job) {
        m_job = &job;
        m_tx = job.tx;
        m_envelope = {};
        m_numbers = {};
        m_named.clear();
        m_accounts.clear();
        m_slots.clear();
        m_authorities.clear();
        m_records.clear();
        m_code_after.clear();
        m_designators.clear();
    }
    static HostLane refused(kernel_status why) { return {.status = why, .is_runnable = false}; }

    /// STATUS_PAUSED where there is nothing against the job.
    [[nodiscard]] kernel_status refusal() const {
        const Rules& rules = *m_job->rules;
        if (rules.fork < Fork::byzantium) return kernel::STATUS_ESCALATE_fork;
        if (m_tx->gas_limit >> 63 != 0) return kernel::STATUS_ESCALATE_transaction_size;
        const U256& base_fee = m_job->environment->base_fee;
        const bool valid =
            check(*m_job) && m_nonce != ~uint64_t{0} && worst_cost(*m_tx) &&
            (rules.fork < Fork::london || m_tx->max_fee_per_gas >= base_fee) &&
            (m_tx->type != TxType::blob || m_tx->max_fee_per_blob_gas >= environment().blob_base_fee);
        return valid ? kernel::STATUS_PAUSED : kernel::STATUS_ESCALATE_invalid_transaction;
    }

    [[nodiscard]] const kernel::environment_record& environment() const {
        return m_to.environments[m_envelope.environment];
    }

    void numbers() {
        const Rules& rules = *m_job->rules;
        const U256& base_fee = m_job->environment->base_fee;
        const U256 gas_price = effective_gas_price(*m_tx, base_fee);
        m_numbers.add(kernel::NUMBER_GAS_PRICE, gas_price);
        m_numbers.add(kernel::NUMBER_TIP, beneficiary_fee(1, gas_price, rules, base_fee));
        m_numbers.add(kernel::NUMBER_PREPAID, prepaid_fee(*m_tx, gas_price, environment().blob_base_fee));
        m_numbers.add(kernel::NUMBER_WORST_COST, *worst_cost(*m_tx));
        m_numbers.add(kernel::NUMBER_VALUE, m_tx->value);
        m_envelope.nonce = m_nonce;
        m_envelope.gas_limit = m_tx->gas_limit;
        m_envelope.gas = m_tx->gas_limit - intrinsic_gas(*m_tx, rules.fork);
        m_envelope.floor_gas = floor_gas(*m_tx, rules.fork);
        m_envelope.flags =
            (m_tx->is_create() ? kernel::LANE_CREATES : 0) | (m_job->is_call ? kernel::LANE_IS_CALL : 0);
    }

    uint32_t name(const Address& address) { return m_named.place_of(address); }

    void name_accounts() {
        name(m_job->sender);
        for (const AccessListEntry& entry : m_tx->access_list) name(entry.address);
        for (const Authorization& a : m_tx->authorization_list) {
            const bool considered =
                (a.chain_id.is_zero() || a.chain_id == m_job->rules->chain_id) && a.nonce != ~uint64_t{0};
            m_authorities.push_back(considered ? recover_authority(a) : std::nullopt);
            if (m_authorities.back()) name(*m_authorities.back());
        }
        m_envelope.recipient = name(m_tx->to ? *m_tx->to : create_address(m_job->sender, m_nonce));
        m_envelope.beneficiary = name(m_job->environment->beneficiary);
        m_needed = m_named.all().size();
        for (const Address& address : m_job->likely_accounts) name(address);
    }

    bool add_account(const Address& address, const Read<AccountRecord>& read) {
        const auto given = given_account_of(address, read, m_codes, m_unknown_is_absent);
        if (given) m_accounts.push_back(*given);
        return given.has_value();
    }

    bool read_accounts() {
        const std::span<const Address> named = m_named.all();
        m_answers.assign(named.size(), {});
        m_job->state->read_accounts(named, m_answers);
        for (size_t i = 0; i < named.size(); ++i)
            if (!add_account(named[i], m_answers[i])) {
                if (i < m_needed) return false;
                m_named.keep(i);  // only likely: nobody may ask for it
                break;
            }
        // One launch takes many transactions of a sender: the nonce is assumed, and observed.
        m_accounts[sender].account.nonce = m_nonce;
        return true;
    }

    void add_slot(const SlotKey& key, uint32_t flags) {
        kernel::given_slot slot{};
        slot.key = key.slot;
        slot.account = m_named.place_of(key.address);
        slot.flags = flags;
        m_slots.push_back(slot);
    }

    /// Of the access list, which are warm, and likely ones; known where the view knows them.
    void read_slots() {
        std::vector<SlotKey> keys;
        for (const AccessListEntry& entry : m_tx->access_list) {
            m_accounts[m_named.place_of(entry.address)].account.flags |= kernel::ACCOUNT_WARM;
            for (const Bytes32& key : entry.storage_keys) {
                keys.push_back({entry.address, to_u256(key)});
                add_slot(keys.back(), kernel::SLOT_WARM);
            }
        }
        for (const SlotKey& key : m_job->likely_slots)
            if (m_named.contains(key.address)) {
                keys.push_back(key);
                add_slot(key, 0);
            }
        std::vector<Read<U256>> answers(keys.size());
        if (!keys.empty()) m_job->state->read_slots(keys, answers);
        for (size_t i = 0; i < keys.size(); ++i) {
            const Knowledge known = answers[i].knowledge;
            if (known != Knowledge::value && known != Knowledge::absent) continue;
            m_slots[i].flags |= kernel::SLOT_LOADED;
            if (known == Knowledge::value) m_slots[i].start = answers[i].value;
        }
    }

    /// The number of the account's code, whose bytes are read if need be.
    std::optional<uint32_t> load_code(GivenAccount& given) {
        if (given.account.code != kernel::CODE_NOT_LOADED) return given.account.code;
        const Read<BytesView> code = m_job->state->read_code(given.code_hash);
        if (code.knowledge != Knowledge::value) return std::nullopt;
        const auto number = m_codes.add(given.code_hash, code.value);
        if (number) given.account.code = *number;
        return number;
    }
    [[nodiscard]] BytesView bytes_of(uint32_t code) const {
        if (code == kernel::CODE_EMPTY) return {};
        const kernel::code_record& record = m_codes.records()[code];
        return BytesView(m_codes.bytes()).subspan(record.at, record.size);
    }

    /// EIP-7702, in order: an authority may be named more than once, and may be the sender.
    bool authorize() {
        struct Now {
            uint64_t nonce;
            uint32_t code;
            bool exists;
        };
        std::map<uint32_t, Now> now;
        for (size_t i = 0; i < m_authorities.size(); ++i) {
            if (!m_authorities[i]) continue;
            const Authorization& a = m_tx->authorization_list[i];
            const uint32_t account = m_named.place_of(*m_authorities[i]);
            const auto code = load_code(m_accounts[account]);
            if (!code) return false;
            const kernel::given_account& entry = m_accounts[account].account;
            const bool is_sender = account == sender;
            Now& state =
                now.try_emplace(account, Now{entry.nonce + (is_sender ? 1 : 0), *code,
                                             is_sender || (entry.flags & kernel::ACCOUNT_EXISTS) != 0})
                    .first->second;
            kernel::authorization_record r{};
            r.account = account;
            r.flags = kernel::AUTHORIZATION_SEES_CODE;
            if (state.code == kernel::CODE_EMPTY || delegation_target(bytes_of(state.code))) {
                r.flags |= kernel::AUTHORIZATION_SEES_NONCE;
                if (state.nonce == a.nonce) {
                    r.flags |= kernel::AUTHORIZATION_SEES_EXISTENCE | kernel::AUTHORIZATION_APPLIES;
                    r.refund = state.exists ? existing_authority_refund : 0;
                    r.nonce = a.nonce + 1;
                    r.code_hash = empty_code_hash;
                    r.code = kernel::CODE_EMPTY;
                    if (!a.address.is_zero() && !designate(a.address, r)) return false;
                    state = {r.nonce, r.code, true};
                }
            }
            m_records.push_back(r);
        }
        for (const auto& [account, state] : now) m_code_after[account] = state.code;
        return true;
    }

    bool designate(const Address& to, kernel::authorization_record& r) {
        Bytes designator{0xef, 0x01, 0x00};
        append(designator, to);
        r.code_hash = keccak256(designator);
        const auto number = m_codes.add(r.code_hash, designator);
        if (number) r.code = *number;
        m_designators.push_back({r.code_hash, std::move(designator)});
        return number.has_value();
    }

    /// What the first frame will ask for anyway. What can't be had now is asked for again.
    void look_ahead() {
        if (m_tx->is_create()) return;
        load_code(m_accounts[sender]);
        const auto own = load_code(m_accounts[m_envelope.recipient]);
        // A transaction pays at least its intrinsic gas.
        const auto enters = [&](uint32_t entered) {
            m_codes.enter(entered, m_job->rules->fork, m_tx->gas_limit - m_envelope.gas);
        };
        const auto changed = m_code_after.find(m_envelope.recipient);
        const uint32_t code =
            changed != m_code_after.end() ? changed->second : own.value_or(kernel::CODE_EMPTY);
        enters(code);
        if (m_job->rules->fork < Fork::prague) return;
        const auto delegate = delegation_target(bytes_of(code));
        if (!delegate || m_named.contains(*delegate)) return;
        if (add_account(*delegate, m_job->state->read_account(*delegate))) {
            name(*delegate);
            if (const auto delegated = load_code(m_accounts.back())) enters(*delegated);
        }
    }

    uint32_t place_environment() {
        if (m_to.environments.size() > m_environment_number && m_rules == m_job->rules &&
            m_environment == m_job->environment)
            return m_environment_number;
        m_rules = m_job->rules;
        m_environment = m_job->environment;
        return m_environment_number = find_environment();
    }
    uint32_t find_environment() {
        const auto [at, added] = m_to.environment_numbers.try_emplace(
            {m_job->rules, m_job->environment}, static_cast<uint32_t>(m_to.environments.size()));
        if (added) m_to.environments.push_back(environment_of(*m_job->rules, *m_job->environment));
        return at->second;
    }

    /// Where the account lies in the inputs.
    uint32_t place_account(const GivenAccount& given) {
        Bytes& inputs = m_to.inputs;
        Bytes& bytes = m_bytes;
        bytes.clear();
        given.append_to(bytes);
        uint32_t& known = m_to.placed[hash_value(given.account.address) % m_to.placed.size()];
        const bool is_there =
            inputs.size() - known >= bytes.size() &&
            std::equal(bytes.begin(), bytes.end(), inputs.begin() + static_cast<std::ptrdiff_t>(known));
        if (is_there) return known;
        known = static_cast<uint32_t>(inputs.size());
        append(inputs, bytes);
        m_to.account_bytes += bytes.size();
        return known;
    }

    /// As lane_envelope says. Answers where it lies.
    uint32_t append_inputs() {
        std::vector<uint32_t>& places = m_where;
        places.clear();
        for (const GivenAccount& given : m_accounts) places.push_back(place_account(given));
        m_envelope.account_count = static_cast<uint32_t>(places.size());
        m_envelope.slot_count = static_cast<uint32_t>(m_slots.size());
        m_envelope.authorization_count = static_cast<uint32_t>(m_records.size());
        m_envelope.blob_hash_count = static_cast<uint32_t>(m_tx->blob_versioned_hashes.size());
        m_envelope.input_size = static_cast<uint32_t>(m_tx->data.size());
        m_envelope.number_sizes = m_numbers.sizes;
        Bytes& inputs = m_to.inputs;
        const size_t at = inputs.size();
        const auto numbers = std::span<const uint32_t>(m_numbers.words).first(m_numbers.count);
        const std::span<const Hash> blobs = m_tx->blob_versioned_hashes;
        const size_t size = sizeof m_envelope + std::span(m_slots).size_bytes() +
                            std::span(m_records).size_bytes() + blobs.size_bytes() +
                            std::span(places).size_bytes() + numbers.size_bytes() + m_tx->data.size();
        inputs.resize((at + size + 7) / 8 * 8);
        uint8_t* to = inputs.data() + at;
        const auto put = [&to](const auto& values) {
            if (values.size_bytes() != 0) std::memcpy(to, values.data(), values.size_bytes());
            to += values.size_bytes();
        };
        put(std::span(&m_envelope, 1));
        put(std::span(m_slots));
        put(std::span(m_records));
        put(blobs);
        put(std::span(places));
        put(numbers);
        put(BytesView(m_tx->data));
        m_to.call_data_bytes += m_tx->data.size();
        return static_cast<uint32_t>(at);
    }

    /// The sender's place among the lane's accounts.
    static constexpr uint32_t sender = 0;

    CodeStore& m_codes;
    const bool m_unknown_is_absent;
    PackedJobs& m_to;
    // Of the job.
    const OffloadJob* m_job = nullptr;
    const Transaction* m_tx = nullptr;
    uint64_t m_nonce = 0;  ///< the transaction's, or, of a call, the state's
    kernel::lane_envelope m_envelope{};
    Numbers m_numbers;
    Names m_named;
    size_t m_needed = 0;  ///< of them, not only likely
    std::vector<Read<AccountRecord>> m_answers;
    std::vector<GivenAccount> m_accounts;
    std::vector<kernel::given_slot> m_slots;
    std::vector<std::optional<Address>> m_authorities;
    std::vector<kernel::authorization_record> m_records;
    std::map<uint32_t, uint32_t> m_code_after;
    std::vector<Designator> m_designators;
    std::vector<uint32_t> m_where;  ///< accounts in the inputs
    Bytes m_bytes;                  ///< of one account
    // The last environment, which the next job mostly has too.
    const Rules* m_rules = nullptr;
    const BlockEnvironment* m_environment = nullptr;
    uint32_t m_environment_number = 0;
};

JobPacker::JobPacker(CodeStore& codes, bool unknown_is_absent, PackedJobs& to)
    : m_impl(std::make_unique<Impl>(codes, unknown_is_absent, to)) {}
JobPacker::~JobPacker() = default;

HostLane JobPacker::pack(const OffloadJob& job) {
    return m_impl->pack(job);
}

Result<void> check(const OffloadJob& job) {
    return job.is_call ? check_call(*job.tx, *job.rules) : check_transaction(*job.tx, *job.rules);
}

std::vector<kernel::fork_record> fork_records() {
    std::vector<kernel::fork_record> records(fork_count);
    for (size_t f = 0; f < records.size(); ++f) {
        const GasTable& table = gas_table(static_cast<Fork>(f));
        kernel::fork_record& r = records[f];
#define WARPEVM_PRICE(fork, price, gas) \
    r.prices[kernel::PRICE_##price] = static_cast<uint64_t>(table.prices.price);
#include "evm/vm/gas.def"
#undef WARPEVM_PRICE
        const Precompile& identity = *find_precompile(Address::from_low(4), static_cast<Fork>(f));
        const Bytes word(32);
        r.identity_base = identity.gas({}, static_cast<Fork>(f));
        r.identity_word = identity.gas(word, static_cast<Fork>(f)) - r.identity_base;
        for (size_t op = 0; op < table.ops.size(); ++op) {
            const OpcodeInfo& info = table.ops[op];
            r.opcodes[op] = uint32_t{info.gas} | uint32_t{info.pops} << kernel::OPCODE_POPS_SHIFT |
                            uint32_t{info.pushes} << kernel::OPCODE_PUSHES_SHIFT |
                            (info.defined ? uint32_t{kernel::OPCODE_DEFINED} : 0);
        }
        r.max_code_size = max_code_size;
        r.max_initcode_size = max_initcode_size;
        r.max_depth = max_call_depth;
        r.max_stack = max_stack;
        r.family = instruction_family(static_cast<Fork>(f));
    }
    return records;
}

void GivenAccount::append_to(Bytes& bytes) const {
    append_all<kernel::given_account>(bytes, {&account, 1});
    if (account.code == kernel::CODE_NOT_LOADED) append(bytes, code_hash);
}

std::optional<GivenAccount> given_account_of(const Address& address, const Read<AccountRecord>& read,
                                             const CodeStore& codes, bool unknown_is_absent) {
    GivenAccount given{.code_hash = empty_code_hash};
    given.account.address = address;
    if (read.knowledge == Knowledge::failed) return std::nullopt;
    if (read.knowledge == Knowledge::unknown && !unknown_is_absent) return std::nullopt;
    if (read.knowledge == Knowledge::value) {
        given.account.balance = read.value.balance;
        given.account.nonce = read.value.nonce;
        given.code_hash = read.value.code_hash;
        given.account.flags = kernel::ACCOUNT_EXISTS | kernel::ACCOUNT_EXISTED |
                              (read.value.has_storage ? kernel::ACCOUNT_HAD_STORAGE : 0);
    }
    given.account.code = codes.find(given.code_hash).value_or(kernel::CODE_NOT_LOADED);
    return given;
}

}  // namespace warpevm
