// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/transaction_execution.hpp"

#include <algorithm>
#include <limits>

#include "evm/base/hex.hpp"
#include "evm/chain/validity.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm {
namespace {

constexpr uint64_t gas_per_blob = 131072;             // EIP-4844
constexpr int64_t existing_authority_refund = 12500;  // EIP-7702: PER_EMPTY_ACCOUNT_COST - PER_AUTH_BASE_COST

template <bool R>
class Execution {
  public:
    Execution(Machine<R>& machine, const BlockTransaction& tx)
        : m_machine(machine),
          m_journal(machine.journal()),
          m_rules(machine.rules()),
          m_tx(*tx.tx),
          m_sender(tx.sender) {}

    Error check(const BlockAllowance& allowance);
    TransactionOutcome run();

  private:
    Result<void> check_blob_gas(const BlockAllowance& allowance);
    Result<void> check_sender_nonce();
    Result<void> check_sender_code();
    Result<void> check_base_fee();
    Result<void> check_blob_base_fee();
    Result<void> check_block_gas(const BlockAllowance& allowance);
    Result<void> check_balance();
    std::optional<U256> most_it_can_cost() const;
    void buy_gas();
    void warm_up();
    void apply_authorization(const Authorization& authorization);
    FrameResult run_frame(int64_t gas);
    uint64_t settle(uint64_t gas_left);

