// SPDX-License-Identifier: Apache-2.0
// Known answers of transactions.cl: a transaction of each type against the host's encoder and signing hash,
// and bytes that are none.
#include "evm/codec/wire.hpp"
#include "host/device/kernel_types.hpp"
#include "host/device/self_test_programs.hpp"

namespace warpevm {
namespace {

Transaction transaction(TxType type, size_t data_bytes) {
    Transaction tx;
    tx.type = type;
    if (type != TxType::legacy) tx.chain_id = 1;
    tx.nonce = 7;
    tx.gas_limit = 1000000;
    tx.max_fee_per_gas = U256(30000000000);
    tx.max_priority_fee_per_gas = type >= TxType::dynamic_fee ? U256(2) : tx.max_fee_per_gas;
    tx.to = Address::from_low(0x1234);
    tx.value = U256(1) << 100;
    for (size_t i = 0; i < data_bytes; ++i) tx.data.push_back(static_cast<uint8_t>(i * 7 + 1));
    if (type != TxType::legacy) tx.access_list = {{Address::from_low(5), {Bytes32{}, Bytes32{{1, 2, 3}}}}};
    if (type == TxType::blob) {
        tx.max_fee_per_blob_gas = 9;
        tx.blob_versioned_hashes = {Bytes32{{1, 1}}, Bytes32{{1, 2}}};
    }
    if (type == TxType::set_code)
        tx.authorization_list = {
            {.chain_id = 1, .address = Address::from_low(9), .nonce = 3, .y_parity = 1, .r = 5, .s = 6}};
    tx.y_parity = 1;
    tx.r = {1, 2, 3, 4};
    tx.s = {5, 6, 7, 8};
    return tx;
}

std::vector<Transaction> known_transactions() {
    std::vector<Transaction> all;
    for (const TxType type :
         {TxType::legacy, TxType::access_list, TxType::dynamic_fee, TxType::blob, TxType::set_code})
        for (const size_t bytes : {0, 1, 55, 56, 100, 300}) all.push_back(transaction(type, bytes));
    Transaction bound = transaction(TxType::legacy, 4);
    bound.chain_id = 1;  // EIP-155
    all.push_back(bound);
    Transaction create = transaction(TxType::dynamic_fee, 77);
    create.to.reset();
    all.push_back(create);
    return all;
}

bool is_right(const kernel::signature& got, uint32_t status, const Transaction& tx) {
    const Hash digest = signing_hash(tx);
    bool same = status == kernel::STATUS_ok && got.recovery_id == tx.y_parity && got.flags == 0 &&
                std::memcmp(got.digest, digest.bytes.data(), sizeof got.digest) == 0;
    for (size_t i = 0; i < 4; ++i) same = same && got.r[i] == tx.r.limb[i] && got.s[i] == tx.s.limb[i];
    return same;
}

}  // namespace

DeviceResult<void> self_test_transactions(Device& device, DeviceProgram& program) {
    const std::vector<Transaction> all = known_transactions();
    std::vector<Bytes> encoded;
    encoded.reserve(all.size() + 2);
    for (const Transaction& tx : all) encoded.push_back(encode_transaction(tx));
    encoded.push_back(Bytes(encoded[0].begin(), encoded[0].end() - 1));  // ends too early
    encoded.push_back({});
    std::vector<uint64_t> words;
    std::vector<uint32_t> offsets, lengths;
    for (const Bytes& bytes : encoded) {
        offsets.push_back(static_cast<uint32_t>(words.size()));
        lengths.push_back(static_cast<uint32_t>(bytes.size()));
        words.resize(words.size() + bytes.size() / 8 + 1, ~uint64_t{0});
        if (!bytes.empty()) std::memcpy(words.data() + offsets.back(), bytes.data(), bytes.size());
    }
    const size_t count = encoded.size();
    const std::vector<kernel::signature> poison(count);
    const std::vector<uint32_t> unset(count, ~uint32_t{0});
    std::vector<BufferPtr> buffers;
    for (const auto& buffer : {upload<uint64_t>(device, words), upload<uint32_t>(device, offsets),
                               upload<uint32_t>(device, lengths), upload<kernel::signature>(device, poison),
                               upload<uint32_t>(device, unset)}) {
        if (!buffer) return tl::unexpected(buffer.error());
        buffers.push_back(*buffer);
    }
    const std::array<KernelArgument, 7> arguments{buffers[0].get(),
                                                  buffers[1].get(),
                                                  buffers[2].get(),
                                                  buffers[3].get(),
                                                  buffers[4].get(),
                                                  uint32_t{0},
                                                  static_cast<uint32_t>(count)};
    auto done =
        run_kernel(device, program, {.kernel = "read_transactions", .items = count, .arguments = arguments});
    if (!done) return done;
    const auto signatures = download<kernel::signature>(device, *buffers[3], count);
    if (!signatures) return tl::unexpected(signatures.error());
    const auto statuses = download<uint32_t>(device, *buffers[4], count);
    if (!statuses) return tl::unexpected(statuses.error());
    for (size_t i = 0; i < count; ++i) {
        const bool right = i < all.size() ? is_right((*signatures)[i], (*statuses)[i], all[i])
                                          : (*statuses)[i] == kernel::STATUS_ESCALATE_transaction_form;
        if (!right) return wrong_answer(device, "transaction " + std::to_string(i) + " of the known answers");
    }
    return {};
}

}  // namespace warpevm
