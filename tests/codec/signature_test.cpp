// SPDX-License-Identifier: Apache-2.0
// Who signed: libsecp256k1 signs here, recover_sender and recover_authority must name the signer.
#include <gtest/gtest.h>

#include "evm/base/hex.hpp"
#include "evm/codec/rlp.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/crypto/secp256k1.hpp"
#include "tests/codec/random_values.hpp"
#include "tests/codec/signer.hpp"

namespace warpevm {
namespace {

using test::RandomValues;
using test::Signer;

TEST(RecoverSender, the_example_of_eip_155) {
    const auto tx =
        decode_transaction(*bytes_from_hex("0xf86c098504a817c800825208943535353535353535353535353535353535353"
                                           "535880de0b6b3a76400008025a028ef61340bd939bc2195fe"
                                           "537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb70"
                                           "3304b3800ccf555c9f3dc64214b297fb1966a3b6d83"));
    ASSERT_TRUE(tx) << to_string(tx.error());
    EXPECT_EQ(to_hex(signing_hash(*tx)),
              "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
    EXPECT_EQ(to_hex(recover_sender(*tx, Fork::spurious_dragon, 1).value()),
              "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f");
    EXPECT_EQ(recover_sender(*tx, Fork::tangerine_whistle, 1).error().code, ErrorCode::tx_bad_signature);
    EXPECT_EQ(recover_sender(*tx, Fork::prague, 5).error().code, ErrorCode::tx_wrong_chain_id);
}

TEST(RecoverSender, names_the_signer_of_every_type) {
    RandomValues random(7);
    for (int i = 0; i < 200; ++i) {
        const Signer signer(random.hash());
        Transaction tx = random.transaction();
        if (tx.chain_id) tx.chain_id = 1;
        signer.sign(signing_hash(tx), tx);
        EXPECT_EQ(recover_sender(tx, Fork::prague, 1).value(), signer.address);
        const auto decoded = decode_transaction(encode_transaction(tx)).value();
        EXPECT_EQ(recover_sender(decoded, Fork::prague, 1).value(), signer.address);
        tx.nonce ^= 1;
        const auto other = recover_sender(tx, Fork::prague, 1);
        EXPECT_TRUE(!other || *other != signer.address) << "the nonce is not signed";
    }
}

TEST(RecoverSender, every_field_is_signed) {
    RandomValues random(8);
    Transaction tx{.type = TxType::set_code, .chain_id = 1, .to = random.address()};
    const Hash base = signing_hash(tx);
    const auto changes = [&](auto change) {
        Transaction changed = tx;
        change(changed);
        return signing_hash(changed) != base;
    };
    EXPECT_TRUE(changes([](Transaction& t) { t.type = TxType::dynamic_fee; }));
    EXPECT_TRUE(changes([](Transaction& t) { t.chain_id = 2; }));
    EXPECT_TRUE(changes([](Transaction& t) { t.gas_limit = 1; }));
    EXPECT_TRUE(changes([](Transaction& t) { t.max_fee_per_gas = 1; }));
    EXPECT_TRUE(changes([](Transaction& t) { t.max_priority_fee_per_gas = 1; }));
    EXPECT_TRUE(changes([](Transaction& t) { t.to.reset(); }));
    EXPECT_TRUE(changes([](Transaction& t) { t.value = 1; }));
    EXPECT_TRUE(changes([](Transaction& t) { t.data = {0}; }));
    EXPECT_TRUE(changes([](Transaction& t) { t.access_list.emplace_back(); }));
    EXPECT_TRUE(changes([](Transaction& t) { t.authorization_list.emplace_back(); }));
    EXPECT_FALSE(changes([](Transaction& t) { t.r = 1; }));
}

TEST(RecoverSender, high_s_is_valid_in_frontier_only) {
    RandomValues random(9);
    const Signer signer(random.hash());
    Transaction tx = random.transaction(TxType::legacy);
    tx.chain_id.reset();
    signer.sign(signing_hash(tx), tx);
    tx.s = secp256k1_order - tx.s;
    tx.y_parity ^= 1;
    EXPECT_EQ(recover_sender(tx, Fork::frontier, 1).value(), signer.address);
    EXPECT_EQ(recover_sender(tx, Fork::homestead, 1).error().code, ErrorCode::tx_bad_signature);
}

TEST(RecoverSender, ranges_of_r_and_s) {
    for (const U256& wrong : {U256(0), secp256k1_order, U256::max()}) {
        Transaction tx{.r = wrong, .s = 1};
        EXPECT_EQ(recover_sender(tx, Fork::frontier, 1).error().code, ErrorCode::tx_bad_signature);
        tx = {.r = 1, .s = wrong};
        EXPECT_EQ(recover_sender(tx, Fork::frontier, 1).error().code, ErrorCode::tx_bad_signature);
    }
    const Transaction no_point{.r = 5, .s = 1};  // no point of the curve has x = 5
    EXPECT_EQ(recover_sender(no_point, Fork::prague, 1).error().code, ErrorCode::tx_bad_signature);
}

Hash authorization_digest(const Authorization& a) {
    rlp::Writer out;
    const uint8_t magic = 5;
    out.raw({&magic, 1});
    const size_t list = out.begin_list();
    out.u256(a.chain_id).string(a.address).u64(a.nonce).end_list(list);
    return keccak256(out.bytes());
}

TEST(RecoverAuthority, names_the_signer) {
    RandomValues random(10);
    for (int i = 0; i < 100; ++i) {
        const Signer signer(random.hash());
        Authorization a{.chain_id = random.u256(), .address = random.address(), .nonce = random.u64()};
        signer.sign(authorization_digest(a), a);
        EXPECT_EQ(recover_authority(a), signer.address);
        a.y_parity ^= 1;
        EXPECT_NE(recover_authority(a), signer.address);
        a.s = secp256k1_order - a.s;
        EXPECT_EQ(recover_authority(a), std::nullopt) << "high s";
        a.y_parity = 27;
        EXPECT_EQ(recover_authority(a), std::nullopt);
    }
    EXPECT_EQ(recover_authority({}), std::nullopt);
}

}  // namespace
}  // namespace warpevm
