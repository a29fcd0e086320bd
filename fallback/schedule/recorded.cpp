// SPDX-License-Identifier: Apache-2.0
#include "fallback/schedule/recorded.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <type_traits>

namespace warpevm {
namespace {

constexpr std::string_view magic = "warpevm recording 4\n";

template <class T>
concept Plain =
    std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, U256> || std::is_same_v<T, Hash>;

/// Writes fields one after the other, as this machine has them.
class Out {
  public:
    template <class... Fields>
    void operator()(Fields&... fields) {
        (put(fields), ...);
    }
    Bytes bytes;

  private:
    template <Plain T>
    void put(T& value) {
        const auto* from = reinterpret_cast<const uint8_t*>(&value);
        bytes.insert(bytes.end(), from, from + sizeof value);
    }
    template <class T>
    void put(std::optional<T>& value) {
        auto there = static_cast<uint8_t>(value.has_value());
        put(there);
        if (value) put(*value);
    }
    template <class T>
    void put(std::vector<T>& values) {
        uint64_t count = values.size();
        put(count);
        for (T& value : values) put(value);
    }
    template <class T>
    void put(T& record) {
        describe(record, *this);
    }
};

/// Reads them again. What is too short, or says that it is longer than it can be, is no recording.
class In {
  public:
    explicit In(BytesView bytes) : m_left(bytes) {}
    template <class... Fields>
    void operator()(Fields&... fields) {
        (get(fields), ...);
    }
    [[nodiscard]] bool complete() const { return m_good && m_left.empty(); }

  private:
    template <Plain T>
    void get(T& value) {
        m_good &= m_left.size() >= sizeof value;
        if (!m_good) return;
        std::memcpy(static_cast<void*>(&value), m_left.data(), sizeof value);
        m_left = m_left.subspan(sizeof value);
    }
    void get(bool& value) {
        uint8_t byte = 0;
        get(byte);
        value = byte != 0;
    }
    template <class T>
    void get(std::optional<T>& value) {
        bool there = false;
        get(there);
        if (there) get(value.emplace());
    }
    template <class T>
    void get(std::vector<T>& values) {
        uint64_t count = 0;
        get(count);
        m_good &= count <= m_left.size();  // each takes a byte at least
        for (uint64_t i = 0; i < count && m_good; ++i) get(values.emplace_back());
    }
    template <class T>
    void get(T& record) {
        describe(record, *this);
    }

