// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/blocks/world.hpp"

#include "evm/chain/system_contracts.hpp"
#include "evm/vm/machine.hpp"
#include "tests/fuzz/blocks/keys.hpp"
#include "tests/fuzz/blocks/precompile_input.hpp"
#include "tests/fuzz/blocks/program.hpp"
#include "tests/fuzz/blocks/shapes.hpp"

namespace warpevm::fuzz {
namespace {

Address contract_address(uint64_t i) {
    return Address::from_low(0xc00000 + 0x101 * i);
}
Address stranger(uint64_t i) {
    return Address::from_low(0x770000 + i);
}

class WorldMaker {
  public:
    WorldMaker(Random& random, FuzzBlock& block) : m_random(random), m_block(block) {}

    World make() {
        m_world.around.fork = m_block.fork;
        m_world.around.number = m_block.environment.number;
        for (uint64_t key = 0; key <= keys; ++key) m_world.key_addresses.push_back(address_of_key(key));
        const uint64_t contracts = 3 + m_random.pick(6);
        for (uint64_t i = 0; i < contracts; ++i) m_world.around.contracts.push_back(contract_address(i));
        name_others();
        make_senders();
        for (const Address& contract : m_world.around.contracts) make_contract(contract);
        for (uint64_t i = 0; i < 3; ++i) make_bounded(Address::from_low(0xb00000 + i));
        make_odd_accounts();
        if (m_block.fork >= Fork::prague) make_delegations();
        if (m_block.fork >= Fork::cancun) make_system_contracts();
        return std::move(m_world);
    }

  private:
    void name_others();
    void make_senders();
    void make_contract(const Address& address);
    void make_bounded(const Address& address);
    void make_odd_accounts();
    void make_delegations();
    void make_system_contracts();
    U256 some_balance() {
        return m_random.any<U256>({0, 0, 1, m_random.pick(100), U256{1} << 90, U256::max() >> 3});
    }

