// SPDX-License-Identifier: Apache-2.0
#include "evm/vm/machine.hpp"

#include "evm/codec/rlp.hpp"
#include "evm/crypto/keccak.hpp"
#include "evm/vm/fast/fast.hpp"
#include "evm/vm/frame.hpp"
#include "evm/vm/precompiles.hpp"

namespace warpevm {
namespace {

/// EIP-4788: the sender of system calls.
constexpr Address system_address{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}};
constexpr int64_t system_call_gas = 30'000'000;

Address low_20_bytes(const Hash& hash) {
    Address a;
    std::memcpy(a.bytes.data(), hash.bytes.data() + 12, 20);
    return a;
}

}  // namespace

Address create_address(const Address& sender, uint64_t nonce) {
    rlp::Writer w;
    const size_t list = w.begin_list();
    w.string(sender).u64(nonce).end_list(list);
    return low_20_bytes(keccak256(w.bytes()));
}

Address create2_address(const Address& sender, const Bytes32& salt, const Hash& initcode_hash) {
    std::array<uint8_t, 85> preimage;
    preimage[0] = 0xff;
    std::memcpy(&preimage[1], sender.bytes.data(), 20);
    std::memcpy(&preimage[21], salt.bytes.data(), 32);
    std::memcpy(&preimage[53], initcode_hash.bytes.data(), 32);
    return low_20_bytes(keccak256(preimage));
}

std::string_view name(Status status) {
    switch (status) {
#define WARPEVM_STATUS(id, number) \
    case Status::id:               \
        return #id;
#include "evm/types/blobs.hpp"
#include "evm/vm/status.def"
#undef WARPEVM_STATUS
    }
    return "unknown";
}

template <bool R>
Machine<R>::Machine(Journal<R>& journal, MachineBuffers& buffers, Logs& logs, const Rules& rules,
                    const BlockEnvironment& block)
    : stack_top(buffers.stack()),
      memory_top(buffers.memory()),
      m_journal(journal),
      m_buffers(buffers),
      m_logs(logs),
      m_rules(rules),
      m_block(block),
      m_gas_table(warpevm::gas_table(rules.fork)),
      m_blob_base_fee(rules.at_least(Fork::cancun) ? warpevm::blob_base_fee(block, rules.blobs) : U256{}) {}

template <bool R>
const Code& Machine<R>::executable_code(Row row) {
    const Code& own = m_journal.code(row);
    if (!own.delegate() || !m_rules.at_least(Fork::prague)) return own;
    // A delegation to a precompile runs empty code, and one to another delegation runs its designator
    // (EIP-7702).
    if (find_precompile(*own.delegate(), m_rules.fork) != nullptr) return *m_journal.codes().empty();
    return m_journal.code(m_journal.account(*own.delegate()));
}

template <bool R>
FrameResult Machine<R>::call(const Message& message) {
    const auto checkpoint = m_journal.checkpoint();
    const Logs::Mark logs = m_logs.mark();
    m_buffers.output(message.depth).clear();
    if (message.transfers_value) {
        if (!message.value.is_zero()) m_journal.debit(message.sender_row, message.value);
        m_journal.credit(message.recipient_row, message.value);
    }
    const Precompile* precompile = find_precompile(message.code_address, m_rules.fork);
    const FrameResult result = precompile != nullptr   ? run_precompile(message, *precompile)
                               : message.code->empty() ? FrameResult{Status::success, message.gas}
                                                       : run_code(message);
    if (result.status != Status::success) {
        m_journal.revert(checkpoint);
        m_logs.truncate(logs);
    }
    return result;
}

template <bool R>
FrameResult Machine<R>::run_precompile(const Message& message, const Precompile& precompile) {
    const uint64_t gas = precompile.gas(message.input, m_rules.fork);
    if (gas > static_cast<uint64_t>(message.gas)) return {Status::out_of_gas, 0};
    Bytes& output = m_buffers.output(message.depth);
    if (!precompile.run(message.input, m_rules.fork, output)) {
        output.clear();
        return {Status::precompile_failure, 0};
    }
    return {Status::success, message.gas - static_cast<int64_t>(gas)};
}

