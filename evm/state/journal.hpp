// SPDX-License-Identifier: Apache-2.0
// The journal: the only place that observes and changes state. Keys are interned to rows; rows hold the
// values as of now; an undo log takes back what a reverted frame did. Observations are made in typed form,
// and recorded only where the compile-time parameter says so: the serial executor pays nothing for them.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "evm/base/result.hpp"
#include "evm/state/code.hpp"
#include "evm/state/observation.hpp"
#include "evm/state/state_diff.hpp"
#include "evm/state/state_view.hpp"

namespace warpevm {

/// Reads that the state view did not know, and what was done about them.
struct MissingReads {
    bool assume_absent = false;
    std::vector<Address> accounts;
    std::vector<SlotKey> slots;
    /// The first read that failed, or was unknown where absence may not be assumed. The state view is asked
    /// no more, and values read since then mean nothing.
    std::optional<Error> error;

    /// For a read that gave nothing. `key`: what was asked for.
    void end_with(Knowledge knowledge, std::string key) {
        const bool failed = knowledge == Knowledge::failed;
        if (!error) error = {failed ? ErrorCode::state_failed : ErrorCode::missing_state, std::move(key)};
    }
    /// The caller has ended the execution: what was read since means nothing either.
    void end_with_cancellation() { error = {ErrorCode::cancelled, {}}; }
};

/// An account as of now. Stamps compare with the number of the current transaction.
struct AccountRow {
    Address address;
    U256 balance;
    uint64_t nonce = 0;
    Hash code_hash = empty_code_hash;
    const Code* code = nullptr;  ///< null until somebody asks
    bool exists = false;
    bool has_storage = false;    ///< the state view says so, and no wipe since
    bool wrote_storage = false;  ///< some slot became non-zero since the start or the last wipe
    bool wiped = false;          ///< in this block
    bool fresh_storage =
        true;            ///< the state view has no say in its slots: not there at the start, or wiped since
    bool dirty = false;  ///< listed in the block's changed accounts
    uint32_t generation = 0;  ///< counts wipes: slots of an older generation are zero
    uint32_t warm = 0, touched = 0, created = 0, destructed = 0;
    uint32_t changed = 0;  ///< the transaction that changed it last
    // As it was before this block.
    U256 before_balance;
    uint64_t before_nonce = 0;
    Hash before_code_hash = empty_code_hash;
    bool before_exists = false;

    [[nodiscard]] bool has_code() const { return code_hash != empty_code_hash; }
    [[nodiscard]] bool empty() const { return nonce == 0 && balance.is_zero() && !has_code(); }
};

/// A storage slot as of now.
struct SlotRow {
    U256 key;
    U256 current;
    U256 original;  ///< at the transaction's start (EIP-2200); valid where `seen` is the current transaction
    U256 before;    ///< before this block
    Row account = 0;
    uint32_t generation = 0;
    uint32_t seen = 0, warm = 0;
    uint32_t written = 0;  ///< the transaction that changed it last
    bool loaded = false;
    bool dirty = false;
};

template <bool Recording>
class Journal {
  public:
    Journal(const StateView& state, CodeCache& codes) : m_state(state), m_codes(codes) {}

    // -- blocks and transactions
    // ------------------------------------------------------------------------------------
    /// `state_clearing`: empty touched accounts vanish (EIP-161, Spurious Dragon).
    void begin_block(bool state_clearing);
    /// What the block changed so far. Ends nothing: before Byzantium it is asked after each transaction.
    [[nodiscard]] StateDiff diff() const;
    /// Makes the values of now the "before" of the next block.
    void end_block();
    /// From now on take_changes lists what was changed, across the ends of blocks.
    void list_changes() { m_lists_changes = true; }
    /// What transactions changed since the last call, as it is now: it need not differ from before. Without
    /// codes. Costs what was changed.
    [[nodiscard]] StateDiff take_changes();

    /// Forgets every row and keeps the memory: the next transaction asks the state view anew. For executors
    /// that run each transaction on a state of its own; between transactions only.
    void reset();

    void begin_transaction();
    /// Deletes what was destructed or is empty and touched, with all its storage; fills effects() where
    /// recording.
    void end_transaction();
    /// Takes back everything since begin_transaction.
    void abandon_transaction() { revert({}); }

    struct Checkpoint {
        size_t undo = 0;
        int64_t refund = 0;
    };
    [[nodiscard]] Checkpoint checkpoint() const { return {m_undo.size(), m_refund}; }
    void revert(const Checkpoint& to);

    // -- accounts
    // ---------------------------------------------------------------------------------------------------
    Row account(const Address& address) {
        const auto it = m_account_rows.find(address);
        return it != m_account_rows.end() ? it->second : load_account(address);
    }
    /// The row of an account that was asked for before; asks nobody.
    [[nodiscard]] std::optional<Row> known_account(const Address& address) const {
        const auto it = m_account_rows.find(address);
        return it != m_account_rows.end() ? std::optional(it->second) : std::nullopt;
    }
    [[nodiscard]] const Address& address(Row row) const { return m_accounts[row].address; }
    [[nodiscard]] const AccountRow& account_row(Row row) const { return m_accounts[row]; }
    /// Rows are numbered in the order in which the state view was asked for their accounts.
    [[nodiscard]] size_t account_count() const { return m_accounts.size(); }