    Random& m_random;
    FuzzBlock& m_block;
    World m_world;
};

/// Whoever programs and transactions speak of besides contracts; some will exist.
void WorldMaker::name_others() {
    std::vector<Address>& others = m_world.around.others;
    for (uint64_t i = 0; i < 5; ++i) others.push_back(stranger(i));
    others.push_back(m_block.environment.beneficiary);
    for (uint64_t key = 1; key <= keys; key += 2) others.push_back(m_world.key_addresses[key]);
    for (uint64_t nonce = 0; nonce < 3; ++nonce) {
        others.push_back(create_address(m_world.key_addresses[1 + m_random.pick(3)], nonce));
        others.push_back(create_address(m_random.of(m_world.around.contracts), 1 + nonce));
    }
    others.push_back(Address{});
    if (m_block.fork >= Fork::cancun) {
        others.push_back(beacon_roots_address);
        others.push_back(history_storage_address);
        others.push_back(withdrawal_requests_address);
        others.push_back(system_address);
    }
    others.push_back(Address::from_low(0x12));  // behind the last precompile
}

void WorldMaker::make_senders() {
    for (uint64_t key = 1; key <= keys; ++key) {
        if (key >= first_authority && m_random.chance(30)) continue;
        FuzzAccount account;
        account.balance = (U256{1} << 100) + m_random.pick(1000);
        if (key >= 5 && m_random.chance(20)) account.balance = 1 + m_random.by_magnitude(100'000'000);
        if (m_random.chance(3)) account.balance = U256::max() >> 3;
        account.nonce = m_random.any<uint64_t>({0, 0, 0, 1, m_random.pick(300)});
        if (key >= 5 && m_random.chance(4)) account.nonce = ~uint64_t{0} - m_random.pick(3);
        if (key >= 5 && m_random.chance(6))
            account.code = {0x60, 0x01};  // not its own master any more (EIP-3607)
        m_block.accounts[m_world.key_addresses[key]] = account;
    }
}

void WorldMaker::make_contract(const Address& address) {
    FuzzAccount& account = m_block.accounts[address];
    const uint64_t kind = m_random.pick(20);
    if (kind < 15) {
        account.code = make_program(m_random, m_world.around, some_shape(m_random));
    } else if (kind < 17) {
        account.code = make_deep_program(m_random, m_world.around);
    } else if (kind < 19) {
        account.code = make_growing_program(m_random, m_world.around);
    } else {
        account.code = make_initcode(m_random, m_world.around, 1);
    }
    account.nonce = m_random.any<uint64_t>({0, 1, 1, 1, 1, 1, 1, 7});
    if (m_random.chance(3)) account.nonce = ~uint64_t{0};
    account.balance = some_balance();
    for (uint64_t n = m_random.pick(5); n > 0; --n)
        account.storage[m_random.pick(5)] = m_random.any<U256>(
            {1, 2, U256::max(), m_random.word(), to_u256(m_random.of(m_world.around.contracts))});
}

void WorldMaker::make_bounded(const Address& address) {
    FuzzAccount& account = m_block.accounts[address];
    account.nonce = 1;
    account.balance = some_balance();
    account.code = m_random.chance(60) ? make_deep_program(m_random, m_world.around)
                                       : make_growing_program(m_random, m_world.around);
    if (m_random.chance(15)) account.code = make_nested_creation(m_random, m_world.around);
    m_world.bounded.push_back(address);
}

/// Accounts at the addresses of creations and elsewhere. Not what no chain can hold: storage without code or
/// nonce (EIP-7610; geth knows the few that exist by their addresses), and after the merge empty accounts
/// (EIP-7523).
void WorldMaker::make_odd_accounts() {
    const bool empty_allowed = m_block.fork < Fork::paris;
    for (const Address& address : m_world.around.others) {
        if (m_block.accounts.contains(address) || !m_random.chance(35)) continue;
        FuzzAccount account;
        switch (m_random.pick(6)) {
            case 0: account.balance = empty_allowed ? 0 : 1; break;
            case 1: account.nonce = 1; break;
            case 2: account.code = {0x5b, 0x00}; break;
            case 3:
                account.nonce = 1;
                account.storage[m_random.pick(3)] = 7;
                break;
            default: account.balance = some_balance() + U256{empty_allowed ? 0U : 1U};
        }
        m_block.accounts[address] = account;
    }
    for (uint64_t precompile = 1; precompile < 20; ++precompile)
        if (m_random.chance(4)) m_block.accounts[Address::from_low(precompile)].balance = m_random.pick(2);
}

/// EIP-7702: to contracts, precompiles, each other, oneself, nobody.
void WorldMaker::make_delegations() {
    for (uint64_t key = 1; key <= keys; ++key) {
        if (!m_random.chance(key >= first_authority ? 40 : 10)) continue;
        const Address targets[] = {m_random.of(m_world.around.contracts),
                                   m_random.of(m_world.around.contracts),
                                   m_random.of(m_world.bounded),
                                   Address::from_low(some_precompile(m_random)),
                                   m_world.key_addresses[1 + m_random.pick(keys)],
                                   m_world.key_addresses[key],
                                   stranger(m_random.pick(5))};
        FuzzAccount& account = m_block.accounts[m_world.key_addresses[key]];
        account.code = {0xef, 0x01, 0x00};
        append(account.code, m_random.of(targets));
    }
}

/// Ones of our own that do something with what they are called with; requests are a few words of storage.
void WorldMaker::make_system_contracts() {
    const auto code = [&] { return Code(m_block.fork); };
    const auto place = [&](const Address& address, Bytes bytes) {
        m_block.accounts[address] = {.nonce = 1, .balance = {}, .code = std::move(bytes), .storage = {}};
    };
    Code keep = code();
    keep.push(0).op(OP_CALLDATALOAD).push(7).op(OP_NUMBER).op(OP_AND).op(OP_SSTORE);
    const Bytes keeper = keep.finish();
    if (m_random.chance(90)) place(beacon_roots_address, keeper);
    if (m_block.fork < Fork::prague) return;
    if (m_random.chance(90)) place(history_storage_address, keeper);
    for (const Address& address : {withdrawal_requests_address, consolidation_requests_address}) {
        // Called with value or input it counts, else it answers as many words as it has counted.
        Code queue = code();
        queue.op(OP_CALLDATASIZE).op(OP_CALLVALUE).op(OP_OR);
        const Code::Label count = queue.push_label();
        queue.op(OP_JUMPI);
        queue.push(0).op(OP_SLOAD).push(7).op(OP_AND).push(5).op(OP_SHL).push(0).op(OP_RETURN);
        queue.land(count);
        queue.push(0).op(OP_SLOAD).push(1).op(OP_ADD).push(0).op(OP_SSTORE);
        place(address, queue.finish());
    }
}

}  // namespace

World make_world(Random& random, FuzzBlock& block) {
    return WorldMaker(random, block).make();
}

}  // namespace warpevm::fuzz
