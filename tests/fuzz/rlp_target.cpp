// SPDX-License-Identifier: Apache-2.0
// The RLP reader: whatever it validates is, written again, the same bytes; whatever it reads as a number or
// an address has no second encoding.
#include "evm/base/hex.hpp"
#include "evm/codec/rlp.hpp"
#include "tests/codec/random_values.hpp"
#include "tests/fuzz/target.hpp"

namespace warpevm::fuzz {
namespace {

/// Reads the first item of `item` as each kind of value.
void check_values(BytesView item) {
    const auto same = [&](const auto& value, const auto& write) {
        if (!value) return;
        rlp::Writer out;
        write(out, *value);
        require(equal(out.bytes(), item), "a second encoding of a value: " + to_hex(item));
    };
    same(rlp::Reader(item).u64(), [](rlp::Writer& out, uint64_t x) { out.u64(x); });
    same(rlp::Reader(item).u256(), [](rlp::Writer& out, const U256& x) { out.u256(x); });
    same(rlp::Reader(item).address(), [](rlp::Writer& out, const Address& x) { out.string(x); });
    same(rlp::Reader(item).bytes32(), [](rlp::Writer& out, const Bytes32& x) { out.string(x); });
    same(rlp::Reader(item).string(), [](rlp::Writer& out, BytesView x) { out.string(x); });
}

/// Writes valid items again; as deep as validate() allows.
void write_again(rlp::Reader items, rlp::Writer& out) {
    while (!items.empty()) {
        const auto item = items.next();
        require(item.has_value(), "a validated item can't be read");
        check_values(item->whole);
        if (!item->is_list) {
            out.string(item->payload);
            continue;
        }
        const size_t mark = out.begin_list();
        write_again(rlp::Reader(item->payload), out);
        out.end_list(mark);
    }
}

class RlpTarget final : public Target {
  public:
    bool run(BytesView input) override {
        check_first(input);
        if (!rlp::validate(input)) return false;
        rlp::Writer out;
        write_again(rlp::Reader(input), out);
        require(equal(out.bytes(), input), "valid RLP has a second encoding");
        return true;
    }
    [[nodiscard]] std::vector<Bytes> seeds() const override {
        test::RandomValues random(1);
        std::vector<Bytes> made;
        for (const size_t size : {0, 1, 55, 56, 300}) {
            rlp::Writer out;
            Bytes payload(size);
            random.fill(payload);
            made.push_back(out.string(payload).take());
        }
        rlp::Writer out;
        const size_t outer = out.begin_list();
        for (int depth = 0; depth < 4; ++depth) {
            const size_t inner = out.begin_list();
            out.u64(random.u64()).u256(random.u256()).string(random.address());
            out.end_list(inner);
        }
        made.push_back(out.end_list(outer).take());
        made.emplace_back(200, uint8_t{0xc1});  // deep, and cut off
        return made;
    }

  private:
    /// The typed readers on input that nobody validated.
    static void check_first(BytesView input) {
        if (const auto item = rlp::Reader(input).next()) check_values(item->whole);
        for (rlp::Reader reader(input); !reader.empty();)
            if (!reader.next()) break;
    }
};

}  // namespace

std::unique_ptr<Target> make_rlp_target() {
    return std::make_unique<RlpTarget>();
}

}  // namespace warpevm::fuzz
