// SPDX-License-Identifier: Apache-2.0
// Transactions, headers and blocks: whatever decodes has exactly one encoding, the input itself.
#include "evm/base/hex.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "tests/codec/random_values.hpp"
#include "tests/fuzz/target.hpp"

namespace warpevm::fuzz {
namespace {

enum Kind : uint8_t { transaction, header, block, kinds };

template <class T>
bool same_again(const Result<T>& decoded, Bytes (*encode)(const T&), BytesView input) {
    if (!decoded) {
        require(!decoded.error().detail.empty(), "an error that does not say where");
        return false;
    }
    require(equal(encode(*decoded), input), "a second encoding of the same value: " + to_hex(input));
    return true;
}

/// What happens to each decoded transaction before it is executed.
void recover(const Transaction& tx) {
    for (const Fork fork : {Fork::frontier, Fork::homestead, Fork::osaka})
        static_cast<void>(recover_sender(tx, fork, tx.chain_id.value_or(1)));
    for (const Authorization& authorization : tx.authorization_list)
        static_cast<void>(recover_authority(authorization));
}

class WireTarget final : public Target {
  public:
    bool run(BytesView input) override {
        const auto [kind, bytes] = select(input, kinds);
        if (kind == header) return same_again(decode_header(bytes), encode_header, bytes);
        if (kind == block) return same_again(decode_block(bytes), encode_block, bytes);
        const auto tx = decode_transaction(bytes);
        if (tx) recover(*tx);
        return same_again(tx, encode_transaction, bytes);
    }
    [[nodiscard]] std::vector<Bytes> seeds() const override {
        test::RandomValues random(2);
        std::vector<Bytes> made;
        for (int n = 0; n < 25; ++n)
            made.push_back(
                selecting(transaction, encode_transaction(random.transaction(static_cast<TxType>(n % 5)))));
        for (unsigned appended = 0; appended < 7; ++appended)
            made.push_back(selecting(header, encode_header(random.header(appended))));
        for (int n = 0; n < 8; ++n) made.push_back(selecting(block, encode_block(random.block())));
        return made;
    }
};

}  // namespace

std::unique_ptr<Target> make_wire_target() {
    return std::make_unique<WireTarget>();
}

}  // namespace warpevm::fuzz
