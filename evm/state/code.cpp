// SPDX-License-Identifier: Apache-2.0
#include "evm/state/code.hpp"

namespace warpevm {

Code::Code(const Hash& hash, Bytes bytes, CodeBudget* budget)
    : m_hash(hash),
      m_own(std::move(bytes)),
      m_bytes(m_own),
      m_delegate(delegation_target(m_own)),
      m_budget(budget) {
    if (m_budget != nullptr) m_budget->add(sizeof *this + m_own.size());
}

Code::~Code() {
    size_t freed = sizeof *this + m_own.size();
    for (auto& slot : m_images) {
        const CodeImage* const image = slot.load(std::memory_order_acquire);
        if (image != nullptr) freed += image->size_in_bytes();
        delete image;
    }
    if (m_budget != nullptr) m_budget->subtract(freed);
}

const CodeImage* Code::keep_image(size_t number, std::unique_ptr<const CodeImage> image) const {
    const CodeImage* expected = nullptr;
    if (!m_images[number].compare_exchange_strong(expected, image.get(), std::memory_order_acq_rel))
        return expected;
    if (m_budget != nullptr) m_budget->add(image->size_in_bytes());
    return image.release();
}

std::optional<Address> delegation_target(BytesView code) {
    if (code.size() != 23 || code[0] != 0xef || code[1] != 0x01 || code[2] != 0x00) return std::nullopt;
    Address a;
    std::memcpy(a.bytes.data(), code.data() + 3, 20);
    return a;
}

/// What was dropped while this was the youngest generation, and those after it: a lease holds its generation,
/// and so all that was dropped since.
struct CodeCache::Generation {
    std::vector<std::unique_ptr<const Code>> dropped;
    std::shared_ptr<Generation> next;

    Generation() = default;
    Generation(const Generation&) = delete;
    Generation& operator=(const Generation&) = delete;
    /// A long chain must not end by recursion.
    ~Generation() {
        std::shared_ptr<Generation> after = std::move(next);
        while (after && after.use_count() == 1) after = std::exchange(after->next, nullptr);
    }
};

CodeCache::CodeCache(size_t limit)
    : m_budget{.limit = limit}, m_empty(empty_code_hash, {}), m_generation(std::make_shared<Generation>()) {}

CodeCache::~CodeCache() = default;

auto CodeCache::lease() -> Lease {
    const std::lock_guard lock(m_mutex);
    if (m_budget.exhausted()) drop_until(m_budget.limit / 2);
    return Lease(m_generation);
}

/// Second chance: what was used since the last time is kept once more, unless that leaves too much.
void CodeCache::drop_until(size_t bytes) {
    // All memory that this takes, before anything is dropped.
    std::vector<std::unique_ptr<const Code>> dropped;
    dropped.reserve(m_codes.size());
    auto next = std::make_shared<Generation>();
    size_t left = m_budget.used.load(std::memory_order_relaxed);
    for (const bool used_lately : {false, true})
        for (auto it = m_codes.begin(); it != m_codes.end() && left > bytes;) {
            const Code& code = *it->second;
            if (code.m_used_lately.load(std::memory_order_relaxed) != used_lately) {
                ++it;
                continue;
            }
            size_t size = sizeof code + code.bytes().size();
            for (const auto& image : code.m_images)
                if (const CodeImage* i = image.load(std::memory_order_acquire)) size += i->size_in_bytes();
            left -= std::min(left, size);
            dropped.push_back(std::move(it->second));
            m_codes.erase(it++);
        }
    for (const auto& [hash, code] : m_codes) code->m_used_lately.store(false, std::memory_order_relaxed);
    m_generation->dropped = std::move(dropped);
    m_generation->next = next;
    m_generation = std::move(next);
}

const Code* CodeCache::find(const Hash& hash) const {
    if (hash == empty_code_hash) return &m_empty;
    const std::lock_guard lock(m_mutex);
    const auto it = m_codes.find(hash);
    if (it == m_codes.end()) return nullptr;
    it->second->m_used_lately.store(true, std::memory_order_relaxed);
    return it->second.get();
}

const Code* CodeCache::add(const Hash& hash, BytesView bytes) {
    if (hash == empty_code_hash) return &m_empty;
    const std::lock_guard lock(m_mutex);
    if (const auto known = m_codes.find(hash); known != m_codes.end()) return known->second.get();
    // Made first: where there is no memory for it, the table must not hold a hash without its code.
    auto code = std::make_unique<const Code>(hash, Bytes(bytes.begin(), bytes.end()), &m_budget);
    return m_codes.emplace(hash, std::move(code)).first->second.get();
}

void CodeCache::clear() {
    const std::lock_guard lock(m_mutex);
    drop_until(0);
}

size_t CodeCache::size() const {
    const std::lock_guard lock(m_mutex);
    return m_codes.size() + 1;
}

}  // namespace warpevm
