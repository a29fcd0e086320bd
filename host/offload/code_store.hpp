// SPDX-License-Identifier: Apache-2.0
// Codes as they lie on the device: bytes, then jump destinations. Codes stay and are known by number.
#pragma once

#include <optional>
#include <vector>

#include "evm/base/bytes.hpp"
#include "host/device/kernel_types.hpp"

namespace warpevm {

class CodeStore {
  public:
    /// CODE_EMPTY for the empty code's hash; nothing where the code is not here.
    [[nodiscard]] std::optional<uint32_t> find(const Hash& hash) const;
    /// `hash` is that of `code`. Nothing where 32-bit offsets don't reach so far.
    std::optional<uint32_t> add(const Hash& hash, BytesView code);

    [[nodiscard]] const std::vector<kernel::code_record>& records() const { return m_records; }
    [[nodiscard]] const Bytes& bytes() const { return m_bytes; }

  private:
    SeededMap<Hash, uint32_t> m_numbers;
    std::vector<kernel::code_record> m_records;
    Bytes m_bytes;
};

}  // namespace warpevm
