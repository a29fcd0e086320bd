// SPDX-License-Identifier: Apache-2.0
#include "evm/chain/blockchain.hpp"

#include "evm/base/hex.hpp"
#include "evm/chain/block_input.hpp"
#include "evm/chain/header_validation.hpp"
#include "evm/chain/verification.hpp"
#include "evm/codec/wire.hpp"

namespace warpevm {
namespace {

/// Nearest first.
std::vector<Ancestor> ancestors_of_child(const Blockchain::Node& parent) {
    std::vector<Ancestor> ancestors;
    for (const Blockchain::Node* n = &parent; n != nullptr && ancestors.size() < ommer_ancestors;
         n = n->parent)
        ancestors.push_back({&n->header, n->hash, n->ommers});
    return ancestors;
}

Error first_bad_sender(const std::vector<BlockTransaction>& transactions, std::optional<uint32_t>& index) {
    for (uint32_t i = 0; i < transactions.size(); ++i) {
        if (transactions[i].invalid.code == ErrorCode::none) continue;
        index = i;
        return transactions[i].invalid;
    }
    return {};
}

}  // namespace

Result<Blockchain> Blockchain::create(ChainConfig config, const Header& genesis, MemoryState state,
                                      WindowExecutor execute) {
    Blockchain chain;
    chain.m_config = std::move(config);
    chain.m_execute = std::move(execute);
    auto node = std::make_unique<Node>();
    node->header = genesis;
    node->hash = header_hash(genesis);
    node->total_difficulty = genesis.difficulty;
    node->rules = chain.m_config.rules_at(genesis.number, genesis.timestamp);
    state.set_block_hash(genesis.number, node->hash);
    chain.m_genesis_state = std::move(state);
    chain.m_cursor = std::make_unique<Cursor>(node.get(), chain.m_genesis_state);
    const Hash root = chain.m_cursor->trie.root();
    if (root != genesis.state_root)
        return fail(ErrorCode::result_state_root, "the genesis state's is " + to_hex(root) +
                                                      ", its header says " + to_hex(genesis.state_root));
    chain.m_genesis = chain.m_head = node.get();
    chain.m_nodes.emplace(node->hash, std::move(node));
    return chain;
}

const Blockchain::Node* Blockchain::find(const Hash& hash) const {
    const auto found = m_nodes.find(hash);
    return found == m_nodes.end() ? nullptr : found->second.get();
}

void Blockchain::Cursor::move_to(const Node& child) {
    if (trie.is_built()) {
        if (ahead != &child) {
            trie.take_back();
            trie.apply(child.diff);
        }
        trie.keep();
    }
    ahead = nullptr;
    state.apply(child.diff);
    state.set_block_hash(child.header.number, child.hash);
    node = &child;
}

/// Forward where the cursor is at an ancestor, else from genesis.
void Blockchain::move_cursor(const Node& node) {
    std::vector<const Node*> path;
    const Node* n = &node;
    for (; n != m_cursor->node && n->parent != nullptr; n = n->parent) path.push_back(n);
    if (n != m_cursor->node) m_cursor = std::make_unique<Cursor>(m_genesis, m_genesis_state);
    for (auto step = path.rbegin(); step != path.rend(); ++step) m_cursor->move_to(**step);
}

const MemoryState& Blockchain::state_after(const Node& node) {
    move_cursor(node);
    return m_cursor->state;
}

Verdict Blockchain::validate(const Block& block, const Node& parent, const Rules& rules) const {
    if (const auto ok = validate_header(block.header, parent.header, rules, m_config); !ok)
        return {ok.error(), {}};
    if (const auto ok = validate_body(block, rules); !ok) return {ok.error(), {}};
    if (const auto ok = validate_ommers(block.ommers, ancestors_of_child(parent), m_config); !ok)
        return {ok.error(), {}};
    return {};
}

Result<Verdict> Blockchain::import(BytesView block_rlp) {
    const Result<Block> block = decode_block(block_rlp);
    if (!block) return Verdict{block.error(), {}};
    return import(*block);
}

Result<Verdict> Blockchain::import(const Block& block) {
    const Node* parent = find(block.header.parent_hash);
    if (parent == nullptr)
        return Verdict{{ErrorCode::header_unknown_parent, to_hex(block.header.parent_hash)}, {}};
    auto node = std::make_unique<Node>();
    node->header = block.header;
    node->hash = header_hash(block.header);
    if (find(node->hash) != nullptr) return Verdict{};
    node->total_difficulty = parent->total_difficulty + block.header.difficulty;
    node->ommers = block.ommers;
    node->parent = parent;
    node->rules = m_config.rules_at(block.header.number, block.header.timestamp,
                                    m_config.merged(parent->total_difficulty));

    std::vector<BlockTransaction> transactions = recover_senders(block, node->rules);
    Verdict verdict;
    verdict.error = first_bad_sender(transactions, verdict.tx);
    if (verdict.valid()) verdict = validate(block, *parent, node->rules);
    if (!verdict.valid()) return verdict;
    Result<Verdict> executed = execute(block, std::move(transactions), *node);
    if (executed && executed->valid()) add(std::move(node));
    return executed;
}

Result<Verdict> Blockchain::execute(const Block& block, std::vector<BlockTransaction> transactions,
                                    Node& node) {
    move_cursor(*node.parent);
    m_cursor->ahead = nullptr;
    ExecutionOptions options;
    options.state_roots = roots_over(m_cursor->trie);
    const BlockInput input = block_input(block, node.rules, std::move(transactions));
    Result<std::vector<BlockOutcome>> outcomes = m_execute({&input, 1}, m_cursor->state, options);
    if (!outcomes) return tl::unexpected(std::move(outcomes.error()));
    BlockOutcome& outcome = outcomes->front();
    if (!outcome.verdict.valid()) return outcome.verdict;
    const StateRoot root{m_cursor->trie.root_after(outcome.diff), {}};
    const Verification verification = verify(outcome, expected_results(block.header), node.rules, root);
    node.diff = std::move(outcome.diff);
    Verdict verdict{verification.first_error(), {}};
    if (verdict.valid()) m_cursor->ahead = &node;
    return verdict;
}

void Blockchain::add(std::unique_ptr<Node> node) {
    // Proof-of-stake blocks come in the order that the consensus layer chose; total difficulty has no say any
    // more.
    const bool merged = node->rules.at_least(Fork::paris);
    const bool heavier = node->total_difficulty > m_head->total_difficulty;
    if (merged || (heavier && !m_head->rules.at_least(Fork::paris))) m_head = node.get();
    m_nodes.emplace(node->hash, std::move(node));
}

}  // namespace warpevm