    Machine<R>& m_machine;
    Journal<R>& m_journal;
    const Rules& m_rules;
    const Transaction& m_tx;
    const Address& m_sender;
    Row m_sender_row = 0;
    U256 m_gas_price;
    std::optional<Address> m_created;
};

/// In geth's order: of several broken rules the first is named, and tools compare names.
template <bool R>
Error Execution<R>::check(const BlockAllowance& allowance) {
    m_sender_row = m_journal.account(m_sender);
    const Result<void> checked = check_envelope(m_tx, m_rules)
                                     .and_then([&] { return check_blob_gas(allowance); })
                                     .and_then([&] { return check_sender_nonce(); })
                                     .and_then([&] { return check_nonce(m_tx); })
                                     .and_then([&] { return check_gas_limit_cap(m_tx, m_rules.fork); })
                                     .and_then([&] { return check_sender_code(); })
                                     .and_then([&] { return check_fees(m_tx); })
                                     .and_then([&] { return check_base_fee(); })
                                     .and_then([&] { return check_blobs(m_tx, m_rules); })
                                     .and_then([&] { return check_blob_base_fee(); })
                                     .and_then([&] { return check_authorizations(m_tx); })
                                     .and_then([&] { return check_initcode(m_tx, m_rules.fork); })
                                     .and_then([&] { return check_block_gas(allowance); })
                                     .and_then([&] { return check_cost(m_tx); })
                                     .and_then([&] { return check_balance(); })
                                     .and_then([&] { return check_gas(m_tx, m_rules.fork); });
    return checked ? Error{} : checked.error();
}

template <bool R>
Result<void> Execution<R>::check_blob_gas(const BlockAllowance& allowance) {
    if (m_tx.type != TxType::blob) return {};
    const uint64_t wanted = m_tx.blob_versioned_hashes.size() * gas_per_blob;
    if (wanted <= allowance.blob_gas) return {};
    const uint64_t most = m_rules.blobs.max * gas_per_blob;
    return fail(ErrorCode::blob_gas_exceeded, "blob gas (" +
                                                  std::to_string(most - allowance.blob_gas + wanted) +
                                                  ") would exceed maximum allowance " + std::to_string(most));
}

template <bool R>
Result<void> Execution<R>::check_sender_nonce() {
    const uint64_t nonce = m_journal.nonce(m_sender_row);
    if (m_tx.nonce == nonce) return {};
    return fail(m_tx.nonce < nonce ? ErrorCode::nonce_too_low : ErrorCode::nonce_too_high,
                "tx: " + std::to_string(m_tx.nonce) + " state: " + std::to_string(nonce));
}

/// EIP-3607, but for delegated accounts (EIP-7702).
template <bool R>
Result<void> Execution<R>::check_sender_code() {
    const Code& code = m_journal.code(m_sender_row);
    if (code.empty() || (m_rules.at_least(Fork::prague) && code.delegate())) return {};
    return fail(ErrorCode::sender_not_eoa, "len(code): " + std::to_string(code.bytes().size()));
}

template <bool R>
Result<void> Execution<R>::check_base_fee() {
    const U256& base_fee = m_machine.block().base_fee;
    if (!m_rules.at_least(Fork::london) || m_tx.max_fee_per_gas >= base_fee) return {};
    return fail(ErrorCode::tx_fee_cap_below_base_fee,
                "maxFeePerGas: " + to_decimal(m_tx.max_fee_per_gas) + ", baseFee: " + to_decimal(base_fee));
}

template <bool R>
Result<void> Execution<R>::check_blob_base_fee() {
    const U256& base_fee = m_machine.blob_base_fee();
    if (m_tx.type != TxType::blob || m_tx.max_fee_per_blob_gas >= base_fee) return {};
    return fail(
        ErrorCode::tx_blob_fee_cap_below_base_fee,
        "blobGasFeeCap: " + to_decimal(m_tx.max_fee_per_blob_gas) + ", blobBaseFee: " + to_decimal(base_fee));
}

template <bool R>
Result<void> Execution<R>::check_block_gas(const BlockAllowance& allowance) {
    if (m_tx.gas_limit <= allowance.gas) return {};
    return fail(ErrorCode::block_gas_exceeded,
                std::to_string(m_tx.gas_limit) + " of " + std::to_string(allowance.gas));
}

template <bool R>
Result<void> Execution<R>::check_balance() {
    const std::optional<U256> cost = most_it_can_cost();
    if (!cost) return fail(ErrorCode::insufficient_balance, "required balance exceeds 256 bits");
    if (m_journal.can_pay(m_sender_row, *cost)) return {};
    return fail(ErrorCode::insufficient_balance,
                "have " + to_decimal(m_journal.balance(m_sender_row)) + " want " + to_decimal(*cost));
}

template <bool R>
std::optional<U256> Execution<R>::most_it_can_cost() const {
    auto cost = checked_mul(m_tx.gas_limit, m_tx.max_fee_per_gas);
    if (cost) cost = checked_add(*cost, m_tx.value);
    if (!cost || m_tx.type != TxType::blob) return cost;
    const auto blobs =
        checked_mul(m_tx.blob_versioned_hashes.size() * gas_per_blob, m_tx.max_fee_per_blob_gas);
    return blobs ? checked_add(*cost, *blobs) : std::nullopt;
}

template <bool R>
void Execution<R>::buy_gas() {
    m_gas_price = effective_gas_price(m_tx, m_machine.block().base_fee);
    U256 fee = U256{m_tx.gas_limit} * m_gas_price;
    if (m_tx.type == TxType::blob)
        fee += U256{m_tx.blob_versioned_hashes.size() * gas_per_blob} * m_machine.blob_base_fee();
    m_journal.debit(m_sender_row, fee);
    m_journal.set_nonce(m_sender_row, m_tx.nonce + 1);
}

/// EIP-2929, EIP-2930, EIP-3651. Precompiles are always warm; whoever charges for access knows that.
template <bool R>
void Execution<R>::warm_up() {
    if (!m_rules.at_least(Fork::berlin)) return;
    m_journal.warm_account(m_sender_row);
    if (m_rules.at_least(Fork::shanghai))
        m_journal.warm_account(m_journal.account(m_machine.block().beneficiary));
    for (const AccessListEntry& entry : m_tx.access_list) {
        const Row row = m_journal.account(entry.address);
        m_journal.warm_account(row);
        for (const Bytes32& key : entry.storage_keys)
            m_journal.warm_slot(m_journal.unread_slot(row, to_u256(key)));
    }
}

/// EIP-7702: an authorization that breaks any rule is skipped.
template <bool R>
void Execution<R>::apply_authorization(const Authorization& authorization) {
    if (!authorization.chain_id.is_zero() && authorization.chain_id != m_rules.chain_id) return;
    if (authorization.nonce == ~uint64_t{0}) return;
    const std::optional<Address> authority = recover_authority(authorization);
    if (!authority) return;
    const Row row = m_journal.account(*authority);
    m_journal.warm_account(row);
    const Code& code = m_journal.code(row);
    if (!code.empty() && !code.delegate()) return;
    if (m_journal.nonce(row) != authorization.nonce) return;
    if (m_journal.exists(row)) m_journal.add_refund(existing_authority_refund);
    if (authorization.address.is_zero()) {
        m_journal.set_code(row, m_journal.codes().empty());
    } else {
        Bytes designator{0xef, 0x01, 0x00};
        append(designator, authorization.address);
        m_journal.set_code(row, m_journal.codes().add(keccak256(designator), designator));
    }
    m_journal.set_nonce(row, authorization.nonce + 1);
}

template <bool R>
FrameResult Execution<R>::run_frame(int64_t gas) {
    Message message{.recipient = {},
                    .sender = m_sender,
                    .recipient_row = 0,
                    .sender_row = m_sender_row,
                    .value = m_tx.value,
                    .transfers_value = true,
                    .is_static = false,
                    .depth = 0,
                    .gas = gas,
                    .input = {},
                    .code_address = {},
                    .code = nullptr};
    message.recipient = m_tx.to ? *m_tx.to : create_address(m_sender, m_tx.nonce);
    message.code_address = message.recipient;
    message.recipient_row = m_journal.account(message.recipient);
    m_journal.warm_account(message.recipient_row);
    if (m_tx.is_create()) {
        m_created = message.recipient;
        const Code initcode = Code::of_init_code(m_tx.data);
        message.code = &initcode;
        return m_machine.create(message);
    }
    message.input = m_tx.data;
    if (m_rules.at_least(Fork::prague))
        if (const auto& delegate = m_journal.code(message.recipient_row).delegate())
            m_journal.warm_account(m_journal.account(*delegate));
    message.code = &m_machine.executable_code(message.recipient_row);
    return m_machine.call(message);
}

/// Refunds, the calldata floor and fees (Yellow Paper 6.2, EIP-3529, EIP-7623, EIP-1559). Answers the gas
/// used.
template <bool R>
uint64_t Execution<R>::settle(uint64_t gas_left) {
    const uint64_t without_refund = m_tx.gas_limit - gas_left;
    const auto divisor = static_cast<uint64_t>(m_machine.gas_table().prices.max_refund_divisor);
    const auto refund =
        std::min(without_refund / divisor, static_cast<uint64_t>(std::max<int64_t>(m_journal.refund(), 0)));
    const uint64_t gas_used = std::max(without_refund - refund, floor_gas(m_tx, m_rules.fork));
    m_journal.credit(m_sender_row, U256{m_tx.gas_limit - gas_used} * m_gas_price);
    const U256 tip = m_rules.at_least(Fork::london) ? m_gas_price - m_machine.block().base_fee : m_gas_price;
    m_journal.credit(m_journal.account(m_machine.block().beneficiary), U256{gas_used} * tip);
    return gas_used;
}

template <bool R>
TransactionOutcome Execution<R>::run() {
    TransactionOutcome outcome;
    buy_gas();
    warm_up();
    for (const Authorization& authorization : m_tx.authorization_list) apply_authorization(authorization);
    m_machine.begin_transaction(
        {.origin = m_sender, .gas_price = m_gas_price, .blob_hashes = m_tx.blob_versioned_hashes});
    outcome.first_log = static_cast<uint32_t>(m_machine.logs().size());
    // No block can hold more than 2^63 - 1 gas; where none limits it (t8n), frames see no more than that, and
    // the rest is given back where execution would have left some.
    const uint64_t available = m_tx.gas_limit - intrinsic_gas(m_tx, m_rules.fork);
    const uint64_t given = std::min<uint64_t>(available, std::numeric_limits<int64_t>::max());
    const FrameResult result = run_frame(static_cast<int64_t>(given));
    outcome.success = result.status == Status::success;
    const uint64_t kept_back = is_exceptional(result.status) ? 0 : available - given;
    outcome.gas_used = settle(static_cast<uint64_t>(result.gas_left) + kept_back);
    outcome.log_count = static_cast<uint32_t>(m_machine.logs().size()) - outcome.first_log;
    outcome.effective_gas_price = m_gas_price;
    outcome.created = m_created;
    if (Tracer* tracer = m_machine.tracer())
        tracer->on_transaction_done({.status = result.status,
                                     .is_create = m_tx.is_create(),
                                     .gas_used = outcome.gas_used,
                                     .frame_gas_used = given - static_cast<uint64_t>(result.gas_left),
                                     .output = m_machine.buffers().output(0)});
    return outcome;
}

}  // namespace