    /// The exact balance (BALANCE, SELFBALANCE, SELFDESTRUCT's source).
    const U256& balance(Row row) {
        if constexpr (Recording) observe_balance(row);
        return m_accounts[row].balance;
    }
    /// Whether the balance is at least `amount`: observes a bound, not the value.
    bool can_pay(Row row, const U256& amount) {
        const bool can = m_accounts[row].balance >= amount;
        if constexpr (Recording) observe_bound(row, amount, can);
        return can;
    }
    uint64_t nonce(Row row) {
        if constexpr (Recording) observe_nonce(row);
        return m_accounts[row].nonce;
    }
    const Hash& code_hash(Row row) {
        if constexpr (Recording) observe_code_hash(row);
        return m_accounts[row].code_hash;
    }
    const Code& code(Row row) {
        if constexpr (Recording) observe_code_hash(row);
        const Code* code = m_accounts[row].code;
        return code != nullptr ? *code : load_code(row);
    }
    /// EIP-161: no nonce, no balance, no code. Existence as such matters only before Spurious Dragon.
    bool is_dead(Row row) {
        if constexpr (Recording) observe_liveness(row);
        return m_accounts[row].empty();
    }
    bool exists(Row row) {
        if constexpr (Recording) observe_exists(row);
        return m_accounts[row].exists;
    }
    /// EIP-7610: a contract may not be created over storage.
    bool has_storage(Row row);

    /// Adds to the balance and touches. The sum never exceeds 2^256-1 where all balances together do not.
    void credit(Row row, const U256& amount);
    /// Takes from the balance; the caller has checked can_pay.
    void debit(Row row, const U256& amount);
    void set_nonce(Row row, uint64_t nonce);
    void set_code(Row row, const Code* code);
    void touch(Row row) { touch(row, Touch::reverts); }
    /// Marks the account as created in this transaction (EIP-6780) and existing.
    void create(Row row);
    [[nodiscard]] bool created_now(Row row) const { return m_accounts[row].created == m_tx; }
    /// The account vanishes at the transaction's end with all its storage. False where it was doomed already.
    bool destruct(Row row);

    // -- storage
    // ----------------------------------------------------------------------------------------------------
    /// The row of a slot, its `current` and `original` valid for this transaction.
    Row slot(Row account, const U256& key) {
        const Row row = unread_slot(account, key);
        read_slot(row);
        return row;
    }
    /// Makes a slot's `current` and `original` valid for this transaction.
    const SlotRow& read_slot(Row row) {
        SlotRow& s = m_slots[row];
        if (s.seen != m_tx) see_slot(s, row);
        return s;
    }
    /// The row of a slot that nobody needs to read yet.
    Row unread_slot(Row account, const U256& key) {
        const auto it = m_slot_rows.find(SlotId{account, key});
        return it != m_slot_rows.end() ? it->second : intern_slot(account, key);
    }
    [[nodiscard]] const SlotRow& slot_row(Row row) const { return m_slots[row]; }
    [[nodiscard]] size_t slot_count() const { return m_slots.size(); }
    void set_slot(Row row, const U256& value);
    U256 transient(Row account, const U256& key) const;
    void set_transient(Row account, const U256& key, const U256& value);

    /// The hash of one of the 256 blocks before this one; the state view is asked once a block for each.
    Hash block_hash(uint64_t number);

    // -- access lists (EIP-2929) and refunds
    // ------------------------------------------------------------------------
    [[nodiscard]] bool is_warm(Row account) const { return m_accounts[account].warm == m_tx; }
    /// Warms up; true where it was cold before.
    bool warm_account(Row row) {
        AccountRow& a = m_accounts[row];
        if (a.warm == m_tx) return false;
        a.warm = m_tx;
        m_undo.push_back({Undo::Kind::warm_account, row, 0, {}});
        return true;
    }
    bool warm_slot(Row row) {
        SlotRow& s = m_slots[row];
        if (s.warm == m_tx) return false;
        s.warm = m_tx;
        m_undo.push_back({Undo::Kind::warm_slot, row, 0, {}});
        return true;
    }
    void add_refund(int64_t gas) { m_refund += gas; }
    [[nodiscard]] int64_t refund() const { return m_refund; }

