// SPDX-License-Identifier: Apache-2.0
// Ethereum's public test chains: where their forks start, and who takes their deposits.
#include "evm/chain/chain_config.hpp"

namespace warpevm {
namespace {

/// Times of the forks after Paris. All forks before it hold from genesis on.
struct TestChain {
    uint64_t chain_id;
    uint64_t shanghai, cancun, prague, osaka, bpo1, bpo2;
    Address deposit_contract;
};

ChainConfig make(const TestChain& chain) {
    ChainConfig c;
    c.chain_id = chain.chain_id;
    for (size_t f = 0; f < static_cast<size_t>(Fork::paris); ++f) c.start[f] = 0;
    c.terminal_total_difficulty = U256{};
    c.start_of(Fork::shanghai) = chain.shanghai;
    c.start_of(Fork::cancun) = chain.cancun;
    c.start_of(Fork::prague) = chain.prague;
    c.start_of(Fork::osaka) = chain.osaka;
    c.start_of(Fork::bpo1) = chain.bpo1;
    c.start_of(Fork::bpo2) = chain.bpo2;
    c.deposit_contract = chain.deposit_contract;
    return c;
}

/// It began with proof of work and merged at some block before its `mergeNetsplitBlock`.
ChainConfig make_sepolia() {
    ChainConfig c = make({.chain_id = 11155111,
                          .shanghai = 1677557088,
                          .cancun = 1706655072,
                          .prague = 1741159776,
                          .osaka = 1760427360,
                          .bpo1 = 1761017184,
                          .bpo2 = 1761607008,
                          .deposit_contract = address_literal("7f02c3e3c98b133055b8b348b2ac625669ed295d")});
    // Its difficulty bomb was never put off after Muir Glacier.
    c.start_of(Fork::arrow_glacier).reset();
    c.start_of(Fork::gray_glacier).reset();
    c.terminal_total_difficulty = U256{17'000'000'000'000'000};
    c.start_of(Fork::paris) = 1735371;
    c.unknown = {{"amsterdamTime", 1791294816, true}};
    return c;
}

}  // namespace

const ChainConfig* named_chain(std::string_view name) {
    static const ChainConfig sepolia = make_sepolia();
    static const ChainConfig holesky =
        make({.chain_id = 17000,
              .shanghai = 1696000704,
              .cancun = 1707305664,
              .prague = 1740434112,
              .osaka = 1759308480,
              .bpo1 = 1759800000,
              .bpo2 = 1760389824,
              .deposit_contract = address_literal("4242424242424242424242424242424242424242")});
    static const ChainConfig hoodi = make({.chain_id = 560048,
                                           .shanghai = 0,
                                           .cancun = 0,
                                           .prague = 1742999832,
                                           .osaka = 1761677592,
                                           .bpo1 = 1762365720,
                                           .bpo2 = 1762955544,
                                           .deposit_contract = deposit_contract_address});
    if (name == "mainnet") return &mainnet();
    if (name == "sepolia") return &sepolia;
    if (name == "holesky") return &holesky;
    return name == "hoodi" ? &hoodi : nullptr;
}

}  // namespace warpevm
