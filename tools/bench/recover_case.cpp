// SPDX-License-Identifier: Apache-2.0
// The workload `recover`: signed transactions to senders, one in sixteen with a signature that has none or is
// refused.
#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <thread>

#include "bench/workload/keys.hpp"
#include "evm/codec/wire.hpp"
#include "host/device_recover.hpp"
#include "host/senders.hpp"
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
    return s;
}

std::string compare(const Signed& s, std::span<const Result<Address>> got) {
    for (size_t i = 0; i < s.expected.size(); ++i)
        if (got[i] != s.expected[i]) return fmt::format("transaction {} has another sender", i);
    return {};
}

using Work = std::function<DeviceResult<std::vector<Result<Address>>>()>;

Contestant contestant(const Signed& s, Work work) {
    return [&s, work = std::move(work)]() -> tl::expected<double, std::string> {
        DeviceResult<std::vector<Result<Address>>> got;
        const double seconds = time_of([&] { got = work(); });
        if (!got) return tl::unexpected(to_string(got.error()));
        if (std::string wrong = compare(s, *got); !wrong.empty()) return tl::unexpected(std::move(wrong));
        return seconds;
    };
}

ItemContestant serial(const Signed& s, unsigned threads) {
    auto arena = std::make_shared<tbb::task_arena>(static_cast<int>(threads));
    return {.backend = "serial",
            .threads = threads,
            .once = contestant(s, [&s, arena] {
                std::vector<Result<Address>> senders(s.transactions.size());
                arena->execute([&] {
                    tbb::parallel_for(
                        tbb::blocked_range<size_t>(0, senders.size(), grain), [&](const auto& range) {
                            for (size_t i = range.begin(); i < range.end(); ++i)
                                senders[i] =
                                    recover_sender(s.transactions[i], s.rules.fork, s.rules.chain_id);
                        });
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

/// The device alone, end to end; what it leaves undecided libsecp256k1 does.
DeviceResult<std::vector<Result<Address>>> recover_all(const Signed& s, DeviceRecover& engine) {
    std::vector<Result<Address>> senders(s.transactions.size());
    std::vector<const Transaction*> pointers;
    for (const Transaction& tx : s.transactions) pointers.push_back(&tx);
    std::vector<std::pair<size_t, size_t>> flights(engine.slots());
    const auto collect = [&](size_t slot) -> DeviceResult<void> {
        auto& [first, count] = flights[slot];
        if (count == 0) return {};
        const auto results = engine.collect(slot);
        if (!results) return tl::unexpected(results.error());
        for (size_t i = 0; i < count; ++i) {
            const Transaction& tx = s.transactions[first + i];
            if ((*results)[i].verdict == RecoveredSender::Verdict::sender && !tx.r.is_zero())
                senders[first + i] = (*results)[i].address;
            else
                senders[first + i] = recover_sender(tx, s.rules.fork, s.rules.chain_id);
        }
        count = 0;
        return {};
    };
    size_t slot = 0;
    for (size_t at = 0; at < pointers.size(); slot = (slot + 1) % flights.size()) {
        if (const auto done = collect(slot); !done) return tl::unexpected(done.error());
        const auto taken = engine.submit(slot, std::span(pointers).subspan(at));
        if (!taken) return tl::unexpected(taken.error());
        flights[slot] = {at, *taken};
        at += *taken;
    }
    for (size_t i = 0; i < flights.size(); ++i, slot = (slot + 1) % flights.size())
        if (const auto done = collect(slot); !done) return tl::unexpected(done.error());
    return senders;
}

ItemContestant on_device(const Signed& s, const FoundDevice& device,
                         const std::shared_ptr<ProgramCache>& cache, unsigned threads) {
    ItemContestant c{.backend = device.info.name == "native" ? "native" : "opencl",
                     .device = device.info.name,
                     .threads = device.info.uses_host_cores ? threads : 1};
    std::shared_ptr<DeviceRecover> engine;
    c.cold = time_of([&] {
        auto opened = device.open();
        if (!opened) return void(c.error = to_string(opened.error()));
        auto made = DeviceRecover::open(std::make_shared<DevicePrograms>(std::move(*opened), cache));
        if (!made) return void(c.error = to_string(made.error()));
        engine = std::move(*made);
        if (const auto first = recover_all(s, *engine); !first) c.error = to_string(first.error());
    });
    c.once = contestant(s, [&s, engine] {
        (void)engine->take_kernel_seconds();
        return recover_all(s, *engine);
    });
    c.kernel_seconds = [engine] { return engine->take_kernel_seconds(); };
    return c;
}

}  // namespace

void run_recover(BenchSession& session, std::string_view) {
    const unsigned threads = session.options.threads.empty()
                                 ? std::max(1U, std::thread::hardware_concurrency())
                                 : session.options.threads.back();
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