    // -- what happened
    // ----------------------------------------------------------------------------------------------
    /// Constraints on the values at the transaction's start, and what the transaction did (valid after
    /// end_transaction).
    [[nodiscard]] const Observations& observations() const { return m_observations; }
    [[nodiscard]] const Effects& effects() const { return m_effects; }
    [[nodiscard]] AccountValues values(Row row) const;
    /// Transfers the last transaction's observations and effects for vectors to record the next one in.
    void exchange_records(Observations& observations, Effects& effects) {
        std::swap(m_observations, observations);
        std::swap(m_effects, effects);
    }
    /// Rows that changed since the block's start.
    [[nodiscard]] const std::vector<Row>& changed_accounts() const { return m_dirty_accounts; }
    [[nodiscard]] const std::vector<Row>& changed_slots() const { return m_dirty_slots; }
    /// Lists what changes from here on until it is called again, or until `reset`, so that a caller who takes
    /// changes over repeatedly need not go through all that the block changed. Between transactions.
    void list_new_changes();
    [[nodiscard]] const std::vector<Row>& newly_changed_accounts() const { return m_new_accounts; }
    [[nodiscard]] const std::vector<Row>& newly_changed_slots() const { return m_new_slots; }
    /// The number of the current transaction, as in `changed` and `written`.
    [[nodiscard]] uint32_t transaction() const { return m_tx; }
    [[nodiscard]] MissingReads& missing() { return m_missing; }
    [[nodiscard]] CodeCache& codes() { return m_codes; }
    [[nodiscard]] const StateView& state() const { return m_state; }

    // -- what happened elsewhere
    // ------------------------------------------------------------------------------------
    /// Something as it is now, and as it was before this block.
    template <class Value>
    struct Moved {
        Value now, before;
    };
    /// Takes over what another executor did to an account in this block; absent: it does not exist. Between
    /// transactions, and only where its storage was not wiped. `is_new`: the state view has no say in its
    /// slots.
    Row take_over(const Address& address, const Moved<std::optional<AccountRecord>>& account, bool is_new);
    /// Likewise to a slot of an account that was taken over.
    void take_over(Row account, const U256& key, const Moved<U256>& slot);

  private:
    struct SlotId {
        Row account;
        U256 key;
        bool operator==(const SlotId&) const = default;
        friend size_t hash_value(const SlotId& id) {
            const auto& k = id.key.limb;
            return hash_seed(k[0], k[1], k[2], k[3], id.account);
        }
    };
    struct Undo {
        enum class Kind : uint8_t {
            balance,
            nonce,
            code,
            exists,
            touched,
            created,
            destructed,
            slot,
            wrote_storage,
            transient,
            warm_account,
            warm_slot
        };
        Kind kind;
        Row row;
        uint64_t number;
        U256 value;
    };
    struct Transient {
        Row account;
        U256 key;
        U256 value;
    };
    /// An account at the transaction's start, kept only where recording.
    struct Start {
        U256 balance;
        uint64_t nonce = 0;
        Hash code_hash;
        bool exists = false;
        uint32_t tx = 0;
        uint32_t observation = 0;
        bool observed = false;
    };

    /// A credit of nothing to an empty account is what RIPEMD-160's address keeps beyond a revert.
    enum class Touch : uint8_t { reverts, of_no_value };
    void touch(Row row, Touch kind);
    Row load_account(const Address& address);
    Row intern_slot(Row account, const U256& key);
    void load_slot(SlotRow& s);
    const Code& load_code(Row row);
    void see_slot(SlotRow& s, Row row);
    void mark_dirty(Row row);
    void set_exists(Row row);
    void remove(AccountRow& a);
    [[nodiscard]] bool holds_storage(Row row, bool at_start) const;
    void undo_one(const Undo& u);
    void note_changes();

    // The values at the transaction's start. Where recording; out of line, so that serial code stays small.
    AccountObservation& observe(Row row);
    void observe_balance(Row row);
    void observe_nonce(Row row);
    void observe_code_hash(Row row);
    void observe_exists(Row row);
    void start_of(Row row);
    void observe_bound(Row row, const U256& amount, bool passed);
    void observe_liveness(Row row);
    void form_effects();

    const StateView& m_state;
    CodeCache& m_codes;
    bool m_state_clearing = true;
    uint32_t m_tx = 0;
    int64_t m_refund = 0;

    SeededMap<Address, Row> m_account_rows;
    SeededMap<SlotId, Row> m_slot_rows;
    std::vector<AccountRow> m_accounts;
    std::vector<SlotRow> m_slots;
    std::vector<Undo> m_undo;
    std::vector<Row> m_dirty_accounts, m_dirty_slots;
    uint32_t m_new_from = 0;  ///< the first transaction whose changes are new; 0: none are
    std::vector<Row> m_new_accounts, m_new_slots;
    std::vector<Row> m_touched, m_destructed;
    /// For diff, of changed accounts: a new one would cost all rows of the window at each block.
    mutable std::vector<uint32_t> m_ranks;
    bool m_lists_changes = false;
    std::vector<Row> m_listed_accounts, m_listed_slots, m_listed_removals;
    std::vector<Transient> m_transients;
    SeededMap<SlotId, uint32_t> m_transient_rows;
    MissingReads m_missing;
    std::vector<std::optional<Hash>> m_block_hashes;  ///< by number modulo 256, or none yet

    std::vector<Start> m_starts;
    std::vector<Row> m_started;
    Observations m_observations;
    Effects m_effects;
    std::vector<Row> m_written_slots;
};

extern template class Journal<false>;
extern template class Journal<true>;

}  // namespace warpevm
