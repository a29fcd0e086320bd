// SPDX-License-Identifier: Apache-2.0
// Known answers of transfers.cl: who gets what by the host's arithmetic, and each way to be refused.
#include "host/device/kernel_types.hpp"
#include "host/device/self_test_programs.hpp"

namespace warpevm {
namespace {

using kernel::PARTY_BENEFICIARY;
using kernel::PARTY_COUNT;
using kernel::PARTY_RECIPIENT;
using kernel::PARTY_SENDER;
using kernel::transfer_record;

transfer_record transfer(uint32_t recipient, uint32_t beneficiary) {
    transfer_record t{};
    t.value = {3, ~0ULL, 7, 0};
    t.gas_price = {~0ULL, 5, 0, 0};
    t.tip = {~0ULL - 9, 4, 0, 0};
    t.worst_cost = {0, 0, 9, 0};
    t.balances[PARTY_SENDER] = {0, 0, 9, 0};
    t.balances[PARTY_RECIPIENT] = {1};
    t.balances[PARTY_BENEFICIARY] = {0, 0, 0, 1ULL << 62};
    t.nonce = ~uint64_t{0} - 1;
    t.intrinsic_gas = 21'000;
    t.codes[PARTY_SENDER] = t.codes[PARTY_RECIPIENT] = kernel::CODE_EMPTY;
    t.recipient = recipient;
    t.beneficiary = beneficiary;
    return t;
}

struct Vectors {
    std::vector<transfer_record> transfers;
    std::vector<kernel::kernel_status> statuses;
    void add(const transfer_record& t, kernel::kernel_status status = kernel::STATUS_done) {
        transfers.push_back(t);
        statuses.push_back(status);
    }
};

Vectors vectors() {
    Vectors v;
    for (const uint32_t recipient : {PARTY_SENDER, PARTY_RECIPIENT})
        for (const uint32_t beneficiary : {PARTY_SENDER, PARTY_RECIPIENT, PARTY_BENEFICIARY})
            if (beneficiary != PARTY_RECIPIENT || recipient == PARTY_RECIPIENT)
                v.add(transfer(recipient, beneficiary));
    transfer_record t = transfer(PARTY_RECIPIENT, PARTY_BENEFICIARY);
    t.floor_gas = 40'000;
    v.add(t);
    t.value = {};
    t.tip = {};
    v.add(t);
    t = transfer(PARTY_RECIPIENT, PARTY_BENEFICIARY);
    t.worst_cost += 1;
    v.add(t, kernel::STATUS_ESCALATE_invalid_transaction);
    t.codes[PARTY_RECIPIENT] = 0;
    v.add(t, kernel::STATUS_ESCALATE_code);
    t = transfer(PARTY_RECIPIENT, PARTY_BENEFICIARY);
    t.codes[PARTY_SENDER] = kernel::CODE_NOT_LOADED;
    v.add(t, kernel::STATUS_ESCALATE_code);
    t = transfer(PARTY_RECIPIENT, PARTY_BENEFICIARY);
    t.balances[PARTY_BENEFICIARY] = {0, 0, 0, 1ULL << 63};
    v.add(t, kernel::STATUS_ESCALATE_large_balance);
    t = transfer(PARTY_RECIPIENT, PARTY_BENEFICIARY);
    t.balances[PARTY_RECIPIENT] = {~0ULL, ~0ULL, ~0ULL, ~0ULL >> 1};
    v.add(t, kernel::STATUS_ESCALATE_large_balance);
    return v;
}

/// What an account gets in all.
U256 expected_delta(const transfer_record& t, uint32_t party) {
    const U256 gas = std::max(t.intrinsic_gas, t.floor_gas);
    U256 delta;
    if (party == PARTY_SENDER) delta = U256{} - (gas * t.gas_price + t.value);
    if (party == t.recipient) delta += t.value;
    if (party == t.beneficiary) delta += gas * t.tip;
    return delta;
}

bool is_right(const transfer_record& t, const kernel::transfer_result& result, uint32_t key,
              std::span<const account_observation> observations, std::span<const account_effect> effects) {
    const uint32_t seen = t.recipient == PARTY_SENDER ? 1 : 2;
    if (result.gas_used != std::max(t.intrinsic_gas, t.floor_gas) || result.observations != seen)
        return false;
    for (uint32_t k = 0; k < seen; ++k) {
        const account_observation& o = observations[k];
        const bool is_sender = k == 0;
        const uint32_t flags = OBSERVED_CODE | (is_sender ? OBSERVED_NONCE : 0);
        if (o.row != (ROW_IS_NEW_KEY | (key + k)) || o.flags != flags || o.code_hash != empty_code_hash ||
            o.balance != (is_sender ? t.worst_cost : U256{}) || o.nonce != (is_sender ? t.nonce : 0))
            return false;
    }
    uint32_t k = 0;
    for (uint32_t party = 0; party < PARTY_COUNT; ++party) {
        if (party != PARTY_SENDER && party != t.recipient && party != t.beneficiary) continue;
        const account_effect& e = effects[k++];
        const bool is_sender = party == PARTY_SENDER;
        if (e.row != (ROW_IS_NEW_KEY | (key + party)) || e.delta != expected_delta(t, party) ||
            e.flags != (TOUCHED | (is_sender ? WROTE_NONCE : 0)) || e.nonce != (is_sender ? t.nonce + 1 : 0))
            return false;
    }
    return result.effects == k;
}

}  // namespace

DeviceResult<void> self_test_transfers(Device& device, DeviceProgram& program) {
    const Vectors v = vectors();
    const size_t count = v.transfers.size();
    constexpr uint32_t first_key = 1000;
    const std::vector<kernel::transfer_result> results(count);
    const std::vector<account_observation> observations(kernel::TRANSFER_OBSERVATIONS * count);
    const std::vector<account_effect> effects(kernel::TRANSFER_EFFECTS * count);
    std::vector<BufferPtr> buffers;
    for (const auto& buffer :
         {upload<transfer_record>(device, v.transfers), upload<kernel::transfer_result>(device, results),
          upload<account_observation>(device, observations), upload<account_effect>(device, effects)}) {
        if (!buffer) return tl::unexpected(buffer.error());
        buffers.push_back(*buffer);
    }
    const std::array<KernelArgument, 6> arguments{buffers[0].get(), buffers[1].get(),
                                                  buffers[2].get(), buffers[3].get(),
                                                  first_key,        static_cast<uint32_t>(count)};
    auto done =
        run_kernel(device, program,
                   {.kernel = "transfers_run", .items = count, .group_size = 64, .arguments = arguments});
    if (!done) return done;
    const auto got = download<kernel::transfer_result>(device, *buffers[1], count);
    if (!got) return tl::unexpected(got.error());
    const auto seen = download<account_observation>(device, *buffers[2], observations.size());
    if (!seen) return tl::unexpected(seen.error());
    const auto made = download<account_effect>(device, *buffers[3], effects.size());
    if (!made) return tl::unexpected(made.error());
    for (uint32_t i = 0; i < count; ++i) {
        const bool right = (*got)[i].status == v.statuses[i] &&
                           (v.statuses[i] != kernel::STATUS_done ||
                            is_right(v.transfers[i], (*got)[i], first_key + PARTY_COUNT * i,
                                     std::span(*seen).subspan(kernel::TRANSFER_OBSERVATIONS * i),
                                     std::span(*made).subspan(kernel::TRANSFER_EFFECTS * i)));
        if (!right) return wrong_answer(device, "transfer " + std::to_string(i));
    }
    return {};
}

}  // namespace warpevm
