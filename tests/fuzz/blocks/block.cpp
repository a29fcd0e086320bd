// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/block.hpp"

#include "evm/chain/chain_config.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/state/state_trie.hpp"
#include "tests/fuzz/blocks/keys.hpp"
#include "tests/fuzz/blocks/transactions.hpp"

namespace warpevm::fuzz {
namespace {

constexpr const char* t8n_names[] = {
    "Frontier", "Homestead",   "EIP150", "EIP158", "Byzantium",    "Constantinople", "ConstantinopleFix",
    "Istanbul", "MuirGlacier", "Berlin", "London", "ArrowGlacier", "GrayGlacier",    "Merge",
    "Shanghai", "Cancun",      "Prague", "Osaka",  "BPO1",         "BPO2",           "BPO3",
    "BPO4",     "BPO5"};
static_assert(std::size(t8n_names) == fork_count);

/// Each fork in its turn, the ones whose rules hold today twice as often.
Fork some_fork(Random& random) {
    const uint64_t which = random.pick(fork_count + 5);
    return which < fork_count ? static_cast<Fork>(which) : static_cast<Fork>(13 + which - fork_count);
}

void make_environment(Random& random, FuzzBlock& block) {
    BlockEnvironment& env = block.environment;
    const Fork fork = block.fork;
    env.number = random.any<uint64_t>({1, 2, 255, 256, 257, 1'000, 20'000'000});
    // Where geth's t8n knows Constantinople, Petersburg comes with block 10,000,000.
    if (fork == Fork::constantinople) env.number = std::min<uint64_t>(env.number, 1'000);
    env.timestamp = 1'000 + random.pick(1'000'000);
    env.gas_limit = random.any<uint64_t>({60'000'000, 200'000'000, 200'000'000, 200'000'000,
                                          uint64_t{1} << 52, uint64_t{1} << 52, uint64_t{1} << 52});
    if (random.chance(5)) env.gas_limit = 5'000'000;
    env.beneficiary = random.any({Address::from_low(0xfee0000), Address::from_low(0xfee0000),
                                  address_of_key(2), Address::from_low(0xc00000), Address::from_low(2)});
    if (fork >= Fork::london) env.base_fee = random.any<U256>({0, 1, 7, 7, 1'000});
    env.difficulty_or_randao = fork >= Fork::paris ? random.word() : U256{0x20000};
    if (fork >= Fork::cancun) {
        env.excess_blob_gas =
            random.any<uint64_t>({0, 0, 131'072, 20'000'000, random.by_magnitude(60'000'000)});
        env.parent_beacon_block_root = to_bytes32(random.word());
    }
    for (uint64_t back = 1; back <= std::min<uint64_t>(256, env.number); ++back)
        block.block_hashes[env.number - back] = keccak256(to_bytes32(env.number - back));
    env.parent_hash = block.block_hashes[env.number - 1];
}

void make_ends(Random& random, const World& world, FuzzBlock& block) {
    block.reward = random.chance(70);
    if (block.fork >= Fork::shanghai)
        for (uint64_t n = random.pick(4); n > 0; --n)
            block.withdrawals.push_back(
                {n, n, random.of(world.around.others), random.any<uint64_t>({0, 1, 1'000'000})});
    if (block.fork < Fork::paris && random.chance(20))
        block.ommers.push_back(
            {random.of(world.around.others),
             block.environment.number - std::min<uint64_t>(1 + random.pick(7), block.environment.number)});
}

BlockTransaction with_sender(const Transaction& tx, const Rules& rules) {
    const auto sender = recover_sender(tx, rules.fork, rules.chain_id);
    return {&tx, sender ? *sender : Address{}, sender ? Error{} : sender.error()};
}

}  // namespace

const char* t8n_name(Fork fork) {
    return t8n_names[static_cast<size_t>(fork)];
}

FuzzBlock make_block(uint64_t seed, std::optional<Fork> only) {
    Random random(seed);
    FuzzBlock block;
    block.fork = some_fork(random);
    if (only) block.fork = *only;
    make_environment(random, block);
    const World world = make_world(random, block);
    make_transactions(random, world, block);
    make_ends(random, world, block);
    return block;
}

PreparedBlock::PreparedBlock(const FuzzBlock& from) {
    for (const auto& [address, account] : from.accounts) {
        state.set_account(address, account.nonce, account.balance, account.code);
        for (const auto& [key, value] : account.storage) state.set_slot(address, key, value);
    }
    for (const auto& [number, hash] : from.block_hashes) state.set_block_hash(number, hash);
    // A network from genesis on, as t8n takes it.
    if (const auto config = network_config(name(from.fork)))
        input.rules = config->rules_at(from.environment.number, from.environment.timestamp);
    input.environment = from.environment;
    for (const FuzzTransaction& made : from.transactions) {
        Transaction& tx = transactions.emplace_back(made.tx);
        sign(tx, made.key, made.high_s);
        input.transactions.push_back(with_sender(tx, input.rules));
    }
    input.ommers = from.ommers;
    if (from.fork >= Fork::shanghai) input.withdrawals = from.withdrawals;
    options.on_invalid = OnInvalid::skip;
    options.reward = from.reward ? Reward::fixed : Reward::none;
    options.allow_missing_system_contracts = true;
    options.state_roots = roots_over(state);
}

}  // namespace warpevm::fuzz
