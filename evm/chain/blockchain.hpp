// SPDX-License-Identifier: Apache-2.0
// A tree of blocks over a genesis state: imports blocks one by one, validates, executes and verifies each,
// and knows the head.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "evm/base/result.hpp"
#include "evm/chain/chain_config.hpp"
#include "evm/chain/executor.hpp"
#include "evm/chain/outcome.hpp"
#include "evm/state/state_trie.hpp"
#include "evm/types/block.hpp"

namespace warpevm {

/// Executes a window; the caller binds its context and backend (serial: execute_serial).
using WindowExecutor = std::function<Result<std::vector<BlockOutcome>>(
    std::span<const BlockInput>, const StateView&, const ExecutionOptions&)>;

class Blockchain {
  public:
    /// A block that was imported and found valid.
    struct Node {
        Header header;
        Hash hash;
        U256 total_difficulty;
        std::vector<Header> ommers;
        const Node* parent = nullptr;
        StateDiff diff;  ///< what the block changed
        Rules rules;
    };

    /// Starts from a genesis block. Fails where the state's root is not the header's (result_state_root).
    static Result<Blockchain> create(ChainConfig config, const Header& genesis, MemoryState state,
                                     WindowExecutor execute);

    /// Decodes, validates, executes and verifies. The verdict is the first broken rule; an invalid block
    /// changes nothing. An Error means that no verdict was possible.
    Result<Verdict> import(BytesView block_rlp);
    Result<Verdict> import(const Block& block);

    /// Before Paris the block with the highest total difficulty (the first of equals), then the latest valid
    /// one.
    [[nodiscard]] const Node& head() const { return *m_head; }
    [[nodiscard]] const Node* find(const Hash& hash) const;
    /// The state after a known block. Valid until the next call of state_after or import.
    const MemoryState& state_after(const Node& node);
    [[nodiscard]] const ChainConfig& config() const { return m_config; }

  private:
    /// A state on its way along the blocks. Moving forward applies a difference; the trie, once there is one,
    /// may have run ahead to a block whose root was formed.
    struct Cursor {
        Cursor(const Node* block, MemoryState after) : node(block), state(std::move(after)) {}
        void move_to(const Node& child);
        const Node* node;
        MemoryState state;
        StateTrie trie{state};
        const Node* ahead = nullptr;
    };

    Blockchain() = default;
    [[nodiscard]] Verdict validate(const Block& block, const Node& parent, const Rules& rules) const;
    Result<Verdict> execute(const Block& block, std::vector<BlockTransaction> transactions, Node& node);
    void add(std::unique_ptr<Node> node);
    void move_cursor(const Node& node);

    ChainConfig m_config;
    WindowExecutor m_execute;
    MemoryState m_genesis_state;
    const Node* m_genesis = nullptr;
    /// Branching starts again from genesis.
    std::unique_ptr<Cursor> m_cursor;
    const Node* m_head = nullptr;
    SeededMap<Hash, std::unique_ptr<Node>> m_nodes;
};

}  // namespace warpevm
