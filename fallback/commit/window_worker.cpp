// SPDX-License-Identifier: Apache-2.0
#include "fallback/commit/window_worker.hpp"

namespace warpevm {

WindowWorker::~WindowWorker() {
    m_speculation.reset();
    if (m_buffers != nullptr) m_window.parts.buffers.give_back(m_buffers);
    if (m_stretches != nullptr) m_window.parts.stretches.give_back(m_stretches);
}

void WindowWorker::prepare() {
    ParallelContext::Parts& parts = m_window.parts;
    m_stretches = parts.stretches.borrow();
    m_buffers = parts.buffers.borrow();
    const Speculation::Shared shared{parts.table, parts.serial->codes(), m_window.options,
                                     parts.serial->interpreter, parts.serial->cancellation()};
    m_speculation.emplace(shared, *m_stretches, *m_buffers);
    m_wait_for = [this](Position earlier) {
        const double from = clock_seconds();
        const bool came =
            m_window.suspended.wait_for(earlier, m_window.order.index_of(earlier), m_window.progress);
        m_waited += clock_seconds() - from;
        return came;
    };
}

double WindowWorker::execute(uint32_t index, bool ahead) {
    if (!m_speculation) prepare();
    executed = m_window.parts.incarnations.borrow();
    const WindowOrder& order = m_window.order;
    const BlockTransaction& tx = order[index];
    PositionView::Reader reader{.position = order.position_of(index)};
    if (ahead && tx.tx != nullptr) {
        reader.sender = &tx.sender;
        reader.nonce = tx.tx->nonce;
        reader.wait_for = &m_wait_for;
    }
    m_waited = 0;
    const double begin = clock_seconds();
    m_speculation->run(order.block_with(index), order.place_of(index), reader, *executed);
    return executed->seconds = clock_seconds() - begin - m_waited;
}

}  // namespace warpevm
