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

U256 entry_of(const Bytes32& key, const U256& slot) {
    std::array<uint8_t, 64> message{};
    std::ranges::copy(key.bytes, message.begin());
    std::ranges::copy(to_bytes32(slot).bytes, message.begin() + 32);
    return to_u256(keccak256(message));
}

/// Absent where the call has fewer words.
std::optional<U256> slot_of(const SlotRule& rule, const BlockTransaction& tx, uint8_t words) {
    U256 slot = rule.slot;
    for (uint8_t d = 0; d < rule.depth; ++d) {
        if (rule.words[d] >= words) return std::nullopt;
        slot = entry_of(word_of(tx, rule.words[d]), slot);
    }
    return slot;
}

/// All entries of mappings that the words of a call lead to, and how.
class Entries {
  public:
    explicit Entries(const BlockTransaction& tx) {
        const uint8_t words = word_count(tx);
        for (uint64_t slot = 0; slot < most_declared; ++slot)
            for (uint8_t first = 0; first < words; ++first) {
                const U256 entry = entry_of(word_of(tx, first), slot);
                m_entries.try_emplace(entry, SlotRule{.slot = slot, .words = {first, 0}, .depth = 1});
                for (uint8_t second = 0; second < words; ++second)
                    m_entries.try_emplace(entry_of(word_of(tx, second), entry),
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
    const uint8_t words = word_count(tx);
    std::erase_if(known.rules, [&](SlotRule& rule) {
        const auto slot = slot_of(rule, tx, words);
        if (!slot) return true;
        const SlotKey key{rule.account, *slot};
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
        if (std::any_of(rule.words.begin(), rule.words.begin() + rule.depth,
                        [&](uint8_t w) { return w >= words; }))
            continue;
        uint64_t number = hash_seed(hash_value(rule.account), hash_value(rule.slot));
        for (uint8_t d = 0; d < rule.depth; ++d)
            number = hash_seed(number, hash_value(word_of(tx, rule.words[d])));
        to.push_back({number, rule.written});
    }
    return true;
}

ExpectedKeys AccessTable::expected_keys(const BlockTransaction& tx) const {
    ExpectedKeys keys;
    const auto call = call_of(tx);
    if (!call) return keys;
    const std::shared_lock held(m_lock);
    const auto found = m_calls.find(*call);
    if (found == m_calls.end()) return keys;
    const uint8_t words = word_count(tx);
    for (const SlotRule& rule : found->second.rules) {
        const auto slot = slot_of(rule, tx, words);
        if (!slot) continue;
        keys.slots.push_back({rule.account, *slot});
        if (std::ranges::find(keys.accounts, rule.account) == keys.accounts.end())
            keys.accounts.push_back(rule.account);
    }
    return keys;
}

size_t AccessTable::size() const {
    const std::shared_lock held(m_lock);
    return m_calls.size();
}

}  // namespace warpevm
