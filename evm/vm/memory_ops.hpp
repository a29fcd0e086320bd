// SPDX-License-Identifier: Apache-2.0
// Memory, copying, hashing and logging: instructions shared by both loops. All charge what depends on their
// operands (their static gas is the loop's affair) and answer how they ended.
#pragma once

#include "evm/crypto/keccak.hpp"
#include "evm/vm/frame.hpp"

namespace warpevm {

/// Gas for memory of `words` words in all (Yellow Paper H.1, C_mem).
constexpr int64_t memory_gas(uint64_t words) {
    const uint64_t squares = words >> 32 == 0
                                 ? words * words / 512
                                 : static_cast<uint64_t>(static_cast<unsigned __int128>(words) * words / 512);
    return static_cast<int64_t>(3 * words + squares);
}

/// More memory costs more than the largest amount of gas there is, 2^63 - 1: an access beyond it is out of
/// gas.
inline constexpr uint64_t max_memory_size = ((uint64_t{1} << 36) - 768) * 32;
static_assert(memory_gas(max_memory_size / 32) == INT64_MAX - 1151 &&
              memory_gas(max_memory_size / 32 + 1) < 0);

/// Makes memory reach `end`, within what the segment has room for; charges for the growth.
inline Status extend_memory(FrameBase& f, uint64_t end) {
    const uint64_t words = (end + 31) / 32, old_words = f.memory_size / 32;
    if (!f.charge(memory_gas(words) - memory_gas(old_words))) return Status::out_of_gas;
    uint8_t* const fresh = f.memory + f.memory_size;
    f.memory_size = words * 32;
    unpoison(fresh, (words - old_words) * 32);
    if (words - old_words == 1)
        std::memset(fresh, 0, 32);
    else
        std::memset(fresh, 0, (words - old_words) * 32);
    return Status::success;
}

/// Makes memory reach `end`, enlarging the machine's segment where that is needed.
template <class F>
[[gnu::noinline]] Status grow_memory(F& f, uint64_t end) {
    if (end > max_memory_size) return Status::out_of_gas;
    const uint64_t size = (end + 31) / 32 * 32;
    if (size > f.memory_capacity) {
        // Charge before allocating.
        if (memory_gas(size / 32) - memory_gas(f.memory_size / 32) > f.gas) return Status::out_of_gas;
        MachineBuffers& buffers = f.machine.buffers();
        const auto begin = static_cast<size_t>(f.memory - buffers.memory());
        if (!buffers.reserve_memory(begin + size)) {
            auto& error = f.journal.missing().error;
            if (!error)
                error = Error{ErrorCode::internal, "this machine has not enough memory for the EVM's"};
            return Status::out_of_gas;
        }
        f.memory_capacity = (buffers.memory_capacity() - begin) / 32 * 32;
    }
    return extend_memory(f, end);
}

/// Checks a region given by stack operands and makes memory reach it. A region of size zero touches nothing.
template <class F>
Status need_memory(F& f, const U256& offset, const U256& size) {
    if (size.is_zero()) return Status::success;
    if (!offset.fits_u64() || !size.fits_u64() || offset.limb[0] > max_memory_size ||
        size.limb[0] > max_memory_size)
        return Status::out_of_gas;
    const uint64_t end = offset.limb[0] + size.limb[0];
    return end <= f.memory_size ? Status::success : grow_memory(f, end);
}
/// The same for the few bytes of MLOAD, MSTORE and MSTORE8.
template <class F>
Status need_memory(F& f, const U256& offset, uint64_t size) {
    if (!offset.fits_u64() || offset.limb[0] > max_memory_size) return Status::out_of_gas;
    const uint64_t end = offset.limb[0] + size;
    return end <= f.memory_size ? Status::success : grow_memory(f, end);
}

constexpr uint64_t words_of(uint64_t bytes) {
    return (bytes + 31) / 32;
}

template <class F>
Status op_mload(F& f, const U256& offset, U256& result) {
    if (const Status s = need_memory(f, offset, 32); s != Status::success) return s;
    result = load_be(f.memory + offset.limb[0]);
    return Status::success;
}
template <class F>
Status op_mstore(F& f, const U256& offset, const U256& value) {
    if (const Status s = need_memory(f, offset, 32); s != Status::success) return s;
    store_be(f.memory + offset.limb[0], value);
    return Status::success;
}
template <class F>
Status op_mstore8(F& f, const U256& offset, const U256& value) {
    if (const Status s = need_memory(f, offset, 1); s != Status::success) return s;
    f.memory[offset.limb[0]] = static_cast<uint8_t>(value.limb[0]);
    return Status::success;
}
template <class F>
Status op_mcopy(F& f, const U256& to, const U256& from, const U256& size) {
    if (const Status s = need_memory(f, to > from ? to : from, size); s != Status::success) return s;
    if (size.is_zero()) return Status::success;
    if (!f.charge(f.prices().copy_word * static_cast<int64_t>(words_of(size.limb[0]))))
        return Status::out_of_gas;
    std::memmove(f.memory + to.limb[0], f.memory + from.limb[0], size.limb[0]);
    return Status::success;
}

/// What copying `size` bytes to memory at `to` costs: the growth, and each word.
template <class F>
Status charge_copy(F& f, const U256& to, const U256& size) {
    if (const Status s = need_memory(f, to, size); s != Status::success) return s;
    return f.charge(f.prices().copy_word * static_cast<int64_t>(words_of(size.limb[0]))) ? Status::success
                                                                                         : Status::out_of_gas;
}
/// Copies from `source` at `from`, zeros beyond its end, what was charged for; `size` is not zero.
inline void copy_paid(FrameBase& f, BytesView source, const U256& to, const U256& from, const U256& size) {
    const uint64_t n = size.limb[0];
    const uint64_t begin = std::min<uint64_t>(from.saturated_u64(), source.size());
    const uint64_t available = std::min<uint64_t>(n, source.size() - begin);
    if (available != 0) std::memcpy(f.memory + to.limb[0], source.data() + begin, available);
    if (n > available) std::memset(f.memory + to.limb[0] + available, 0, n - available);
}
/// As CALLDATACOPY and its kin do.
template <class F>
Status copy_to_memory(F& f, BytesView source, const U256& to, const U256& from, const U256& size) {
    if (const Status s = charge_copy(f, to, size); s != Status::success) return s;
    if (!size.is_zero()) copy_paid(f, source, to, from, size);
    return Status::success;
}
/// EIP-211: reading past the end of the return data is an exceptional halt.
template <class F>
Status op_returndatacopy(F& f, const U256& to, const U256& from, const U256& size) {
    const Bytes& data = f.return_data;
    if (const Status s = need_memory(f, to, size); s != Status::success) return s;
    if (!from.fits_u64() || !size.fits_u64() || from.limb[0] > data.size() ||
        size.limb[0] > data.size() - from.limb[0])
        return Status::return_data_out_of_bounds;
    return copy_to_memory(f, data, to, from, size);
}

inline U256 op_calldataload(BytesView input, const U256& offset) {
    if (!offset.fits_u64() || offset.limb[0] >= input.size()) return {};
    const uint8_t* p = input.data() + offset.limb[0];
    const size_t available = input.size() - offset.limb[0];
    if (available >= 32) return load_be(p);
    uint8_t padded[32] = {};
    std::memcpy(padded, p, available);
    return load_be(padded);
}

template <class F>
Status op_keccak256(F& f, const U256& offset, const U256& size, U256& result) {
    if (const Status s = need_memory(f, offset, size); s != Status::success) return s;
    const uint64_t n = size.limb[0];
    if (!f.charge(f.prices().keccak_word * static_cast<int64_t>(words_of(n)))) return Status::out_of_gas;
    result = to_u256(n == 0 ? empty_code_hash : keccak256({f.memory + offset.limb[0], n}));
    return Status::success;
}

template <class F>
Status op_exp(F& f, const U256& base, const U256& exponent, U256& result) {
    if (!f.charge(f.prices().exp_byte * exponent.byte_length())) return Status::out_of_gas;
    result = exp(base, exponent);
    return Status::success;
}

template <class F>
Status op_log(F& f, const U256& offset, const U256& size, std::span<const U256* const> topics) {
    if (f.message.is_static) return Status::static_violation;
    if (const Status s = need_memory(f, offset, size); s != Status::success) return s;
    const uint64_t n = size.limb[0];
    if (!f.charge(f.prices().log_byte * static_cast<int64_t>(n))) return Status::out_of_gas;
    std::array<Bytes32, 4> words;
    for (size_t i = 0; i < topics.size(); ++i) words[i] = to_bytes32(*topics[i]);
    f.machine.logs().add(f.message.recipient, {words.data(), topics.size()},
                         {f.memory + (n == 0 ? 0 : offset.limb[0]), n});
    return Status::success;
}

/// RETURN and REVERT: remembers where the output lies; the machine copies it out.
template <class F>
Status set_output(F& f, const U256& offset, const U256& size) {
    if (const Status s = need_memory(f, offset, size); s != Status::success) return s;
    f.output_size = size.limb[0];
    f.output_offset = f.output_size == 0 ? 0 : offset.limb[0];
    return Status::success;
}

}  // namespace warpevm
