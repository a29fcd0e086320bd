// SPDX-License-Identifier: Apache-2.0
// Arbitrary code, calldata and gas in both loops: same class of status, gas, refund, output, logs and state.
#include "evm/base/hex.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/vm/frame_runner.hpp"
#include "tests/vm/program_maker.hpp"

namespace warpevm::fuzz {
namespace {

using test::FrameInput;
using test::FrameRunner;

/// Keeps one input within some milliseconds, sanitizers included.
constexpr uint32_t most_gas = 200'000;
/// Before the code: the fork, static or not, three bytes of gas, the size of the calldata that follows.
constexpr size_t prefix = 6;

FrameInput frame_of(BytesView input) {
    const uint32_t gas = (uint32_t{input[2]} << 16 | uint32_t{input[3]} << 8 | input[4]) % most_gas;
    const BytesView rest = input.subspan(prefix);
    const size_t calldata = std::min<size_t>(input[5], rest.size());
    FrameInput in;
    in.fork = static_cast<Fork>(input[0] % fork_count);
    in.is_static = (input[1] & 1) != 0;
    in.gas = gas;
    in.calldata.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(calldata));
    in.code.assign(rest.begin() + static_cast<std::ptrdiff_t>(calldata), rest.end());
    return in;
}

class LoopsTarget final : public Target {
  public:
    bool run(BytesView input) override {
        if (input.size() < prefix) return false;
        // Codes stay in the runner's state and cache: begin anew before they are many.
        if (m_runs++ % 512 == 0) m_runner = std::make_unique<FrameRunner>();
        const FrameInput in = frame_of(input);
        const auto plain = m_runner->run(in, Interpreter::plain), fast = m_runner->run(in, Interpreter::fast);
        require(plain.same_as(fast), test::describe(in, plain, fast));
        return plain.status == Status::success;
    }
    [[nodiscard]] std::vector<Bytes> seeds() const override {
        std::vector<Bytes> made;
        for (uint8_t seed = 0; seed < 64; ++seed) {
            const auto fork = static_cast<uint8_t>(seed % 3 == 0 ? seed % fork_count : uint8_t(Fork::osaka));
            Bytes input{fork, static_cast<uint8_t>(seed % 11 == 0), 1, 0, seed, 4, 1, 2, 3, 4};
            append(input, test::ProgramMaker(seed).make());
            made.push_back(std::move(input));
        }
        return made;
    }

  private:
    std::unique_ptr<FrameRunner> m_runner;
    unsigned m_runs = 0;
};

}  // namespace

std::unique_ptr<Target> make_loops_target() {
    return std::make_unique<LoopsTarget>();
}

}  // namespace warpevm::fuzz
