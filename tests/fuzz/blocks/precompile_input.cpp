// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/precompile_input.hpp"

#include "evm/base/hex.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/crypto/message_digest.hpp"
#include "tests/fuzz/blocks/keys.hpp"

namespace warpevm::fuzz {
namespace {

Bytes word(const U256& value) {
    const Bytes32 bytes = to_bytes32(value);
    return {bytes.bytes.begin(), bytes.bytes.end()};
}
template <class... Parts>
Bytes joined(const Parts&... parts) {
    Bytes all;
    (append(all, parts), ...);
    return all;
}
Bytes repeated(uint64_t times, const Bytes& part) {
    Bytes all;
    for (; times > 0; --times) append(all, part);
    return all;
}
Bytes hex(std::string_view digits) {
    return bytes_from_hex(digits).value();
}
/// A field element of BLS12-381 in its 64 bytes (EIP-2537).
Bytes fp(std::string_view digits) {
    return joined(Bytes(16), hex(digits));
}

const Bytes& bls_g1() {
    static const Bytes point = joined(
        fp("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6b"
           "b"),
        fp("08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e"
           "1"));
    return point;
}
const Bytes& bls_g2() {
    static const Bytes point = joined(fp("024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770ba"
                                         "c0326a805bbefd48056c8c121bdb8"),
                                      fp("13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334"
                                         "cf11213945d57e5ac7d055d042b7e"),
                                      fp("0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923"
                                         "ac9cc3baca289e193548608b82801"),
                                      fp("0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f3"
                                         "70d275cec1da1aaa9075ff05f79be"));
    return point;
}

/// A signature of a transaction, as good as any.
Bytes signed_digest(Random& random) {
    Authorization signed_by{.chain_id = random.pick(100), .address = {}, .nonce = random.pick(100)};
    sign(signed_by, 1 + random.pick(8));
    // The digest is another one than was signed; that recovers to some key too.
    return joined(word(random.word()), word(27 + signed_by.y_parity), word(signed_by.r), word(signed_by.s));
}

Bytes modexp(Random& random) {
    const uint64_t base = random.by_magnitude(100), exponent = random.by_magnitude(70),
                   modulus = random.by_magnitude(100);
    return joined(word(base), word(exponent), word(modulus), random.bytes(base + exponent + modulus));
}

Bytes bn254_point(Random& random) {
    return random.chance(30) ? Bytes(64) : joined(word(1), word(2));
}
Bytes bn254_g2() {
    return joined(hex("198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"),
                  hex("1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"),
                  hex("090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"),
                  hex("12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"));
}

Bytes blake2f(Random& random) {
    Bytes input = joined(Bytes(3), random.bytes(209), Bytes{static_cast<uint8_t>(random.pick(2))});
    input[3] = static_cast<uint8_t>(random.pick(64));
    return input;
}

/// The opening of the polynomial X at z (EIP-4844): its commitment is the setup's tau times G1, the proof G1.
Bytes point_evaluation(Random& random) {
    const Bytes commitment = hex(
        "ad3eb50121139aa34db1d545093ac9374ab7bca2c0f3bf28e27c8dcd8fc7cb42d25926fc0c97b336e9f0fb35e5a04c81");
    const Bytes proof = hex(
        "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb");
    Hash versioned = sha256(commitment);
    versioned.bytes[0] = 1;
    const Bytes z = word(random.next());
    return joined(versioned, z, z, commitment, proof);
}

Bytes well_formed(Random& random, uint64_t precompile) {
    const uint64_t some = 1 + random.pick(3);
    switch (precompile) {
        case 1: return signed_digest(random);
        case 5: return modexp(random);
        case 6: return joined(bn254_point(random), bn254_point(random));
        case 7: return joined(bn254_point(random), word(random.word()));
        case 8: return repeated(random.pick(3), joined(bn254_point(random), bn254_g2()));
        case 9: return blake2f(random);
        case 10: return point_evaluation(random);
        case 11: return joined(bls_g1(), random.chance(30) ? Bytes(128) : bls_g1());
        case 12: return repeated(some, joined(bls_g1(), word(random.word())));
        case 13: return joined(bls_g2(), random.chance(30) ? Bytes(256) : bls_g2());
        case 14: return repeated(some, joined(bls_g2(), word(random.word())));
        case 15: return repeated(some, joined(bls_g1(), bls_g2()));
        case 16: return joined(Bytes(17), random.bytes(47));
        case 17: return joined(Bytes(17), random.bytes(47), Bytes(17), random.bytes(47));
        default: return random.bytes(random.by_magnitude(600));
    }
}

}  // namespace

uint64_t some_precompile(Random& random) {
    const uint64_t which = random.pick(22);
    return which == 0 ? 0x100 : which <= 17 ? which : 1 + which % 4;
}

Bytes precompile_input(Random& random, uint64_t precompile) {
    Bytes input = well_formed(random, precompile);
    switch (random.pick(10)) {
        case 0: input.resize(input.size() / 2); break;
        case 1: append(input, random.bytes(1 + random.pick(40))); break;
        case 2:
            if (!input.empty())
                input[random.pick(input.size())] ^= static_cast<uint8_t>(1 + random.pick(255));
            break;
        default: break;
    }
    return input;
}

}  // namespace warpevm::fuzz
