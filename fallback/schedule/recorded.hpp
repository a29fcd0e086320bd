// SPDX-License-Identifier: Apache-2.0
// A window as it was executed once, for the simulation to replay: how long each transaction took, what it
// read and when, what it did. Keys are numbered over the window.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "evm/base/result.hpp"
#include "evm/state/observation.hpp"
#include "fallback/table/version.hpp"

namespace warpevm {

/// The first time that an execution asked for an account or a slot.
struct RecordedRead {
    static constexpr uint32_t none = std::numeric_limits<uint32_t>::max();

    double offset = 0;  ///< seconds since the execution began
    bool is_slot = false;
    uint32_t key = 0;
    /// Index of what mattered of it in the run's observations, or none.
    uint32_t observation = none;
};

/// One execution. Rows are the window's keys.
struct RecordedRun {
    double seconds = 0;
    uint64_t gas_used = 0;
    bool valid = true;
    std::vector<RecordedRead> reads;  ///< in the order of time
    Observations observations;
    Effects effects;
};

struct RecordedTransaction {
    uint64_t gas_for_code = 0;  ///< as far as that is seen beforehand
    double alone = 0;           ///< seconds on the serial journal, without recording
    double validate = 0;        ///< seconds to check its observations
    double commit = 0;          ///< seconds to enter its effects, logs and receipt
    RecordedRun in_order;
    /// The same on the state at the block's start: what it does where something that it read was stale.
    RecordedRun early;
};

struct RecordedBlock {
    /// Seconds before the first transaction, after the last one, and to form receipts and difference, which
    /// falls into pieces.
    double open = 0, close = 0, seal = 0;
    /// The account that fees go to, or none: credit to it is deferred until somebody observes it.
    uint32_t beneficiary = RecordedRead::none;
    std::vector<RecordedTransaction> transactions;
};

struct RecordedWindow {
    bool state_clearing = true;  ///< EIP-161 holds
    /// As before the window's first transaction.
    std::vector<AccountState> accounts;
    struct Slot {
        uint32_t account = 0;
        U256 value;
    };
    std::vector<Slot> slots;
    std::vector<RecordedBlock> blocks;

    [[nodiscard]] double serial_seconds() const;
    [[nodiscard]] uint32_t transactions() const;
};

/// The windows as one, their keys apart: as if their blocks had nothing in common.
RecordedWindow side_by_side(const std::vector<const RecordedWindow*>& windows);

/// For a file on this kind of machine: the same recording gives the same simulation, anywhere.
Bytes to_bytes(const RecordedWindow& window);
/// An error where it is damaged, or another version's.
Result<RecordedWindow> recorded_window(BytesView bytes);

}  // namespace warpevm
