// SPDX-License-Identifier: Apache-2.0
// What a trie's node holds of its children (Yellow Paper, appendix D), and forming that for many nodes at
// once.
#include "evm/trie/node_reference.hpp"

#include <algorithm>

#include "evm/crypto/keccak.hpp"

namespace warpevm {
namespace {

/// Nodes hashed in one call: enough to fill vector lanes, few enough that their encodings stay in the cache.
constexpr size_t batch_size = 512;
constexpr size_t batch_bytes = 1 << 18;

}  // namespace

void NodeReference::write(rlp::Writer& to) const {
    const BytesView view(bytes.data(), size);
    if (size == 32)
        to.string(view);
    else
        to.raw(view);
}

Hash NodeReference::as_root() const {
    return size == 32 ? Hash{bytes} : keccak256({bytes.data(), size});
}

void ReferenceBatch::end_node(NodeReference& reference) {
    const size_t begin = m_begin;
    const size_t end = m_begin = m_encodings.bytes().size();
    if (end - begin >= 32) {
        m_pending.push_back({&reference, begin, end});
        if (m_pending.size() == batch_size || end > batch_bytes) finish();
        return;
    }
    const BytesView encoding = BytesView(m_encodings.bytes()).subspan(begin);
    std::copy(encoding.begin(), encoding.end(), reference.bytes.begin());
    reference.size = static_cast<uint8_t>(encoding.size());
}

void ReferenceBatch::finish() {
    const BytesView written = m_encodings.bytes();
    m_messages.clear();
    for (const Pending& p : m_pending) m_messages.push_back(written.subspan(p.begin, p.end - p.begin));
    m_digests.resize(m_messages.size());
    keccak256_batch(m_messages, m_digests);
    for (size_t i = 0; i < m_pending.size(); ++i) {
        m_pending[i].reference->bytes = m_digests[i].bytes;
        m_pending[i].reference->size = 32;
    }
    m_hashed += m_pending.size();
    m_pending.clear();
    m_encodings.clear();
    m_begin = 0;
}

}  // namespace warpevm
