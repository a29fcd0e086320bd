// SPDX-License-Identifier: Apache-2.0
// Contract code by hash, shared by every account that has it, with a place for what the virtual machine
// derives from it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "evm/base/bytes.hpp"

namespace warpevm {

/// What the virtual machine makes of a code and keeps with it (jump destinations, translated blocks).
struct CodeImage {
    virtual ~CodeImage() = default;
    [[nodiscard]] virtual size_t size_in_bytes() const = 0;
};

/// How many bytes codes and their images take, and may take.
struct CodeBudget {
    size_t limit = 0;
    std::atomic<size_t> used{0};
    [[nodiscard]] bool exhausted() const { return used.load(std::memory_order_relaxed) >= limit; }
    void add(size_t bytes) { used.fetch_add(bytes, std::memory_order_relaxed); }
    void subtract(size_t bytes) { used.fetch_sub(bytes, std::memory_order_relaxed); }
};

/// Immutable code bytes with their hash. Images are filled in lazily, from any thread.
class Code {
  public:
    /// `budget`, where there is one, must outlive the code.
    Code(const Hash& hash, Bytes bytes, CodeBudget* budget = nullptr);
    /// Init code: without a hash, and a view of bytes that must outlive it.
    static Code of_init_code(BytesView bytes) { return Code(bytes); }
    Code(const Code&) = delete;
    Code& operator=(const Code&) = delete;
    ~Code();

    [[nodiscard]] const Hash& hash() const { return m_hash; }
    [[nodiscard]] BytesView bytes() const { return m_bytes; }
    [[nodiscard]] bool empty() const { return m_bytes.empty(); }
    [[nodiscard]] bool is_init_code() const { return m_is_init_code; }
    /// The account that this code delegates to (EIP-7702: 0xef0100 and an address), if it is a delegation.
    [[nodiscard]] const std::optional<Address>& delegate() const { return m_delegate; }
    [[nodiscard]] CodeBudget* budget() const { return m_budget; }
    /// False on the first call only.
    [[nodiscard]] bool ran_before() const {
        return m_ran_before.load(std::memory_order_relaxed) ||
               m_ran_before.exchange(true, std::memory_order_relaxed);
    }

    /// Images have numbers: the translations, one per family of forks, which are the virtual machine's
    /// affair, and the map of jump destinations.
    static constexpr size_t families = 12;
    static constexpr size_t jumpdests = families;
    /// An image, or null while there is none.
    [[nodiscard]] const CodeImage* image(size_t number) const {
        return m_images[number].load(std::memory_order_acquire);
    }
    /// Keeps `image`, unless another thread was first; answers the one that is kept.
    const CodeImage* keep_image(size_t number, std::unique_ptr<const CodeImage> image) const;

  private:
    friend class CodeCache;
    explicit Code(BytesView borrowed) : m_hash(empty_code_hash), m_bytes(borrowed), m_is_init_code(true) {}

    Hash m_hash;
    Bytes m_own;
    BytesView m_bytes;
    bool m_is_init_code = false;
    std::optional<Address> m_delegate;
    CodeBudget* m_budget = nullptr;
    mutable std::atomic<bool> m_used_lately{true};
    mutable std::atomic<bool> m_ran_before{false};
    mutable std::array<std::atomic<const CodeImage*>, families + 1> m_images{};
};

/// The account that `code` delegates to, if it is an EIP-7702 delegation designator.
std::optional<Address> delegation_target(BytesView code);

/// Codes by hash, up to a limit in bytes. Thread-safe. Each execution holds a Lease; pointers that were got
/// under it stay valid as long as it is held. What has not been used lately is dropped where a lease begins
/// above the limit; what is dropped lives on until every lease from before has ended. While the limit is
/// passed, codes are kept but no more images are made: code without one runs untranslated.
class CodeCache {
    struct Generation;

  public:
    static constexpr size_t default_limit = size_t{256} << 20;

    explicit CodeCache(size_t limit = default_limit);
    ~CodeCache();

    class Lease {
      public:
        explicit Lease(std::shared_ptr<Generation> generation) : m_generation(std::move(generation)) {}

      private:
        std::shared_ptr<Generation> m_generation;
    };
    [[nodiscard]] Lease lease();

    [[nodiscard]] const Code* find(const Hash& hash) const;
    /// `hash` must be keccak256 of `bytes`.
    const Code* add(const Hash& hash, BytesView bytes);
    [[nodiscard]] const Code* empty() const { return &m_empty; }
    /// Forgets everything, as if it had not been used lately.
    void clear();
    [[nodiscard]] size_t size() const;
    [[nodiscard]] size_t bytes() const { return m_budget.used.load(std::memory_order_relaxed); }

  private:
    void drop_until(size_t bytes);

    mutable std::mutex m_mutex;
    CodeBudget m_budget;
    Code m_empty;
    SeededMap<Hash, std::unique_ptr<const Code>> m_codes;
    std::shared_ptr<Generation> m_generation;
};

}  // namespace warpevm