template <bool R>
FrameResult Machine<R>::create(const Message& message) {
    m_buffers.output(message.depth).clear();
    const Row row = message.recipient_row;
    // EIP-684 and EIP-7610: the address must be unused.
    if (m_journal.nonce(row) != 0 || m_journal.code_hash(row) != empty_code_hash ||
        m_journal.has_storage(row))
        return {Status::address_collision, 0};
    const auto checkpoint = m_journal.checkpoint();
    const Logs::Mark logs = m_logs.mark();
    m_journal.create(row);
    if (m_rules.at_least(Fork::spurious_dragon)) m_journal.set_nonce(row, 1);
    if (!message.value.is_zero()) m_journal.debit(message.sender_row, message.value);
    m_journal.credit(row, message.value);
    FrameResult result{Status::success, message.gas};
    if (!message.code->empty()) result = run_code(message);
    if (result.status == Status::success) result.status = deposit_code(message, result);
    if (result.status != Status::success) {
        m_journal.revert(checkpoint);
        m_logs.truncate(logs);
        if (is_exceptional(result.status)) result.gas_left = 0;
    }
    return result;
}

/// Stores what the init code returned (EIP-2, EIP-170, EIP-3541) and empties the output.
template <bool R>
Status Machine<R>::deposit_code(const Message& message, FrameResult& result) {
    Bytes& output = m_buffers.output(message.depth);
    const Bytes deployed = std::exchange(output, {});
    if (m_rules.at_least(Fork::london) && !deployed.empty() && deployed[0] == 0xef)
        return Status::code_starts_with_ef;
    if (m_rules.at_least(Fork::spurious_dragon) && deployed.size() > max_code_size)
        return Status::code_too_large;
    const int64_t gas = m_gas_table.prices.code_deposit_byte * static_cast<int64_t>(deployed.size());
    if (gas > result.gas_left) {
        // Frontier leaves an empty contract behind where the deposit can't be paid.
        return m_rules.at_least(Fork::homestead) ? Status::out_of_gas : Status::success;
    }
    result.gas_left -= gas;
    if (!deployed.empty())
        m_journal.set_code(message.recipient_row, m_journal.codes().add(keccak256(deployed), deployed));
    return Status::success;
}

/// In the loop that is set; tiered: plainly while the code has not run before.
template <bool R>
Status run_frame(Frame<R>& frame) {
    switch (frame.machine.interpreter()) {
        case Interpreter::plain: return run_plain(frame);
        case Interpreter::fast: return run_fast(frame, 0, 0);
        case Interpreter::tiered: break;
    }
    return frame.message.code->ran_before() ? run_fast(frame, 0, 0) : run_plain_at_first(frame);
}

template <bool R>
FrameResult Machine<R>::run_code(const Message& message) {
    if (m_cancellation->is_cancelled()) return {Status::out_of_gas, 0};
    U256* const stack = stack_top;
    uint8_t* const memory = memory_top;
    m_buffers.output(message.depth + 1).clear();
    Frame<R> frame(*this, message);
    const Status status = run_frame(frame);
    stack_top = stack;
    memory_top = memory;
    if (is_exceptional(status)) return {status, 0};
    Bytes& output = m_buffers.output(message.depth);
    output.assign(frame.memory + frame.output_offset, frame.memory + frame.output_offset + frame.output_size);
    return {status, frame.gas};
}

template <bool R>
auto Machine<R>::system_call(const Address& to, BytesView input) -> SystemCallResult {
    m_journal.begin_transaction();
    begin_transaction({.origin = system_address, .gas_price = {}, .blob_hashes = {}});
    const Row row = m_journal.account(to);
    const Code& code = m_journal.code(row);
    SystemCallResult result{.has_code = !code.empty(), .success = false, .output = {}};
    if (result.has_code) {
        const Row sender = m_journal.account(system_address);
        const Message message{.recipient = to,
                              .sender = system_address,
                              .recipient_row = row,
                              .sender_row = sender,
                              .value = {},
                              .transfers_value = false,
                              .is_static = false,
                              .depth = 0,
                              .gas = system_call_gas,
                              .input = input,
                              .code_address = to,
                              .code = &code};
        result.success = call(message).status == Status::success;
        result.output = m_buffers.output(0);
    }
    m_journal.end_transaction();
    return result;
}

template class Machine<false>;
template class Machine<true>;

}  // namespace warpevm
