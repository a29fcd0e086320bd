// SPDX-License-Identifier: Apache-2.0
#include "evm/types/logs.hpp"

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

}  // namespace warpevm
