// SPDX-License-Identifier: Apache-2.0
// Precompiles at the price that is best for the attacker. Operands are chosen for which the formula says
// little and the work is much. Above a twin that spends its gas on arithmetic: no more than a second per 50
// million gas; where an ordinary input exists, at most 4 times its time.
#include "evm/vm/precompiles.hpp"

#include "evm/base/hex.hpp"
#include "tests/adversarial/run.hpp"

namespace warpevm::adversarial {
namespace {

/// Calls a precompile with `input` until the gas ends.
void call_with(Scene& scene, uint64_t id, const Bytes& input, uint64_t gas, const Bytes& reach = {}) {
    const auto code = [&](size_t at) {
        const Bytes copy = push(input.size(), 3) + push(at, 3) + push(0) + ops({OP_CODECOPY}) + reach;
        const uint8_t kind = scene.block().rules.fork >= Fork::byzantium ? OP_STATICCALL : OP_CALLCODE;
        return loop(
            copy,
            call(Address::from_low(id), {.kind = kind, .input_size = std::max<uint64_t>(input.size(), 1)}),
            gas / 16);
    };
    const size_t size = code(0).size();
    scene.call(scene.place(code(size) + input), gas);
}
void spin(Scene& scene, uint64_t gas) {
    scene.call(scene.place(loop(push(7), repeat(push(3) + ops({OP_ADD, OP_DUP1, OP_MUL}), 16), gas / 16)),
               gas);
}

Bytes word(const U256& value) {
    const Bytes32 bytes = to_bytes32(value);
    return {bytes.bytes.begin(), bytes.bytes.end()};
}
Bytes ones(size_t size) {
    return Bytes(size, 0xff);
}
Bytes modexp(uint64_t base, uint64_t exponent, uint64_t modulus, const Bytes& operands) {
    return word(base) + word(exponent) + word(modulus) + operands;
}
/// An odd modulus of `size` bytes, and an exponent of ones that is paid for as if its digits were bytes.
Bytes long_exponent(uint64_t size, uint64_t exponent) {
    return modexp(size, exponent, size, ones(size) + ones(exponent) + ones(size - 1) + Bytes{0xfd});
}
Bytes blake2f(uint32_t rounds) {
    Bytes input(213, 0x5a);
    for (int i = 0; i < 4; ++i) input[static_cast<size_t>(i)] = static_cast<uint8_t>(rounds >> (24 - 8 * i));
    input[212] = 1;
    return input;
}
Bytes result_of(uint64_t id, const Bytes& input) {
    Bytes output;
    find_precompile(Address::from_low(id), Fork::osaka)->run(input, Fork::osaka, output);
    return output;
}

// Points of the curves, made by the precompiles themselves.
Bytes bn254_point(uint64_t k) {
    return result_of(7, word(1) + word(2) + word(U256{k, ~k, k, 1}));
}
Bytes bn254_generator_2() {
    return *bytes_from_hex(
        "0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
        "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
        "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
        "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa");
}
Bytes bls_field(uint64_t k) {
    Bytes field(64, 0);
    for (size_t i = 17; i < 64; ++i) field[i] = static_cast<uint8_t>(k * i + i);
    return field;
}
Bytes g1(uint64_t k) {
    return result_of(16, bls_field(k));
}
Bytes g2(uint64_t k) {
    return result_of(17, bls_field(k) + bls_field(k + 1));
}
template <class Unit>
Bytes many(uint64_t count, const Unit& unit) {
    Bytes all;
    for (uint64_t k = 1; k <= count; ++k) append(all, unit(k));
    return all;
}

struct Input {
    const char* name;
    uint64_t id;
    Fork fork;
    Bytes bad;
    Bytes good{};  ///< empty: the twin spins
    uint64_t gas = 30'000'000;
};

std::vector<Input> inputs() {
    const Bytes ordinary = modexp(64, 32, 64, ones(160));
    const Bytes odd = ones(7) + Bytes{0xfd};
    Bytes even = ones(8);
    even[7] = 0xfe;
    const auto scalar = [](uint64_t k) { return word(U256{~k, k, ~k, 0x7fffffffffffffff}); };
    return {
        {"modexp_byte_byzantium", 5, Fork::byzantium, long_exponent(1, 200'000), ordinary, 8'000'000},
        {"modexp_two_bytes_byzantium", 5, Fork::byzantium, long_exponent(2, 200'000), ordinary, 8'000'000},
        {"modexp_four_bytes_byzantium", 5, Fork::byzantium, long_exponent(4, 200'000), ordinary, 8'000'000},
        {"modexp_byte_berlin", 5, Fork::berlin, long_exponent(1, 200'000), ordinary},
        {"modexp_limb_berlin", 5, Fork::berlin, long_exponent(8, 200'000), ordinary},
        {"modexp_kilobyte_exponent_berlin", 5, Fork::berlin, long_exponent(8, 1'024), ordinary},
        {"modexp_short_odd", 5, Fork::berlin, modexp(8, 32, 8, ones(8) + ones(32) + odd), ordinary},
        {"modexp_short_even", 5, Fork::berlin, modexp(8, 32, 8, ones(8) + ones(32) + even), ordinary},
        {"modexp_even_1kb", 5, Fork::berlin,
         modexp(1024, 32, 1024, ones(1024) + ones(32) + ones(1016) + even), ordinary},
        {"modexp_nothing", 5, Fork::byzantium, modexp(0, ~0ULL, 0, {})},
        {"modexp_no_modulus", 5, Fork::berlin, modexp(4096, 1, 0, ones(4097)), ordinary},
        {"modexp_short_osaka", 5, Fork::osaka, modexp(8, 32, 8, ones(8) + ones(32) + odd), ordinary,
         16'000'000},
        {"modexp_exponent_osaka", 5, Fork::osaka, long_exponent(8, 1024), ordinary, 16'000'000},
        {"modexp_widest_osaka", 5, Fork::osaka, modexp(1024, 16, 1024, ones(2063) + Bytes{0xfd}), ordinary,
         16'000'000},
        {"blake2f_long", 9, Fork::istanbul, blake2f(1'000'000), blake2f(1200)},
        {"blake2f_none", 9, Fork::istanbul, blake2f(0)},
        {"sha256_long", 2, Fork::cancun, ones(200'000), ones(2'000)},
        {"sha256_short", 2, Fork::cancun, ones(56), {}},
        {"ripemd160_long", 3, Fork::cancun, ones(200'000), ones(2'000)},
        {"ripemd160_frontier", 3, Fork::frontier, ones(64), {}, 8'000'000},
        {"ecrecover", 1, Fork::cancun, word(7) + word(27) + word(U256{1} << 200) + word(U256{1} << 100)},
        {"bn254_add", 6, Fork::istanbul, bn254_point(5) + bn254_point(6)},
        {"bn254_add_doubling", 6, Fork::istanbul, bn254_point(5) + bn254_point(5)},
        {"bn254_mul", 7, Fork::istanbul, bn254_point(5) + word(U256::max())},
        {"bn254_pairing_1", 8, Fork::istanbul, bn254_point(5) + bn254_generator_2()},
        {"bn254_pairing_40", 8, Fork::istanbul,
         many(40, [](uint64_t k) { return bn254_point(k) + bn254_generator_2(); })},
        {"bn254_pairing_infinity", 8, Fork::istanbul, Bytes(192 * 40, 0)},
        {"g1_add", 11, Fork::prague, g1(1) + g1(2)},
        {"g1_msm_1", 12, Fork::prague, g1(1) + scalar(1)},
        {"g1_msm_2", 12, Fork::prague, many(2, [&](uint64_t k) { return g1(k) + scalar(k); })},
        {"g1_msm_128", 12, Fork::prague, many(128, [&](uint64_t k) { return g1(k) + scalar(k); })},
        {"g1_msm_infinity", 12, Fork::prague, Bytes(160 * 128, 0)},
        {"g2_add", 13, Fork::prague, g2(1) + g2(2)},
        {"g2_msm_1", 14, Fork::prague, g2(1) + scalar(1)},
        {"g2_msm_2", 14, Fork::prague, many(2, [&](uint64_t k) { return g2(k) + scalar(k); })},
        {"g2_msm_128", 14, Fork::prague, many(128, [&](uint64_t k) { return g2(k) + scalar(k); })},
        {"bls_pairing_1", 15, Fork::prague, g1(1) + g2(1)},
        {"bls_pairing_20", 15, Fork::prague, many(20, [](uint64_t k) { return g1(k) + g2(k); })},
        {"bls_map_fp", 16, Fork::prague, bls_field(3)},
        {"bls_map_fp2", 17, Fork::prague, bls_field(3) + bls_field(4)},
    };
}

}  // namespace

void add_precompiles(Cases& cases) {
    for (const Input& input : inputs())
        cases.push_back({.name = std::string("precompile_") + input.name,
                         .fork = input.fork,
                         .build =
                             [input](Scene& scene, Side side) {
                                 if (side == Side::attack)
                                     call_with(scene, input.id, input.bad, input.gas);
                                 else if (input.good.empty())
                                     spin(scene, input.gas);
                                 else
                                     call_with(scene, input.id, input.good, input.gas);
                             },
                         .same_gas = true,
                         .bound_by_gas = input.good.empty()});
}

}  // namespace warpevm::adversarial
