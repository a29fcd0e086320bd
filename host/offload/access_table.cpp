// SPDX-License-Identifier: Apache-2.0
#include "host/offload/access_table.hpp"

#include <algorithm>
#include <mutex>

#include "evm/crypto/keccak.hpp"

namespace warpevm {
namespace {

/// Where Solidity's contracts declare their mappings, and how many arguments of a call may be keys.
constexpr uint64_t most_declared = 16;
constexpr uint8_t most_words = 6;

/// Words that lie in the call data, and the sender.
uint8_t word_count(const BlockTransaction& tx) {
    return static_cast<uint8_t>(1 + std::min<size_t>(most_words, (tx.tx->data.size() - 4) / 32));
}
Bytes32 word_of(const BlockTransaction& tx, uint8_t n) {
    Bytes32 word;
    if (n == 0)
        std::ranges::copy(tx.sender.bytes, word.bytes.begin() + 12);
    else
        std::copy_n(tx.tx->data.begin() + 4 + 32 * (n - 1), 32, word.bytes.begin());
    return word;
}

/// Entries of mappings, hashed together.
class EntryBatch {
  public:
    void add(const Bytes32& key, const U256& slot) {
        auto& message = m_messages.emplace_back();
        std::ranges::copy(key.bytes, message.begin());
        std::ranges::copy(to_bytes32(slot).bytes, message.begin() + 32);
    }
    /// In the order in which they were added, all anew.
    [[nodiscard]] std::vector<Hash> take() {
        const std::vector<BytesView> views(m_messages.begin(), m_messages.end());
        std::vector<Hash> digests(views.size());
        keccak256_batch(views, digests);
        m_messages.clear();
        return digests;
    }

  private:
    std::vector<std::array<uint8_t, 64>> m_messages;
};

/// A slot by a rule, on its way from the mapping to the entry.
struct Walk {
    const BlockTransaction* tx;
    const SlotRule* rule;
    U256 slot;
};

/// Level by level, so that what is hashed does not wait for one another.
void walk_to_entries(std::span<Walk> walks) {
    EntryBatch batch;
    for (uint8_t level = 0; level < SlotRule{}.words.size(); ++level) {
        for (const Walk& w : walks)
            if (level < w.rule->depth) batch.add(word_of(*w.tx, w.rule->words[level]), w.slot);
        const std::vector<Hash> entries = batch.take();
        size_t next = 0;
        for (Walk& w : walks)
            if (level < w.rule->depth) w.slot = to_u256(entries[next++]);
    }
}

/// Whether the call has the words that the rule asks for.
bool fits(const SlotRule& rule, uint8_t words) {
    return std::all_of(rule.words.begin(), rule.words.begin() + rule.depth,
                       [&](uint8_t w) { return w < words; });
}

/// All entries of mappings that the words of a call lead to, and how.
class Entries {
  public:
    explicit Entries(const BlockTransaction& tx) {
        const uint8_t words = word_count(tx);
        EntryBatch batch;
        for (uint64_t slot = 0; slot < most_declared; ++slot)
            for (uint8_t first = 0; first < words; ++first) batch.add(word_of(tx, first), slot);
        const std::vector<Hash> outer = batch.take();
        for (const Hash& entry : outer)
            for (uint8_t second = 0; second < words; ++second) batch.add(word_of(tx, second), to_u256(entry));
        const std::vector<Hash> inner = batch.take();
        for (size_t i = 0; i < outer.size(); ++i) {
            const uint64_t slot = i / words;
            const auto first = static_cast<uint8_t>(i % words);
            m_entries.try_emplace(to_u256(outer[i]), SlotRule{.slot = slot, .words = {first, 0}, .depth = 1});
            for (uint8_t second = 0; second < words; ++second)
                m_entries.try_emplace(to_u256(inner[i * words + second]),
                                      SlotRule{.slot = slot, .words = {first, second}, .depth = 2});
        }
    }
    [[nodiscard]] SlotRule rule_of(const SlotKey& key, const Address& called, bool written) const {
        const auto found = m_entries.find(key.slot);
        SlotRule rule = found == m_entries.end() ? SlotRule{.slot = key.slot} : found->second;
        if (key.address != called) rule.account = key.address;
        rule.written = written;
        return rule;
    }

