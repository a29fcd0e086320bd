// SPDX-License-Identifier: Apache-2.0
// Precompiles on arbitrary input: an answer of bounded size or a failure, the same each time.
#include "evm/vm/precompiles.hpp"

#include "evm/base/u256.hpp"
#include "tests/codec/random_values.hpp"
#include "tests/fuzz/target.hpp"

namespace warpevm::fuzz {
namespace {

/// What a frame might pay; MODEXP takes about 10 ms for this much.
constexpr uint64_t most_gas = 300'000;
constexpr Fork forks[] = {Fork::osaka, Fork::cancun, Fork::byzantium};

Address address_of(size_t which) {
    return Address::from_low(which == 0 ? 0x100 : which);
}

class PrecompilesTarget final : public Target {
  public:
    bool run(BytesView input) override {
        const auto [selector, data] = select(input, 256);
        const Fork fork = forks[selector / 18 % std::size(forks)];
        const Precompile* const precompile = find_precompile(address_of(selector % 18), fork);
        if (precompile == nullptr || precompile->gas(data, fork) > most_gas) return false;
        Bytes output, again{1, 2, 3};
        const bool succeeded = precompile->run(data, fork, output);
        require(precompile->run(data, fork, again) == succeeded, "not a function of its input");
        if (!succeeded) return false;
        require(output == again, "the output depends on what was there before");
        require(output.size() <= std::max<size_t>(data.size(), 1024), "an output longer than any there is");
        return true;
    }
    [[nodiscard]] std::vector<Bytes> seeds() const override {
        test::RandomValues random(3);
        std::vector<Bytes> made;
        for (size_t which = 0; which < 18; ++which) {
            made.push_back(selecting(which, Bytes(384)));  // points at infinity, zero lengths
            Bytes data(213);
            random.fill(data);
            made.push_back(selecting(which, data));
        }
        Bytes modexp(96 + 3 * 32);
        modexp[31] = modexp[63] = modexp[95] = 32;
        random.fill(std::span(modexp).subspan(96));
        made.push_back(selecting(5, modexp));
        Bytes generator(192);  // bn254's generator (1, 2), twice
        generator[31] = generator[95] = 1;
        generator[63] = generator[127] = 2;
        made.push_back(selecting(6, generator));
        made.push_back(selecting(7, generator));
        return made;
    }
};

}  // namespace

std::unique_ptr<Target> make_precompiles_target() {
    return std::make_unique<PrecompilesTarget>();
}

}  // namespace warpevm::fuzz
