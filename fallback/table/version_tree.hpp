// SPDX-License-Identifier: Apache-2.0
// Versions of one account or slot by position: a search tree that stays shallow (a treap) whatever number of
// transactions wrote it, in whatever order. Its nodes lie where the effects do, so that nothing is allocated
// while a lock is held.
#pragma once

#include <cstdint>
#include <tuple>
#include <utility>

namespace warpevm {

/// A Node has a `position`, which no other in its tree has, `left` and `right`, a `priority` that is as good
/// as random, and `sum_up()`, which forms what it keeps of itself and the nodes below. Steps are logarithmic
/// in the number of nodes.
template <class Node, class Position = uint64_t>
class VersionTree {
  public:
    [[nodiscard]] bool empty() const { return m_root == nullptr; }

    void insert(Node& node) {
        node.left = node.right = nullptr;
        m_root = insert(m_root, node);
    }
    /// Does nothing where the node is not in the tree any more.
    void erase(const Node& node) { m_root = erase(m_root, node); }
    /// `change` changes the node, if it is in the tree.
    template <class Change>
    void update(Node& node, Change change) {
        update(m_root, node, change);
    }
    /// Forgets all nodes up to `position`.
    void drop_up_to(const Position& position) {
        while (m_root != nullptr && !(position < m_root->position)) m_root = m_root->right;
        if (m_root != nullptr) m_root = drop(m_root, position);
    }
    /// The last node before `position`, or null.
    [[nodiscard]] const Node* last_before(const Position& position) const {
        const Node* last = nullptr;
        for (const Node* at = m_root; at != nullptr;) {
            const bool before = at->position < position;
            if (before) last = at;
            at = before ? at->right : at->left;
        }
        return last;
    }
    /// Visits all before `position` in order, in a logarithmic number of pieces: whole(node) is the node with
    /// its subtree, one(node) the node alone.
    template <class Whole, class One>
    void sum_before(const Position& position, Whole whole, One one) const {
        for (const Node* at = m_root; at != nullptr;) {
            if (!(at->position < position)) {
                at = at->left;
                continue;
            }
            if (at->left != nullptr) whole(*at->left);
            one(*at);
            at = at->right;
        }
    }

  private:
    static Node* summed(Node* node) {
        node->sum_up();
        return node;
    }
    static Node* insert(Node* tree, Node& node) {
        if (tree == nullptr || tree->priority < node.priority) {
            std::tie(node.left, node.right) = split(tree, node.position);
            return summed(&node);
        }
        Node*& side = node.position < tree->position ? tree->left : tree->right;
        side = insert(side, node);
        return summed(tree);
    }
    /// What is before the position, and what is not.
    static std::pair<Node*, Node*> split(Node* tree, const Position& position) {
        if (tree == nullptr) return {nullptr, nullptr};
        if (tree->position < position) {
            auto [left, right] = split(tree->right, position);
            tree->right = left;
            return {summed(tree), right};
        }
        auto [left, right] = split(tree->left, position);
        tree->left = right;
        return {left, summed(tree)};
    }
    /// Everything in `left` is before everything in `right`.
    static Node* merge(Node* left, Node* right) {
        if (left == nullptr) return right;
        if (right == nullptr) return left;
        if (left->priority < right->priority) {
            right->left = merge(left, right->left);
            return summed(right);
        }
        left->right = merge(left->right, right);
        return summed(left);
    }
    static Node* erase(Node* tree, const Node& node) {
        if (tree == nullptr) return nullptr;
        if (tree == &node) return merge(tree->left, tree->right);
        Node*& side = node.position < tree->position ? tree->left : tree->right;
        side = erase(side, node);
        return summed(tree);
    }
    template <class Change>
    static void update(Node* tree, Node& node, Change& change) {
        if (tree == nullptr) return;
        if (tree == &node)
            change(node);
        else
            update(node.position < tree->position ? tree->left : tree->right, node, change);
        tree->sum_up();
    }
    /// The tree's own node stays.
    static Node* drop(Node* tree, const Position& position) {
        while (tree->left != nullptr && !(position < tree->left->position)) tree->left = tree->left->right;
        if (tree->left != nullptr) tree->left = drop(tree->left, position);
        return summed(tree);
    }

    Node* m_root = nullptr;
};

}  // namespace warpevm
