// SPDX-License-Identifier: Apache-2.0
#include "evm/types/logs.hpp"

#include <algorithm>

namespace warpevm {

void Logs::add(const Address& address, std::span<const Bytes32> log_topics, BytesView log_data) {
    m_records.push_back({.address = address,
                         .topic_count = static_cast<uint32_t>(log_topics.size()),
                         .first_topic = m_topics.size(),
                         .data_offset = m_data.size(),
                         .data_size = log_data.size()});
    m_topics.insert(m_topics.end(), log_topics.begin(), log_topics.end());
    append(m_data, log_data);
}

void Logs::place(const Mark& at, const Address& address, std::span<const Bytes32> log_topics,
                 BytesView log_data) {
    m_records[at.records] = {.address = address,
                             .topic_count = static_cast<uint32_t>(log_topics.size()),
                             .first_topic = at.topics,
                             .data_offset = at.data,
                             .data_size = log_data.size()};
    std::copy(log_topics.begin(), log_topics.end(), m_topics.begin() + static_cast<ptrdiff_t>(at.topics));
    std::copy(log_data.begin(), log_data.end(), m_data.begin() + static_cast<ptrdiff_t>(at.data));
}

}  // namespace warpevm
