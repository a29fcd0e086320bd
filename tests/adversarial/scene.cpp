// SPDX-License-Identifier: Apache-2.0
#include "tests/adversarial/scene.hpp"

namespace warpevm::adversarial {
namespace {

/// More than any block here can spend, and far below the sums that executors treat apart.
constexpr U256 wealth{0, uint64_t{1} << 40, 0, 0};

}  // namespace

Scene::Scene(Fork fork, uint64_t block_gas) : m_fork(fork), m_block_gas(block_gas) {
    options.system_calls = false;
    options.reward = Reward::none;
    next_block();
}

Address Scene::place(const Address& address, const Bytes& code) {
    state.set_account(address, 1, U256{1'000'000'000}, code);
    return address;
}

void Scene::next_block() {
    BlockInput& block = window.emplace_back();
    block.rules = {.fork = m_fork, .chain_id = 1, .blobs = mainnet_blob_schedule(m_fork)};
    const uint64_t number = 1000 + window.size();
    block.environment = {.number = number,
                         .timestamp = 12 * number,
                         .gas_limit = m_block_gas,
                         .beneficiary = Address::from_low(0xfee0000),
                         .difficulty_or_randao = 0x20000};
    if (m_fork >= Fork::london) block.environment.base_fee = 7;
    for (uint64_t n = number - 256; n < number; ++n) {
        Hash hash;
        hash.bytes[31] = static_cast<uint8_t>(n), hash.bytes[30] = static_cast<uint8_t>(n >> 8);
        state.set_block_hash(n, hash);
    }
}

Transaction& Scene::transaction(uint64_t gas) {
    Transaction& tx = m_transactions.emplace_back();
    tx.gas_limit = gas;
    tx.max_fee_per_gas = tx.max_priority_fee_per_gas = 16;
    const Address sender = Address::from_low(0x5e00000000 + m_senders++);
    state.set_account(sender, 0, wealth, {});
    block().transactions.push_back({.tx = &tx, .sender = sender});
    return tx;
}

Transaction& Scene::call(const Address& to, uint64_t gas, Bytes data) {
    Transaction& tx = transaction(gas);
    tx.to = to;
    tx.data = std::move(data);
    return tx;
}

Transaction& Scene::create(uint64_t gas, Bytes initcode) {
    Transaction& tx = transaction(gas);
    tx.data = std::move(initcode);
    return tx;
}

Bytes operator+(Bytes a, BytesView b) {
    append(a, b);
    return a;
}

Bytes repeat(BytesView unit, size_t times) {
    Bytes all;
    all.reserve(unit.size() * times);
    for (; times != 0; --times) append(all, unit);
    return all;
}

Bytes push(const U256& value, unsigned width) {
    const Bytes32 bytes = to_bytes32(value);
    Bytes code{static_cast<uint8_t>(OP_PUSH0 + width)};
    code.insert(code.end(), bytes.bytes.end() - width, bytes.bytes.end());
    return code;
}

Bytes push(const U256& value) {
    return push(value, std::max(1U, value.byte_length()));
}

Bytes ops(std::initializer_list<uint8_t> opcodes) {
    return opcodes;
}

Bytes loop(const Bytes& before, const Bytes& body, uint64_t margin, const Bytes& after) {
    return before + ops({OP_JUMPDEST}) + body + push(margin) + ops({OP_GAS, OP_GT}) + push(before.size(), 3) +
           ops({OP_JUMPI}) + after + ops({OP_STOP});
}

namespace {
Bytes call_with(const Bytes& to, const CallShape& s) {
    Bytes code = push(s.output_size) + push(0) + push(s.input_size) + push(0);
    if (s.kind == OP_CALL || s.kind == OP_CALLCODE) append(code, push(s.value));
    append(code, to);
    return code + (s.gas == 0 ? ops({OP_GAS}) : push(s.gas)) + ops({s.kind, OP_POP});
}
}  // namespace

Bytes call(const Address& to, const CallShape& shape) {
    return call_with(push(to_u256(to)), shape);
}

Bytes call_self(const CallShape& shape) {
    return call_with(ops({OP_ADDRESS}), shape);
}

Bytes deploys(const Bytes& code) {
    // PUSH3 size DUP1 PUSH1 offset PUSH1 0 CODECOPY PUSH1 0 RETURN: 13 bytes before the code.
    const Bytes head = push(code.size(), 3) + ops({OP_DUP1}) + push(13, 1) + push(0, 1) + ops({OP_CODECOPY}) +
                       push(0, 1) + ops({OP_RETURN});
    return head + code;
}

Bytes deploys_zeros(uint64_t size) {
    return push(size) + push(0) + ops({OP_RETURN});
}

}  // namespace warpevm::adversarial
