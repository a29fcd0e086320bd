// SPDX-License-Identifier: Apache-2.0
// The workload `recover`: signed transactions to senders, one in sixteen with a signature that has none or is
// refused.
#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <atomic>

#include "bench/workload/keys.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "host/senders/device_recover.hpp"
#include "host/senders/senders.hpp"
#include "tools/bench/device_case.hpp"
#include "tools/common/interrupt.hpp"

namespace warpevm::tools {
namespace {

constexpr size_t transactions_per_transaction = 4, keys = 64, bad_every = 16, grain = 8;

struct Signed {
    Rules rules{.fork = Fork::cancun, .chain_id = 1, .blobs = {}};
    std::vector<Transaction> transactions;
    std::vector<SenderRequest> requests;
    std::vector<Result<Address>> expected;
    size_t senders = 0;  ///< how many have one
};

Signed make_signed(size_t count, uint64_t seed) {
    Signed s;
    s.transactions.resize(count);
    tbb::parallel_for(tbb::blocked_range<size_t>(0, count, grain), [&](const auto& range) {
        const workload::Signer signer;
        for (size_t i = range.begin(); i < range.end(); ++i) {
            Transaction& tx = s.transactions[i];
            tx.type = i % 2 == 0 ? TxType::dynamic_fee : TxType::legacy;
            tx.chain_id = 1;
            tx.nonce = mix64(seed + i);
            tx.gas_limit = 21000;
            tx.to = Address::from_low(i);
            tx.value = i;
            tx.data.resize(mix64(seed ^ i) % 100);
            signer.sign(tx, signer.key(i % keys));
            // Flipping bits of r leaves about half of them without a point; r of 0 is out of range.
            if (i % bad_every == 0) tx.r = i % (2 * bad_every) == 0 ? U256(0) : tx.r ^ U256(1);
        }
    });
    for (const Transaction& tx : s.transactions) s.requests.push_back({&tx, &s.rules});
    s.expected.resize(count);
    tbb::parallel_for(size_t{0}, count, [&](size_t i) {
        s.expected[i] = recover_sender(s.transactions[i], s.rules.fork, s.rules.chain_id);
    });
    s.senders = static_cast<size_t>(
        std::count_if(s.expected.begin(), s.expected.end(), [](const auto& r) { return r.has_value(); }));
    return s;
}

std::string compare(const Signed& s, std::span<const Result<Address>> got) {
    for (size_t i = 0; i < s.expected.size(); ++i)
        if (got[i] != s.expected[i]) return fmt::format("transaction {} has another sender", i);
    return {};
}

using Senders = tl::expected<std::vector<Result<Address>>, std::string>;
using Work = std::function<Senders()>;

Contestant contestant(const Signed& s, Work work) {
    return [&s, work = std::move(work)]() -> Turn {
        Senders got;
        const Timing taken = time_of([&] { got = work(); });
        if (!got) return tl::unexpected(got.error());
        if (std::string wrong = compare(s, *got); !wrong.empty()) return tl::unexpected(std::move(wrong));
        return taken;
    };
}

ItemContestant serial(const Signed& s, unsigned threads) {
    return {.backend = "serial",
            .threads = threads,
            .once = contestant(s, [&s, on = Threads(threads)]() mutable {
                std::vector<Result<Address>> senders(s.transactions.size());
                on.over(senders.size(), grain, [&](size_t begin, size_t end) {
                    for (size_t i = begin; i < end; ++i)
                        senders[i] = recover_sender(s.transactions[i], s.rules.fork, s.rules.chain_id);
                });
                return senders;
            })};
}

/// What the library does: batches shared with the devices where that is faster.
ItemContestant shared(const Signed& s, std::span<const FoundDevice> devices,
                      const std::shared_ptr<ProgramCache>& cache, unsigned threads) {
    SenderOptions options{.threads = threads, .use = DeviceUse::when_faster, .cache = cache};
    for (const FoundDevice& device : devices)
        if (device.info.name != "native") options.devices.push_back(recover_source(device, cache));
    auto recovery = std::make_shared<SenderRecovery>(std::move(options));
    recovery->wait_until_ready();
    return {.backend = "shared", .threads = threads, .once = contestant(s, [&s, recovery] {
                                                         return recovery->recover(s.requests);
                                                     })};
}

/// The device first, as the library drives it, and nothing but the device: what it finds no sender of
/// libsecp256k1 looks at again, but a sender that it left to the processor is a failure.
Senders recover_on_device(const Signed& s, SenderRecovery& recovery) {
    SenderReport report;
    auto got = recovery.recover(s.requests, &report);
    if (report.device != s.senders)
        return tl::unexpected(
            fmt::format("of {} senders the device found {}: {}", s.senders, report.device, report.why));
    return got;
}

ItemContestant on_device(const Signed& s, const FoundDevice& device,
                         const std::shared_ptr<ProgramCache>& cache, unsigned threads) {
    ItemContestant c = device_contestant(device, threads);
    RecoverSource source = recover_source(device, cache);
    // The driver owns it until it fails; then nothing is run any more, and nobody looks here. Between runs
    // the driver's thread leaves it alone.
    const auto engine = std::make_shared<std::atomic<DeviceRecover*>>(nullptr);
    source.open = [open = source.open, engine] {
        auto made = open();
        if (made) *engine = static_cast<DeviceRecover*>(made->get());
        return made;
    };
    std::shared_ptr<SenderRecovery> recovery;
    c.cold = time_of([&] {
        recovery = std::make_shared<SenderRecovery>(SenderOptions{.threads = threads,
                                                                  .use = DeviceUse::device_first,
                                                                  .devices = {std::move(source)},
                                                                  .cache = cache});
        recovery->wait_until_ready();
        if (const auto first = recover_on_device(s, *recovery); !first) c.error = first.error();
    });
    if (!c.error.empty()) return c;
    c.once = contestant(s, [&s, recovery, engine] {
        (void)engine->load()->take_kernel_seconds();
        return recover_on_device(s, *recovery);
    });
    c.kernel_seconds = [engine] { return engine->load()->take_kernel_seconds(); };
    return c;
}

}  // namespace

void run_recover(BenchSession& session, std::string_view) {
    const unsigned threads = threads_to_use(session);
    const size_t count = session.options.txs * transactions_per_transaction;
    if (!session.selects("recover/mixed") || interrupted()) return;
    const Signed s = make_signed(count, session.options.seed);
    const std::vector<FoundDevice> devices = devices_to_compare(session, threads);
    std::vector<ItemContestant> contestants;
    contestants.push_back(serial(s, threads));
    contestants.push_back(shared(s, devices, session.cache, threads));
    for (const FoundDevice& device : devices)
        contestants.push_back(on_device(s, device, session.cache, threads));
    bench_items(session, {"recover", "mixed", count}, std::move(contestants));
}

}  // namespace warpevm::tools
