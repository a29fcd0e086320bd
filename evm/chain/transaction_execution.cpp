// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/transaction_execution.hpp"

#include <algorithm>
#include <limits>

#include "evm/base/hex.hpp"
#include "evm/chain/validity.hpp"
#include "evm/codec/signature.hpp"
#include "evm/codec/wire.hpp"
#include "evm/crypto/keccak.hpp"

namespace warpevm {
namespace {

constexpr int64_t existing_authority_refund = 12500;  // EIP-7702: PER_EMPTY_ACCOUNT_COST - PER_AUTH_BASE_COST

template <bool R>
class Execution {
  public:
    Execution(Machine<R>& machine, const BlockTransaction& tx)
        : m_machine(machine),
          m_journal(machine.journal()),
          m_rules(machine.rules()),
          m_tx(*tx.tx),
          m_sender(tx.sender),
          m_nonce(tx.tx->nonce) {}

    Error check(const BlockAllowance& allowance);
    /// In place of `check`: what a call is held to that nobody signed.
    Error check_as_call();
    TransactionOutcome run();
    /// How the first frame ended.
    [[nodiscard]] Status status() const { return m_status; }

  private:
    Result<void> check_blob_gas(const BlockAllowance& allowance);
    Result<void> check_sender_nonce();
    Result<void> check_next_nonce();
    Result<void> check_sender_code();
    Result<void> check_base_fee();
    Result<void> check_blob_base_fee();
    Result<void> check_block_gas(const BlockAllowance& allowance);
    Result<void> check_balance();
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
    uint64_t m_nonce;
    Row m_sender_row = 0;
    U256 m_gas_price;
    Status m_status{};
    std::optional<Address> m_created;
};

/// In geth's order: of several broken rules the first is named, and tools compare names.
template <bool R>
Error Execution<R>::check(const BlockAllowance& allowance) {
    m_sender_row = m_journal.account(m_sender);
    return first_failure(
        [&] { return check_envelope(m_tx, m_rules); }, [&] { return check_blob_gas(allowance); },
        [&] { return check_sender_nonce(); }, [&] { return check_nonce(m_tx); },
        [&] { return check_gas_limit_cap(m_tx, m_rules.fork); }, [&] { return check_sender_code(); },
        [&] { return check_fees(m_tx); }, [&] { return check_base_fee(); },
        [&] { return check_blobs(m_tx, m_rules); }, [&] { return check_blob_base_fee(); },
        [&] { return check_authorizations(m_tx); }, [&] { return check_initcode(m_tx, m_rules.fork); },
        [&] { return check_block_gas(allowance); }, [&] { return check_cost(m_tx); },
        [&] { return check_balance(); }, [&] { return check_gas(m_tx, m_rules.fork); });
}

template <bool R>
Error Execution<R>::check_as_call() {
    m_sender_row = m_journal.account(m_sender);
    m_nonce = m_journal.nonce(m_sender_row);
    return first_failure([&] { return check_envelope(m_tx, m_rules); }, [&] { return check_next_nonce(); },
                         [&] { return check_fees(m_tx); }, [&] { return check_base_fee(); },
                         [&] { return check_blobs(m_tx, m_rules); }, [&] { return check_blob_base_fee(); },
                         [&] { return check_authorizations(m_tx); },
                         [&] { return check_initcode(m_tx, m_rules.fork); }, [&] { return check_cost(m_tx); },
                         [&] { return check_balance(); }, [&] { return check_gas(m_tx, m_rules.fork); });
}

template <bool R>
Result<void> Execution<R>::check_blob_gas(const BlockAllowance& allowance) {
    if (m_tx.type != TxType::blob) return {};
    const uint64_t wanted = blob_gas(m_tx);
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

/// EIP-2681, of the state's nonce.
template <bool R>
Result<void> Execution<R>::check_next_nonce() {
    if (m_nonce != ~uint64_t{0}) return {};
    return fail(ErrorCode::tx_nonce_overflow, "the sender's nonce: " + std::to_string(m_nonce));
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
    const std::optional<U256> cost = worst_cost(m_tx);
    if (!cost) return fail(ErrorCode::insufficient_balance, "required balance exceeds 256 bits");
    if (m_journal.can_pay(m_sender_row, *cost)) return {};
    return fail(ErrorCode::insufficient_balance,
                "have " + to_decimal(m_journal.balance(m_sender_row)) + " want " + to_decimal(*cost));
}

template <bool R>
void Execution<R>::buy_gas() {
    m_gas_price = effective_gas_price(m_tx, m_machine.block().base_fee);
    m_journal.debit(m_sender_row, prepaid_fee(m_tx, m_gas_price, m_machine.blob_base_fee()));
    m_journal.set_nonce(m_sender_row, m_nonce + 1);
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
    message.recipient = m_tx.to ? *m_tx.to : create_address(m_sender, m_nonce);
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

/// Gives the sender back what was not used and pays the beneficiary. Answers the gas used.
template <bool R>
uint64_t Execution<R>::settle(uint64_t gas_left) {
    const uint64_t used = gas_used(m_tx, m_rules.fork, gas_left, m_journal.refund(),
                                   static_cast<uint64_t>(m_machine.gas_table().prices.max_refund_divisor));
    m_journal.credit(m_sender_row, U256{m_tx.gas_limit - used} * m_gas_price);
    const BlockEnvironment& block = m_machine.block();
    m_journal.credit(m_journal.account(block.beneficiary),
                     beneficiary_fee(used, m_gas_price, m_rules, block.base_fee));
    return used;
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
    m_status = result.status;
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

CallEnd execute_call(Machine<false>& machine, const Transaction& tx, const Address& sender) {
    CallEnd end;
    Journal<false>& journal = machine.journal();
    journal.begin_transaction();
    const BlockTransaction unsigned_tx{.tx = &tx, .sender = sender};
    Execution<false> execution(machine, unsigned_tx);
    end.outcome.first_log = static_cast<uint32_t>(machine.logs().size());
    end.outcome.invalid = execution.check_as_call();
    if (end.outcome.invalid.code != ErrorCode::none) {
        journal.abandon_transaction();
        return end;
    }
    end.outcome = execution.run();
    end.status = execution.status();
    // Before the transaction's end, which removes what was destructed.
    if (end.outcome.created && end.outcome.success) {
        const BytesView code = journal.code(journal.account(*end.outcome.created)).bytes();
        end.output.assign(code.begin(), code.end());
    } else if (!is_exceptional(end.status)) {
        end.output = machine.buffers().output(0);
    }
    journal.end_transaction();
    return end;
}

template TransactionOutcome execute_transaction(Machine<false>&, const BlockTransaction&,
                                                const BlockAllowance&);
template TransactionOutcome execute_transaction(Machine<true>&, const BlockTransaction&,
                                                const BlockAllowance&);

}  // namespace warpevm
