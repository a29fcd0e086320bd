// SPDX-License-Identifier: Apache-2.0
// Codes as they lie on the device: bytes, then jump destinations, and images of those that are worth it.
// Codes stay and are known by number.
#pragma once

#include <optional>
#include <vector>

#include "evm/base/bytes.hpp"
#include "evm/types/fork.hpp"
#include "host/device/kernel_types.hpp"

namespace warpevm {

/// Which codes get images: those whose lanes have paid for it, every one at once (to test), or none.
enum class Images : uint8_t { worth, always, never };

/// By fork: forks with the same table of instructions, which share images, have the same number.
uint32_t instruction_family(Fork fork);

class CodeStore {
  public:
    explicit CodeStore(Images images = Images::worth) : m_images(images) {}

    /// CODE_EMPTY for the empty code's hash; nothing where the code is not here.
    [[nodiscard]] std::optional<uint32_t> find(const Hash& hash) const;
    /// `hash` is that of `code`. Nothing where 32-bit offsets don't reach so far.
    std::optional<uint32_t> add(const Hash& hash, BytesView code);
    /// A lane of `fork` is going to enter the code, and has paid `gas` for that for sure. Once all that was
    /// paid is worth lowering the code, it gets an image.
    void enter(uint32_t code, Fork fork, uint64_t gas);

    [[nodiscard]] const std::vector<kernel::code_record>& records() const { return m_records; }
    [[nodiscard]] const Bytes& bytes() const { return m_bytes; }
    /// Where images lie in `bytes`, in ascending order. Their constants are to be made on the device.
    [[nodiscard]] const std::vector<uint32_t>& images() const { return m_image_places; }

  private:
    /// What was paid for codes without an image, by code and family.
    struct Credit {
        uint64_t gas = 0;
        bool is_settled = false;  ///< there is an image, or can't be one
    };
    void add_image(uint32_t code, Fork fork);

    Images m_images;
    SeededMap<Hash, uint32_t> m_numbers;
    std::vector<kernel::code_record> m_records;
    Bytes m_bytes;
    std::vector<uint32_t> m_image_places;
    std::vector<std::vector<Credit>> m_credits;  ///< by code, by family
};

}  // namespace warpevm
