// SPDX-License-Identifier: Apache-2.0
// MODEXP at 0x05 (EIP-198, with EIP-7823's limit from Osaka on).
#include "evm/crypto/modexp.hpp"

#include <algorithm>

#include "evm/vm/precompiles/gas.hpp"
#include "evm/vm/precompiles/modexp_input.hpp"
#include "evm/vm/precompiles/padding.hpp"
#include "evm/vm/precompiles/run.hpp"

namespace warpevm::precompiles {

ModexpLengths read_modexp_lengths(BytesView input) {
    const auto header = padded<modexp_header_size>(input);
    return {load_be(header.data()), load_be(header.data() + 32), load_be(header.data() + 64)};
}

U256 modexp_exponent_head(BytesView input, const ModexpLengths& lengths) {
    if (input.size() <= modexp_header_size || lengths.base >= U256{input.size() - modexp_header_size})
        return {};
    const BytesView written = input.subspan(modexp_header_size + lengths.base.limb[0]);
    const size_t size = std::min<size_t>(32, lengths.exponent.saturated_u64());
    std::array<uint8_t, 32> word{};
    // Zeros that continue a short input are digits of the exponent, so it starts `size` bytes before the
    // word's end.
    std::copy_n(written.begin(), std::min(size, written.size()), word.end() - static_cast<ptrdiff_t>(size));
    return load_be(word.data());
}

bool run_modexp(BytesView input, Fork fork, Bytes& output) {
    const ModexpLengths lengths = read_modexp_lengths(input);
    const U256 longest = std::max({lengths.base, lengths.exponent, lengths.modulus});
    const uint64_t allowed = modexp_longest_operand(fork);
    if (longest > U256{allowed} && allowed != ~0ULL) return false;

    output.clear();
    if (lengths.modulus.is_zero()) return true;
    // Not a rule: before Osaka an operand of 4 GiB costs over 10^9 gas, which no block has.
    if (longest > U256{0xffffffff}) return false;

    const size_t base = lengths.base.limb[0], exponent = lengths.exponent.limb[0],
                 modulus = lengths.modulus.limb[0];
    Bytes base_storage, exponent_storage, modulus_storage;
    const ModexpOperands operands{
        padded_slice(input, modexp_header_size, base, base_storage),
        padded_slice(input, modexp_header_size + base, exponent, exponent_storage),
        padded_slice(input, modexp_header_size + base + exponent, modulus, modulus_storage)};
    output.resize(modulus);
    modexp(operands, output);
    return true;
}

}  // namespace warpevm::precompiles