  private:
    SeededMap<U256, SlotRule> m_entries;
};

}  // namespace

std::optional<AccessTable::Call> AccessTable::call_of(const BlockTransaction& tx, const Hash& code) {
    if (tx.tx == nullptr || !tx.tx->to || tx.tx->data.size() < 4 || code == empty_code_hash)
        return std::nullopt;
    Call call{.code = code};
    std::memcpy(&call.selector, tx.tx->data.data(), sizeof call.selector);
    return call;
}

bool AccessTable::is_curious(const BlockTransaction& tx, const Hash& code) const {
    const auto call = call_of(tx, code);
    if (!call) return false;
    const std::shared_lock held(m_lock);
    const auto found = m_calls.find(*call);
    return found == m_calls.end() || found->second.looks < most_looks;
}

bool AccessTable::knows(const Call& call) const {
    const std::shared_lock held(m_lock);
    return m_calls.contains(call);
}

/// With the lock held.
void AccessTable::note(const Address& contract, const Hash& code) {
    if (m_codes.size() >= most_contracts && !m_codes.contains(contract)) m_codes.clear();
    m_codes.insert_or_assign(contract, code);
}

void AccessTable::learn(const BlockTransaction& tx, const Hash& code, std::span<const SlotKey> touched,
                        std::span<const SlotKey> written) {
    const auto call = call_of(tx, code);
    if (!call || !is_curious(tx, code)) return;
    const Address& called = *tx.tx->to;
    const auto is_written = [&](const SlotKey& key) {
        return std::ranges::find(written, key) != written.end();
    };
    Known found;
    if (!knows(*call)) {  // nobody waits for the hashes
        const Entries entries(tx);
        for (const SlotKey& key : touched.subspan(0, std::min(touched.size(), most_rules)))
            found.rules.push_back(entries.rule_of(key, called, is_written(key)));
    }
    const std::unique_lock held(m_lock);
    note(called, code);
    if (m_calls.size() >= most_calls && !m_calls.contains(*call)) m_calls.clear();
    Known& known = m_calls.try_emplace(*call, std::move(found)).first->second;
    ++known.looks;
    std::erase_if(known.rules, [&](const SlotRule& rule) { return !fits(rule, word_count(tx)); });
    std::vector<Walk> walks;
    for (const SlotRule& rule : known.rules) walks.push_back({&tx, &rule, rule.slot});
    walk_to_entries(walks);
    size_t next = 0;
    std::erase_if(known.rules, [&](SlotRule& rule) {
        const SlotKey key{rule.account.value_or(called), walks[next++].slot};
        rule.written = rule.written || is_written(key);
        return std::ranges::find(touched, key) == touched.end();
    });
}

bool AccessTable::expect(const BlockTransaction& tx, std::vector<ExpectedSlot>& to) const {
    if (tx.tx == nullptr || !tx.tx->to) return false;
    const std::shared_lock held(m_lock);
    const auto code = m_codes.find(*tx.tx->to);
    const auto call = code == m_codes.end() ? std::nullopt : call_of(tx, code->second);
    const auto found = call ? m_calls.find(*call) : m_calls.end();
    if (found == m_calls.end()) return false;
    const uint8_t words = word_count(tx);
    for (const SlotRule& rule : found->second.rules) {
        if (!fits(rule, words)) continue;
        uint64_t number = hash_seed(hash_value(rule.account.value_or(*tx.tx->to)), hash_value(rule.slot));
        for (uint8_t d = 0; d < rule.depth; ++d)
            number = hash_seed(number, hash_value(word_of(tx, rule.words[d])));
        to.push_back({number, rule.written});
    }
    return true;
}

void AccessTable::expect_keys(std::span<const BlockTransaction> txs, std::span<const Hash> codes,
                              ExpectedKeys& to) {
    struct Of {
        size_t end;  ///< of its walks
        bool is_curious;
    };
    std::vector<Walk> walks;
    std::vector<Of> of;
    std::vector<size_t> fresh;  // whose contract's code was not known
    std::shared_lock held(m_lock);
    for (size_t i = 0; i < txs.size(); ++i) {
        const BlockTransaction& tx = txs[i];
        const auto call = call_of(tx, codes[i]);
        const auto found = call ? m_calls.find(*call) : m_calls.end();
        const bool is_known = found != m_calls.end();
        const uint8_t words = is_known ? word_count(tx) : 0;
        if (is_known)
            for (const SlotRule& rule : found->second.rules)
                if (fits(rule, words)) walks.push_back({&tx, &rule, rule.slot});
        of.push_back({walks.size(), is_known ? found->second.looks < most_looks : call.has_value()});
        const bool is_same = i != 0 && txs[i - 1].tx->to == tx.tx->to;
        if (is_known && !is_same && !m_codes.contains(*tx.tx->to)) fresh.push_back(i);
    }
    walk_to_entries(walks);
    size_t next = 0;
    for (size_t i = 0; i < txs.size(); ++i) {
        const size_t first = to.accounts.size();
        for (; next < of[i].end; ++next) {
            const Address& account = walks[next].rule->account.value_or(*txs[i].tx->to);
            to.slots.push_back({account, walks[next].slot});
            const auto own = std::span(to.accounts).subspan(first);
            if (std::ranges::find(own, account) == own.end()) to.accounts.push_back(account);
        }
        to.ends.push_back({static_cast<uint32_t>(to.accounts.size()), static_cast<uint32_t>(to.slots.size()),
                           of[i].is_curious});
    }
    held.unlock();
    if (fresh.empty()) return;
    const std::unique_lock alone(m_lock);
    for (const size_t i : fresh) note(*txs[i].tx->to, codes[i]);
}

size_t AccessTable::size() const {
    const std::shared_lock held(m_lock);
    return m_calls.size();
}

}  // namespace warpevm
