// SPDX-License-Identifier: Apache-2.0
// Logs: records in columns and one byte arena.
#pragma once

#include <span>
#include <vector>

#include "evm/types/records.hpp"

namespace warpevm {

/// Logs of many transactions, in order. Truncating to an earlier mark undoes what a reverted frame logged.
class Logs {
  public:
    struct Mark {
        size_t records = 0, topics = 0, data = 0;
    };
    void add(const Address& address, std::span<const Bytes32> topics, BytesView data);
    [[nodiscard]] Mark mark() const { return {m_records.size(), m_topics.size(), m_data.size()}; }
    void truncate(const Mark& m) {
        m_records.resize(m.records);
        m_topics.resize(m.topics);
        m_data.resize(m.data);
    }
    /// Makes room up to a mark, for `place`.
    void extend(const Mark& m) { truncate(m); }
    /// What `add` would have done at this mark. Threads may fill different places at once.
    void place(const Mark& at, const Address& address, std::span<const Bytes32> topics, BytesView data);
    void clear() { truncate({}); }
    [[nodiscard]] size_t size() const { return m_records.size(); }
    [[nodiscard]] const LogRecord& operator[](size_t i) const { return m_records[i]; }
    [[nodiscard]] std::span<const Bytes32> topics(const LogRecord& l) const {
        return {m_topics.data() + l.first_topic, l.topic_count};
    }
    [[nodiscard]] BytesView data(const LogRecord& l) const {
        return {m_data.data() + l.data_offset, l.data_size};
    }
    bool operator==(const Logs&) const = default;

  private:
    std::vector<LogRecord> m_records;
    std::vector<Bytes32> m_topics;
    Bytes m_data;
};

}  // namespace warpevm
