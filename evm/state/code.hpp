// SPDX-License-Identifier: Apache-2.0
// Contract code by hash, shared by every account that has it, with a place for what the virtual machine
// derives from it.
#pragma once

#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <mutex>
#include <optional>

#include "evm/base/bytes.hpp"

namespace warpevm {

/// What the virtual machine makes of a code once and keeps (jump destinations, gas segments, fused
/// instructions).
struct CodeImage {
    virtual ~CodeImage() = default;
};

/// Immutable code bytes with their hash. Images are filled in lazily, from any thread.
class Code {
  public:
    Code(const Hash& hash, Bytes bytes);
    Code(const Code&) = delete;
    Code& operator=(const Code&) = delete;
    ~Code();

    [[nodiscard]] const Hash& hash() const { return m_hash; }
    [[nodiscard]] BytesView bytes() const { return {m_bytes.data(), m_bytes.size()}; }
    [[nodiscard]] bool empty() const { return m_bytes.empty(); }
    /// The account that this code delegates to (EIP-7702: 0xef0100 and an address), if it is a delegation.
    [[nodiscard]] const std::optional<Address>& delegate() const { return m_delegate; }

    /// The image for a family of forks, or null while there is none. Families are the virtual machine's
    /// affair.
    [[nodiscard]] const CodeImage* image(size_t family) const {
        return m_images[family].load(std::memory_order_acquire);
    }
    /// Keeps `image`, unless another thread was first; answers the one that is kept.
    const CodeImage* keep_image(size_t family, std::unique_ptr<const CodeImage> image) const;

    static constexpr size_t families = 12;

  private:
    Hash m_hash;
    Bytes m_bytes;
    std::optional<Address> m_delegate;
    mutable std::array<std::atomic<const CodeImage*>, families> m_images{};
};

/// The account that `code` delegates to, if it is an EIP-7702 delegation designator.
std::optional<Address> delegation_target(BytesView code);

/// Codes by hash. Thread-safe; pointers stay valid as long as the cache.
class CodeCache {
  public:
    CodeCache();
    [[nodiscard]] const Code* find(const Hash& hash) const;
    /// `hash` must be keccak256 of `bytes`.
    const Code* add(const Hash& hash, BytesView bytes);
    [[nodiscard]] const Code* empty() const { return m_empty; }
    /// Forgets everything; no pointer may be in use. For long-lived contexts between windows.
    void clear();
    [[nodiscard]] size_t size() const;

  private:
    mutable std::mutex m_mutex;
    boost::unordered_flat_map<Hash, std::unique_ptr<const Code>> m_codes;
    const Code* m_empty = nullptr;
};

}  // namespace warpevm
