// SPDX-License-Identifier: Apache-2.0
// The case keccak/permutations. Optimised like the library, since the serial side is compiled here.
#include "evm/crypto/keccak_permutation.hpp"
#include "tools/bench/device_case.hpp"

namespace warpevm::tools {
namespace {

constexpr size_t grain = 256;

/// States that are permuted in registers, so that memory says nothing.
struct Permutations {
    std::vector<uint64_t> expected;
    size_t items = 0;
};
constexpr uint32_t permutations_each = 4;

uint64_t permuted(uint64_t seed) {
    uint64_t state[keccak::state_lanes] = {seed};
    for (uint32_t t = 0; t < permutations_each; ++t) keccak::permute(state);
    return state[0];
}

ItemContestant permute_on_host(const Permutations& p, unsigned threads) {
    auto sums = std::make_shared<std::vector<uint64_t>>(p.expected.size());
    return {
        .backend = "serial", .threads = threads, .once = [&p, on = Threads(threads), sums]() mutable -> Turn {
            const Timing taken = time_of([&] {
                on.over(sums->size(), grain, [&](size_t begin, size_t end) {
                    for (size_t i = begin; i < end; ++i) (*sums)[i] = permuted(i);
                });
            });
            if (*sums != p.expected) return tl::unexpected(std::string("the host's own sums differ"));
            return taken;
        }};
}

ItemContestant permute_on_device(const Permutations& p, const FoundDevice& found,
                                 const std::shared_ptr<ProgramCache>& cache, unsigned threads) {
    ItemContestant c = device_contestant(found, threads);
    struct State {
        std::shared_ptr<DevicePrograms> programs;
        ProgramPtr program;
        BufferPtr sums;
        double kernel = 0;
    };
    const auto state = std::make_shared<State>();
    const auto run = [state, count = p.expected.size()]() -> DeviceResult<void> {
        Device& device = state->programs->device();
        const std::array<KernelArgument, 3> arguments{state->sums.get(), permutations_each,
                                                      static_cast<uint32_t>(count)};
        const auto done =
            device.launch(Queue::compute, *state->program,
                          {.kernel = "keccak_permutations", .items = count, .arguments = arguments}, {});
        if (!done) return tl::unexpected(done.error());
        if (auto waited = device.wait(*done); !waited) return waited;
        state->kernel = device.seconds(*done).value_or(0);
        return {};
    };
    c.cold = time_of([&] {
        auto opened = found.open();
        if (!opened) return void(c.error = to_string(opened.error()));
        state->programs = std::make_shared<DevicePrograms>(std::move(*opened), cache);
        auto program = state->programs->get("keccak", build_options(found.info));
        if (!program) return void(c.error = to_string(program.error()));
        state->program = *program;
        auto sums = state->programs->device().allocate(p.expected.size() * 8, BufferKind::device);
        if (!sums) return void(c.error = to_string(sums.error()));
        state->sums = *sums;
        if (const auto first = run(); !first) c.error = to_string(first.error());
    });
    c.once = [&p, state, run]() -> Turn {
        DeviceResult<void> done;
        const Timing taken = time_of([&] { done = run(); });
        std::vector<uint64_t> got(p.expected.size());
        if (done)
            done = state->programs->device().read(*state->sums, 0,
                                                  {reinterpret_cast<uint8_t*>(got.data()), got.size() * 8});
        if (!done) return tl::unexpected(to_string(done.error()));
        if (got != p.expected) return tl::unexpected(std::string("the permuted states differ"));
        return taken;
    };
    c.kernel_seconds = [state] { return state->kernel; };
    return c;
}

}  // namespace

void run_permutations(BenchSession& session, unsigned threads, std::span<const FoundDevice> devices) {
    Permutations p;
    for (uint64_t i = 0; i < session.options.txs * keccak_items_per_transaction; ++i)
        p.expected.push_back(permuted(i));
    p.items = p.expected.size() * permutations_each;
    std::vector<ItemContestant> contestants{permute_on_host(p, threads)};
    for (const FoundDevice& device : devices)
        contestants.push_back(permute_on_device(p, device, session.cache, threads));
    bench_items(session, {"keccak", "permutations", p.items}, std::move(contestants));
}

}  // namespace warpevm::tools
