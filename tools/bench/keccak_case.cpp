// SPDX-License-Identifier: Apache-2.0
// The workload `keccak`: batches of messages of one length, and of mixed lengths.
#include <fmt/format.h>

#include <optional>

#include "evm/crypto/keccak.hpp"
#include "host/keccak/device_keccak.hpp"
#include "tools/bench/device_case.hpp"
#include "tools/common/interrupt.hpp"

namespace warpevm::tools {
namespace {

constexpr size_t mixed = 0, longest_mixed = 599, grain = 256;

struct Messages {
    Bytes bytes;
    std::vector<BytesView> views;
    std::vector<Hash> expected;
};

Messages make_messages(size_t count, size_t length, uint64_t seed) {
    Messages m;
    std::vector<size_t> lengths(count, length);
    size_t total = 0;
    for (size_t i = 0; i < count; ++i) {
        if (length == mixed) lengths[i] = mix64(seed + i) % (longest_mixed + 1);
        total += lengths[i];
    }
    m.bytes.resize(total);
    for (size_t i = 0; i < total; ++i) m.bytes[i] = static_cast<uint8_t>(mix64(seed ^ i));
    size_t at = 0;
    for (const size_t l : lengths) {
        m.views.push_back(BytesView(m.bytes).subspan(at, l));
        at += l;
    }
    for (const BytesView view : m.views) m.expected.push_back(keccak256(view));
    return m;
}

/// Poisons, runs `hash` on the clock, compares.
Turn checked(const Messages& m, std::vector<Hash>& digests, const std::function<DeviceResult<void>()>& hash) {
    std::fill(digests.begin(), digests.end(), Hash{});
    DeviceResult<void> done;
    const Timing taken = time_of([&] { done = hash(); });
    if (!done) return tl::unexpected(to_string(done.error()));
    for (size_t i = 0; i < digests.size(); ++i)
        if (digests[i] != m.expected[i])
            return tl::unexpected(
                fmt::format("message {} of {} bytes has another hash", i, m.views[i].size()));
    return taken;
}

using Work = std::function<void(std::span<const BytesView>, std::span<Hash>)>;

ItemContestant on_host(const Messages& m, const std::string& backend, unsigned threads, Work work) {
    auto digests = std::make_shared<std::vector<Hash>>(m.views.size());
    return {
        .backend = backend, .threads = threads, .once = [&m, on = Threads(threads), digests, work]() mutable {
            return checked(m, *digests, [&]() -> DeviceResult<void> {
                on.over(m.views.size(), grain, [&](size_t begin, size_t end) {
                    work(std::span(m.views).subspan(begin, end - begin),
                         std::span(*digests).subspan(begin, end - begin));
                });
                return {};
            });
        }};
}

ItemContestant on_device(const Messages& m, const FoundDevice& device,
                         const std::shared_ptr<ProgramCache>& cache, unsigned threads) {
    ItemContestant c = device_contestant(device, threads);
    auto digests = std::make_shared<std::vector<Hash>>(m.views.size());
    std::shared_ptr<DeviceKeccak> keccak;
    c.cold = time_of([&] {
        auto opened = device.open();
        if (!opened) return void(c.error = to_string(opened.error()));
        auto made = DeviceKeccak::open(std::make_shared<DevicePrograms>(std::move(*opened), cache));
        if (!made) return void(c.error = to_string(made.error()));
        keccak = std::move(*made);
        if (const auto first = keccak->hash(m.views, *digests); !first) c.error = to_string(first.error());
    });
    c.once = [&m, keccak, digests] {
        return checked(m, *digests, [&] { return keccak->hash(m.views, *digests); });
    };
    c.kernel_seconds = [keccak] { return keccak->times().kernel; };
    return c;
}

void run_case(BenchSession& session, const std::string& name, size_t length, unsigned threads,
              std::span<const FoundDevice> devices) {
    const size_t count = session.options.txs * keccak_items_per_transaction;
    const Messages m = make_messages(count, length, session.options.seed);
    std::vector<ItemContestant> contestants;
    contestants.push_back(on_host(m, "serial", threads, [](auto messages, auto digests) {
        for (size_t i = 0; i < messages.size(); ++i) digests[i] = keccak256(messages[i]);
    }));
    contestants.push_back(on_host(m, "batch", threads, keccak256_batch));
    for (const FoundDevice& device : devices)
        contestants.push_back(on_device(m, device, session.cache, threads));
    bench_items(session, {"keccak", name, count}, std::move(contestants));
}

}  // namespace

void run_keccak(BenchSession& session, std::string_view) {
    const unsigned threads = threads_to_use(session);
    std::optional<std::vector<FoundDevice>> devices;
    for (const auto& [name, length] :
         {std::pair{"32", size_t{32}}, std::pair{"64", size_t{64}}, std::pair{"136", size_t{136}},
          std::pair{"576", size_t{576}}, std::pair{"mixed", mixed}}) {
        if (!session.selects(fmt::format("keccak/{}", name)) || interrupted()) continue;
        if (!devices) devices = devices_to_compare(session, threads);
        run_case(session, name, length, threads, *devices);
    }
    if (!session.selects("keccak/permutations") || interrupted()) return;
    if (!devices) devices = devices_to_compare(session, threads);
    run_permutations(session, threads, *devices);
}

}  // namespace warpevm::tools