    BytesView m_left;
    bool m_good = true;
};

template <class Archive>
void describe(RecordedRead& r, Archive& a) {
    a(r.offset, r.is_slot, r.key, r.observation);
}
template <class Archive>
void describe(AccountObservation& o, Archive& a) {
    a(o.row, o.flags, o.balance, o.below, o.nonce, o.code_hash);
}
template <class Archive>
void describe(SlotObservation& o, Archive& a) {
    a(o.row, o.value);
}
template <class Archive>
void describe(AccountEffect& e, Archive& a) {
    a(e.row, e.flags, e.delta, e.nonce, e.code_hash);
}
template <class Archive>
void describe(SlotEffect& e, Archive& a) {
    a(e.row, e.value);
}
template <class Archive>
void describe(RecordedRun& r, Archive& a) {
    a(r.seconds, r.gas_used, r.valid, r.reads, r.observations.accounts, r.observations.slots,
      r.effects.accounts, r.effects.slots);
}
template <class Archive>
void describe(RecordedTransaction& t, Archive& a) {
    a(t.gas_for_code, t.alone, t.validate, t.commit, t.in_order, t.early);
}
template <class Archive>
void describe(RecordedBlock& b, Archive& a) {
    a(b.open, b.close, b.seal, b.beneficiary, b.transactions);
}
template <class Archive>
void describe(AccountState& s, Archive& a) {
    a(s.record.balance, s.record.nonce, s.record.code_hash, s.record.has_storage, s.exists, s.wiped);
}
template <class Archive>
void describe(RecordedWindow::Slot& s, Archive& a) {
    a(s.account, s.value);
}
template <class Archive>
void describe(RecordedWindow& w, Archive& a) {
    a(w.state_clearing, w.accounts, w.slots, w.blocks);
}

/// Every number of a key or an observation is one that there is.
bool numbers_are_right(const RecordedWindow& window) {
    const auto below = [](const auto& records, size_t count) {
        return std::all_of(records.begin(), records.end(), [&](const auto& r) { return r.row < count; });
    };
    const auto right = [&](const RecordedRun& run) {
        const auto read = [&](const RecordedRead& r) {
            const size_t keys = r.is_slot ? window.slots.size() : window.accounts.size();
            const size_t observations =
                r.is_slot ? run.observations.slots.size() : run.observations.accounts.size();
            return r.key < keys && (r.observation == RecordedRead::none || r.observation < observations);
        };
        return below(run.observations.accounts, window.accounts.size()) &&
               below(run.observations.slots, window.slots.size()) &&
               below(run.effects.accounts, window.accounts.size()) &&
               below(run.effects.slots, window.slots.size()) &&
               std::all_of(run.reads.begin(), run.reads.end(), read);
    };
    for (const RecordedWindow::Slot& slot : window.slots)
        if (slot.account >= window.accounts.size()) return false;
    for (const RecordedBlock& block : window.blocks) {
        if (block.beneficiary != RecordedRead::none && block.beneficiary >= window.accounts.size())
            return false;
        for (const RecordedTransaction& t : block.transactions)
            if (!right(t.in_order) || !right(t.early)) return false;
    }
    return true;
}

}  // namespace

double RecordedWindow::serial_seconds() const {
    double seconds = 0;
    for (const RecordedBlock& block : blocks) {
        seconds += block.open + block.close + block.seal;
        for (const RecordedTransaction& t : block.transactions) seconds += t.alone;
    }
    return seconds;
}

uint32_t RecordedWindow::transactions() const {
    size_t count = 0;
    for (const RecordedBlock& block : blocks) count += block.transactions.size();
    return static_cast<uint32_t>(count);
}

RecordedWindow side_by_side(const std::vector<const RecordedWindow*>& windows) {
    RecordedWindow all;
    for (const RecordedWindow* window : windows) {
        const auto accounts = static_cast<uint32_t>(all.accounts.size()),
                   slots = static_cast<uint32_t>(all.slots.size());
        all.state_clearing = window->state_clearing;
        all.accounts.insert(all.accounts.end(), window->accounts.begin(), window->accounts.end());
        for (const RecordedWindow::Slot& s : window->slots)
            all.slots.push_back({s.account + accounts, s.value});
        for (RecordedBlock block : window->blocks) {
            if (block.beneficiary != RecordedRead::none) block.beneficiary += accounts;
            for (RecordedTransaction& t : block.transactions) {
                for (RecordedRun* run : {&t.in_order, &t.early}) {
                    for (RecordedRead& r : run->reads) r.key += r.is_slot ? slots : accounts;
                    for (AccountObservation& o : run->observations.accounts) o.row += accounts;
                    for (SlotObservation& o : run->observations.slots) o.row += slots;
                    for (AccountEffect& e : run->effects.accounts) e.row += accounts;
                    for (SlotEffect& e : run->effects.slots) e.row += slots;
                }
            }
            all.blocks.push_back(std::move(block));
        }
    }
    return all;
}

Bytes to_bytes(const RecordedWindow& window) {
    Out out;
    out.bytes.assign(magic.begin(), magic.end());
    RecordedWindow copy = window;  // one description of the fields serves both directions
    out(copy);
    return std::move(out.bytes);
}

Result<RecordedWindow> recorded_window(BytesView bytes) {
    const auto is_magic =
        bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
    if (!is_magic) return fail(ErrorCode::bad_argument, "this is no recording of this version");
    In in(bytes.subspan(magic.size()));
    RecordedWindow window;
    in(window);
    if (!in.complete() || !numbers_are_right(window))
        return fail(ErrorCode::bad_argument, "the recording is damaged");
    return window;
}

}  // namespace warpevm
