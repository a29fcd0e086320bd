// SPDX-License-Identifier: Apache-2.0
// Addresses written down in the sources.
#pragma once

#include "evm/base/bytes.hpp"

namespace warpevm {

/// An address from 40 hexadecimal digits; a wrong digit does not compile.
consteval Address address_literal(const char (&digits)[41]) {
    Address a;
    for (size_t i = 0; i < 40; ++i) {
        const char c = digits[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) throw "not a lower-case hexadecimal digit";
        a.bytes[i / 2] = static_cast<uint8_t>(a.bytes[i / 2] << 4 | digit);
    }
    return a;
}

}  // namespace warpevm
