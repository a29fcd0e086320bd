// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/batch_outcome.hpp"

namespace warpevm {
namespace {

constexpr size_t items_in_piece = 256;

size_t pieces_for(size_t count) {
    return count / items_in_piece + 1;
}

}  // namespace

BatchOutcome::Item BatchOutcome::item_of(const Incarnation& t, const BlockTransaction& tx) {
    Item item{.gas_limit = tx.tx->gas_limit,
              .gas_used = t.outcome.gas_used,
              .blob_gas = tx.tx->type == TxType::blob ? blob_gas(*tx.tx) : 0,
              .logs = {.records = t.outcome.log_count},
              .seconds = t.seconds,
              .again = t.number,
              .elsewhere = t.elsewhere != nullptr,
              .is_transfer = t.is_transfer};
    for (uint32_t i = 0; i < t.outcome.log_count; ++i) {
        const LogRecord& log = (*t.records.logs)[t.outcome.first_log + i];
        item.logs.topics += log.topic_count;
        item.logs.data += log.data_size;
    }
    return item;
}

void BatchOutcome::gather(std::span<Incarnation* const> batch, std::span<const BlockTransaction> transactions,
                          const ForEach& for_each) {
    m_batch = batch;
    m_items.resize(batch.size());
    const size_t pieces = pieces_for(batch.size());
    for_each(pieces, [&](size_t piece) {
        const size_t end = piece_begin(batch.size(), pieces, piece + 1);
        for (size_t i = piece_begin(batch.size(), pieces, piece); i < end; ++i)
            m_items[i] = item_of(*batch[i], transactions[i]);
    });
}

uint32_t BatchOutcome::fitting(BlockAllowance allowance) const {
    for (size_t i = 0; i < m_items.size(); ++i) {
        const Item& item = m_items[i];
        if (!allowance.fits(item.gas_limit, item.blob_gas)) return static_cast<uint32_t>(i);
        allowance.gas -= item.gas_used;
        allowance.blob_gas -= item.blob_gas;
    }
    return static_cast<uint32_t>(m_items.size());
}

BatchOutcome::Sums BatchOutcome::sums(uint32_t count) const {
    Sums sums;
    for (const Item& item : std::span(m_items).first(count)) {
        sums.seconds += item.seconds;
        sums.elsewhere += item.elsewhere ? 1 : 0;
        sums.transfers += item.is_transfer ? 1 : 0;
        sums.again += item.again;
    }
    return sums;
}

void BatchOutcome::append_to(BlockOutcome& outcome, uint32_t count, const ForEach& for_each) {
    const size_t first = outcome.transactions.size();
    Logs::Mark logs = outcome.logs.mark();
    for (Item& item : std::span(m_items).first(count)) {
        outcome.gas_used += item.gas_used;
        outcome.blob_gas_used += item.blob_gas;
        outcome.cumulative_gas.push_back(outcome.gas_used);
        const Logs::Mark size = item.logs;
        item.logs = logs;
        logs = {logs.records + size.records, logs.topics + size.topics, logs.data + size.data};
    }
    outcome.transactions.resize(first + count);
    outcome.logs.extend(logs);
    const size_t pieces = pieces_for(count);
    for_each(pieces, [&](size_t piece) {
        const size_t end = piece_begin(count, pieces, piece + 1);
        for (size_t i = piece_begin(count, pieces, piece); i < end; ++i) {
            TransactionOutcome& to = outcome.transactions[first + i];
            to = m_batch[i]->outcome;
            to.first_log = static_cast<uint32_t>(m_items[i].logs.records);
            place_logs(outcome.logs, *m_batch[i], m_items[i].logs);
        }
    });
}

void BatchOutcome::place_logs(Logs& to, const Incarnation& t, Logs::Mark at) {
    const Logs& from = *t.records.logs;
    for (uint32_t i = 0; i < t.outcome.log_count; ++i) {
        const LogRecord& log = from[t.outcome.first_log + i];
        to.place(at, log.address, from.topics(log), from.data(log));
        at = {at.records + 1, at.topics + log.topic_count, at.data + log.data_size};
    }
}

}  // namespace warpevm