U256 effective_gas_price(const Transaction& tx, const U256& base_fee) {
    // Types 0 and 1 have both fees equal to their gas price, so the same formula gives it.
    const std::optional<U256> with_tip = checked_add(base_fee, tx.max_priority_fee_per_gas);
    return with_tip && *with_tip < tx.max_fee_per_gas ? *with_tip : tx.max_fee_per_gas;
}

template <bool R>
TransactionOutcome execute_transaction(Machine<R>& machine, const BlockTransaction& tx,
                                       const BlockAllowance& allowance) {
    TransactionOutcome outcome;
    outcome.first_log = static_cast<uint32_t>(machine.logs().size());
    outcome.invalid = tx.invalid;
    if (tx.invalid.code != ErrorCode::none) return outcome;
    machine.journal().begin_transaction();
    Execution<R> execution(machine, tx);
    outcome.invalid = execution.check(allowance);
    if (outcome.invalid.code != ErrorCode::none) {
        machine.journal().abandon_transaction();
        return outcome;
    }
    outcome = execution.run();
    machine.journal().end_transaction();
    return outcome;
}

template TransactionOutcome execute_transaction(Machine<false>&, const BlockTransaction&,
                                                const BlockAllowance&);
template TransactionOutcome execute_transaction(Machine<true>&, const BlockTransaction&,
                                                const BlockAllowance&);

}  // namespace warpevm
