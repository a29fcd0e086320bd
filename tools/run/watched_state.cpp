// SPDX-License-Identifier: Apache-2.0
#include "tools/run/watched_state.hpp"

#include <set>

namespace warpevm::tools {

void WatchedState::note(MissingKey key) const {
    const std::lock_guard held(m_lock);
    m_missing.push_back(std::move(key));
}

void WatchedState::read_accounts(std::span<const Address> keys,
                                 std::span<Read<AccountRecord>> answers) const {
    m_state.read_accounts(keys, answers);
    for (size_t i = 0; i < keys.size(); ++i)
        if (answers[i].knowledge == Knowledge::unknown) note(keys[i]);
}

void WatchedState::read_slots(std::span<const SlotKey> keys, std::span<Read<U256>> answers) const {
    m_state.read_slots(keys, answers);
    for (size_t i = 0; i < keys.size(); ++i)
        if (answers[i].knowledge == Knowledge::unknown) note(keys[i]);
}

void WatchedState::read_codes(std::span<const Hash> hashes, std::span<Read<BytesView>> answers) const {
    m_state.read_codes(hashes, answers);
    // An account says that there is code of this hash, so it can't be absent.
    for (size_t i = 0; i < hashes.size(); ++i)
        if (answers[i].knowledge != Knowledge::value) note(MissingCode{hashes[i]});
}

Read<Hash> WatchedState::read_block_hash(uint64_t number) const {
    const Read<Hash> read = m_state.read_block_hash(number);
    if (read.knowledge == Knowledge::value) return read;
    note(MissingBlockHash{number});
    return {};
}

std::vector<MissingKey> WatchedState::missing() const {
    const std::lock_guard held(m_lock);
    std::set<MissingKey> seen;
    std::vector<MissingKey> keys;
    for (const MissingKey& key : m_missing)
        if (seen.insert(key).second) keys.push_back(key);
    return keys;
}

}  // namespace warpevm::tools
