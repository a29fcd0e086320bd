// SPDX-License-Identifier: Apache-2.0
// BLAKE2F at 0x09 (EIP-152): little-endian words, unlike all else in the EVM.
#include <bit>

#include "evm/crypto/blake2b.hpp"
#include "evm/vm/precompiles/blake2f_input.hpp"
#include "evm/vm/precompiles/run.hpp"

namespace warpevm::precompiles {
namespace {

static_assert(std::endian::native == std::endian::little);

template <size_t words>
std::array<uint64_t, words> read_words(const uint8_t* from) {
    std::array<uint64_t, words> result;
    std::memcpy(result.data(), from, sizeof result);
    return result;
}

}  // namespace

bool run_blake2f(BytesView input, Fork, Bytes& output) {
    if (input.size() != blake2f_input_size) return false;
    const uint8_t flag = input.back();
    if (flag > 1) return false;

    auto state = read_words<8>(input.data() + 4);
    const Blake2bBlock block{read_words<16>(input.data() + 68), read_words<2>(input.data() + 196), flag == 1};
    blake2b_compress(state, block, read_blake2f_rounds(input));
    output.resize(sizeof state);
    std::memcpy(output.data(), state.data(), sizeof state);
    return true;
}

}  // namespace warpevm::precompiles
