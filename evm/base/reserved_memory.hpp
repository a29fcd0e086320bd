// SPDX-License-Identifier: Apache-2.0
// Memory whose address never moves while it grows: address space is reserved once, pages are made usable as
// they are needed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace warpevm {

class ReservedMemory {
  public:
    /// Reserves up to `size` bytes of address space, less where the system has no more, and a page behind it
    /// that nobody may touch. Throws std::bad_alloc where not even a 256th can be had.
    explicit ReservedMemory(size_t size);
    ~ReservedMemory();
    ReservedMemory(const ReservedMemory&) = delete;
    ReservedMemory& operator=(const ReservedMemory&) = delete;

    /// Aligned to 2 MiB. Stays the same for the object's life.
    [[nodiscard]] uint8_t* begin() const { return m_begin; }
    /// How many bytes from the beginning may be read and written. They are zero where nobody wrote.
    [[nodiscard]] size_t usable() const { return m_usable; }
    /// Makes at least `size` bytes usable, and more ahead, so that growing step by step costs few system
    /// calls. False where so much is not reserved or the system refuses.
    [[nodiscard]] bool grow(size_t size);
    /// No more than `size` bytes are usable from here on, and the pages beyond go back to the system. Costs
    /// nothing where no more were.
    void trim(size_t size);
    /// The pages beyond `size` go back to the system, and stay usable: they are zero again.
    void release(size_t size);

  private:
    std::span<uint8_t> m_mapped;  ///< with what aligns the beginning, and the page behind
    uint8_t* m_begin = nullptr;
    size_t m_reserved = 0;
    size_t m_usable = 0;
    size_t m_accessible = 0;  ///< what the system was asked for, which trimming does not take back
};

}  // namespace warpevm
