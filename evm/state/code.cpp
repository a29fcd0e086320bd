// SPDX-License-Identifier: Apache-2.0
#include "evm/state/code.hpp"

namespace warpevm {

Code::Code(const Hash& hash, Bytes bytes)
    : m_hash(hash), m_bytes(std::move(bytes)), m_delegate(delegation_target(m_bytes)) {}

Code::~Code() {
    for (auto& image : m_images) delete image.load(std::memory_order_acquire);
}

const CodeImage* Code::keep_image(size_t family, std::unique_ptr<const CodeImage> image) const {
    const CodeImage* expected = nullptr;
    if (m_images[family].compare_exchange_strong(expected, image.get(), std::memory_order_acq_rel))
        return image.release();
    return expected;
}

std::optional<Address> delegation_target(BytesView code) {
    if (code.size() != 23 || code[0] != 0xef || code[1] != 0x01 || code[2] != 0x00) return std::nullopt;
    Address a;
    std::memcpy(a.bytes.data(), code.data() + 3, 20);
    return a;
}

CodeCache::CodeCache() {
    m_empty = add(empty_code_hash, {});
}

const Code* CodeCache::find(const Hash& hash) const {
    const std::lock_guard lock(m_mutex);
    const auto it = m_codes.find(hash);
    return it == m_codes.end() ? nullptr : it->second.get();
}

const Code* CodeCache::add(const Hash& hash, BytesView bytes) {
    const std::lock_guard lock(m_mutex);
    auto& code = m_codes[hash];
    if (!code) code = std::make_unique<const Code>(hash, Bytes(bytes.begin(), bytes.end()));
    return code.get();
}

void CodeCache::clear() {
    {
        const std::lock_guard lock(m_mutex);
        m_codes.clear();
    }
    m_empty = add(empty_code_hash, {});
}

size_t CodeCache::size() const {
    const std::lock_guard lock(m_mutex);
    return m_codes.size();
}

}  // namespace warpevm
