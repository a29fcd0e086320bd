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
    [[nodiscard]] SlotRule rule_of(const SlotKey& key, bool written) const {
        const auto found = m_entries.find(key.slot);
        SlotRule rule = found == m_entries.end() ? SlotRule{.slot = key.slot} : found->second;
        rule.account = key.address;
        rule.written = written;
        return rule;
    }

  private:
    SeededMap<U256, SlotRule> m_entries;
};

}  // namespace

std::optional<AccessTable::Call> AccessTable::call_of(const BlockTransaction& tx) {
    if (tx.tx == nullptr || !tx.tx->to || tx.tx->data.size() < 4) return std::nullopt;
    Call call{.to = *tx.tx->to};
    std::memcpy(&call.selector, tx.tx->data.data(), sizeof call.selector);
    return call;
}

bool AccessTable::is_curious(const BlockTransaction& tx) const {
    const auto call = call_of(tx);
    if (!call) return false;
    const std::shared_lock held(m_lock);
    const auto found = m_calls.find(*call);
    return found == m_calls.end() || found->second.looks < most_looks;
}

bool AccessTable::knows(const Call& call) const {
    const std::shared_lock held(m_lock);
    return m_calls.contains(call);
}

void AccessTable::learn(const BlockTransaction& tx, std::span<const SlotKey> touched,
                        std::span<const SlotKey> written) {
    const auto call = call_of(tx);
    if (!call || !is_curious(tx)) return;
    const auto is_written = [&](const SlotKey& key) {
        return std::ranges::find(written, key) != written.end();
    };
    Known found;
    if (!knows(*call)) {  // nobody waits for the hashes
        const Entries entries(tx);
        for (const SlotKey& key : touched.subspan(0, std::min(touched.size(), most_rules)))
            found.rules.push_back(entries.rule_of(key, is_written(key)));
    }
    const std::unique_lock held(m_lock);
    if (m_calls.size() >= most_calls && !m_calls.contains(*call)) m_calls.clear();
    Known& known = m_calls.try_emplace(*call, std::move(found)).first->second;
    ++known.looks;
    std::erase_if(known.rules, [&](const SlotRule& rule) { return !fits(rule, word_count(tx)); });
    std::vector<Walk> walks;
    for (const SlotRule& rule : known.rules) walks.push_back({&tx, &rule, rule.slot});
    walk_to_entries(walks);
    size_t next = 0;
    std::erase_if(known.rules, [&](SlotRule& rule) {
        const SlotKey key{rule.account, walks[next++].slot};
        rule.written = rule.written || is_written(key);
        return std::ranges::find(touched, key) == touched.end();
    });
}

bool AccessTable::expect(const BlockTransaction& tx, std::vector<ExpectedSlot>& to) const {
    const auto call = call_of(tx);
    if (!call) return false;
    const std::shared_lock held(m_lock);
    const auto found = m_calls.find(*call);
    if (found == m_calls.end()) return false;
    const uint8_t words = word_count(tx);
    for (const SlotRule& rule : found->second.rules) {
        if (!fits(rule, words)) continue;
        uint64_t number = hash_seed(hash_value(rule.account), hash_value(rule.slot));
        for (uint8_t d = 0; d < rule.depth; ++d)
            number = hash_seed(number, hash_value(word_of(tx, rule.words[d])));
        to.push_back({number, rule.written});
    }
    return true;
}

std::vector<ExpectedKeys> AccessTable::expected_keys(std::span<const BlockTransaction> txs) const {
    std::vector<ExpectedKeys> all(txs.size());
    std::vector<Walk> walks;
    const std::shared_lock held(m_lock);
    for (const BlockTransaction& tx : txs) {
        const auto call = call_of(tx);
        const auto found = call ? m_calls.find(*call) : m_calls.end();
        if (found == m_calls.end()) continue;
        const uint8_t words = word_count(tx);
        for (const SlotRule& rule : found->second.rules)
            if (fits(rule, words)) walks.push_back({&tx, &rule, rule.slot});
    }
    walk_to_entries(walks);
    for (const Walk& w : walks) {
        ExpectedKeys& keys = all[static_cast<size_t>(w.tx - txs.data())];
        keys.slots.push_back({w.rule->account, w.slot});
        if (std::ranges::find(keys.accounts, w.rule->account) == keys.accounts.end())
            keys.accounts.push_back(w.rule->account);
    }
    return all;
}

size_t AccessTable::size() const {
    const std::shared_lock held(m_lock);
    return m_calls.size();
}

}  // namespace warpevm
