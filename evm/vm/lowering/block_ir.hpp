// SPDX-License-Identifier: Apache-2.0
// A basic block between bytes and instructions: values instead of stack positions.
#pragma once

#include <cstdint>
#include <vector>

#include "evm/base/u256.hpp"
#include "evm/vm/lowering/lowered.hpp"

namespace warpevm::lowering {

/// Where a value comes from.
struct Value {
    enum Kind : uint8_t {
        entry,     ///< was on the stack when the block began; index 1 is the topmost
        made,      ///< made by the operation of the block that has this definition
        constant,  ///< index in Block::constants
    };
    Kind kind = entry;
    int32_t index = 0;
    bool operator==(const Value&) const = default;
};

struct Operation {
    uint8_t opcode = 0;
    uint8_t inputs = 0;
    bool charges_gas = false;  ///< no instruction: the gas of the stretch that begins here
    bool dead = false;
    int32_t made = -1;  ///< definition, or -1
    Value in[7]{};
    int64_t gas = 0;            ///< charges_gas: of the stretch
    int64_t charged_ahead = 0;  ///< others: of the stretch's instructions after this one
};

/// How a block ends.
struct End {
    enum Kind : uint8_t { jump, branch, fall_through, stop_with, output };
    Kind kind = stop_with;
    Status status = Status::success;
    Value target{};     ///< jump, branch
    Value condition{};  ///< branch
    size_t next = 0;    ///< position after the block
    Operation last{};   ///< output: RETURN, REVERT or SELFDESTRUCT
};

/// `stack` is what the block leaves: its bottom lies at position -entry_used relative to the block's stack
/// pointer.
struct Block {
    size_t position = 0;
    std::vector<Operation> operations;
    std::vector<U256> constants;
    std::vector<Expression> expressions;  ///< constants without a value yet
    std::vector<Value> stack;
    int32_t entry_used = 0;  ///< how deep below its beginning the block looks
    int32_t growth = 0;      ///< how far above its beginning the EVM's stack reaches
    int32_t definitions = 0;
    int64_t gas = 0;  ///< of the first stretch, charged on entry
    End end;

    /// An empty block at `at`; the vectors keep their room.
    void reset(size_t at) {
        operations.clear();
        constants.clear();
        expressions.clear();
        stack.clear();
        position = at;
        entry_used = growth = definitions = 0;
        gas = 0;
        end = {};
    }
    [[nodiscard]] int32_t height_change() const { return static_cast<int32_t>(stack.size()) - entry_used; }
    /// Whether it is a constant with a value.
    [[nodiscard]] bool is_known(const Value& v) const {
        return v.kind == Value::constant && lowering::is_known(expressions, v.index);
    }
};

/// What becomes of operations on constants: the host's arithmetic does them, or they are left as expressions.
enum class Folding : uint8_t { now, deferred };

struct ReadingOptions {
    Folding folding = Folding::now;
    /// Of several JUMPDESTs in a row, whether the first one's block takes in the gas of those behind it.
    bool joins_jumpdests = true;
};

/// Reads the block at `position` into `block`, whose vectors are used again: it ends with a jump, a halt,
/// before a JUMPDEST, or where it gets too long.
void read_block(BytesView code, const GasTable& gas_table, size_t position, const ReadingOptions& options,
                Block& block);

/// Marks operations whose results nobody uses, where leaving them out changes nothing. `uses` becomes how
/// often each definition is used by what is left.
void remove_dead_operations(Block& block, std::vector<uint32_t>& uses);

}  // namespace warpevm::lowering
