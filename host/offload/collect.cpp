// SPDX-License-Identifier: Apache-2.0
#include "host/offload/collect.hpp"

namespace warpevm {
namespace {

constexpr uint32_t word_words = 8, address_words = 5;

template <class T>
uint32_t count_of(const std::vector<T>& column) {
    return static_cast<uint32_t>(column.size());
}

/// Reads a result's words one after the other. Beyond their end it reads zeros, and is not sound any more.
class ResultReader {
  public:
    explicit ResultReader(std::span<const uint32_t> words) : m_left(words) {}

    [[nodiscard]] bool sound() const { return m_sound; }
    [[nodiscard]] bool at_end() const { return m_left.empty(); }
    void expect(bool fact) { m_sound = m_sound && fact; }

    /// 32-bit words as they lie.
    BytesView take(uint64_t count) {
        if (count > m_left.size()) {
            m_sound = false;
            m_left = {};
            return {};
        }
        const BytesView taken{reinterpret_cast<const uint8_t*>(m_left.data()),
                              4 * static_cast<size_t>(count)};
        m_left = m_left.subspan(static_cast<size_t>(count));
        return taken;
    }
    template <class T>
    T read() {
        T value{};
        if (const BytesView bytes = take(sizeof(T) / 4); !bytes.empty())
            std::memcpy(static_cast<void*>(&value), bytes.data(), sizeof(T));
        return value;
    }
    uint32_t number() { return read<uint32_t>(); }
    /// How many records follow, of at least so many words each.
    uint32_t count(uint32_t words_of_each) {
        const uint32_t records = number();
        expect(uint64_t{records} * words_of_each <= m_left.size());
        return m_sound ? records : 0;
    }
    /// Bytes that end within a word.
    BytesView bytes(uint32_t size) {
        const BytesView padded = take((uint64_t{size} + 3) / 4);
        return padded.first(std::min<size_t>(size, padded.size()));
    }

  private:
    std::span<const uint32_t> m_left;
    bool m_sound = true;
};

/// One job's records. Its accounts and slots are the last of their columns.
class ResultAppender {
  public:
    ResultAppender(std::span<const uint32_t> words, OffloadResults& to)
        : m_words(words), m_to(to), m_accounts(count_of(to.accounts)), m_slots(count_of(to.slots)) {}

    bool append(size_t job) {
        transaction_record& r = m_to.records[job];
        r.account_observations.first = count_of(m_to.account_observations);
        r.account_effects.first = count_of(m_to.account_effects);
        r.slot_observations.first = count_of(m_to.slot_observations);
        r.slot_effects.first = count_of(m_to.slot_effects);
        r.logs.first = count_of(m_to.logs);
        r.gas_used = m_words.read<uint64_t>();
        const uint32_t flags = m_words.number();
        r.flags = (flags & kernel::LANE_SUCCEEDED) != 0 ? RECORD_SUCCESS : 0;
        const uint32_t accounts = m_words.count(address_words + 1), account_uses = m_words.count(1),
                       slots = m_words.count(1 + word_words), slot_uses = m_words.count(1),
                       logs = m_words.count(3), codes = m_words.count(word_words + 1);
        for (uint32_t i = 0; i < accounts && m_words.sound(); ++i) account();
        r.accounts_read = uses(account_uses, m_accounts, accounts, m_to.accounts_read);
        for (uint32_t i = 0; i < slots && m_words.sound(); ++i) slot(accounts);
        r.slots_read = uses(slot_uses, m_slots, slots, m_to.slots_read);
        for (uint32_t i = 0; i < logs && m_words.sound(); ++i) log(accounts);
        m_to.codes_of[job] = {count_of(m_to.codes), codes};
        for (uint32_t i = 0; i < codes && m_words.sound(); ++i) code();
        if ((flags & kernel::LANE_IS_CALL) != 0) call_end(job, flags);
        r.account_observations.count = count_of(m_to.account_observations) - r.account_observations.first;
        r.account_effects.count = count_of(m_to.account_effects) - r.account_effects.first;
        r.slot_observations.count = count_of(m_to.slot_observations) - r.slot_observations.first;
        r.slot_effects.count = count_of(m_to.slot_effects) - r.slot_effects.first;
        r.logs.count = count_of(m_to.logs) - r.logs.first;
        return m_words.sound() && m_words.at_end();
    }

  private:
    void account() {
        const uint32_t row = ROW_IS_NEW_KEY | count_of(m_to.accounts);
        m_to.accounts.push_back(m_words.read<Address>());
        const uint32_t said = m_words.number();
        m_words.expect((said & ~uint32_t{kernel::RESULT_ACCOUNT_BITS}) == 0);
        account_observation o{};
        o.row = row;
        o.flags = said & kernel::RESULT_OBSERVATION_BITS;
        if ((said & kernel::RESULT_BALANCE) != 0) o.balance = m_words.read<U256>();
        if ((said & OBSERVED_BELOW) != 0) o.below = m_words.read<U256>();
        if ((said & OBSERVED_CODE) != 0) o.code_hash = m_words.read<Hash>();
        if ((said & OBSERVED_NONCE) != 0) o.nonce = m_words.read<uint64_t>();
        account_effect e{};
        e.row = row;
        e.flags = said >> kernel::RESULT_EFFECT_SHIFT & kernel::RESULT_EFFECT_BITS;
        if ((said & kernel::RESULT_DELTA) != 0) e.delta = m_words.read<U256>();
        if ((e.flags & WROTE_CODE) != 0) e.code_hash = m_words.read<Hash>();
        if ((e.flags & WROTE_NONCE) != 0) e.nonce = m_words.read<uint64_t>();
        if (o.flags != 0 || (said & kernel::RESULT_BALANCE) != 0) m_to.account_observations.push_back(o);
        if (e.flags != 0 || (said & kernel::RESULT_DELTA) != 0) m_to.account_effects.push_back(e);
    }

    void slot(uint32_t accounts) {
        const uint32_t row = ROW_IS_NEW_KEY | count_of(m_to.slots);
        const uint32_t what = m_words.number();
        constexpr uint32_t bits = kernel::RESULT_SLOT_OBSERVED | kernel::RESULT_SLOT_WRITTEN;
        m_to.slots.push_back({m_words.read<U256>(), m_accounts + checked(what & ~bits, accounts)});
        if ((what & kernel::RESULT_SLOT_OBSERVED) != 0)
            m_to.slot_observations.push_back({.value = m_words.read<U256>(), .row = row, .reserved = 0});
        if ((what & kernel::RESULT_SLOT_WRITTEN) != 0)
            m_to.slot_effects.push_back({.value = m_words.read<U256>(), .row = row, .reserved = 0});
    }

    void log(uint32_t accounts) {
        const uint32_t of = checked(m_words.number(), accounts), topics = m_words.number(),
                       size = m_words.number();
        log_record l{};
        if (m_words.sound()) l.address = m_to.accounts[m_accounts + of];
        l.first_topic = m_to.topics.size();
        l.topic_count = topics;
        for (uint32_t i = 0; i < topics && m_words.sound(); ++i) m_to.topics.push_back(m_words.read<Hash>());
        l.data_offset = m_to.log_bytes.size();
        l.data_size = size;
        warpevm::append(m_to.log_bytes, m_words.bytes(size));
        m_to.logs.push_back(l);
    }

    void code() {
        kernel::deployed_code c{};
        c.hash = m_words.read<Hash>();
        c.size = m_words.number();
        c.at = static_cast<uint32_t>(m_to.code_bytes.size());
        warpevm::append(m_to.code_bytes, m_words.bytes(c.size));
        m_to.codes.push_back(c);
    }

    void call_end(size_t job, uint32_t flags) {
        m_words.expect(job < m_to.call_ends.size());
        const uint32_t size = m_words.number();
        const BytesView output = m_words.bytes(size);
        if (!m_words.sound()) return;
        m_to.call_ends[job] = {.output_at = m_to.output_bytes.size(),
                               .output_size = size,
                               .reverted = (flags & kernel::LANE_REVERTED) != 0,
                               .is_told = true};
        warpevm::append(m_to.output_bytes, output);
    }

    record_range uses(uint32_t count, uint32_t first_row, uint32_t limit, std::vector<uint32_t>& to) {
        const record_range range{count_of(to), count};
        for (uint32_t i = 0; i < count && m_words.sound(); ++i)
            to.push_back(ROW_IS_NEW_KEY | (first_row + checked(m_words.number(), limit)));
        return range;
    }
    /// An index, which must be below `limit`.
    uint32_t checked(uint32_t index, uint32_t limit) {
        m_words.expect(index < limit);
        return index < limit ? index : 0;
    }

    ResultReader m_words;
    OffloadResults& m_to;
    uint32_t m_accounts, m_slots;  ///< the first of its own
};

}  // namespace

uint64_t most_result_words(const kernel::lane_shape& shape) {
    // An account with all that can be said of it, and its use.
    constexpr uint64_t account = address_words + 1 + 3 * word_words + 2 + 2 * word_words + 2 + 1;
    constexpr uint64_t slot = 1 + 3 * word_words + 1, log = 3 + 1, code = word_words + 1 + 1;
    return kernel::RESULT_HEADER_WORDS + account * shape.account_limit + slot * shape.slot_limit +
           log * shape.log_limit + uint64_t{word_words} * shape.topic_limit + shape.log_data_limit / 4 +
           code * shape.deployed_limit + shape.deployed_bytes_limit / 4 + 1 + (shape.output_limit + 3) / 4;
}

bool append_lane_result(std::span<const uint32_t> words, size_t job, OffloadResults& to) {
    return ResultAppender(words, to).append(job);
}

std::string_view name(kernel::kernel_status status) {
    switch (status) {
#define WARPEVM_KERNEL_STATUS(id, number) \
    case kernel::STATUS_##id:             \
        return #id;
#include "kernels/status.def"
#undef WARPEVM_KERNEL_STATUS
        default: return "unknown";
    }
}

}  // namespace warpevm
